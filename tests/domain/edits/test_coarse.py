"""Fewer edits come to the same text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ide.domain.edits.coarse import coarsened
from ide.domain.edits.difference import Edit, difference

LINES = st.lists(st.sampled_from(["a\n", "b\n", "é😀\n", "\n"]), max_size=30).map("".join)


def applied(text: str, edits: list[Edit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@given(LINES, LINES, st.integers(1, 8))
def test_they_come_to_the_same(old: str, new: str, most: int) -> None:
    edits = coarsened(old, difference(old, new), most)
    assert applied(old, edits) == new
    assert len(edits) <= most
    assert all(before.end <= after.start for before, after in pairwise(edits))


def test_those_that_are_near_each_other_become_one() -> None:
    edits = [Edit(0, 1, "A"), Edit(2, 3, "C"), Edit(20, 21, "Z")]
    assert coarsened("abcd" * 6, edits, 2) == [Edit(0, 3, "AbC"), Edit(20, 21, "Z")]
    assert coarsened("abcd" * 6, edits, 3) == edits
