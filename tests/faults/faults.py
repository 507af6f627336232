"""What may happen to a started Sparkroom while people work, and how soon a room must have got over it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psutil

from ide.live.hub import INTERRUPTED
from ide.store.runs import LEASE
from ide.store.turns import ALIVE_SECONDS
from ide.store.writer import LONGEST_PAUSE_SECONDS
from tests.faults.member import Member
from tests.faults.stored import POSTGRES_PIDS, PostgresDatabase, running_turns
from tests.faults.work import PROMPT, Work
from workers.leases import RENEW_SECONDS

# How long something took is printed; it is a figure, not asserted. To expect of a machine that has nothing else to do:
# everybody back after 3 s, a turn failed after 5, a run lost and a cursor gone after 10.
PATIENCE = 40.0

FROZEN_SECONDS = 5.0
WORKER_SECONDS = 60.0
LONG = ["python", "-c", "import time\nprint('on it', flush=True)\ntime.sleep(25)"]
SHORT = ["python", "-c", "import time\nfor number in range(20):\n    print(number, flush=True)\n    time.sleep(0.1)"]

Fault = Callable[[Work], Awaitable[None]]


async def web_process(work: Work) -> None:
    """A web process is killed. A turn runs in it, and somebody was there by way of it who will not come back."""
    ghost = await _ghost(work)
    turn = await ghost.command("ask", prompt=PROMPT)
    assert turn
    await asyncio.sleep(work.random.uniform(0.0, 3.0))
    process = _home(work, ghost)
    shown = _applied(work, turn)

    began = time.monotonic()
    process.kill()
    work.gone.append(ghost)
    work.check_stored()
    killed = _turns_of(work, process)
    work.endings.update(dict.fromkeys(killed, ("failed",)))
    await ghost.leave()

    await work.in_sync(PATIENCE)
    work.took("web process: everybody is back", began)
    for name in killed:
        ended = await work.until_over(name, PATIENCE)
        assert (ended["state"], ended["error"]) == ("failed", INTERRUPTED.model_dump(mode="json"))
        work.took("web process: its turns have failed", began)
        await _until_taken_back(work, ended)
        work.took("web process: their open hunks are taken back", began)
    if turn in killed:
        _check_kept(work, turn, shown)
    for member in work.members:
        await member.until(lambda m: not m.presence.get(ghost.doc.client_id), PATIENCE)
    work.took("web process: its members' cursors are gone", began)


async def redis(work: Work) -> None:
    """Redis is killed, while a program runs."""
    run = await _start_run(work, SHORT)
    await asyncio.sleep(work.random.uniform(0.0, 1.0))
    began = time.monotonic()
    _child(work, "redis-server").kill()
    work.check_stored()
    await work.in_sync(PATIENCE)
    work.took("Redis: everybody hears of everybody", began)
    # What was queued when it died is lost with it; so a run may be that waits for a worker.
    ended = await _until_run_over(work, run)
    assert ended["state"] == "passed", ended
    await _works(work)


async def worker(work: Work) -> None:
    """The worker is killed, while a program runs."""
    run = await _start_run(work, LONG)
    await asyncio.sleep(work.random.uniform(0.0, 1.0))
    began = time.monotonic()
    _child(work, "sparkroom-runs-").kill()
    work.check_stored()
    await work.in_sync(PATIENCE)
    ended = await _until_run_over(work, run, PATIENCE)
    assert (ended["state"], ended["reason"]) == ("lost", "the worker stopped answering")
    work.took("worker: its run is lost", began)
    await _works(work)
    work.took("worker: another run has passed", began)


async def connections(work: Work) -> None:
    """Every connection to the database is cut, while a program runs."""
    database = work.database
    assert isinstance(database, PostgresDatabase)
    await _lose_connections(work, database.cut)


async def backend(work: Work) -> None:
    """A process of the database is killed, which has all others end as well."""
    database = work.database
    assert isinstance(database, PostgresDatabase)

    def kill() -> None:
        pids = [pid for (pid,) in database.rows(POSTGRES_PIDS)]
        os.kill(work.random.choice(pids), signal.SIGKILL)

    await _lose_connections(work, kill)


async def database_server(work: Work) -> None:
    """The database's server is killed and stays away for longer than a process may be silent without being taken for
    dead, while a program runs and every process has a turn."""
    database = work.database
    assert isinstance(database, PostgresDatabase)
    run = await _start_run(work, SHORT)
    for member in {_home(work, member).pid: member for member in work.members}.values():
        await member.command("ask", prompt=PROMPT)
    killed = time.monotonic()
    database.kill()
    await work.in_sync(PATIENCE)
    await asyncio.sleep(ALIVE_SECONDS + 1)
    saved = [member.saved for member in work.members]
    await work.in_sync(PATIENCE)
    for member, before in zip(work.members, saved, strict=True):
        assert member.saved.items() <= before.items(), "nothing counts as saved that is not"
    began = time.monotonic()
    database.start()
    await work.all_saved()
    away = time.monotonic() - killed
    work.took("database's server: everything is saved again", began)
    work.check_stored()
    ended = await _until_run_over(work, run)
    # A worker that cannot renew its lease for so long gives its run up.
    given_up = away > LEASE.total_seconds() - RENEW_SECONDS - LONGEST_PAUSE_SECONDS
    assert ended["state"] == "passed" or (given_up and ended["state"] == "lost"), ended


async def frozen(work: Work) -> None:
    """A web process stands still for so long that it is taken for dead, and goes on."""
    ghost = await _ghost(work)
    turn = await ghost.command("ask", prompt=PROMPT)
    assert turn
    process = _home(work, ghost)
    process.suspend()
    try:
        work.check_stored()
        work.endings.update(dict.fromkeys(_turns_of(work, process), ("settled", "failed")))
        await asyncio.sleep(FROZEN_SECONDS)
    finally:
        began = time.monotonic()
        process.resume()
    await work.in_sync(PATIENCE)
    work.took("frozen web process: everybody is level", began)
    await ghost.until(lambda m: not m.waiting)
    work.gone.append(ghost)
    await ghost.leave()


async def _ghost(work: Work) -> Member:
    """Somebody who comes in and types, and whose cursor the others see."""
    ghost = work.new_member(f"ghost{len(work.gone)}")
    await ghost.until(lambda m: m.level and work.has_paths(m))
    work.type(ghost)
    for member in work.members:
        await member.until(lambda m: m.presence.get(ghost.doc.client_id))
    return ghost


def _home(work: Work, member: Member) -> psutil.Process:
    """The web process at the other end of a member's socket."""
    return next(
        process
        for process in psutil.Process(work.stack.pid).children()
        if any(end.raddr and end.raddr.port == member.port for end in process.net_connections("tcp"))
    )


