"""The dialect `edit`: what a stream holds, however it is cut. Numbers are those of the rules in parser.py."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ide.domain.edits.events import (
    Broken,
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
from ide.domain.edits.parser import EditParser
from ide.domain.edits.reader import MARKER_LENGTH, TARGET_LENGTH
from tests.domain.edits import streams

ONE = "<<<<<<< EDIT a @41\nold\n======= WITH\nnew\n>>>>>>> END\n"
ONE_EVENTS = [Opened("edit", "a", 41), Target(("old",)), Typed("new\n"), Closed()]


def parse(*chunks: str, cut: bool = False) -> list[Event]:
    return streams.parse(EditParser(), *chunks, cut=cut)


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (f"Hello\n{ONE}bye", [Prose("Hello\n"), *ONE_EVENTS, Prose("bye")]),
        (ONE.replace("\n", "\r\n"), ONE_EVENTS),
        ("<<<<<<< CREATE a b/c.txt\n\n>>>>>>> END", [Opened("create", "a b/c.txt"), Typed("\n"), Closed()]),
        ("<<<<<<< CREATE a\n>>>>>>> END", [Opened("create", "a"), Closed()]),
        ("<<<<<<< EDIT a\n======= WITH\n>>>>>>> END", [Opened("edit", "a"), Target(()), Closed()]),
        (
            "<<<<<<< SEARCH a\nx\n=======\ny\n>>>>>>> REPLACE\n",
            [Opened("edit", "a"), Target(("x",)), Typed("y\n"), Closed()],
        ),
        # 1
        (" " + ONE.splitlines()[0] + "\n", [Prose(" <<<<<<< EDIT a @41\n")]),
        ("<<<<<<< EDITOR a\n<<<<<<< HEAD\n", [Prose("<<<<<<< EDITOR a\n<<<<<<< HEAD\n")]),
        (
            "<<<<<<< EDIT a\n<<<<<<< HEAD\n=======\n>>>>>>> main\n======= WITH\n"
            "=======\n======= WITH\n>>>>>>> REPLACE\n>>>>>>> ENDING\n>>>>>>> END \t\n",
            [
                Opened("edit", "a"),
                Target(("<<<<<<< HEAD", "=======", ">>>>>>> main")),
                Typed("=======\n======= WITH\n>>>>>>> REPLACE\n>>>>>>> ENDING\n"),
                Closed(),
            ],
        ),
        # 2
        (ONE.removesuffix("\n"), ONE_EVENTS),
        ("<<<<<<< DELETE a", [Deleted("a")]),
        # 3
        (
            "<<<<<<< CREATE a\nx\n" + ONE,
            [
                Opened("create", "a"),
                Typed("x\n"),
                Broken("The block has no line >>>>>>> END before the next one begins."),
                *ONE_EVENTS,
            ],
        ),
        # 4
        (f"```js\n{ONE}```\nbye", [*ONE_EVENTS, Prose("bye")]),
        (f"~~~\n{ONE}\n{ONE}~~~", [*ONE_EVENTS, Prose("\n"), *ONE_EVENTS]),
        (f"```\nx\n```\n{ONE}```js\n", [Prose("```\nx\n```\n"), *ONE_EVENTS, Prose("```js\n")]),
        # 5
        ("<<<<<<< DELETE a\n>>>>>>> END\n>>>>>>> END\n", [Deleted("a"), Prose(">>>>>>> END\n")]),
        ("<<<<<<< MOVE a -> b c\n>>>>>>> END", [Moved("a", "b c")]),
        ("<<<<<<< MOVE a\n", [Malformed("move", "a", "A MOVE needs two paths: MOVE from -> to")]),
        # 6
        (
            "<<<<<<< EDIT a\nx\n",
            [Opened("edit", "a"), Broken("The answer ended inside this block.", ended=True)],
        ),
        (
            "<<<<<<< EDIT a\nx\n>>>>>>> END\ny",
            [
                Opened("edit", "a"),
                Broken("The block has no line ======= WITH between the old and the new text."),
                Prose("y"),
            ],
        ),
        # 7
        (">>>>>>> END\n======= WITH\n=======\n", [Prose(">>>>>>> END\n======= WITH\n=======\n")]),
        ("<<<<<<< CREATE " + "a" * MARKER_LENGTH, [Prose("<<<<<<< CREATE " + "a" * MARKER_LENGTH)]),
    ],
)
def test_what_a_stream_holds(text: str, events: list[Event]) -> None:
    assert parse(text) == events
    assert parse(*text) == events


def test_an_answer_that_was_cut_short_ends_no_line() -> None:
    why = "The answer was cut short inside this line."
    assert parse("<<<<<<< DELETE a", cut=True) == [Malformed("delete", "a", why)]
    assert parse("<<<<<<< MOVE a -> b", cut=True) == [Malformed("move", "a -> b", why)]
    assert parse("<<<<<<< DELETE a\n", cut=True) == [Deleted("a")]
    assert parse(ONE.removesuffix("\n"), cut=True) == ONE_EVENTS


def test_an_endless_target_is_given_up() -> None:
    parser = EditParser()
    events = parser.feed("<<<<<<< EDIT a\n" + "x" * (TARGET_LENGTH + 1) + "\n======= WITH\ny\n>>>>>>> END\nbye")
    assert events == [Opened("edit", "a"), Broken("The old text is too long."), Prose("bye")]


def test_text_streams_as_it_comes() -> None:
    """Only what could still become a marker is held back."""
    parser = EditParser()
    assert parser.feed("Hel") == [Prose("Hel")]
    assert parser.feed("lo\n<<") == [Prose("lo\n")]
    assert parser.feed("x") == [Prose("<<x")]
    assert parser.feed("\n<<<<<<< CREATE a\nfirst") == [Prose("\n"), Opened("create", "a"), Typed("first")]
    assert parser.feed("\n>>>>>>> EN") == [Typed("\n")]
    assert parser.feed("T") == [Typed(">>>>>>> ENT")]


PARTS = [
    "<<<<<<< EDIT a\n", "<<<<<<< EDIT b @3", "<<<<<<< SEARCH a\n", "<<<<<<< CREATE a\n", "<<<<<<< DELETE a",
    "<<<<<<< MOVE a -> b\n", "======= WITH\n", "=======", ">>>>>>> END", ">>>>>>> REPLACE\n", "\n", "\r\n", "\r", " ",
    "\x0c", "<<<<<<< ", ">", "=", "```", "```js\n", "~~~\n", "text", "é漢😀\n",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join), st.data(), st.booleans())
def test_any_cutting_gives_the_same_events(text: str, data: st.DataObject, cut: bool) -> None:
    edges = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=20)))
    chunks = [text[start:end] for start, end in zip([0, *edges], [*edges, len(text)], strict=True)]
    assert parse(*chunks, cut=cut) == parse(text, cut=cut)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
def test_every_block_that_opens_ends_once(text: str) -> None:
    streams.check_blocks(parse(text))
