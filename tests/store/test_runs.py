from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ide.store import runs
from ide.store.models import Run
from ide.wire import shapes
from ide.wire.codes import Outcome, RunKind, RunState

LIMITS = shapes.RunLimits(seconds=1, cpu_seconds=1, memory_bytes=1, output_bytes=1, file_bytes=1, files=1, processes=1)


@pytest.fixture
def run(room: str) -> str:
    asked = shapes.Run(
        id="run",
        member="m",
        member_name="Blue Fox",
        command=["python", "main.py"],
        kind=RunKind.PROGRAM,
        state=RunState.QUEUED,
        limits=LIMITS,
        created_at=1,
    )
    return runs.create(room, asked, None, None, {"main.py": "print('ä')\n"}).run.id


def test_a_run_is_claimed_once_with_the_text_it_runs_on(run: str) -> None:
    claimed = runs.claim(run, "one")
    assert claimed is not None
    given, event = claimed
    assert given.files == {"main.py": "print('ä')\n".encode()}
    assert event.run.state == RunState.RUNNING
    assert runs.claim(run, "two") is None


def test_only_the_lease_holder_writes(run: str, room: str) -> None:
    runs.claim(run, "one")
    assert not runs.renew(run, "two")
    assert not runs.record(run, "two", "x", False)
    assert runs.finish(run, "two", RunState.PASSED) is None
    assert runs.record(run, "one", "out", False)
    test = shapes.Test(id="t.py::test_a", outcome=Outcome.PASSED, seconds=0.1)
    assert [event.test for event in runs.record_tests(run, "one", [test]) or []] == [test]
    ended = runs.finish(run, "one", RunState.PASSED, exit_code=0, output="out\n", tests=[test])
    assert ended is not None
    assert runs.read(room, run) == ended.run
    assert (ended.run.output, ended.run.tests) == ("out\n", [test])
    assert Run.objects.get().files is None
    assert not runs.renew(run, "one")


def test_a_lease_that_ran_out_means_lost(run: str, room: str) -> None:
    runs.claim(run, "one")
    assert runs.expire(0) == []
    Run.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    ((lost_in, event),) = runs.expire(0)
    assert (lost_in, event.run.state) == (room, RunState.LOST)
    assert runs.finish(run, "one", RunState.PASSED) is None
    assert runs.unfinished(room) == 0


def test_a_waiting_run_can_be_taken_back(run: str) -> None:
    withdrawn = runs.withdraw(run, RunState.STOPPED)
    assert withdrawn is not None
    assert withdrawn.run.state == RunState.STOPPED
    assert runs.withdraw(run, RunState.STOPPED) is None
    assert runs.claim(run, "one") is None


def test_a_run_that_no_worker_took_is_lost_after_a_while(run: str, room: str) -> None:
    assert runs.expire(queued_before_ms=1) == []
    ((lost_in, event),) = runs.expire(queued_before_ms=2)
    assert (lost_in, event.run.state, event.run.reason) == (room, RunState.LOST, "no worker took it")
    assert runs.claim(run, "one") is None
