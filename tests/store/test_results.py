"""The bytes of files that runs made: stored once a room, within a budget, the oldest going first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from ide.domain.assets import hash_of
from ide.domain.results import choose
from ide.store import results, rooms, runs
from ide.store.models import Result
from ide.wire import run_shapes
from ide.wire.codes import RunKind, RunState
from tests.store.test_runs import LIMITS

MOST = 100
A, B, C, D = (letter * 40 for letter in (b"a", b"b", b"c", b"d"))


def begin(room: str, run: str, created_at: int = 1) -> None:
    """A run that worker "one" carries out."""
    asked = run_shapes.Run(
        id=run,
        member="m",
        member_name="Blue Fox",
        command=["python", "main.py"],
        kind=RunKind.PROGRAM,
        state=RunState.QUEUED,
        limits=LIMITS,
        created_at=created_at,
    )
    runs.create(room, asked, None, None, runs.packed({}), 16)
    assert runs.claim(run, "one")


def put(run: str, *blobs: bytes, worker: str = "one", most: int = MOST) -> list[bool]:
    by_hash = {hash_of(data): data for data in blobs}
    return [results.put(run, worker, digest, data, by_hash.keys(), most) for digest, data in by_hash.items()]


def stored(room: str) -> set[bytes]:
    return {bytes(data) for data in Result.objects.filter(room_id=room).values_list("data", flat=True)}


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock that never says the same twice: which of two files is older must not hang on a millisecond."""
    now = timezone.now
    ticks = iter(range(1_000_000))
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(milliseconds=2 * next(ticks)))
    yield


def test_bytes_are_stored_once_a_room_and_read_there_alone(room: str) -> None:
    other = rooms.create("Other").id
    begin(room, "r1")
    begin(room, "r2")
    assert put("r1", A, B) == [True, True]
    assert put("r2", A) == [True]
    assert stored(room) == {A, B}
    assert results.read(room, [hash_of(A), hash_of(C)]) == {hash_of(A): A}
    assert results.read(other, [hash_of(A)]) == {}


def test_who_lost_the_lease_stores_nothing(room: str) -> None:
    begin(room, "r1")
    assert put("r1", A, worker="two") == [False]
    assert put("nobody", A) == [False]
    runs.finish("r1", "one", RunState.PASSED)
    assert put("r1", A) == [False]
    assert stored(room) == set()


def test_the_oldest_go_when_the_budget_is_used_up(room: str, ticking: None) -> None:
    begin(room, "r1")
    put("r1", A, B)
    put("r1", A)
    put("r1", C)
    assert stored(room) == {A, C}, "A was made again after B"


def test_files_of_one_run_never_take_each_others_place(room: str, ticking: None) -> None:
    begin(room, "r1")
    put("r1", A, B)
    put("r1", C, D)
    assert stored(room) == {C, D}
    put("r1", C, D, A, most=120)
    assert stored(room) == {C, D, A}


def test_a_room_that_is_deleted_takes_its_files_along(room: str) -> None:
    begin(room, "r1")
    put("r1", A)
    rooms.delete(room)
    assert not Result.objects.exists()


def test_a_run_says_which_files_it_made(room: str) -> None:
    begin(room, "r1")
    kept = choose({"plot.png": A, "notes/a.txt": B}, MOST)
    ended = runs.finish("r1", "one", RunState.PASSED, made=kept.files, left_out=2)
    assert ended is not None
    assert (ended.run.made, ended.run.left_out) == (kept.files, 2)
    assert results.made(room, "r1") == kept.files
    assert [file.path for file in kept.files] == ["notes/a.txt", "plot.png"]
    assert results.made(room, "nobody") is None
    assert results.made(rooms.create("Other").id, "r1") is None


def test_the_history_of_runs_is_read_page_by_page(room: str) -> None:
    for number in range(5):
        # Two of them were asked in one millisecond.
        begin(room, f"r{number}", created_at=number // 2)
    ids = [run.id for run in runs.recent(room, 10)]
    assert ids == ["r0", "r1", "r2", "r3", "r4"]
    assert [run.id for run in runs.recent(room, 2)] == ["r3", "r4"]
    assert [run.id for run in runs.recent(room, 2, "r3")] == ["r1", "r2"]
    assert [run.id for run in runs.recent(room, 2, "r1")] == ["r0"]
    assert runs.recent(room, 2, "r0") == []
    assert runs.recent(room, 2, "nobody") == []
