"""A small set of edits that turns one text into another, found with bounded work.

Lines are compared first, and lines that were replaced are then narrowed to the characters between their common ends. So
a caret, a comment or somebody's unsent typing in the part that stays is not disturbed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ide.domain.edits.common import common_pairs
from ide.domain.edits.lines import split_lines

# Beyond so many lines, those that stand once in each text divide them; between two of those, more are replaced as one.
MOST_LINES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the code points from `start` to `end` of the old text by `text`."""

    start: int
    end: int
    text: str


def difference(old: str, new: str) -> list[Edit]:
    """Edits in ascending order, none overlapping, all counted in `old`. Empty if the texts are equal."""
    if old == new:
        return []
    old_lines, new_lines = split_lines(old), split_lines(new)
    offsets = [0]
    for line in old_lines:
        offsets.append(offsets[-1] + len(line))
    edits: list[Edit] = []
    for first, last, new_first, new_last in changed_lines(old_lines, new_lines):
        if last - first == new_last - new_first:
            for index in range(last - first):
                edits += _narrowed(offsets[first + index], old_lines[first + index], new_lines[new_first + index])
        else:
            edits += _narrowed(offsets[first], "".join(old_lines[first:last]), "".join(new_lines[new_first:new_last]))
    return edits


def changed_lines(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Ranges of lines that differ: first and last of the old, first and last of the new."""
    head, tail = common_ends(old, new)
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    pairs = [(-1, -1), *_equal_lines(old_middle, new_middle), (len(old_middle), len(new_middle))]
    for (first, new_first), (last, new_last) in pairwise(pairs):
        if last - first > 1 or new_last - new_first > 1:
            yield head + first + 1, head + last, head + new_first + 1, head + new_last


def _equal_lines(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Indices of lines that stay, ascending in both."""
    if max(len(old), len(new)) <= MOST_LINES:
        return common_pairs(old, new)
    pairs: list[tuple[int, int]] = []
    for (first, new_first), (last, new_last) in pairwise([(-1, -1), *_landmarks(old, new), (len(old), len(new))]):
        if max(last - first, new_last - new_first) <= MOST_LINES:
            between = common_pairs(old[first + 1 : last], new[new_first + 1 : new_last])
            pairs += [(first + 1 + at, new_first + 1 + new_at) for at, new_at in between]
        if last < len(old):
            pairs.append((last, new_last))
    return pairs


def _landmarks(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Indices of as many lines as can be that stand once in each text, and in one order."""
    counts, new_counts = Counter(old), Counter(new)
    places = {line: at for at, line in enumerate(new) if new_counts[line] == 1}
    once = [(at, places[line]) for at, line in enumerate(old) if counts[line] == 1 and line in places]
    # The longest ascending subsequence: for each length the pair that ends it earliest, and what comes before each.
    ends: list[int] = []
    last_of: list[tuple[int, int]] = []
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    for pair in once:
        length = bisect_left(ends, pair[1])
        before[pair] = last_of[length - 1] if length else None
        ends[length : length + 1] = [pair[1]]
        last_of[length : length + 1] = [pair]
    found: list[tuple[int, int]] = []
    pair_or_none = last_of[-1] if last_of else None
    while pair_or_none is not None:
        found.append(pair_or_none)
        pair_or_none = before[pair_or_none]
    return found[::-1]


def _narrowed(at: int, old: str, new: str) -> list[Edit]:
    """One edit for the part between the common ends; none if the texts are equal."""
    if old == new:
        return []
    head, tail = common_ends(old, new)
    return [Edit(at + head, at + len(old) - tail, new[head : len(new) - tail])]


def common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many items are equal at the start, and how many at the end of what is left."""
    shortest = min(len(old), len(new))
    head = 0
    while head < shortest and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shortest - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail
