"""Where lines stand in a document, compared ever more leniently: the steps of finding a place.

A search that ran out of budget finds nothing: it may have missed a second place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ide.domain.edits.lines import content_of, split_lines
from ide.domain.edits.shift import UNSHIFTED, Shift, indent_of, infer_shift
from ide.domain.edits.similarity import Budget, fold, may_be_similar, similarity

LEAST_SIMILARITY: Final = 0.8
# Letters compared by likeness in one search: about a second of one core.
STEPS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where the old text stands: its first line, counted from 0, how many lines, and how its indentation differs.

    `below`: the place is that of a line which stays, and new text goes below it.
    """

    first: int
    count: int
    shift: Shift = UNSHIFTED
    below: bool = False


def contents(text: str) -> list[str]:
    """The lines of a text without their endings."""
    return [content_of(line) for line in split_lines(text)]


def folded(line: str) -> str:
    """A line without white space around it and with typographic signs folded."""
    return fold(line).strip()


def exact_places(lines: Sequence[str], target: Sequence[str]) -> list[Place]:
    """Where `target` stands letter for letter."""
    return [Place(first, len(target)) for first in _occurrences(lines, target)]


def unended_places(lines: Sequence[str], target: Sequence[str]) -> list[Place]:
    """Where it stands but for space at the ends of lines."""
    return [Place(first, len(target)) for first in _keyed(lines, target, str.rstrip)]


def shifted_places(
    lines: Sequence[str], target: Sequence[str], key: Callable[[str], str], budget: Budget, *, loosely: bool = False
) -> list[Place]:
    """Where `key` makes the lines equal and one shift explains how their indentation differs.

    `loosely`: or most of them have the indentation that they should have.
    """
    places = []
    for first in _keyed(lines, target, key):
        if not budget.spend(len(target)):
            return []
        found = lines[first : first + len(target)]
        shift = infer_shift(zip(target, found, strict=True))
        if shift is None and loosely:
            shift = _mostly_unshifted(target, found)
        if shift is not None:
            places.append(Place(first, len(target), shift))
    return places


def similar_places(lines: Sequence[str], target: Sequence[str], budget: Budget) -> list[Place]:
    """Places where every line is like its own. The longest line of the target is looked for first."""
    wanted = [folded(line) for line in target]
    present = [folded(line) for line in lines]
    anchor = max(range(len(wanted)), key=lambda index: len(wanted[index]))
    places = []
    for at in range(anchor, len(present) - len(wanted) + anchor + 1):
        first = at - anchor
        if not _alike(wanted[anchor], present[at], budget):
            continue
        if all(_alike(old, present[first + index], budget) for index, old in enumerate(wanted) if index != anchor):
            found = lines[first : first + len(target)]
            shift = infer_shift(zip(target, found, strict=True)) or _mostly_unshifted(target, found)
            if shift is not None:
                places.append(Place(first, len(target), shift))
    return places if budget.spend(0) else []


def _mostly_unshifted(target: Sequence[str], found: Sequence[str]) -> Shift | None:
    """No shift, if that is right for more than half of the lines."""
    equal = [indent_of(old) == indent_of(new) for old, new in zip(target, found, strict=True) if old.strip()]
    return UNSHIFTED if 2 * sum(equal) > len(equal) else None


def _alike(one: str, other: str, budget: Budget) -> bool:
    if one == other:
        return budget.spend(1)
    if not may_be_similar(one, other, LEAST_SIMILARITY) or not budget.spend(len(one) * len(other) // 64 + len(other)):
        return False
    return similarity(one, other) >= LEAST_SIMILARITY


def _occurrences(lines: Sequence[str], target: Sequence[str]) -> Iterator[int]:
    """Every index at which `target` stands in `lines`, overlapping ones too, in linear time (Knuth, Morris, Pratt)."""
    fallback = [0] * len(target)
    length = 0
    for index in range(1, len(target)):
        while length and target[index] != target[length]:
            length = fallback[length - 1]
        length += target[index] == target[length]
        fallback[index] = length
    matched = 0
    for index, line in enumerate(lines):
        while matched and (matched == len(target) or line != target[matched]):
            matched = fallback[matched - 1]
        matched += line == target[matched]
        if matched == len(target):
            yield index - matched + 1


def _keyed(lines: Sequence[str], target: Sequence[str], key: Callable[[str], str]) -> Iterator[int]:
    return _occurrences([key(line) for line in lines], [key(line) for line in target])
