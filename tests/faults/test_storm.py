"""Runs of every kind at once, stopped and with their workers killed: each ends in a true state, once, and nothing is
left of any."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
import redis

from tests.faults import storm
from tests.faults.stored import Sqlite
from tests.faults.storm import KINDS, Asked, workers
from tests.peer import call, join, new_room
from tests.stack import Stack

RUNS, RUNS_OF_SOAK = 40, 200
STOPS, STOPS_OF_SOAK = 4, 20
KILLS = 2
RUNS_A_ROOM = 20
PATIENCE = 240.0
OVER = {"passed", "failed", "stopped", "lost", "refused"}
SUITE = "def test_one(): assert 1\ndef test_two(): assert 0\n"
# Small enough for two processors, large enough for every limit to be told from another.
LIMITS = {
    "SPARKROOM_RUNS": "20",
    "SPARKROOM_MEMBER_RUNS": "20",
    "SPARKROOM_MEMBER_TERMINALS": "20",
    "SPARKROOM_RUN_QUEUE": "1000",
    "SPARKROOM_RUN_SECONDS": "12",
    "SPARKROOM_RUN_CPU": "3",
    "SPARKROOM_RUN_MEMORY": "128000000",
    "SPARKROOM_TERMINAL_SECONDS": "60",
    "SPARKROOM_TERMINAL_IDLE": "6",
}
SEED = 5


async def test_a_storm_of_runs_with_stops_and_killed_workers(soak: bool, tmp_path: Path) -> None:
    count, stops = (RUNS_OF_SOAK, STOPS_OF_SOAK) if soak else (RUNS, STOPS)
    chooser = random.Random(SEED)
    mounts, files, killed_workers = storm.mounts(), storm.files(), set[int]()
    with Stack(tmp_path, **LIMITS) as stack:
        database = Sqlite(tmp_path / "data")
        rooms = [await _room(stack) for _ in range(-(-count // RUNS_A_ROOM))]
        # What a worker holds while it has nothing to do.
        await _until_over(stack, [await _ask(stack, Asked(KINDS[0], rooms[0]))])
        fresh = storm.held(workers(stack)[0])

        asked = [Asked(KINDS[number % len(KINDS)], rooms[number % len(rooms)]) for number in range(count)]
        chooser.shuffle(asked)
        await asyncio.gather(*(_ask(stack, run) for run in asked))
        typing = asyncio.create_task(_type(stack, asked))
        endless = [run for run in asked if run.kind.endless]
        for run in chooser.sample(endless, min(stops, len(endless))):
            run.stopped = True
            await call(stack, "POST", f"{_path(run)}/stop", token=run.room["tokens"]["edit"])
        for _ in range(KILLS):
            await _until(lambda: len(_running(database)) >= 4)
            killed_workers.add(_kill(stack))
            # Which these were is known only now: some may have ended meanwhile, and some have begun.
            killed = _running(database)
            for run in asked:
                run.interrupted = run.interrupted or run.id in killed
            await _until(lambda: workers(stack))
        rows = await _until_over(stack, asked)
        typing.cancel()

        for run in asked:
            run.check(rows[run.id])
        assert max(_begun(database).values()) == 1, "no run was begun twice"
        print(Counter(rows[run.id]["state"] for run in asked))
        await _until(lambda: not list(storm.marked(asked)))
        await _until(lambda: not storm.groups(killed_workers))
        (worker,) = workers(stack)
        await _until(lambda: storm.held(worker) <= fresh)
        await _until(lambda: not storm.groups_of_runs(worker.pid))
    assert not storm.groups({worker.pid})
    assert storm.mounts() <= mounts
    assert storm.files() <= files


async def test_a_run_whose_worker_and_web_process_die_is_lost(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        run = await _ask(stack, Asked(_kind("stuck"), await _room(stack)))
        database = Sqlite(tmp_path / "data")
        await _until(lambda: _running(database))
        began = time.monotonic()
        children = psutil.Process(stack.pid).children()
        web = [child for child in children if any("ide.launcher.servers" in word for word in storm.words_of(child))]
        _kill(stack)
        for process in web:
            process.kill()
        await _until(lambda: not _running(database))
        print(f"lost after {time.monotonic() - began:.1f} s")
        rows = database.rows("SELECT state, reason FROM store_run")
        assert rows == [("lost", "the worker stopped answering")]
        await _until(lambda: not list(storm.marked([run])))


async def test_runs_that_wait_outlive_their_messages_and_their_worker(tmp_path: Path) -> None:
    with Stack(tmp_path, SPARKROOM_RUNS="1") as stack:
        room = await _room(stack)
        first, *others = [await _ask(stack, Asked(_kind("sleeper"), room)) for _ in range(3)]
        database = Sqlite(tmp_path / "data")
        await _until(lambda: _running(database))
        with redis.Redis.from_url(f"unix://{_redis_socket(stack)}") as client:
            client.flushall()
        _kill(stack)
        rows = await _until_over(stack, [first, *others])
        assert rows[first.id]["state"] == "lost"
        assert [rows[run.id]["state"] for run in others] == ["passed", "passed"]
        assert set(_begun(database).values()) == {1}


@pytest.mark.parametrize("terminals", [20])
async def test_open_terminals_keep_nobody_waiting(terminals: int, tmp_path: Path) -> None:
    with Stack(tmp_path, SPARKROOM_MEMBER_TERMINALS=str(terminals)) as stack:
        room = await _room(stack)
        idle = [await _ask(stack, Asked(_kind("idle terminal"), room)) for _ in range(terminals)]
        database = Sqlite(tmp_path / "data")
        await _until(lambda: len(_running(database)) == terminals)
        rows = await _until_over(stack, [await _ask(stack, Asked(_kind("program"), room))])
        assert [row["state"] for row in rows.values()] == ["passed"]
        assert len(_running(database)) == terminals
        one_more = await _ask(stack, Asked(_kind("idle terminal"), room))
        await _until_ahead(stack, one_more, 0)
        await call(stack, "POST", f"{_path(idle[0])}/stop", token=room["tokens"]["edit"])
        await _until(lambda: one_more.id in _running(database))


async def test_the_end_of_a_flood_reaches_everybody_with_its_whole_row(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        room = await new_room(stack)
        async with join(stack, room) as peer:
            # In JSON twice as long as it is.
            command = ["python", "-c", r"while True: print('\\\n' * 1000)"]
            run = await peer.command("start_run", run={"command": command})

            def ended() -> dict[str, Any] | None:
                told = (event["run"] for event in peer.events if event["type"] == "run" and event["run"]["id"] == run)
                return next((row for row in told if row["state"] in OVER), None)

            row = await peer.until(ended)
        assert (row["state"], len(row["output"])) == ("failed", 1_000_000)
        assert "output" in row["reason"]


async def test_a_place_in_the_line_is_told_until_the_line_is_full(tmp_path: Path) -> None:
    with Stack(tmp_path, SPARKROOM_RUNS="1", SPARKROOM_RUN_QUEUE="2") as stack:
        room = await _room(stack)
        database = Sqlite(tmp_path / "data")
        running = await _ask(stack, Asked(_kind("stuck"), room))
        await _until(lambda: _running(database))
        waiting = [await _ask(stack, Asked(_kind("program"), room)) for _ in range(2)]
        for ahead, run in enumerate(waiting):
            await _until_ahead(stack, run, ahead)
        refused = await call(
            stack, "POST", f"/api/rooms/{room['id']}/runs", waiting[0].body, token=room["tokens"]["edit"], status=429
        )
        assert refused["code"] == "too_many"
        await call(stack, "POST", f"{_path(running)}/stop", token=room["tokens"]["edit"])
        rows = await _until_over(stack, waiting)
        assert {row["state"] for row in rows.values()} == {"passed"}


def _kind(name: str) -> storm.Kind:
    return next(kind for kind in KINDS if kind.name == name)


async def _room(stack: Stack) -> dict[str, Any]:
    room = await new_room(stack)
    headers = {"Authorization": f"Bearer {room['tokens']['edit']}", "Content-Type": "text/plain"}
    async with (
        aiohttp.ClientSession(stack.base_url, headers=headers) as session,
        session.put(f"/api/rooms/{room['id']}/files/test_it.py", data=SUITE) as answer,
    ):
        assert answer.ok, await answer.text()
    return room


def _path(run: Asked) -> str:
    return f"/api/rooms/{run.room['id']}/runs/{run.id}"


async def _ask(stack: Stack, run: Asked) -> Asked:
    made = await call(stack, "POST", f"/api/rooms/{run.room['id']}/runs", run.body, token=run.room["tokens"]["edit"])
    run.id = made["id"]
    return run


async def _type(stack: Stack, asked: list[Asked]) -> None:
    """Answer the programs that ask; one that has ended, or not begun, is asked again later."""
    waiting = [run for run in asked if run.kind.typed]
    while waiting:
        for run in list(waiting):
            row = await call(stack, "GET", _path(run), token=run.room["tokens"]["edit"])
            if row["state"] in OVER:
                waiting.remove(run)
            elif row["state"] == "running":
                async with aiohttp.ClientSession(
                    stack.base_url, headers={"Authorization": f"Bearer {run.room['tokens']['edit']}"}
                ) as session:
                    # It may be over by now.
                    await session.post(f"{_path(run)}/input", json={"data": run.kind.typed})
        await asyncio.sleep(0.3)


async def _until_over(stack: Stack, asked: list[Asked]) -> dict[str, dict[str, Any]]:
    """The rows of these runs, once all are over."""
    rows: dict[str, dict[str, Any]] = {}
    deadline = time.monotonic() + PATIENCE
    while len(rows) < len(asked):
        for run in asked:
            if run.id not in rows:
                row = await call(stack, "GET", _path(run), token=run.room["tokens"]["edit"])
                if row["state"] in OVER:
                    rows[run.id] = row
                else:
                    assert time.monotonic() < deadline, f"{run.kind.name} is still {row['state']}"
        await asyncio.sleep(0.2)
    return rows


async def _until_ahead(stack: Stack, run: Asked, ahead: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while (row := await call(stack, "GET", _path(run), token=run.room["tokens"]["edit"]))["ahead"] != ahead:
        assert time.monotonic() < deadline and row["state"] == "queued", row
        await asyncio.sleep(0.1)


async def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        await asyncio.sleep(0.05)


def _running(database: Sqlite) -> set[str]:
    return {run for (run,) in database.rows("SELECT id FROM store_run WHERE state = 'running'")}


def _kill(stack: Stack) -> int:
    (worker,) = workers(stack)
    worker.kill()
    return worker.pid


def _begun(database: Sqlite) -> Counter[str]:
    """How often each run was told to have begun."""
    events = [json.loads(data) for (data,) in database.rows("SELECT data FROM store_event")]
    runs = [event["run"] for event in events if event["type"] == "run"]
    return Counter(run["id"] for run in runs if run["state"] == "running")


def _redis_socket(stack: Stack) -> Path:
    return stack.data / "redis" / "redis.sock"
