"""Lines as edits know them: divided by \\n alone, which may be preceded by \\r."""

from __future__ import annotations

import re

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def split_lines(text: str) -> list[str]:
    """The lines of `text`, each with its line ending; the last one may have none. An empty text has no lines."""
    return _LINE.findall(text)


def content_of(line: str) -> str:
    """A line without its ending."""
    if line.endswith("\r\n"):
        return line[:-2]
    return line[:-1] if line.endswith("\n") else line


def ending_of(line: str) -> str:
    """A line's ending: \\n, \\r\\n or nothing."""
    return line[len(content_of(line)) :]
