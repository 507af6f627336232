from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ide.domain.queues import Lane, Places
from ide.store import rooms, runs
from ide.store.models import Run
from ide.wire import run_shapes
from ide.wire.codes import RunKind, RunState

LIMITS = run_shapes.RunLimits(
    seconds=1, cpu_seconds=1, memory_bytes=1, output_bytes=1, file_bytes=1, files=1, processes=1
)


PLACES = dict.fromkeys(Lane, Places(room=4, member=4))


def queue(room: str, name: str, member: str = "m", terminal: bool = False) -> str:
    asked = run_shapes.Run(
        id=name,
        member=member,
        member_name="Blue Fox",
        command=["python", "main.py"],
        kind=RunKind.PROGRAM,
        state=RunState.QUEUED,
        limits=LIMITS,
        created_at=1,
    )
    size = run_shapes.Terminal(columns=80, rows=24) if terminal else None
    return runs.create(room, asked, None, size, {"main.py": "print('ä')\n"}).run.id


@pytest.fixture
def run(room: str) -> str:
    return queue(room, "run")


@pytest.fixture
def other_room() -> str:
    return rooms.create("another").id


def test_a_run_is_claimed_once_with_the_text_it_runs_on(run: str) -> None:
    claimed = runs.claim(run, "one")
    assert claimed is not None
    given, event = claimed
    assert given.files == {"main.py": "print('ä')\n".encode()}
    assert event.run.state == RunState.RUNNING
    assert runs.claim(run, "two") is None


def test_only_the_lease_holder_writes(run: str, room: str) -> None:
    runs.claim(run, "one")
    assert runs.renew("two", [run]) == set()
    assert runs.renew("one", [run, "other"]) == {run}
    assert not runs.record(run, "two", "x", False)
    assert runs.finish(run, "two", RunState.PASSED) is None
    assert runs.record(run, "one", "out", False)
    ended = runs.finish(run, "one", RunState.PASSED, exit_code=0, output="out\n")
    assert ended is not None
    assert runs.read(room, run) == ended.run
    assert ended.run.output == "out\n"
    assert Run.objects.get().files is None
    assert runs.renew("one", [run]) == set()


def test_a_lease_that_ran_out_means_lost(run: str, room: str) -> None:
    runs.claim(run, "one")
    assert runs.expire() == []
    Run.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    ((lost_in, event),) = runs.expire()
    assert (lost_in, event.run.state) == (room, RunState.LOST)
    assert runs.finish(run, "one", RunState.PASSED) is None
    assert runs.claim(run, "two") is None, "what was begun is never begun again"


def test_a_waiting_run_can_be_taken_back(run: str) -> None:
    withdrawn = runs.withdraw(run, RunState.STOPPED)
    assert withdrawn is not None
    assert withdrawn.run.state == RunState.STOPPED
    assert runs.withdraw(run, RunState.STOPPED) is None
    assert runs.claim(run, "one") is None


def test_a_room_has_so_many_places_and_each_member_of_it_fewer(run: str, room: str, other_room: str) -> None:
    places = {**PLACES, Lane.PROGRAMS: Places(room=2, member=1)}
    queue(room, "mine", member="m")
    queue(room, "yours", member="n")
    queue(room, "terminal", member="m", terminal=True)
    queue(room, "third", member="o")
    queue(other_room, "elsewhere", member="m")
    assert runs.claim("run", "one", places)
    assert runs.claim("mine", "one", places) is None
    assert runs.claim("yours", "one", places)
    assert runs.claim("third", "one", places) is None
    assert runs.claim("terminal", "one", places)
    assert runs.claim("elsewhere", "one", places)
    assert [ticket.run for ticket in runs.line(places).next()] == []
    runs.finish("run", "one", RunState.PASSED)
    assert [ticket.run for ticket in runs.line(places).next()] == ["mine"]
    assert [ticket.run for ticket in runs.line(places, other_room).waiting] == []
    assert runs.claim("third", "one", places), "whoever comes first, as long as there is a place"


def test_one_process_alone_hands_a_run_to_the_workers_again(run: str) -> None:
    assert runs.send_again(run, 1, 5)
    assert not runs.send_again(run, 1, 5)
    assert runs.send_again(run, 5, 9)
    runs.claim(run, "one")
    assert not runs.send_again(run, 9, 12)


def test_a_run_begins_when_it_is_taken(run: str, room: str) -> None:
    waiting = runs.read(room, run)
    assert waiting is not None and waiting.begun_at is None
    claimed = runs.claim(run, "one")
    assert claimed is not None and claimed[1].run.begun_at is not None
