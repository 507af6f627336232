"""Which lines stay while the new text streams in."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ide.domain.edits.shift import Shift
from ide.domain.edits.weave import Keep, Type, Weave

LINES = st.lists(st.sampled_from(["", "}", "  x", "alpha beta", "gamma delta", "alpha"]), max_size=9)


def woven(old: list[str], new: str) -> list[int | str]:
    weave = Weave(old)
    weave.feed(new)
    weave.finish()
    return weave.lines


def test_equal_lines_stay() -> None:
    assert woven(["a", "b", "c"], "a\nnew\nb\nc\n") == [0, "new", 1, 2]
    assert woven(["a", "b", "c"], "a\nnew\nc\n") == [0, "new", 2]
    assert woven(["first line", "b", "c", "last line"], "first line\nlast line\n") == [0, 3]


def test_a_bracket_far_away_is_no_reason_to_pass_over_lines() -> None:
    assert woven(["f {", "x", "y", "}"], "f {\nif a {\nx\n}\ny\n}\n") == [0, "if a {", 1, "}", 2, 3]


def test_what_could_become_an_old_line_is_held_back() -> None:
    weave = Weave(["const SPEED = 5", "}"])
    assert weave.feed("const SP") == []
    assert weave.feed("EED = ") == []
    assert weave.feed("8") == [Type("const SPEED = 8")]
    assert weave.feed(";\n}") == [Type(";\n")]
    assert weave.feed("\n") == [Keep(1)]


def test_indentation_is_waited_for_if_it_has_to_be_changed() -> None:
    weave = Weave(["x"], Shift(remove="  "))
    assert weave.feed("   ") == []
    assert weave.feed("y") == [Type(" y")]


@settings(max_examples=200)
@given(LINES, LINES, st.data())
def test_the_lines_are_the_new_ones_however_they_are_cut(old: list[str], new: list[str], data: st.DataObject) -> None:
    text = "".join(f"{line}\n" for line in new)
    edges = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    weave = Weave(old)
    typed = ""
    for start, end in zip([0, *edges], [*edges, len(text)], strict=True):
        typed += "".join(step.text for step in weave.feed(text[start:end]) if isinstance(step, Type))
    assert weave.finish() == []
    assert weave.lines == woven(old, text)
    assert [old[line] if isinstance(line, int) else line for line in weave.lines] == new
    assert weave.kept == sorted(set(weave.kept))
    assert typed == "".join(f"{line}\n" for line in weave.lines if isinstance(line, str))
