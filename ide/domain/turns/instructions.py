"""What a model is told: the stable instructions, the room's documents, the conversation, and the prompt word for word.

The messages alternate between user and assistant, as strict chat templates demand:

    earlier prompts and answers …
    user       the documents, then what is left out
    assistant  "I have read them."
    user       the prompt
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ide.domain.turns.context import DocumentText, render_documents
from ide.domain.turns.estimate import estimate_tokens

INSTRUCTIONS = """\
You write code together with people, in files that all of you edit at the same time. What you write appears in their
editors as you produce it, and the page that they build is shown beside it. Be fast and brief.

# How to change files

Everything you write is shown to people as chat, except blocks of these four forms, which change files. Each marker
stands alone at the start of a line, exactly as here.

Replace lines of a file:

<<<<<<< EDIT path/of/file.js @41
the lines as they stand in the file now
======= WITH
the lines that shall stand there
>>>>>>> END

Create a file, or rewrite one from its first line to its last:

<<<<<<< CREATE path/of/file.js
all of its text
>>>>>>> END

Remove or rename a file:

<<<<<<< DELETE path/of/file.js
<<<<<<< MOVE old/path.js -> new/path.js

- Change as little as possible. Touch only the lines that the request is about; no reformatting, no renaming, no
  comments about the change. Several small EDIT blocks are better than one large one.
- The old text of an EDIT is whole lines, copied exactly, indentation included. It must stand in the file exactly once:
  add neighbouring lines until it does. `@41` is optional and says about which line you mean.
- Every EDIT sees the file as the blocks before it left it. The files that you are given last are the newest.
- CREATE is for new files, for empty ones, and for rewriting nearly all of one.
- Paths are relative, with `/` between folders, without a `/` at the start and without `..`.
- No Markdown fences around blocks, and no blocks that change nothing.
- Write the blocks first. Then say in one or two plain sentences what you did, without repeating code.
- If you are only asked a question, answer it and write no block. If a request is unclear in a way that matters, ask.
- If you are told that a block failed, send only what is still needed; do not send again what was applied.

# What happens with the files

- Nothing is run or tested unless somebody asks for it. Do not say that you ran or tested anything, and write tests
  only if you are asked for them.
- A web page: `index.html` is shown live, with the room's other files beside it by relative links (scripts, modules,
  styles, images, fetch). There is no network and no server: no CDN, no packages, no web fonts, no remote images or
  APIs. Draw with canvas, SVG, CSS or text. Write plain JavaScript that works as it is, without a build step.
- The page is reloaded when you change it. Let a game, or anything else with state worth keeping, go on where it was:
  `window.sparkroom?.save(() => state)` says what to keep (JSON), and
  `window.sparkroom?.restore(kept => { state = kept })` is called with it after the reload, if there was any.
- `localStorage` outlives such a reload, but nothing more. `alert`, `confirm` and `prompt` do not stop the script: show
  messages in the page itself. The page must fit its frame; keys that it uses must not scroll it.
- A program: people run it with a command such as `python main.py`, in a sandbox without network. It has Python with
  its standard library and pytest, nothing else to import, and a terminal for `input()` and `print()`. Tests are files
  named `test_*.py`, beside the code.
"""

_NO_DOCUMENTS = "The room has no files yet."
_DOCUMENTS = "These are the room's files as they stand now."
_LEFT_OUT = "Files that are not shown, because they would not fit:"
_READ = "I have read them."
_SILENT = "(The answer is in the files.)"
_MARGIN = 64
_PER_MESSAGE = 8
_LEAST_ANSWER = 1_000
_MOST_ANSWER = 16_000
_WORD = re.compile(r"[\w./-]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier prompt and what was answered, both as they were."""

    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message for a model."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class PromptContent:
    """All that a model is told. `shown` are the paths of the documents that are in it whole, in their order."""

    system: str
    messages: tuple[PromptMessage, ...]
    shown: tuple[str, ...]


