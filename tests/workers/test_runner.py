"""Runs from their row to their end: a real database, a real Redis and real sandboxes, without Celery between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from ide.engines.bus import Input, Resize, Stop, WorkerBus
from ide.store import rooms, runs
from ide.store.models import Run
from ide.wire.codes import Outcome, RunState
from ide.wire.messages import Output
from ide.wire.run_shapes import Terminal
from tests.workers.limits import LIMITS, PATIENCE
from tests.workers.room import HeardRoom
from tests.workers.transcript import processes_with, wait_until
from workers.runner import Runner
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.toolchain import Toolchain

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def beside(runner: Runner, run_id: str) -> Iterator[None]:
    """Have a run carried out in a thread of its own, as in a worker's pool, and wait for it at the end."""
    thread = threading.Thread(target=runner.carry_out, args=[run_id])
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_program_from_queued_to_passed(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "main.py"], {"main.py": "from lib.a import x\nprint(x)", "lib/a.py": "x = 'é🎲'"})
    runner.carry_out(run_id)
    run = room.until_over(run_id)
    assert room.states(run_id) == [RunState.RUNNING, RunState.PASSED]
    assert (run.state, run.exit_code, run.output, run.reason) == (RunState.PASSED, 0, "é🎲\n", None)
    assert room.output(run_id) == "é🎲\n"
    assert run.seconds is not None and 0 < run.seconds < LIMITS.seconds


def test_output_streams_and_input_comes_back(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "-c", "print('hello', input('who? '))"])
    with beside(runner, run_id):
        # It cannot end before it has been answered.
        room.until_said(run_id, "who? ")
        room.tell(run_id, Input(data="Ann\n"))
        run = room.until_over(run_id)
    assert (run.state, run.output) == (RunState.PASSED, "who? hello Ann\n")


def test_a_terminal_of_another_size(runner: Runner, room: HeardRoom) -> None:
    program = """
import os, signal
signal.signal(signal.SIGWINCH, lambda *_: print("now", os.get_terminal_size().columns))
print("first", os.get_terminal_size().columns)
input()"""
    run_id = room.queue(["python", "-c", program], terminal=Terminal(columns=80, rows=24))
    with beside(runner, run_id):
        room.until_said(run_id, "first 80")
        room.tell(run_id, Resize(columns=132, rows=43))
        room.until_said(run_id, "now 132")
        room.tell(run_id, Input(data="\r"))
        assert room.until_over(run_id).state is RunState.PASSED


def test_stop_ends_it_at_once(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "-c", "print('on it')\nwhile True: pass"])
    with beside(runner, run_id):
        room.until_said(run_id, "on it\n")
        room.tell(run_id, Stop())
        run = room.until_over(run_id)
    assert (run.state, run.exit_code, run.reason, run.output) == (RunState.STOPPED, None, None, "on it\n")


def test_a_stop_that_came_before_the_sandbox(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "-c", "import time; time.sleep(60)"])
    room.tell(run_id, Stop())
    runner.carry_out(run_id)
    assert room.until_over(run_id).state is RunState.STOPPED


@pytest.mark.parametrize(
    ("program", "limits", "reason"),
    [
        ("import time; time.sleep(60)", {"seconds": 1}, "time limit of 1 s"),
        ("kept = [b'x' * 10**6 for _ in range(900)]", {"memory_bytes": 100_000_000}, "memory limit of 100 MB"),
        ("while True: print('x' * 99)", {"output_bytes": 50_000}, "output limit of 5 MB"),
    ],
)
def test_a_limit_is_the_reason(
    runner: Runner, room: HeardRoom, program: str, limits: dict[str, int], reason: str
) -> None:
    run_id = room.queue(["python", "-c", program], limits=LIMITS.model_copy(update=limits))
    runner.carry_out(run_id)
    run = room.until_over(run_id)
    assert (run.state, run.exit_code, run.reason) == (RunState.FAILED, None, reason)
    assert run.truncated == ("output" in reason)
    assert len(run.output) <= 50_000
    assert room.output(run_id) == run.output


def test_much_output_comes_in_few_events(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "-c", "for n in range(5000): print(n)"])
    runner.carry_out(run_id)
    run = room.until_over(run_id)
    assert run.output == "".join(f"{n}\n" for n in range(5000))
    assert room.output(run_id) == run.output
    assert run.seconds is not None
    assert sum(isinstance(event, Output) for event in room.events) <= run.seconds / 0.03 + 2


def test_the_row_can_be_read_while_it_runs(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "-c", "print('so far'); input()"])
    with beside(runner, run_id):
        wait_until(lambda: (run := runs.read(room.id, run_id)) and run.output == "so far\n")
        room.tell(run_id, Input(data="\n"))


def test_tests_are_told_one_by_one(runner: Runner, room: HeardRoom) -> None:
    suite = """
import pytest, time
from kata import double
def test_first(): assert double(2) == 4
def test_second(): assert double(2) == 5
def test_last(): time.sleep(60)
"""
    files = {"kata.py": "def double(n): return 2 * n\n", "test_kata.py": suite}
    run_id = room.queue(["python", "-m", "pytest"], files, tests=True)
    with beside(runner, run_id):
        # The last one is still running.
        room.until(lambda: len(room.tests(run_id)) == 2)
        room.tell(run_id, Stop())
        run = room.until_over(run_id)
    assert [(test.id, test.outcome) for test in run.tests] == [
        ("test_kata.py::test_first", Outcome.PASSED),
        ("test_kata.py::test_second", Outcome.FAILED),
        ("test_kata.py::test_last", Outcome.ERROR),
    ]
    assert run.tests[-1].message == "The run ended during this test."
    assert run.state is RunState.STOPPED


