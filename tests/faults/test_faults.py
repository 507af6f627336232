"""Whatever is killed while people type and a model streams: nothing acknowledged is lost, nothing is doubled, and
everybody is back by themselves."""

from __future__ import annotations

import os
import random
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.faults import faults
from tests.faults.faults import Fault
from tests.faults.stored import Database, PostgresDatabase, Sqlite
from tests.faults.work import Work, at_work
from tests.postgres import Postgres
from tests.stack import Stack

ROUNDS = 3
ROUNDS_OF_SOAK = 50
# So slow that a turn is still being written when something dies.
TOKENS_PER_SECOND = "400"
SECONDS_TO_END = 10

ANYWHERE: tuple[Fault, ...] = (faults.web_process, faults.redis, faults.worker, faults.frozen)
WITH_SERVER: tuple[Fault, ...] = (*ANYWHERE, faults.connections, faults.backend, faults.database_server)


SET_UPS = [(2, "PostgreSQL", 21), (1, "SQLite", 9)]
SET_UPS_OF_SOAK = [*SET_UPS, (2, "SQLite", 3)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    set_ups = SET_UPS_OF_SOAK if metafunc.config.getoption("--soak") else SET_UPS
    names = [f"{processes} on {kind}, seed {seed}" for processes, kind, seed in set_ups]
    metafunc.parametrize(("processes", "kind", "seed"), set_ups, ids=names)


async def test_nothing_acknowledged_is_lost_or_doubled_and_everybody_is_back(
    processes: int, kind: str, seed: int, soak: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = {"SPARKROOM_WEB_PROCESSES": str(processes), "SPARKROOM_REHEARSAL_SPEED": TOKENS_PER_SECOND}
    known: tuple[Fault, ...] = ANYWHERE
    if kind == "PostgreSQL":
        server: Postgres = request.getfixturevalue("postgres")
        name = f"faults-{secrets.token_hex(4)}"
        settings["DATABASE_URL"] = server.create(name)
        database: Database = PostgresDatabase(server, name)
        known = WITH_SERVER
    else:
        database = Sqlite(tmp_path / "data")
    with Stack(tmp_path, **settings) as stack, _log_if_it_fails(stack):
        async with at_work(stack, database, f"{seed}") as work:
            for number, fault in enumerate(_chosen(known, seed, ROUNDS_OF_SOAK if soak else ROUNDS)):
                print(f"round {number}: {fault.__name__}")
                await fault(work)
            await work.rest()
            await work.check_end()
            work.check_turns()
            expected = work.members[0].texts()
        _tell(work)
        _kill_launcher(stack)
        stack.start()
        await work.check_alone(expected)
        work.check_stored()


def _chosen(known: tuple[Fault, ...], seed: int, rounds: int) -> Iterator[Fault]:
    """Every fault as often as any other, in an order that the seed gives."""
    chooser = random.Random(seed)
    left: list[Fault] = []
    for _ in range(rounds):
        left = left or chooser.sample(known, len(known))
        yield left.pop()


@contextmanager
def _log_if_it_fails(stack: Stack) -> Iterator[None]:
    """Show what the processes said, beside what went wrong."""
    try:
        yield
    except BaseException:
        print(stack.log())
        raise


def _tell(work: Work) -> None:
    for what, seconds in sorted(work.figures.items()):
        print(f"{what}: {max(seconds):.2f} s at most in {len(seconds)}")


def _kill_launcher(stack: Stack) -> None:
    """Kill what keeps all others alive: they end with it."""
    processes = psutil.Process(stack.pid).children(recursive=True)
    os.kill(stack.pid, signal.SIGKILL)
    assert stack.wait() == -signal.SIGKILL
    _, alive = psutil.wait_procs(processes, SECONDS_TO_END)
    assert not alive
