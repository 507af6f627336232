"""What all dialects have in common: what a model is told is what is read, and no stream costs more than it should."""

from __future__ import annotations

import tracemalloc

import pytest

from ide.domain.edits.dialects import DialectName, dialect
from ide.domain.edits.events import Closed, Deleted, Moved, Opened
from ide.domain.turns.dialects import how_to_write
from tests.domain.edits.streams import check_blocks, parse

NAMES: list[DialectName] = ["edit", "v4a", "whole"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("edit", ["edit", "create", Deleted, Moved]), ("v4a", ["edit", "create", Deleted, Moved]), ("whole", ["create"])],
)
def test_what_a_model_is_told_is_what_is_read(name: DialectName, shown: list[object]) -> None:
    events = parse(dialect(name), how_to_write(name))
    check_blocks(events)
    found = [event.kind if isinstance(event, Opened) else type(event) for event in events]
    assert [kind for kind in found if kind in ("edit", "create", Deleted, Moved)] == shown
    assert found.count(Closed) == len([kind for kind in shown if isinstance(kind, str)])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "x" * 20_000,
        "`" * 20_000,
        "*" * 20_000,
        "<" * 20_000,
        " " * 20_000,
        "\n" * 20_000,
        "a.js\n" * 4_000,
        "```js\n" * 3_000,
        "*** Begin Patch\n*** Update File: a\n" + "@@ x\n" * 4_000,
        "*** Begin Patch\n*** Update File: a\n" + " \n" * 8_000,
        "*** Begin Patch\n*** Add File: a\n" + "\n" * 20_000,
        "*** Begin Patch\n*** Update File: a\n-" + "x" * 20_000,
        "apply_patch <<EOF\n" * 1_000,
        "<<<<<<< EDIT a\n" * 1_500,
        "a.js\n```js\n" + "```x\n" * 3_000,
    ],
)
def test_a_hostile_stream_keeps_little_and_ends(name: DialectName, text: str) -> None:
    """What is kept, in pieces of 16 letters, is no more than some of what came."""
    reader = dialect(name, only_path="a.js")
    tracemalloc.start()
    try:
        for at in range(0, len(text), 16):
            reader.feed(text[at : at + 16])
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    reader.finish()
    assert kept < 40 * len(text) + 20_000
