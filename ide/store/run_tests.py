"""The tests of a run that still runs: each batch of news is a row, so that much news costs no more than it holds.

A row of `Run` gets all of them once, when the run ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ide.store.models import TestBatch
from ide.wire.run_shapes import Test

# What one event carries at most; the first of the two is reached by long messages.
EVENT_CHARACTERS = 65_536
EVENT_TESTS = 200


def add(run_id: str, tests: Sequence[Test]) -> None:
    """Keep how these tests stand now."""
    TestBatch.objects.create(run_id=run_id, tests=[test.model_dump(mode="json") for test in tests])


def read(run_id: str) -> list[dict[str, Any]]:
    """All tests as they stand, as JSON, in the order in which they were first told."""
    known: dict[str, dict[str, Any]] = {}
    for batch in TestBatch.objects.filter(run_id=run_id).order_by("pk").values_list("tests", flat=True):
        known.update({test["id"]: test for test in batch})
    return list(known.values())


def take(run_id: str) -> list[dict[str, Any]]:
    """As `read`, and keep them no longer."""
    tests = read(run_id)
    if tests:
        TestBatch.objects.filter(run_id=run_id).delete()
    return tests


def in_events(tests: Sequence[Test]) -> Iterator[list[Test]]:
    """The tests in as many parts as they need events."""
    part: list[Test] = []
    size = 0
    for test in tests:
        more = len(test.id) + len(test.message) + len(test.output)
        if part and (size + more > EVENT_CHARACTERS or len(part) == EVENT_TESTS):
            yield part
            part, size = [], 0
        part.append(test)
        size += more
    if part:
        yield part
