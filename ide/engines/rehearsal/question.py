"""What a request asks, read back from its messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ide.domain.turns.context import DocumentText, parse_documents, parse_exchanges
from ide.domain.turns.conversation import READ
from ide.engines.model import Message

_HIDDEN = re.compile(r"^- (.+?): \d+ lines, \d+ tokens(?::|$)", re.MULTILINE)
_MORE = re.compile(r"^- and \d+ more$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Scope:
    """The file, and perhaps the line (from 1), to which a prompt limits itself."""

    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The prompt, the documents as they stand, and the last exchange before it.

    `hidden` are paths of documents that did not fit into the request; `complete` is False if there are more still.
    """

    prompt: str
    documents: tuple[DocumentText, ...] = ()
    hidden: frozenset[str] = frozenset()
    complete: bool = True
    asked_before: str = ""
    answered_before: str = ""
    scope: Scope | None = None

    @property
    def paths(self) -> frozenset[str]:
        """Every path that is known to be taken."""
        return self.hidden | {document.path for document in self.documents}


def read_question(messages: Sequence[Message]) -> Question:
    """The question of a request. Documents come from what it was told to read, later ones over earlier ones."""
    if not messages:
        return Question("")
    *earlier, prompt = messages
    documents: dict[str, DocumentText] = {}
    hidden: set[str] = set()
    complete = True
    asked = answered = ""
    told = ""
    for message in earlier:
        if message.role == "user":
            told = message.text
        elif message.text == READ:
            documents.update((document.path, document) for document in parse_documents(told))
            hidden.update(_HIDDEN.findall(told))
            complete = complete and _MORE.search(told) is None
            for exchange in parse_exchanges(told):
                asked, answered = exchange.prompt, exchange.answer
        else:
            # What was said before, as other programs send it too.
            asked, answered = told, message.text
    return Question(
        prompt=prompt.text,
        documents=tuple(documents.values()),
        hidden=frozenset(hidden - documents.keys()),
        complete=complete,
        asked_before=asked,
        answered_before=answered,
    )
