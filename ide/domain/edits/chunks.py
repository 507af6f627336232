"""Finding the place of a chunk of a patch.

The steps are those of `locator.py`, but for likeness. They are taken in the likeliest lines first: at the file's end if
the chunk says so, in what its `@@` lines head, below those, below the chunk before it, at last anywhere. Where anything
is found decides; what stands there twice is refused, while the reference takes the first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from ide.domain.edits.events import Chunk
from ide.domain.edits.locator import Miss, choose
from ide.domain.edits.matching import (
    STEPS,
    Place,
    contents,
    exact_places,
    folded,
    shifted_places,
    unended_places,
)
from ide.domain.edits.nearest import nearest
from ide.domain.edits.shift import indent_of
from ide.domain.edits.similarity import Budget
from ide.wire.codes import Reason

Item = TypeVar("Item")
Ranges = Sequence[tuple[int, int]]
"""Lines from the first to before the second; ascending, none overlapping."""

_KEYS: Final[tuple[Callable[[str], str], ...]] = (str, str.rstrip, str.strip, folded)
# A line that begins so may stand at the depth of a block's head and yet belong to the block.
_BRACKETS: Final = "{}()[]"
_NO_HEAD: Final = "What stands behind @@ is no line of the document."


def locate_chunk_exactly(text: str, target: Sequence[str], chunk: Chunk, cursor: int) -> Place | Miss | None:
    """The place where `target` stands letter for letter in the likeliest lines. None: `locate_chunk` should look.

    `cursor` is the line below the chunk before it, from 0.
    """
    lines = contents(text)
    heads = _Heads(lines, chunk.anchors, cursor)
    if not target:
        return _below(lines, heads)
    ranges = next(_ranges(lines, len(target), chunk, cursor, heads))
    return choose(_within(exact_places(lines, target), ranges), lines)


def locate_chunk(text: str, target: Sequence[str], chunk: Chunk, cursor: int) -> Place | Miss:
    """The place that a chunk means, by all steps. Work is bounded, but may take a second: not for the event loop."""
    lines = contents(text)
    heads = _Heads(lines, chunk.anchors, cursor)
    if not target:
        return _below(lines, heads)
    budget = Budget(STEPS)
    steps = (
        exact_places(lines, target),
        unended_places(lines, target),
        shifted_places(lines, target, str.strip, budget),
        shifted_places(lines, target, folded, budget),
        shifted_places(lines, target, folded, budget, loosely=True),
    )
    for ranges in _ranges(lines, len(target), chunk, cursor, heads):
        for places in steps:
            found = choose(_within(places, ranges), lines)
            if found is not None:
                return found
    message = nearest(lines, target)
    return Miss(Reason.NO_MATCH, message if heads.found else f"{_NO_HEAD} {message}")


def _below(lines: Sequence[str], heads: _Heads) -> Place | Miss:
    """The line below which a chunk without old text puts its own: that of its last anchor, else the last."""
    if not lines:
        return Place(0, 0)
    if heads.found:
        places = [Place(start - 1, 1, below=True) for start, _ in heads.scopes]
        return choose(places, lines) or Place(len(lines) - 1, 1, below=True)
    return Miss(Reason.NO_MATCH, f"{_NO_HEAD} Name lines around the place.")


def _ranges(lines: Sequence[str], count: int, chunk: Chunk, cursor: int, heads: _Heads) -> Iterator[Ranges]:
    """Where the chunk's first line may stand, the likeliest lines first."""
    end = len(lines)
    if chunk.last and end >= count:
        yield [(end - count, end)]
    if heads.scopes:
        yield _merged(heads.scopes)
        yield [(heads.scopes[0][0], end)]
    yield [(cursor, end)]
    yield [(0, end)]


class _Heads:
    """The lines that a chunk's anchors may mean, each inside of what one of the lines before it heads.

    `scopes` are what the last of them head; these may overlap. `found`: unless there is none for some anchor.
    """

    def __init__(self, lines: Sequence[str], anchors: Sequence[str], cursor: int) -> None:
        self._lines = lines
        self._anchors = anchors
        self._places: list[dict[str, list[int]] | None] = [None] * len(_KEYS)
        self._ends = _ends(lines) if anchors else []
        self.scopes: Ranges = (self._look(cursor) or self._look(0)) if anchors else []
        self.found = bool(self.scopes) or not anchors

    def _look(self, cursor: int) -> Ranges:
        scopes: Ranges = [(cursor, len(self._lines))]
        for anchor in self._anchors:
            inside = _merged(scopes)
            scopes = []
            for number, key in enumerate(_KEYS):
                standing = self._standing(number).get(key(anchor), [])
                scopes = [(at + 1, self._ends[at]) for at in _sliced(standing, standing, inside)]
                if scopes:
                    break
        return scopes

    def _standing(self, number: int) -> dict[str, list[int]]:
        """Every line by what a key makes of it."""
        places = self._places[number]
        if places is None:
            places = self._places[number] = {}
            for at, line in enumerate(self._lines):
                places.setdefault(_KEYS[number](line), []).append(at)
        return places


def _ends(lines: Sequence[str]) -> list[int]:
    """For each line the first one below that is not deeper than it, closes nothing and is not blank."""
    ends = [len(lines)] * len(lines)
    open_heads: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        content = line.strip()
        if not content or content[0] in _BRACKETS:
            continue
        depth = len(indent_of(line))
        while open_heads and open_heads[-1][0] >= depth:
            ends[open_heads.pop()[1]] = index
        open_heads.append((depth, index))
    return ends


def _merged(ranges: Ranges) -> Ranges:
    """The same lines, none twice."""
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _within(places: Sequence[Place], ranges: Ranges) -> list[Place]:
    """Those that begin in one of the ranges. Both ascend."""
    return _sliced(places, [place.first for place in places], ranges)


def _sliced(items: Sequence[Item], lines: Sequence[int], ranges: Ranges) -> list[Item]:
    """Those whose line is in one of the ranges. All ascend."""
    found: list[Item] = []
    for start, end in ranges:
        found += items[bisect_left(lines, start) : bisect_left(lines, end)]
    return found
