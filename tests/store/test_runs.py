from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ide.domain.queues import Lane, Places
from ide.domain.refusals import Refusal
from ide.store import journal, rooms, runs
from ide.store.models import Result, Room, Run
from ide.wire import run_shapes
from ide.wire.codes import Code, RunKind, RunState
from ide.wire.messages import RunEvent

T = TypeVar("T")

ON_POSTGRESQL = pytest.mark.parametrize("either_database", ["PostgreSQL"], indirect=True)

LIMITS = run_shapes.RunLimits(
    seconds=1, cpu_seconds=1, memory_bytes=1, output_bytes=1, file_bytes=1, files=1, processes=1
)


PLACES = dict.fromkeys(Lane, Places(room=4, member=4))


def queue(room: str, name: str, member: str = "m", terminal: bool = False, most_waiting: int = 100) -> str:
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
    return runs.create(room, asked, None, size, runs.packed({"main.py": "print('ä')\n"}), most_waiting).run.id


def elsewhere(function: Callable[[], T]) -> T:
    """What `function` answers in a thread whose connection is closed afterwards."""
    try:
        return function()
    finally:
        connection.close()


def until_somebody_waits() -> None:
    """Return once another connection waits for a lock."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


@pytest.fixture
def run(room: str) -> str:
    return queue(room, "run")


@pytest.fixture
def other_room() -> str:
    return rooms.create("another").id


def test_a_run_is_claimed_once_with_the_text_it_runs_on(run: str) -> None:
    claimed = runs.claim(run, "one")
    assert claimed is not None
    _, event = claimed
    assert event.run.state == RunState.RUNNING
    assert runs.claim(run, "two") is None
    given = runs.input_of(run, "one")
    assert given is not None
    assert given.files == {"main.py": "print('ä')\n".encode()}
    assert runs.input_of(run, "two") is None


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


def test_a_run_is_claimed_and_taken_back_at_the_same_time(room: str) -> None:
    together = Barrier(2)

    def claim(run: str) -> bool:
        together.wait()
        return runs.claim(run, "one") is not None

    def withdraw(run: str) -> bool:
        together.wait()
        return runs.withdraw(run, RunState.STOPPED) is not None

    with ThreadPoolExecutor(2) as pool:
        for number in range(50):
            run = queue(room, f"run{number}")
            claimed, withdrawn = (pool.submit(elsewhere, partial(do, run)) for do in (claim, withdraw))
            assert claimed.result() != withdrawn.result()


@ON_POSTGRESQL
def test_others_add_to_a_room_of_which_a_run_is_claimed(run: str, room: str) -> None:
    def add() -> object:
        return Result.objects.create(room_id=room, hash="a" * 64, bytes=1, data=b"a", used_at=1)

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert runs.claim(run, "one")
        assert pool.submit(elsewhere, add).result(20)


@ON_POSTGRESQL
def test_a_run_that_is_taken_back_is_left_alone_until_its_room_is_free(run: str, room: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Room.objects.select_for_update(no_key=True).get(pk=room)
            withdrawn = pool.submit(elsewhere, lambda: runs.withdraw(run, RunState.STOPPED))
            until_somebody_waits()
            Run.objects.select_for_update(nowait=True).get(pk=run)
        assert withdrawn.result()


def test_only_so_many_runs_of_a_room_wait(room: str, other_room: str) -> None:
    together = Barrier(6)

    def ask(name: str) -> bool:
        together.wait()
        try:
            queue(room, name, most_waiting=2)
        except Refusal as refused:
            assert refused.code is Code.TOO_MANY
            return False
        return True

    queue(other_room, "elsewhere")
    with ThreadPoolExecutor(6) as pool:
        asked = list(pool.map(lambda name: elsewhere(lambda: ask(name)), "abcdef"))
    assert sorted(asked) == [False] * 4 + [True] * 2
    assert [event.run.state for event in journal.since(room, 0) or () if isinstance(event, RunEvent)] == [
        RunState.QUEUED
    ] * 2