@pytest.mark.parametrize(("select", "state"), [("first", RunState.PASSED), ("no_such", RunState.FAILED)])
def test_selected_tests(runner: Runner, room: HeardRoom, select: str, state: RunState) -> None:
    files = {"test_it.py": "def test_first(): pass\ndef test_second(): assert False\n"}
    run_id = room.queue(["python", "-m", "pytest", "-k", select], files, tests=True, select=select)
    runner.carry_out(run_id)
    run = room.until_over(run_id)
    assert run.state is state
    assert run.reason == (None if state is RunState.PASSED else "no tests found")


def test_a_run_is_carried_out_once(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "-c", "print('once')"])
    runner.carry_out(run_id)
    room.until_over(run_id)
    runner.carry_out(run_id)
    runner.carry_out("no-such-run")
    assert room.output(run_id) == "once\n"
    assert room.states(run_id) == [RunState.RUNNING, RunState.PASSED]


def test_nothing_runs_where_no_sandbox_can_be_set_up(toolchain: Toolchain, bus: WorkerBus, room: HeardRoom) -> None:
    runner = Runner(Bubblewrap(toolchain, "/bin/false"), bus, "worker")
    for prepared in (False, True):
        if prepared:
            runner.prepare()
        run_id = room.queue(["python", "-c", "print('never')"])
        runner.carry_out(run_id)
        run = room.until_over(run_id)
        assert (run.state, run.output, run.exit_code) == (RunState.REFUSED, "", None)
        assert run.reason and run.reason.startswith("not available here: ")


def test_documents_that_cannot_be_files_refuse_the_run(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "-c", ""], {"a": "", "a/b": ""})
    runner.carry_out(run_id)
    run = room.until_over(run_id)
    assert (run.state, run.reason) == (RunState.REFUSED, "'a' is both a document and a folder")


def test_a_lost_lease_ends_the_program_and_says_nothing(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "-c", f"mark = {room.id!r}\nimport time\nwhile True: print('.'); time.sleep(0.1)"])
    with beside(runner, run_id):
        room.until_said(run_id, ".")
        assert processes_with(room.id)
        Run.objects.filter(pk=run_id).update(state=RunState.LOST, worker=None)
    assert not processes_with(room.id)
    assert room.states(run_id) == [RunState.RUNNING]


def test_a_room_that_is_gone_ends_the_program(runner: Runner, room: HeardRoom) -> None:
    run_id = room.queue(["python", "-c", f"mark = {room.id!r}\nimport time\nwhile True: print('.'); time.sleep(0.1)"])
    with beside(runner, run_id):
        room.until_said(run_id, ".")
        rooms.delete(room.id)
    assert not processes_with(room.id)


def test_a_worker_that_leaves_ends_what_runs_as_lost(backend: Bubblewrap, bus: WorkerBus, room: HeardRoom) -> None:
    runner = Runner(backend, bus, "leaving")
    runner.prepare()
    programs = ["print('on it')\nwhile True: pass", "print('never'); input()"]
    first, later = (room.queue(["python", "-c", program]) for program in programs)
    with beside(runner, first):
        room.until_said(first, "on it")
        runner.leave()
        run = room.until_over(first)
    assert (run.state, run.reason) == (RunState.LOST, "the worker was stopped")
    runner.carry_out(later)
    waiting = runs.read(room.id, later)
    assert waiting and waiting.state is RunState.QUEUED, "the next worker takes it"


def test_sessions_leave_threads_to_programs(backend: Bubblewrap, bus: WorkerBus, room: HeardRoom) -> None:
    runner = Runner(backend, bus, "few", sessions=1)
    runner.prepare()
    ask, size = ["python", "-c", "input('yes? ')"], Terminal(columns=80, rows=24)
    first, second = (room.queue(ask, terminal=size) for _ in range(2))
    program = room.queue(["python", "-c", "print('at once')"])
    with beside(runner, first):
        room.until_said(first, "yes? ")
        runner.carry_out(second)
        runner.carry_out(program)
        assert room.until_over(program).state is RunState.PASSED
        assert room.states(second) == []
        room.tell(first, Stop())
        room.until_said(second, "yes? ")
        room.tell(second, Stop())
        assert room.until_over(second).state is RunState.STOPPED


def test_a_run_outlives_redis_being_away(backend: Bubblewrap, room: HeardRoom) -> None:
    bus = WorkerBus("unix:///nowhere/redis.sock")
    runner = Runner(backend, bus, "worker")
    runner.prepare()
    run_id = room.queue(["python", "-c", "print('alone')"])
    runner.carry_out(run_id)
    bus.close()
    run = runs.read(room.id, run_id)
    assert run and (run.state, run.output) == (RunState.PASSED, "alone\n")


def test_the_database_is_let_go_of(runner: Runner, room: HeardRoom) -> None:
    runner.carry_out(room.queue(["python", "-c", ""]))
    assert connection.connection is None
