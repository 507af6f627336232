"""Finding the place that a model means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.edits.locator import Miss, locate, locate_exactly
from ide.domain.edits.matching import Place
from ide.domain.edits.shift import Shift
from ide.wire.codes import Reason

TEXT = """\
import math

def area(r):
    return math.pi * r ** 2  \n
def grow(r):
    return r + 1

def shrink(r):
    return r - 1
"""


@pytest.mark.parametrize(
    ("target", "place"),
    [
        (["def area(r):"], Place(2, 1)),
        (["    return math.pi * r ** 2"], Place(3, 1)),
        (["def grow(r):", "    return r + 1"], Place(5, 2)),
        (["def grow(r):  ", "    return r + 1 "], Place(5, 2)),
        (["  def grow(r):", "      return r + 1"], Place(5, 2, Shift(remove="  "))),
        (["return r + 1"], Place(6, 1, Shift(add="    "))),
        (["def grow(r):", "\treturn r + 1"], Place(5, 2, Shift(old_unit="\t", new_unit="    "))),
        (["def grow(r):", "    return r + 1", ""], Place(5, 3)),
        (["def grow(radius):", "    return r + 1"], Place(5, 2)),
        (["def area(r) :"], Place(2, 1)),
    ],
)
def test_found(target: list[str], place: Place) -> None:
    assert locate(TEXT, target) == place


def test_typographic_signs_are_folded() -> None:
    text = "say(\u201chello\u201d) \u2014 now\nsay('bye')\n"
    assert locate(text, ['say("hello") - now']) == Place(0, 1)
    assert locate("say('x')\n", ["say(\u2018x\u2019)"]) == Place(0, 1)


def test_line_endings_are_no_part_of_a_line() -> None:
    assert locate_exactly("one\r\ntwo\r\nthree", ["two", "three"]) == Place(1, 2)
    assert locate_exactly("a\u2028b\n", ["b"]) is None


def missed(text: str, target: list[str], hint: int | None = None) -> Miss:
    found = locate(text, target, hint)
    assert isinstance(found, Miss)
    return found


def test_what_stands_nowhere_is_refused_with_the_nearest_lines() -> None:
    miss = missed(TEXT, ["def grow(r):", "    print(r)"])
    assert miss.reason == Reason.NO_MATCH
    assert "6| def grow(r):\n7|     return r + 1" in miss.message
    assert missed("", ["x"]).reason == Reason.NO_MATCH


def test_less_alike_than_four_fifths_is_not_alike() -> None:
    assert locate("abcdefghij\n", ["abcdefghXX"]) == Place(0, 1)
    assert missed("abcdefghij\n", ["abcdefgXXX"]).reason == Reason.NO_MATCH


def test_one_line_that_differs_is_not_outweighed_by_those_that_agree() -> None:
    lines = [f"line {number}" for number in range(10)]
    target = [*lines[:5], "somebody rewrote this one", *lines[6:]]
    assert missed("\n".join(lines), target).reason == Reason.NO_MATCH


def test_what_stands_twice_is_refused_unless_the_hint_is_strictly_nearer() -> None:
    text = "a\nx\nb\nx\nc\n"
    assert missed(text, ["x"]).reason == Reason.AMBIGUOUS
    assert "lines 2, 4" in missed(text, ["x"]).message
    assert missed(text, ["x"], 3).reason == Reason.AMBIGUOUS
    assert locate(text, ["x"], 1) == Place(1, 1)
    assert locate(text, ["x"], 900) == Place(3, 1)


def test_an_exact_match_wins_over_a_lenient_one() -> None:
    assert locate("  x = 1\nx = 1\n", ["x = 1"]) == Place(1, 1)


def test_a_hint_is_no_address() -> None:
    assert locate(TEXT, ["import math"], 9) == Place(0, 1)


def test_empty_old_text_is_for_an_empty_document() -> None:
    assert locate("", []) == locate("", [""]) == Place(0, 0)
    assert missed("x\n", []).reason == Reason.NO_MATCH


def test_indentation_that_no_single_shift_explains_is_refused() -> None:
    assert missed("  if a:\n      b()\n", ["if a:", "b()"]).reason == Reason.NO_MATCH


def test_a_line_whose_indentation_is_off_among_others_is_forgiven() -> None:
    assert locate("if a:\n    b()\n    c()\n", ["if a:", "    b()", "   c()"]) == Place(0, 3)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("x\n" * 20_000, ["x"] * 5_000 + ["y"]),
        ("\n" * 20_000, [""] * 5_000 + ["y"]),
        ("aaaaaaaaab\n" * 20_000, ["aaaaaaaaac"] * 2_000),
        ("a" * 300_000, ["a" * 290_000 + "b"]),
        (" x\n" * 10_000, ["x"] * 3_000),
    ],
)
def test_work_is_bounded(text: str, target: list[str]) -> None:
    """Would take minutes if each line were compared with each."""
    assert isinstance(locate(text, target), Miss)


@given(st.lists(st.sampled_from("ab"), max_size=12), st.lists(st.sampled_from("ab"), min_size=1, max_size=4))
def test_exact_places_are_those_of_a_plain_search(lines: list[str], target: list[str]) -> None:
    places = [at for at in range(len(lines) - len(target) + 1) if lines[at : at + len(target)] == target]
    found = locate_exactly("\n".join(lines), target)
    if len(places) == 1:
        assert found == Place(places[0], len(target))
    elif places:
        assert isinstance(found, Miss) and found.reason == Reason.AMBIGUOUS
    else:
        assert found is None


class TestShift:
    def test_new_lines_move_with_the_old(self) -> None:
        assert Shift(add="    ").apply("  x") == "      x"
        assert Shift(remove="  ").apply("    x") == "  x"
        assert Shift(old_unit="  ", new_unit="\t").apply("    x = '  '") == "\t\tx = '  '"
        assert Shift(add="    ").apply("") == ""
