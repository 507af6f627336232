from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ide.store import run_tests, runs
from ide.store.models import Run
from ide.wire import run_shapes
from ide.wire.codes import Outcome, RunKind, RunState
from tests.store.test_runs import LIMITS


@pytest.fixture
def run(room: str) -> str:
    """A run of tests that "one" carries out."""
    asked = run_shapes.Run(
        id="run",
        member="m",
        member_name="Blue Fox",
        command=["tests"],
        kind=RunKind.TESTS,
        state=RunState.QUEUED,
        limits=LIMITS,
        created_at=1,
    )
    made = runs.create(room, asked, None, None, runs.packed({}), 16, only=["t.py::test_a"]).run.id
    assert runs.claim(made, "one")
    given = runs.input_of(made, "one")
    assert given and given.only == ("t.py::test_a",)
    return made


def told(name: str, outcome: Outcome = Outcome.PASSED, message: str = "") -> run_shapes.Test:
    return run_shapes.Test(id=f"t.py::{name}", path="t.py", names=[name], outcome=outcome, message=message)


def test_the_last_that_was_told_of_a_test_is_true(run: str, room: str) -> None:
    waiting = [told("test_a", Outcome.WAITING), told("test_b", Outcome.WAITING)]
    failed = [told("test_b", Outcome.FAILED, "boom"), told("test_c")]
    for news in (waiting, failed):
        events = runs.record_tests(run, "one", news)
        assert events and [event.tests for event in events] == [news]
    going = runs.read(room, run)
    assert going and going.tests == [waiting[0], *failed]
    ended = runs.finish(run, "one", RunState.FAILED)
    assert ended and ended.run.tests == going.tests
    assert runs.read(room, run) == ended.run
    assert run_tests.read(run) == []


def test_only_the_lease_holder_tells_of_tests(run: str, room: str) -> None:
    assert runs.record_tests(run, "two", [told("test_a")]) is None
    going = runs.read(room, run)
    assert going and going.tests == []


def test_a_run_that_is_lost_keeps_its_tests(run: str) -> None:
    runs.record_tests(run, "one", [told("test_a")])
    Run.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    ((_, event),) = runs.expire()
    assert (event.run.state, event.run.tests) == (RunState.LOST, [told("test_a")])
    assert run_tests.read(run) == []


def test_news_of_tests_cost_what_they_hold_however_many_came_before(run: str) -> None:
    """What is written for the last ten of 2,000 tests is as much as for the first ten."""

    def written(first: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            runs.record_tests(run, "one", [told(f"test_{first + at:04}") for at in range(10)])
        return sum(len(query["sql"]) for query in queries if not query["sql"].startswith("SELECT"))

    sizes = [written(first) for first in range(0, 2_000, 10)]
    assert max(sizes) < 1.5 * min(sizes)


def test_events_hold_so_many_tests_and_so_much_text() -> None:
    many = [told(f"test_{number}") for number in range(450)]
    assert [len(part) for part in run_tests.in_events(many)] == [200, 200, 50]
    long = [told(f"test_{number}", Outcome.FAILED, "x" * 30_000) for number in range(5)]
    assert [len(part) for part in run_tests.in_events(long)] == [2, 2, 1]
    assert [test for part in run_tests.in_events(long) for test in part] == long
    assert list(run_tests.in_events([])) == []
