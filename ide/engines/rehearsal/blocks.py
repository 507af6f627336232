"""Writing the dialect `edit`: whole files, and changed lines with as much context as makes them unique."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

_MARKER = re.compile(r"^(?:<<<<<<<|=======|>>>>>>>|```|~~~)", re.MULTILINE)
_CONTEXT = 100  # lines of context that are tried at most
_CLOSE = 3  # changed lines with fewer than this many unchanged ones between them share a block


@dataclass(frozen=True, slots=True)
class Change:
    """Lines of a document, the first counted from 1, and the lines that shall stand there instead."""

    path: str
    line: int
    old: tuple[str, ...]
    new: tuple[str, ...]


class CannotWrite(ValueError):
    """The change cannot be said in this dialect: it needs lines that look like markers, or too much context."""


def create(path: str, text: str) -> str:
    """A block that makes the file `path`."""
    if _MARKER.search(text):
        raise CannotWrite(path)
    return f"<<<<<<< CREATE {path}\n{text.rstrip(chr(10))}\n>>>>>>> END\n"


def edit(path: str, text: str, changes: Iterable[Change]) -> str:
    """Blocks that make `changes`, all of them of the document `path` with this text. Raises `CannotWrite`."""
    lines = text.split("\n")
    blocks: list[str] = []
    grown = 0
    for group in _groups(sorted(changes, key=attrgetter("line"))):
        first, last = group[0].line - 1 + grown, group[-1].line - 1 + len(group[-1].old) + grown
        fresh = list(lines)
        added = 0
        for change in group:
            at = change.line - 1 + grown + added
            fresh[at : at + len(change.old)] = change.new
            added += len(change.new) - len(change.old)
        first, last = _unique(path, lines, first, last)
        blocks.append(_block(path, first + 1, lines[first:last], fresh[first : last + added]))
        lines = fresh
        grown += added
    return "".join(blocks)


def _groups(changes: Sequence[Change]) -> list[list[Change]]:
    groups: list[list[Change]] = []
    for change in changes:
        if groups and change.line - (groups[-1][-1].line + len(groups[-1][-1].old)) < _CLOSE:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


def _unique(path: str, lines: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """The smallest stretch around first…last whose text stands in the document once, however white space is read."""
    text = "\n".join(lines)
    bare = [line.strip() for line in lines]
    for _ in range(_CONTEXT):
        part = "\n".join(lines[first:last])
        once = text.count(part) == 1 and _count(bare, bare[first:last]) == 1
        if (once and part.strip()) or (first == 0 and last == len(lines)):
            return first, last
        if first > 0:
            first -= 1
        if last < len(lines) and not (first > 0 and lines[first].strip()):
            last += 1
    raise CannotWrite(path)


def _count(lines: Sequence[str], part: Sequence[str]) -> int:
    return sum(lines[at : at + len(part)] == part for at in range(len(lines) - len(part) + 1))


def _block(path: str, line: int, old: Sequence[str], new: Sequence[str]) -> str:
    # A model writes no carriage returns; the document keeps its own line endings.
    before, after = ("\n".join(line.rstrip("\r") for line in lines) for lines in (old, new))
    if _MARKER.search(before) or _MARKER.search(after):
        raise CannotWrite(path)
    return f"<<<<<<< EDIT {path} @{line}\n{before}\n======= WITH\n{after}\n>>>>>>> END\n"
