"""Markdown's fences as models write them around what they change."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ide.domain.documents import BadPath, check_path

_FENCE = re.compile(r" {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))")


@dataclass(frozen=True, slots=True)
class Fence:
    """A line that opens or closes a fence: its signs, and what stands behind them."""

    signs: str
    info: str

    def closes(self, opened: Fence) -> bool:
        """True if this line ends what `opened` began."""
        return not self.info and self.signs.startswith(opened.signs)


def read_fence(line: str) -> Fence | None:
    """The fence that a line is, if it is one."""
    found = _FENCE.fullmatch(line.rstrip(" \t\r\n"))
    if found is None:
        return None
    return Fence(found[1], found[2].strip()) if found[1] else Fence(found[3], found[4].strip())


def may_be_fence(start: str) -> bool:
    """True while a line that begins with `start` may be a fence."""
    signs = start.lstrip(" ")
    if len(start) - len(signs) > 3:
        return False
    return not signs or signs[:3] in ("`", "``", "```", "~", "~~", "~~~")


def tidy_path(written: str) -> str:
    """A path as a model wrote it, without white space around it and `./` before it."""
    path = written.strip()
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def is_path(text: str) -> bool:
    """True if a document could have this path."""
    try:
        check_path(text)
    except BadPath:
        return False
    return True