def _turns_of(work: Work, process: psutil.Process) -> list[str]:
    """The turns that a web process was carrying out."""
    running = running_turns(work.database, work.room["id"])
    return [turn for turn, where in running.items() if f"-{process.pid}-" in where]


def _child(work: Work, words: str) -> psutil.Process:
    """The launcher's child whose command holds `words`."""
    return next(
        child
        for child in psutil.Process(work.stack.pid).children()
        if child.status() != psutil.STATUS_ZOMBIE and any(words in word for word in child.cmdline())
    )


def _applied(work: Work, turn: str) -> dict[str, str]:
    """The hunks of a turn that everybody could see applied until now: the text of each by its path."""
    return {
        event["hunk"]["path"]: event["hunk"]["after"]
        for event in work.members[0].events
        if event["type"] == "hunk" and event["turn"] == turn and event["hunk"]["state"] == "applied"
    }


async def _until_taken_back(work: Work, ended: dict[str, Any]) -> None:
    """Wait until no hunk of a turn that failed is open any more."""
    left = {hunk["id"] for hunk in ended["hunks"] if hunk["state"] == "writing"}

    def is_done(member: Member) -> bool:
        told = (event for event in member.events if event["type"] == "hunk" and event["turn"] == ended["id"])
        return left <= {event["hunk"]["id"] for event in told if event["hunk"]["state"] != "writing"}

    await work.members[0].until(is_done, PATIENCE)


def _check_kept(work: Work, turn: str, shown: dict[str, str]) -> None:
    """What a turn had finished is kept in its row and in the documents."""
    ended = work.turns()[turn]
    applied = {hunk["path"]: hunk["after"] for hunk in ended["hunks"] if hunk["state"] == "applied"}
    assert shown.items() <= applied.items()
    documents = work.members[0].texts()
    for path, text in applied.items():
        assert documents[path] == text, path


async def _start_run(work: Work, command: list[str]) -> str:
    """Have a program run, and wait until it does."""
    run = await work.command("start_run", run={"command": command})
    await work.members[0].until(lambda m: (m.latest("run", run) or {"state": "queued"})["state"] != "queued")
    return run


async def _until_run_over(work: Work, run: str, seconds: float = WORKER_SECONDS) -> dict[str, object]:
    def over(member: Member) -> dict[str, object] | None:
        latest = member.latest("run", run)
        return latest if latest and latest["state"] not in ("queued", "running") else None

    return await work.members[0].until(over, seconds)


async def _works(work: Work) -> None:
    """A new run passes."""
    run = await work.command("start_run", run={"command": SHORT})
    ended = await _until_run_over(work, run)
    assert ended["state"] == "passed", ended


async def _lose_connections(work: Work, cut: Callable[[], None]) -> None:
    run = await _start_run(work, SHORT)
    await asyncio.sleep(work.random.uniform(0.0, 2.0))
    began = time.monotonic()
    sockets = [member.port for member in work.members]
    cut()
    await work.in_sync(PATIENCE)
    await work.all_saved()
    work.took("database: everything is saved again", began)
    work.check_stored()
    assert [member.port for member in work.members] == sockets, "nobody's socket has to do with the database"
    ended = await _until_run_over(work, run)
    assert ended["state"] == "passed", ended
