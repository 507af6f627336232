"""Finding the place of a chunk of a patch."""

from __future__ import annotations

import pytest

from ide.domain.edits.chunks import locate_chunk, locate_chunk_exactly
from ide.domain.edits.events import Chunk
from ide.domain.edits.locator import Miss
from ide.domain.edits.matching import Place
from ide.domain.edits.shift import Shift
from ide.wire.codes import Reason

TEXT = """\
class A:
    def f(self):
        return 1

    def g(self):
        return 2

class B:
    def f(self):
        return 1

    def g(self):
        return 2  \n
def f():
    return \u201c1\u201d
"""
FIRST = Chunk(first=True)


def place(*target: str, anchors: tuple[str, ...] = (), last: bool = False, cursor: int = 0) -> Place | Miss:
    return locate_chunk(TEXT, target, Chunk(anchors, first=cursor == 0, last=last), cursor)


def missed(found: Place | Miss) -> Reason:
    assert isinstance(found, Miss)
    return found.reason


def test_lines_that_stand_once_are_found_ever_more_leniently() -> None:
    assert place("class B:") == Place(7, 1)
    assert place("        return 2", "", "def f():") == Place(12, 3)
    assert place("def f():", '    return "1"') == Place(14, 2)
    assert place("  class B:", "      def f(self):") == Place(7, 2, Shift(remove="  "))
    assert missed(place("class C:")) == Reason.NO_MATCH
    assert missed(place("class Bee:")) == Reason.NO_MATCH


def test_what_stands_twice_is_refused() -> None:
    assert missed(place("        return 1")) == Reason.AMBIGUOUS
    assert missed(locate_chunk("a:\n  x\n  x\nx\n", ["  x"], Chunk(("a:",)), 0)) == Reason.AMBIGUOUS


def test_the_chunk_before_it_decides() -> None:
    assert place("        return 1", cursor=3) == Place(9, 1)
    assert place("    def f(self):", "        return 1", cursor=2) == Place(8, 2)


def test_a_place_above_the_chunk_before_it_is_better_than_none() -> None:
    assert place("class A:", cursor=8) == Place(0, 1)
    assert missed(place("        return 1", cursor=12)) == Reason.AMBIGUOUS


@pytest.mark.parametrize(
    ("anchors", "target", "found"),
    [
        (("class A:",), "        return 1", 2),
        (("class B:",), "        return 1", 9),
        (("class A:", "    def g(self):"), "        return 2", 5),
        (("class A:", "def g(self):"), "        return 2", 5),
        ((" class B: ", "def g(self):"), "        return 2", 12),
        (("    def g(self):",), "class B:", 7),
        (("class Z:",), "class B:", 7),
    ],
)
def test_the_lines_that_head_it_decide(anchors: tuple[str, ...], target: str, found: int) -> None:
    assert place(target, anchors=anchors) == Place(found, 1)


def test_a_head_that_stands_twice_decides_nothing() -> None:
    assert missed(place("        return 1", anchors=("    def f(self):",))) == Reason.AMBIGUOUS


def test_brackets_at_the_depth_of_a_head_belong_to_it() -> None:
    text = "f()\n{\n  x\n}\ng()\n{\n  x\n}\n"
    assert locate_chunk(text, ["  x"], Chunk(("f()",)), 0) == Place(2, 1)
    assert locate_chunk(text, ["  x"], Chunk(("g()",)), 0) == Place(6, 1)


def test_the_files_end_is_tried_first() -> None:
    text = "a\nx\nb\nx\n"
    assert locate_chunk_exactly(text, ["x"], Chunk(last=True), 0) == Place(3, 1)
    assert locate_chunk(text, ["x "], Chunk(last=True), 0) == Place(3, 1)
    assert locate_chunk(text, ["b"], Chunk(last=True), 0) == Place(2, 1)


def test_new_lines_alone_go_to_the_end_or_below_their_head() -> None:
    assert place() == Place(15, 1, below=True)
    assert place(anchors=("class B:",)) == Place(7, 1, below=True)
    assert missed(place(anchors=("class Z:",))) == Reason.NO_MATCH
    assert missed(place(anchors=("def g(self):",))) == Reason.AMBIGUOUS
    assert locate_chunk("", [], FIRST, 0) == Place(0, 0)


def test_what_is_exact_in_the_likeliest_lines_needs_no_search() -> None:
    assert locate_chunk_exactly(TEXT, ["class B:"], FIRST, 0) == Place(7, 1)
    assert locate_chunk_exactly(TEXT, ["class B:"], Chunk(), 9) is None
    assert locate_chunk_exactly(TEXT, ["class B: "], FIRST, 0) is None


@pytest.mark.parametrize(
    ("text", "target", "anchors"),
    [
        ("x\n" * 20_000, ["x"] * 5_000 + ["y"], ()),
        ("x\n" * 20_000, ["y"], ("x",) * 16),
        ("{\n" * 20_000, ["y"], ("{", " {", "{ ")),
        ("".join(" " * (at % 200) + "x\n" for at in range(20_000)), ["y"], ("x ",) * 16),
        ("\u201cx\u201d\n" * 10_000, ['"x"'] * 5_000 + ["y"], ('"x"',)),
    ],
)
def test_work_is_bounded(text: str, target: list[str], anchors: tuple[str, ...]) -> None:
    """Would take minutes if each line were compared with each."""
    assert isinstance(locate_chunk(text, target, Chunk(anchors), 0), Miss)
