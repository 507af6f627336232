"""What a room holds at one moment, as far as models are told of it, and a choice of it that fits into a window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ide.domain.turns.budget import PER_MESSAGE, cost
from ide.domain.turns.estimate import estimate_tokens
from ide.domain.turns.mentions import Names, RoomFile
from ide.domain.turns.outline import MOST_NAMES, outline_line

_NAMES: Final = (MOST_NAMES, 12, 4, 0)
_ENTRANCES: Final = ("readme", "index", "main", "app")
_OUTLINED: Final = "Files that are not shown, with their lines and the names at their top level:"
_ASSETS: Final = "Binary files:"


@dataclass(frozen=True, slots=True)
class RoomView:
    """Documents by id, in the order of their paths, how to look them up, and a line for each binary file.

    `recent` are ids of documents that changed lately, the latest first.
    """

    files: Mapping[str, RoomFile]
    names: Names
    assets: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()


def framed_cost(file: RoomFile) -> int:
    """What a document takes in its frame."""
    return file.outline.tokens + cost(file.path)


def choose(files: Iterable[RoomFile], tokens: int, chosen: dict[str, RoomFile]) -> int:
    """Put those of `files` that fit into `tokens` one after the other to those `chosen`. Answers what they take."""
    used = 0
    for file in files:
        if file.id not in chosen and used + (needed := framed_cost(file)) <= tokens:
            chosen[file.id] = file
            used += needed
    return used


def likely(view: RoomView) -> list[RoomFile]:
    """All documents, those first that matter where nothing says which do."""
    recent = {file_id: at for at, file_id in enumerate(view.recent)}

    def rank(file: RoomFile) -> tuple[int, bool, int, str]:
        name = file.path.rpartition("/")[2].lower()
        return recent.get(file.id, len(recent)), not name.startswith(_ENTRANCES), file.path.count("/"), file.path

    return sorted(view.files.values(), key=rank)


def render_outline(files: Sequence[RoomFile], assets: Sequence[str], tokens: int) -> str:
    """A line for each of `files`, and for each binary file, within `tokens`; fewer names and lines if need be."""
    parts = []
    left = tokens
    if files:
        parts.append(_listed(_OUTLINED, _lines(files, left - cost(_OUTLINED)), left))
        left -= cost(parts[-1])
    if assets and left > cost(_ASSETS):
        parts.append(_listed(_ASSETS, [f"- {asset}" for asset in assets], left))
    return "\n\n".join(parts)


def _lines(files: Sequence[RoomFile], tokens: int) -> list[str]:
    lines: list[str] = []
    for most in _NAMES:
        lines = [outline_line(file.path, file.outline, most) for file in files]
        if estimate_tokens("\n".join(lines)) + len(lines) <= tokens:
            break
    return lines


def _listed(head: str, lines: Sequence[str], tokens: int) -> str:
    kept = [head]
    left = tokens - cost(head) - PER_MESSAGE
    for at, line in enumerate(lines):
        left -= estimate_tokens(line)
        if left < 0:
            kept.append(f"- and {len(lines) - at} more")
            break
        kept.append(line)
    return "\n".join(kept)
