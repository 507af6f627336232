"""How a room's documents stand in a prompt, and how to read them back.

A document is framed by its number of lines, so that no text inside it can end the frame. The rehearsal engine reads
the frames back; other models just read the text.

    <document path="game/snake.js" lines="2">
    const SPEED = 5
    start()
    </document>
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

_HEADER = re.compile(r'^<document path=("(?:[^"\\]|\\.)*") lines="(\d+)">$')


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document's path and its whole text."""

    path: str
    text: str


def render_documents(documents: Iterable[DocumentText]) -> str:
    """All documents, each in its frame, in the order given."""
    return "\n".join(_frame(document) for document in documents)


def parse_documents(text: str) -> list[DocumentText]:
    """The documents framed in `text`, in order. A frame that is cut short is left out."""
    lines = text.split("\n")
    found: list[DocumentText] = []
    at = 0
    while at < len(lines):
        header = _HEADER.match(lines[at])
        at += 1
        if header is None:
            continue
        count = int(header[2])
        if at + count < len(lines) and lines[at + count] == "</document>":
            found.append(DocumentText(json.loads(header[1]), "\n".join(lines[at : at + count])))
            at += count + 1
    return found


def _frame(document: DocumentText) -> str:
    lines = document.text.count("\n") + 1
    path = json.dumps(document.path, ensure_ascii=False)
    return f'<document path={path} lines="{lines}">\n{document.text}\n</document>'
