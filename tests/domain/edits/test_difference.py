"""Small edits between two texts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.edits.common import common_length, common_pairs
from ide.domain.edits.difference import Edit, difference
from ide.domain.edits.similarity import similarity

ITEMS = st.text("abc", max_size=9)
TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "ab\n", "\n", "é😀\r\n", "c"]), max_size=10).map("".join)


@given(TEXTS, TEXTS)
def test_the_edits_make_the_new_text(old: str, new: str) -> None:
    text = old
    last = len(old)
    for edit in reversed(difference(old, new)):
        assert edit.start <= edit.end <= last
        last = edit.start
        text = text[: edit.start] + edit.text + text[edit.end :]
    assert text == new


def test_only_the_characters_that_differ() -> None:
    assert difference("a\nspeed = 5\nb\n", "a\nspeed = 8\nb\n") == [Edit(10, 11, "8")]
    assert difference("a\nb\nc\n", "a\nc\n") == [Edit(2, 4, "")]
    assert difference("a\nc\n", "a\nb\nc\n") == [Edit(2, 2, "b\n")]
    assert difference("same", "same") == []


def test_a_large_rewrite_is_one_edit() -> None:
    old = "".join(f"{number}\n" for number in range(5_000))
    new = "".join(f"{number}!\n" for number in range(5_001))
    assert len(difference(old, new)) == 1


def plain_length(one: str, other: str) -> int:
    row = [0] * (len(other) + 1)
    for left in one:
        above = row[:]
        for at, right in enumerate(other):
            row[at + 1] = above[at] + 1 if left == right else max(above[at + 1], row[at])
    return row[-1]


@given(ITEMS, ITEMS)
def test_the_common_subsequence_is_a_longest_one(one: str, other: str) -> None:
    pairs = common_pairs(one, other)
    assert len(pairs) == common_length(one, other) == plain_length(one, other)
    assert all(one[left] == other[right] for left, right in pairs)
    assert pairs == sorted(pairs)
    assert len({left for left, _ in pairs}) == len({right for _, right in pairs}) == len(pairs)


def test_similarity() -> None:
    assert similarity("", "") == similarity("abc", "abc") == 1
    assert similarity("abc", "") == similarity("abc", "xyz") == 0
    assert similarity("abcd", "abxd") == 0.75


@pytest.mark.parametrize("seed", range(5))
def test_a_small_edit_of_a_long_text_stays_small(seed: int) -> None:
    choice = random.Random(seed)
    lines = [f"{choice.randrange(5_000)}\n" for _ in range(9_000)]
    changed = list(lines)
    for _ in range(6):
        at = choice.randrange(len(changed))
        changed[at : at + choice.randrange(3)] = [f"new {choice.random()}\n"]
    edits = difference("".join(lines), "".join(changed))
    assert 1 <= len(edits) <= 6
    assert sum(edit.end - edit.start for edit in edits) < 200
    text = "".join(lines)
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    assert text == "".join(changed)
