"""What a request asks, read back from its messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ide.domain.turns.context import DocumentText, parse_documents
from ide.engines.model import Message

_HIDDEN = re.compile(r"^- (.+): \d+ lines, \d+ characters$", re.MULTILINE)
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
    """The question of a request. Documents come from the message of a user that stands last before the prompt."""
    if not messages:
        return Question("")
    *earlier, prompt = messages
    at = next((i for i in reversed(range(len(earlier))) if earlier[i].role == "user"), None)
    if at is None:
        return Question(prompt.text)
    context = earlier[at].text
    documents = {document.path: document for document in parse_documents(context)}
    # Without documents it is no context but what was said before, as other programs send it.
    framed = bool(documents) or context.startswith("The room has no files")
    said = earlier[:at] if framed else earlier
    asked = next((message.text for message in reversed(said) if message.role == "user"), "")
    answered = said[-1].text if said and said[-1].role == "assistant" else ""
    return Question(
        prompt=prompt.text,
        documents=tuple(documents.values()),
        hidden=frozenset(_HIDDEN.findall(context)) - documents.keys() if framed else frozenset(),
        complete=not (framed and _MORE.search(context)),
        asked_before=asked,
        answered_before=answered,
    )
