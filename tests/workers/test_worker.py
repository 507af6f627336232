"""The whole worker: a real Celery process that takes runs from a real Redis, and its end in the middle of one."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from ide.domain.queues import RUNS
from ide.engines.bus import Input
from ide.engines.queue import Queue
from ide.launcher.children import worker_answers
from ide.wire.codes import Outcome, RunState
from tests.stack import KEPT, ROOT
from tests.workers.room import HeardRoom
from tests.workers.transcript import wait_until
from workers.sandboxes.toolchain import Toolchain

pytestmark = pytest.mark.django_db(transaction=True)

SUITE = """
from kata import double
def test_two(): assert double(2) == 4
def test_odd(): assert double(1) == 3
"""
KATA = {"kata.py": "def double(n): return 2 * n\n", "test_kata.py": SUITE}


@contextmanager
def working(redis_url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as the launcher starts it, on the database of the tests."""
    node = f"tests-{os.getpid()}@here"
    command = ["celery", "--quiet", "--app", "workers.app", "worker", "--hostname", node]
    options = ["--pool", "threads", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    environment = {
        "SPARKROOM_DATA": str(folder),
        "DATABASE_URL": f"sqlite://{connection.settings_dict['NAME']}",
        "REDIS_URL": redis_url,
    }
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    with (folder / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", *command, *options], cwd=ROOT, env=kept | environment, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: worker.poll() is not None or worker_answers(redis_url, node))
        assert worker.poll() is None, (folder / "log").read_text()
        yield worker
    finally:
        worker.kill()
        worker.wait()


def send(redis_url: str, *run_ids: str) -> None:
    """What a web process does with new runs."""
    queue = Queue(redis_url)
    for run_id in run_ids:
        asyncio.run(queue.send_run(run_id, RUNS))
    queue.close()


def test_runs_by_way_of_celery(redis_url: str, tmp_path: Path, toolchain: Toolchain) -> None:
    with HeardRoom(redis_url) as room, working(redis_url, tmp_path) as worker:
        program = room.queue(["python", "main.py"], {"main.py": "print('hello', input('who? '))"})
        tests = room.queue(["python", "-m", "pytest"], KATA, tests=True)
        send(redis_url, program, tests, "no-such-run")

        room.until_said(program, "who? ")
        # The other run does not wait for somebody who thinks about an answer.
        run = room.until_over(tests)
        assert [(test.id, test.outcome) for test in run.tests] == [
            ("test_kata.py::test_two", Outcome.PASSED),
            ("test_kata.py::test_odd", Outcome.FAILED),
        ]
        assert sorted(room.tests(tests)) == sorted(test.id for test in run.tests)
        assert (run.state, run.exit_code) == (RunState.FAILED, 1)
        assert "1 failed, 1 passed" in room.output(tests)

        room.tell(program, Input(data="Ann\n"))
        run = room.until_over(program)
        assert (run.state, run.exit_code, run.output) == (RunState.PASSED, 0, "who? hello Ann\n")

        leaving = room.queue(["python", "-c", "print('on it')\nwhile True: pass"])
        send(redis_url, leaving)
        room.until_said(leaving, "on it")
        worker.send_signal(signal.SIGTERM)
        run = room.until_over(leaving)
        assert (run.state, run.reason) == (RunState.LOST, "the worker was stopped")
        assert worker.wait(20) == 0
    assert (tmp_path / "log").read_text().strip() == "worker: Warm shutdown (MainProcess)"
