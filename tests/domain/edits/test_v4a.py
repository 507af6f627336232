"""The dialect `v4a`: what a patch holds, however it is cut. Numbers are those of the rules in v4a.py."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ide.domain.edits.events import (
    Broken,
    Chunk,
    Closed,
    Deleted,
    Event,
    Malformed,
    Moved,
    Opened,
    Prose,
    Target,
    Typed,
)
from ide.domain.edits.reader import MARKER_LENGTH, TARGET_LENGTH
from ide.domain.edits.v4a import PatchParser
from tests.domain.edits.streams import check_blocks, parse, pieces

FIRST = Chunk(first=True)
ENDED = "The answer ended inside this patch."


def patch(*lines: str) -> str:
    return "".join(f"{line}\n" for line in ("*** Begin Patch", *lines, "*** End Patch"))


def update(old: list[str], new: str, chunk: Chunk = FIRST) -> list[Event]:
    return [Opened("edit", "a"), Target(tuple(old), chunk), *([Typed(new)] if new else []), Closed()]


ONE = patch("*** Update File: a", "@@", " x", "-y", "+z")
ONE_EVENTS = update(["x", "y"], "x\nz\n")


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (f"Hello\n{ONE}bye", [Prose("Hello\n"), *ONE_EVENTS, Prose("bye")]),
        (ONE.replace("\n", "\r\n"), ONE_EVENTS),
        (ONE.removesuffix("\n"), ONE_EVENTS),
        (
            patch(
                "*** Add File: b", "+one", "+", "+ two", "*** Delete File: c d", "*** Update File: e", "*** Move to: f"
            ),
            [Opened("create", "b"), Typed("one\n\n two\n"), Closed(), Deleted("c d"), Moved("e", "f")],
        ),
        (patch("*** Add File: b"), [Opened("create", "b"), Closed()]),
        (patch("*** Update File: ./a", "@@", "+x"), update([], "x\n")),
        (patch("*** Update File: a", "@@", "-x"), update(["x"], "")),
        (patch("*** Update File: a"), [Malformed("edit", "a", "This Update File has no chunk.")]),
        (
            patch("@@", "-x", "+y", "+z"),
            [Malformed("edit", "", "A patch names a file by a line *** Update File: path")],
        ),
        # 2
        (
            patch(
                "*** Update File: a", " x", "-y", "+z", "@@ class A", "@@   def f", "-k", "*** End of File", "@@", "+l"
            ),
            [
                *ONE_EVENTS,
                *update(["k"], "", Chunk(("class A", "def f"), last=True)),
                *update([], "l\n", Chunk()),
            ],
        ),
        (patch("*** Update File: a", "@@ -1,3 +1,4 @@ def f", "-x"), update(["x"], "")),
        (patch("*** Update File: a", "@@ def f(): @@", "-x"), update(["x"], "", Chunk(("def f():",), first=True))),
        # 3
        (
            patch(
                "*** Update File: a", "@@", "", "x", "", "-y", "+z", "", "*** Update File: b", "", "@@", "@@", "-k", ""
            ),
            [*update(["x", "", "y"], "x\n\nz\n"), Opened("edit", "b"), Target(("k",), FIRST), Closed()],
        ),
        (patch("*** Add File: b", "+one", "", "+two", ""), [Opened("create", "b"), Typed("one\n\ntwo\n"), Closed()]),
        # 4
        (
            " *** Begin Patch \n  *** Update File:  a \n@@ \n *** x\n-y\n+z\n *** End of File\n  *** End Patch\t\n",
            update(["*** x", "y", "*** End of File"], "*** x\nz\n*** End of File\n"),
        ),
        # 5
        (f"```bash\napply_patch <<'EOF'\n{ONE}EOF\n```\nbye", [*ONE_EVENTS, Prose("bye")]),
        (f"<<EOF\n{ONE}EOF\n", ONE_EVENTS),
        (f"```diff\n{ONE}```\n```js\nx\n```\n", [*ONE_EVENTS, Prose("```js\nx\n```\n")]),
        (f"```\nx\n```\n{ONE}", [Prose("```\nx\n```\n"), *ONE_EVENTS]),
        (ONE.removeprefix("*** Begin Patch\n"), ONE_EVENTS),
        # 6
        (
            patch("*** Update File: a", "*** Move to: b", "@@", " x", "-y", "+z"),
            [*ONE_EVENTS, Moved("a", "b")],
        ),
        # 7
        (
            ONE.removesuffix("*** End Patch\n"),
            [Opened("edit", "a"), Broken(ENDED, ended=True)],
        ),
        (
            patch("*** Update File: a", "*** Move to: b", " x", "-y", "+z", "@@", "-more").removesuffix(
                "*** End Patch\n"
            ),
            [*ONE_EVENTS, Opened("edit", "a"), Broken(ENDED, ended=True), Malformed("move", "a", ENDED)],
        ),
        (
            "*** Begin Patch\n*** Add File: b\n+one",
            [Opened("create", "b"), Typed("one"), Broken(ENDED, ended=True)],
        ),
        (
            patch("*** Add File: b", "+one", "two", "+three", "*** Delete File: c"),
            [
                Opened("create", "b"),
                Typed("one\n"),
                Broken("A line of this Add File does not begin with +."),
                Deleted("c"),
            ],
        ),
        # 8
        ("*** bold ***\n@@\n+x\n*** End Patch\n", [Prose("*** bold ***\n@@\n+x\n*** End Patch\n")]),
        ("*** Update File: " + "a" * MARKER_LENGTH, [Prose("*** Update File: " + "a" * MARKER_LENGTH)]),
    ],
)
def test_what_a_stream_holds(text: str, events: list[Event]) -> None:
    assert parse(PatchParser(), text) == events
    assert parse(PatchParser(), *text) == events


def test_an_answer_that_was_cut_short_deletes_nothing() -> None:
    why = "The answer was cut short inside this line."
    assert parse(PatchParser(), "*** Begin Patch\n*** Delete File: a", cut=True) == [Malformed("delete", "a", why)]
    assert parse(PatchParser(), "*** Begin Patch\n*** Delete File: a\n", cut=True) == [Deleted("a")]
    assert parse(PatchParser(), "*** Begin Patch\n*** Delete File: a") == [Deleted("a")]


def test_an_endless_chunk_is_given_up() -> None:
    text = patch("*** Update File: a", "@@", "-" + "x" * (TARGET_LENGTH + 1), "+y", "@@", "-z")
    long = [Opened("edit", "a"), Broken("The chunk is too long.")]
    assert parse(PatchParser(), text) == [*long, *update(["z"], "", Chunk())]


def test_an_added_file_streams_as_it_comes() -> None:
    parser = PatchParser()
    assert parser.feed("*** Begin Patch\n*** Add File: a\n+fir") == [Opened("create", "a"), Typed("fir")]
    assert parser.feed("st\n**") == [Typed("st\n")]
    assert parser.feed("* End Pat") == []
    assert parser.feed("ch\nbye") == [Closed(), Prose("bye")]


PARTS = [
    "*** Begin Patch\n", "*** End Patch", "*** End Patch\n", "*** Update File: a\n", "*** Update File: b",
    " *** Add File: c\n", "*** Delete File: d\n", "*** Move to: e\n", "*** End of File\n", "@@\n", "@@ def f\n",
    "@@ -1 +2 @@\n", " x\n", "-y\n", "+z\n", "+", "-", " ", "\n", "\r\n", "\r", "bare\n", "*", "***", "@", "```",
    "```js\n", "~~~\n", "EOF\n", "apply_patch <<'EOF'\n", "<<EOF\n", "\x0c", "é漢😀\n", "\t",
    " " * 40 + "*** End Patch\n", "+" + "x" * MARKER_LENGTH,
]  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=16).map("".join), st.data(), st.booleans())
def test_any_cutting_gives_the_same_events(text: str, data: st.DataObject, cut: bool) -> None:
    whole = parse(PatchParser(), text, cut=cut)
    check_blocks(whole)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=20))
    assert parse(PatchParser(), *pieces(text, cuts), cut=cut) == whole
    assert parse(PatchParser(), *text, cut=cut) == whole
