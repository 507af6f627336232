"""Warm sandboxes: programs cannot tell them from new ones, each serves one order, and none is left over."""

from __future__ import annotations

import ast
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ide.wire.run_shapes import Terminal
from tests.workers.limits import LIMITS
from tests.workers.sandboxes.contract import SandboxContract
from tests.workers.transcript import Transcript, processes_with, wait_until
from workers.sandboxes import channels
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.channels import READY, WAITING
from workers.sandboxes.pool import COMMAND, KINDS, Pool
from workers.sandboxes.sandbox import Cause, Order

BYTES = 100_000_000
SCREEN = Terminal(columns=80, rows=24)
LOOK_AROUND = """
import os, sys, threading, traceback
import helper
print(sys.argv, __name__, __file__, sys.path, sys.flags, sys.stdin.isatty(), sys.stdout.line_buffering)
print(sorted(os.environ.items()), os.getcwd(), sorted(os.listdir()))
print([name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")])
print(threading.active_count(), sorted(set(sys.modules) - {"sitecustomize", "__future__"}))
print(input("? "))
traceback.print_stack()
raise SystemError("at the end")
"""
FILES = {"main.py": LOOK_AROUND.encode(), "helper.py": b"print(__name__)", "data/n.txt": b"1"}


@pytest.fixture
def pool(backend: Bubblewrap) -> Iterator[Pool]:
    pool = Pool(backend, 2, BYTES)
    yield pool
    pool.close()


class TestPool(SandboxContract):
    """The contract, for what a pool has ready as well as for what it has not."""

    @pytest.fixture
    def backend(self, pool: Pool) -> Pool:
        return pool


def said(pool: Pool | Bubblewrap, order: Order) -> Transcript:
    transcript = Transcript()
    with pool.start(order) as sandbox:
        assert sandbox.write("typed\n")
        transcript.to_the_end(sandbox)
    return transcript


def warmed(pool: Pool, order: Order, count: int) -> None:
    """Have the pool learn what is wanted, and wait until so many wait."""
    said(pool, order)
    wait_until(lambda: pool.waiting == count)


@pytest.mark.parametrize("terminal", [None, SCREEN], ids=["pipes", "terminal"])
def test_a_program_cannot_tell_a_warm_sandbox_from_a_new_one(
    pool: Pool, backend: Bubblewrap, terminal: Terminal | None
) -> None:
    order = Order(FILES, COMMAND, LIMITS, terminal)
    warmed(pool, order, 2)
    warm, new = said(pool, order), said(backend, order)
    assert warm.text.splitlines() == new.text.splitlines()
    assert warm.ended and new.ended
    assert warm.ended.exit_code == new.ended.exit_code == 1
    assert warm.ended.made == new.ended.made == {}


def test_a_sandbox_serves_one_order(pool: Pool) -> None:
    order = Order(
        {"main.py": b"print(open('/tmp/left', 'a').tell()); open('/tmp/left', 'w').write('x')"}, COMMAND, LIMITS
    )
    warmed(pool, order, 2)
    assert [said(pool, order).text for _ in range(4)] == ["0\n"] * 4


def test_its_time_runs_from_the_beginning_of_the_program(pool: Pool) -> None:
    limits = LIMITS.model_copy(update={"seconds": 1.5})
    order = Order({"main.py": b"print(input())"}, COMMAND, limits)
    warmed(pool, order, 2)
    waited_since = time.monotonic()
    wait_until(lambda: time.monotonic() > waited_since + limits.seconds)
    ended = said(pool, order).ended
    assert ended and (ended.cause, ended.exit_code) == (Cause.EXITED, 0)
    assert ended.seconds < limits.seconds
    endless = replace(order, files={"main.py": b"while True: input()"})
    with pool.start(endless) as sandbox:
        over = Transcript().to_the_end(sandbox)
    assert over.reason == "time limit of 1.5 s"


def test_one_that_died_while_it_waited_is_not_used(pool: Pool) -> None:
    order = Order({"main.py": b"print('fine', input())"}, COMMAND, LIMITS)
    warmed(pool, order, 2)
    for pid in processes_with("python\0main.py"):
        with suppress(ProcessLookupError):  # one of an earlier test, on its way out
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pool.waiting == 0)
    assert said(pool, order).text == "fine typed\n"


def test_kinds_that_were_not_wanted_for_longest_are_given_up(pool: Pool) -> None:
    orders = [Order({"main.py": b""}, COMMAND, LIMITS.model_copy(update={"seconds": seconds})) for seconds in (3, 4, 5)]
    for order in orders:
        warmed(pool, order, 2 * min(KINDS, orders.index(order) + 1))
    processes = len(psutil.Process().children(recursive=True))
    said(pool, orders[0])
    wait_until(lambda: pool.waiting == 2 * KINDS)
    wait_until(lambda: len(psutil.Process().children(recursive=True)) == processes)


def test_what_waits_takes_no_more_than_it_may(backend: Bubblewrap) -> None:
    order = Order({"main.py": b""}, COMMAND, LIMITS)
    pool = Pool(backend, 64, 20_000_000)
    try:
        said(pool, order)
        wait_until(lambda: pool.waiting > 1)
        most = pool.waiting
        for _ in range(3):
            said(pool, order)
            wait_until(lambda: pool.waiting >= most - 1)
        assert pool.waiting <= 12
    finally:
        pool.close()


def test_nothing_is_left_of_a_pool_that_was_closed(backend: Bubblewrap) -> None:
    process = psutil.Process()
    before = len(process.children(recursive=True)), process.num_fds()
    pool = Pool(backend, 2, BYTES)
    warmed(pool, Order({"main.py": b""}, COMMAND, LIMITS), 2)
    pool.close()
    assert pool.waiting == 0
    assert (len(process.children(recursive=True)), process.num_fds()) == before


def test_the_interpreter_says_what_the_worker_listens_for() -> None:
    source = ast.parse(waiting_source().read_text())
    [words] = [line for line in source.body if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple)][:1]
    assert ast.literal_eval(words.value) == (WAITING, READY)


def waiting_source() -> Path:
    """It waits for its input as soon as it is imported."""
    return Path(channels.__file__).with_name("waiting.py")