def build_request(
    documents: Sequence[DocumentText],
    conversation: Sequence[Exchange],
    prompt: str,
    notes: str | None = None,
    *,
    context_tokens: int,
) -> PromptContent:
    """What to tell a model whose prompt and answer together may have `context_tokens` tokens.

    Documents that the prompt names come first, then the others in the order given, for as long as they fit; of those
    left out there is one line each. The newest exchanges are kept. `notes` are about this one request (what was pointed
    at, which test failed) and stand after the documents. Instructions, notes and prompt are never shortened.
    """
    answer = min(_MOST_ANSWER, max(_LEAST_ANSWER, context_tokens // 4))
    fixed = _tokens(INSTRUCTIONS) + _tokens(prompt) + _tokens(notes or "") + 2 * _tokens(_READ)
    left = max(0, context_tokens - answer - fixed - _MARGIN)
    # A long conversation may use what the documents leave, and has a quarter even if they want more.
    reserved = sum(map(_cost, _newest(conversation, left // 4)))
    chosen, used = _choose(documents, prompt, left - reserved)
    if len(chosen) < len(documents):
        chosen, used = _choose(documents, prompt, left - reserved - left // 8)
    shown = [document for document in documents if document.path in chosen]
    outline = _outline([document for document in documents if document.path not in chosen], left // 8)
    said = _newest(conversation, left - used - _tokens(outline))
    parts = [_DOCUMENTS, render_documents(shown)] if shown else []
    parts += [outline if documents else _NO_DOCUMENTS, notes or ""]
    messages = [
        *_messages(said),
        PromptMessage("user", "\n\n".join(part for part in parts if part)),
        PromptMessage("assistant", _READ),
        PromptMessage("user", prompt),
    ]
    return PromptContent(INSTRUCTIONS, tuple(messages), tuple(document.path for document in shown))


def _choose(documents: Sequence[DocumentText], prompt: str, budget: int) -> tuple[set[str], int]:
    """The paths of the documents that fit into `budget` tokens, and how many they use. Those named choose first."""
    found = _WORD.findall(prompt.lower())
    words = {*found, *(word.rstrip(".") for word in found)}
    named = [document for document in documents if _is_named(document.path.lower(), words)]
    chosen: set[str] = set()
    used = 0
    for document in (*named, *documents):
        # A text that is far too long is not worth counting.
        if document.path in chosen or len(document.text) // 8 > budget - used:
            continue
        cost = _framed(document)
        if used + cost <= budget:
            used += cost
            chosen.add(document.path)
    return chosen, used


def _is_named(path: str, words: set[str]) -> bool:
    name = path.rsplit("/", 1)[-1]
    return path in words or name in words


def _outline(documents: Sequence[DocumentText], budget: int) -> str:
    """A line for each document that is not shown, for as many as fit into `budget` tokens."""
    if not documents:
        return ""
    lines = [_LEFT_OUT]
    left = budget - _tokens(_LEFT_OUT) - _PER_MESSAGE
    for at, document in enumerate(documents):
        line = f"- {document.path}: {document.text.count(chr(10)) + 1} lines, {len(document.text)} characters"
        left -= estimate_tokens(line)
        if left < 0:
            lines.append(f"- and {len(documents) - at} more")
            break
        lines.append(line)
    return "\n".join(lines)


def _newest(conversation: Sequence[Exchange], budget: int) -> list[Exchange]:
    """The last exchanges that fit into `budget` tokens, oldest first."""
    kept: list[Exchange] = []
    for exchange in reversed(conversation):
        budget -= _cost(exchange)
        if budget < 0:
            break
        kept.append(exchange)
    return kept[::-1]


def _messages(conversation: Iterable[Exchange]) -> Iterable[PromptMessage]:
    for exchange in conversation:
        yield PromptMessage("user", exchange.prompt)
        # Servers refuse an empty message.
        yield PromptMessage("assistant", exchange.answer if exchange.answer.strip() else _SILENT)


def _cost(exchange: Exchange) -> int:
    return _tokens(exchange.prompt) + _tokens(exchange.answer or _SILENT)


def _framed(document: DocumentText) -> int:
    return _tokens(document.text) + _tokens(document.path) + _PER_MESSAGE


def _tokens(text: str) -> int:
    return estimate_tokens(text) + _PER_MESSAGE
