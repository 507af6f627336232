"""The longest common subsequence of two sequences, in a few operations on long integers for each item (Hyyrö 2004)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence


def common_length(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """How many items the longest common subsequence has."""
    full = (1 << len(one)) - 1
    last = full
    for last in _rows(one, other):  # noqa: B007
        pass
    return (full & ~last).bit_count()


def common_pairs(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Indices into both of one longest common subsequence, ascending. Keeps a bit for each pair of items."""
    rows = list(_rows(one, other))
    pairs: list[tuple[int, int]] = []
    left, right = len(one), len(other)
    while left and right:
        if rows[right - 1] >> (left - 1) & 1:
            left -= 1
            continue
        right -= 1
        if right and not rows[right - 1] >> (left - 1) & 1:
            continue
        left -= 1
        pairs.append((left, right))
    return pairs[::-1]


def _rows(one: Sequence[Hashable], other: Sequence[Hashable]) -> Iterator[int]:
    """For each item of `other`: a 0 bit for every item of `one` at which the common length up to there grows."""
    places: dict[Hashable, int] = {}
    for at, item in enumerate(one):
        places[item] = places.get(item, 0) | 1 << at
    full = (1 << len(one)) - 1
    row = full
    for item in other:
        matches = row & places.get(item, 0)
        row = (row + matches | row - matches) & full
        yield row
