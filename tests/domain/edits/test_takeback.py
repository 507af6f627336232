"""A model's change is taken back, and what people typed in it since stays, once."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.edits.takeback import take_back
from tests.live.typing_session import LINES


def taken_back(before: str, after: str, present: str) -> str:
    """What stands there afterwards."""
    parts: list[str] = []
    at = 0
    for edit in take_back(before, after, present):
        assert at <= edit.start <= edit.end <= len(present)
        parts += [present[at : edit.start], edit.text]
        at = edit.end
    return "".join(parts) + present[at:]


@pytest.mark.parametrize(
    ("before", "after", "present", "expected"),
    [
        ("const S = 5\n", "const S = 8\n", "const S = 8\n", "const S = 5\n"),
        ("const S = 5\n", "const S = 8\n", "const S = 8 // mine\n", "const S = 5 // mine\n"),
        ("const S = 5\n", "const S = 8\n", "// mine\nconst S = 8\n", "// mine\nconst S = 5\n"),
        ("f(a, 5)\n", "g(a, 8)\n", "g(a, b, 8)\n", "f(a, b, 5)\n"),
        # What people wrote over the model's word is theirs, and so is the rest of a word that they changed.
        ("const S = 5\n", "const S = 8\n", "const S = 9\n", "const S = 9\n"),
        ("old\n", "compute(a)\n", "compare(a)\n", "old\ncompare\n"),
        # Lines that the model added go, the ones that people put between them stay.
        ("", "one\ntwo\n", "one\nmine\ntwo\n", "mine\n"),
        ("", "one\ntwo\n", "one mine\ntwo\n", " mine\n"),
        ("a\n", "a\none\ntwo\nb\n", "a\none\nmine\ntwo\nb\n", "a\nmine\n"),
        # Lines that it removed come back where they stood.
        ("a\nb\nc\n", "a\nc\n", "a\nc // mine\n", "a\nb\nc // mine\n"),
        ("a\nb\n", "", "mine\n", "a\nb\nmine\n"),
        ("a\nb\nc\n", "a\nc\n", "mine\na\nmore\nc\n", "mine\na\nb\nmore\nc\n"),
        # A line that grew into several is still the line that people typed in.
        ("x = 5\n", "x = 8\ny = 1\nz = 2\n", "x = 8 # mine\ny = 1\nz = 2\n", "x = 5 # mine\n"),
        ("old\n", "quite new\nand more\n", "quite new mine\nand more\n", "old\n mine\n"),
        # What people removed stays removed.
        ("old\n", "one\ntwo\n", "two\n", "old\n"),
        ("a\nold\nc\n", "a\nnew\nc\n", "a\nc\n", "a\nc\n"),
        ("😀 漢字\n", "漢字 é\n", "漢字 é mine\n", "😀 漢字 mine\n"),
    ],
)
def test_what_people_typed_since_stays(before: str, after: str, present: str, expected: str) -> None:
    assert taken_back(before, after, present) == expected


def test_nothing_is_left_to_take_back_of_what_people_rewrote() -> None:
    assert take_back("const S = 5\n", "const S = 8\n", "const S = 9\n") == []
    assert take_back("old\n", "new\n", "") == []


def test_equal_text_is_left_alone() -> None:
    edits = take_back("a\nb\nc\nd\n", "a\nB\nc\nD\n", "a\nB\nc mine\nD\n")
    assert [(edit.start, edit.end, edit.text) for edit in edits] == [(2, 3, "b"), (11, 12, "d")]


def test_a_large_text_is_compared_within_bounds() -> None:
    choice = random.Random(7)
    lines = [f"{choice.random()} {choice.random()}\n" for _ in range(6_000)]
    after = "".join(lines)
    present = "".join([*lines[:100], "mine 1\n", *lines[100:5_000], "mine 2\n", *lines[5_000:]])
    present = present.replace(lines[3_000], "mine 3\n")
    assert taken_back("", after, present) == "mine 1\nmine 3\nmine 2\n"


DISTINCT = st.lists(
    st.sampled_from(["one two", "three {", "  four", "five(six)", "}; seven", "eight é漢😀", "nine"]), unique=True
)


def joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


@given(LINES, LINES)
def test_without_typing_the_old_text_comes_back(before: list[str], after: list[str]) -> None:
    assert taken_back(joined(before), joined(after), joined(after)) == joined(before)


@given(DISTINCT, DISTINCT, st.data())
def test_added_characters_stay_and_all_else_is_as_it_was(
    before: list[str], after: list[str], data: st.DataObject
) -> None:
    """People add digits, which stand nowhere else; some line endings may stay with them."""
    present = joined(after)
    count = data.draw(st.integers(1, 6))
    for digit in range(count):
        at = data.draw(st.integers(0, len(present)))
        present = present[:at] + str(digit) + present[at:]
    result = taken_back(joined(before), joined(after), present)
    digits = [letter for letter in result if letter.isdigit()]
    assert sorted(digits) == [str(digit) for digit in range(count)]
    assert [letter for letter in result if not letter.isdigit() and letter != "\n"] == [
        letter for letter in joined(before) if letter != "\n"
    ]


@given(LINES, LINES, st.data())
def test_no_character_of_theirs_is_lost_or_doubled(before: list[str], after: list[str], data: st.DataObject) -> None:
    """They add digits and remove whatever they like, their own excepted."""
    present = joined(after)
    count = data.draw(st.integers(1, 6))
    for digit in range(count):
        at = data.draw(st.integers(0, len(present)))
        present = present[:at] + str(digit) + present[at:]
        at = data.draw(st.integers(0, len(present)))
        length = data.draw(st.integers(0, 5))
        gone = "".join(letter for letter in present[at : at + length] if letter.isdigit())
        present = present[:at] + gone + present[at + length :]
    result = taken_back(joined(before), joined(after), present)
    assert sorted(letter for letter in result if letter.isdigit()) == [str(digit) for digit in range(count)]
    # Nothing else came of it than what stood before and what stood there.
    assert not Counter(result) - (Counter(joined(before)) + Counter(present))
