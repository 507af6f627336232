"""How documents, changes and earlier turns stand in what a model is told, and how to read them back.

Each is framed by its number of lines, so that no text inside it can end the frame. The rehearsal engine reads the
frames back; other models just read the text.

    <document path="game/snake.js" lines="2">
    const SPEED = 5
    start()
    </document>

    <changes path="game/snake.js" lines="4">
    @@ line 1 @@
    -const SPEED = 5
    +const SPEED = 8
     start()
    </changes>

    <turn by="Blue Fox" model="spark" changed="game/snake.js" asked="1" lines="2">
    Make it faster
    It is faster now.
    </turn>
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ide.domain.edits.difference import changed_lines
from ide.domain.edits.lines import content_of, split_lines

_HEAD: Final = re.compile(r'^<([a-z]{1,20}) .*\blines="(\d{1,9})">$')
_PATH: Final = re.compile(r'^<document path=("(?:[^"\\]|\\.)*") lines=')
_ASKED: Final = re.compile(r' asked="(\d{1,9})" lines="\d{1,9}">$')
_AROUND: Final = 2
_ONE_LINE: Final = 160


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document's path and its whole text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier turn: what was asked, what was said to people, by whom and to whom, and which files it changed."""

    prompt: str
    answer: str
    by: str = ""
    model: str = ""
    changed: tuple[str, ...] = ()


def render_documents(documents: Iterable[DocumentText]) -> str:
    """All documents, each in its frame, in the order given."""
    return "\n".join(_framed("document", document.path, document.text.split("\n")) for document in documents)


def render_lines(kind: str, path: str, lines: Sequence[str]) -> str:
    """Some lines of a document in a frame of that kind."""
    return _framed(kind, path, lines)


def render_part(path: str, lines: Sequence[str], first: int, of: int) -> str:
    """Lines of a document that has `of`, from line `first` (from 1) on."""
    return f"Lines {first} to {first + len(lines) - 1} of {of}:\n" + _framed("part", path, lines)


def numbered(lines: Sequence[str], first: int) -> list[str]:
    """Lines with their numbers before them; `first` is the first one's, from 1."""
    return [f"{number}: {line}" for number, line in enumerate(lines, first)]


def render_changes(path: str, before: str, after: str) -> str:
    """How a document's text became another: the lines that went and came, with two of those around them."""
    old, new = split_lines(before), split_lines(after)
    lines: list[str] = []
    at = 0  # what stands before this line of `old` is dealt with
    for first, last, new_first, new_last in changed_lines(old, new):
        start = max(at, first - _AROUND)
        if lines:
            tail = min(at + _AROUND, start)
            lines += _context(old[at:tail])
            at = tail
        if not lines or start > at:
            lines.append(f"@@ line {new_first - (first - start) + 1} @@")
        lines += _context(old[start:first])
        lines += [f"-{content_of(line)}" for line in old[first:last]]
        lines += [f"+{content_of(line)}" for line in new[new_first:new_last]]
        at = last
    return _framed("changes", path, lines + _context(old[at : at + _AROUND]))


def render_exchange(exchange: Exchange) -> str:
    """An earlier turn in its frame."""
    asked, answered = exchange.prompt.split("\n"), exchange.answer.split("\n")
    about = f"by={_quoted(exchange.by)} model={_quoted(exchange.model)}"
    if exchange.changed:
        about += f" changed={_quoted(', '.join(exchange.changed))}"
    head = f'<turn {about} asked="{len(asked)}" lines="{len(asked) + len(answered)}">'
    return "\n".join([head, *asked, *answered, "</turn>"])


def render_briefly(exchange: Exchange) -> str:
    """An earlier turn in one line."""
    changed = f" (changed {', '.join(exchange.changed)})" if exchange.changed else ""
    return f"- {exchange.by or 'Somebody'}: {one_line(exchange.prompt)} -> {one_line(exchange.answer)}{changed}"


def one_line(text: str) -> str:
    """The beginning of a text in one line of at most 160 characters."""
    joined = " ".join(text[: 4 * _ONE_LINE].split())
    return joined if len(joined) <= _ONE_LINE and len(text) <= 4 * _ONE_LINE else f"{joined[: _ONE_LINE - 1]}…"


def parse_documents(text: str) -> list[DocumentText]:
    """The documents framed in `text`, in order. A frame that is cut short is left out."""
    framed = [(_PATH.match(head), lines) for kind, head, lines in _frames(text) if kind == "document"]
    return [DocumentText(json.loads(path[1]), "\n".join(lines)) for path, lines in framed if path is not None]


def parse_exchanges(text: str) -> list[Exchange]:
    """The prompts and answers of the earlier turns framed in `text`, in order."""
    framed = [(_ASKED.search(head), lines) for kind, head, lines in _frames(text) if kind == "turn"]
    return [
        Exchange("\n".join(lines[: int(asked[1])]), "\n".join(lines[int(asked[1]) :]))
        for asked, lines in framed
        if asked is not None
    ]


def _frames(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Kind, first line and lines of each frame. What stands inside of one is no frame."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        head = _HEAD.match(line)
        if head is not None:
            end = at + int(head[2])
            if end < len(lines) and lines[end] == f"</{head[1]}>":
                yield head[1], line, lines[at:end]
                at = end + 1


def _context(lines: Iterable[str]) -> list[str]:
    return [f" {content_of(line)}" for line in lines]


def _framed(kind: str, path: str, lines: Sequence[str]) -> str:
    return "\n".join([f'<{kind} path={_quoted(path)} lines="{len(lines)}">', *lines, f"</{kind}>"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
