"""Programs under the debugger from their row to their end: real sandboxes, a real debugpy, a real Redis."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise

import pytest

from ide.engines.bus import Debug, Input, Stop
from ide.store import runs
from ide.wire.codes import DebugAction, DebugStatus, RunState, StopReason
from ide.wire.messages import DebugEvent
from ide.wire.run_shapes import Breakpoint, Debugging, DebugState, Run, StackFrame, Terminal, Variable
from tests.workers.limits import LIMITS, PATIENCE
from tests.workers.room import HeardRoom
from workers.debugging.execution import KEEP_SECONDS
from workers.runner import Runner

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAM = """\
import helper

LIMIT = 3


def total(prices, factor):
    amount = 0
    for price in prices:
        amount += price * factor
    return amount


print("sum", total([1, 2, 3], helper.factor()))
"""
HELPER = "def factor():\n    ten = 10\n    return ten\n"
FILES = {"main.py": PROGRAM, "helper.py": HELPER}


class Debugged:
    """A run under the debugger, as its room hears of it."""

    def __init__(self, room: HeardRoom, run_id: str) -> None:
        self.room = room
        self.id = run_id

    @property
    def state(self) -> DebugState:
        """The newest state; a fresh one before the first."""
        events = [event for event in self.room.events if isinstance(event, DebugEvent) and event.run == self.id]
        return events[-1].debug if events else DebugState()

    def until(self, condition: Callable[[DebugState], object]) -> DebugState:
        """The first state for which `condition` is true."""
        self.room.until(lambda: condition(self.state))
        return self.state

    def stopped(self, stop: int) -> DebugState:
        """The state of a stop, as soon as its variables are known."""
        return self.until(lambda state: state.stop == stop and state.variables)

    def ask(self, action: DebugAction, **fields: object) -> None:
        self.room.tell(self.id, Debug(asked=Debugging.model_validate({"action": action, **fields})))

    def over(self) -> Run:
        return self.room.until_over(self.id)


@contextmanager
def debugged(
    runner: Runner,
    room: HeardRoom,
    files: Mapping[str, str] = FILES,
    breakpoints: Mapping[str, list[int]] | None = None,
    terminal: Terminal | None = None,
) -> Iterator[Debugged]:
    """Have `main.py` debugged beside the test, which sees to its end."""
    places = [Breakpoint(path=path, line=line) for path, lines in (breakpoints or {}).items() for line in lines]
    state = DebugState(breakpoints=places)
    run_id = room.queue(["python", "main.py"], files, debug=state, terminal=terminal, limits=LIMITS)
    thread = threading.Thread(target=runner.carry_out, args=[run_id])
    thread.start()
    try:
        yield Debugged(room, run_id)
    finally:
        room.tell(run_id, Stop())
        thread.join(PATIENCE)
        assert not thread.is_alive()


def places(frames: list[StackFrame]) -> list[tuple[str, str | None, int]]:
    return [(frame.name, frame.path, frame.line) for frame in frames]


def locals_of(state: DebugState, at: int = 0) -> dict[str, str]:
    reference = state.frames[at].scopes[0].reference
    return {one.name: one.value for one in group(state, reference)}


def group(state: DebugState, reference: int) -> list[Variable]:
    return next(group.variables for group in state.variables if group.reference == reference)


def test_from_a_breakpoint_by_steps_to_the_end(runner: Runner, room: HeardRoom) -> None:
    with debugged(runner, room, breakpoints={"main.py": [9]}) as run:
        state = run.stopped(1)
        assert (state.status, state.reason, state.thread) == (DebugStatus.STOPPED, StopReason.BREAKPOINT, None)
        assert places(state.frames) == [("total", "main.py", 9), ("<module>", "main.py", 13)]
        assert locals_of(state) == {"prices": "[1, 2, 3]", "factor": "10", "amount": "0", "price": "1"}
        run.ask(DebugAction.NEXT, stop=1)
        assert places(run.stopped(2).frames)[0] == ("total", "main.py", 8)
        run.ask(DebugAction.STEP_OUT, stop=2)
        # The breakpoint is met again before the call is over.
        state = run.stopped(3)
        assert (state.reason, locals_of(state)["amount"]) == (StopReason.BREAKPOINT, "10")
        run.ask(DebugAction.BREAKPOINTS, breakpoints=[])
        run.ask(DebugAction.STEP_OUT, stop=3)
        assert places(run.stopped(4).frames) == [("<module>", "main.py", 13)]
        run.ask(DebugAction.CONTINUE, stop=4)
        ended = run.over()
    assert (ended.state, ended.exit_code, ended.output, ended.debug) == (RunState.PASSED, 0, "sum 60\n", None)


def test_the_row_is_written_less_often_than_the_room_is_told_and_holds_the_last_state(
    runner: Runner, room: HeardRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[float] = []
    record = runs.record_debug

    def noted(run_id: str, worker: str, state: DebugState) -> bool:
        written.append(time.monotonic())
        return record(run_id, worker, state)

    monkeypatch.setattr(runs, "record_debug", noted)
    with debugged(runner, room, {"main.py": "for n in range(1_000):\n    n += 1\n"}, {"main.py": [1]}) as run:
        for stop in range(1, 15):
            run.stopped(stop)
            run.ask(DebugAction.NEXT, stop=stop)
        last = run.stopped(15)
        room.until(lambda: (row := runs.read(room.id, run.id)) and row.debug == last)
    assert all(later - earlier >= KEEP_SECONDS for earlier, later in pairwise(written))


def test_steps_go_into_the_rooms_own_modules(runner: Runner, room: HeardRoom) -> None:
    with debugged(runner, room, breakpoints={"main.py": [13]}) as run:
        run.stopped(1)
        run.ask(DebugAction.STEP_IN, stop=1)
        state = run.stopped(2)
        assert places(state.frames) == [("factor", "helper.py", 2), ("<module>", "main.py", 13)]
        run.ask(DebugAction.FRAME, reference=state.frames[1].id)
        state = run.until(lambda state: state.frames[1].scopes)
        state = run.until(lambda state: len(state.variables) == 2)
        assert locals_of(state, 1)["LIMIT"] == "3"
        assert [scope.name for scope in state.frames[0].scopes] == ["Locals", "Globals"]
        # A module's own variables are its global ones.
        assert [scope.name for scope in state.frames[1].scopes] == ["Locals"]


def test_variables_are_opened_and_long_ones_cut(runner: Runner, room: HeardRoom) -> None:
    program = """\
class Point:
    def __init__(self):
        self.x, self.deep = 1, {"key": [7, 8]}
point = Point()
many = list(range(5000))
long = "é" * 10_000
odd = "a\\0b\\ud800"
print("here")
"""
    with debugged(runner, room, {"main.py": program}, {"main.py": [8]}) as run:
        state = run.stopped(1)
        known = {one.name: one for one in group(state, state.frames[0].scopes[0].reference)}
        assert "special variables" not in known
        assert len(known["long"].value) == 200
        assert known["long"].value.endswith("…")
        assert known["point"].type == "Point"
        run.ask(DebugAction.EXPAND, reference=known["point"].reference)
        state = run.until(lambda state: len(state.variables) == 2)
        parts = {one.name: one for one in group(state, known["point"].reference)}
        assert (parts["x"].value, parts["deep"].value) == ("1", "{'key': [7, 8]}")
        run.ask(DebugAction.EXPAND, reference=known["many"].reference)
        state = run.until(lambda state: len(state.variables) == 3)
        assert state.variables[2].variables[3].value == "3"
        assert len(state.variables[2].variables) == 100
        assert state.variables[2].more > 0
        # What nobody was shown cannot be asked for.
        run.ask(DebugAction.EXPAND, reference=987654)
        run.ask(DebugAction.NEXT, stop=1)
        run.over()


def test_an_uncaught_exception_stops_it(runner: Runner, room: HeardRoom) -> None:
    program = "def half(n):\n    wanted = n // 2\n    raise ValueError(f'no half of {n}')\n\n\nhalf(7)\n"
    with debugged(runner, room, {"main.py": program}) as run:
        state = run.stopped(1)
        assert (state.reason, state.error) == (StopReason.EXCEPTION, "ValueError: no half of 7")
        assert places(state.frames) == [("half", "main.py", 3), ("<module>", "main.py", 6)]
        assert locals_of(state)["wanted"] == "3"
        run.ask(DebugAction.CONTINUE, stop=1)
        ended = run.over()
    assert (ended.state, ended.exit_code) == (RunState.FAILED, 1)
    # As if no debugger were there.
    assert ended.output.startswith("Traceback (most recent call last):\n  File")
    assert ended.output.count("  File ") == 2
    assert ended.output.endswith("ValueError: no half of 7\n")


def test_an_endless_loop_is_paused_and_looked_at(runner: Runner, room: HeardRoom) -> None:
    program = "count = 0\nprint('on it', flush=True)\nwhile True:\n    count += 1\n"
    with debugged(runner, room, {"main.py": program}) as run:
        room.until_said(run.id, "on it")
        run.until(lambda state: state.status is DebugStatus.RUNNING)
        run.ask(DebugAction.PAUSE)
        state = run.stopped(1)
        assert state.reason is StopReason.PAUSE
        assert int(locals_of(state)["count"].replace(",", "")) > 0
        room.tell(run.id, Stop())
        assert run.over().state is RunState.STOPPED


def test_a_step_that_comes_too_late_is_left_undone(runner: Runner, room: HeardRoom) -> None:
    with debugged(runner, room, breakpoints={"main.py": [9]}) as run:
        run.stopped(1)
        # Two people press at the same time, each at what they see.
        run.ask(DebugAction.NEXT, stop=1)
        run.ask(DebugAction.NEXT, stop=1)
        run.stopped(2)
        run.ask(DebugAction.NEXT, stop=2)
        state = run.stopped(3)
        assert (state.frames[0].line, locals_of(state)["price"]) == (9, "2")


def test_a_breakpoint_that_is_set_while_it_runs(runner: Runner, room: HeardRoom) -> None:
    program = "import time\nn = 0\nprint('on it', flush=True)\nwhile True:\n    time.sleep(0.01)\n    n += 1\n"
    with debugged(runner, room, {"main.py": program}) as run:
        room.until_said(run.id, "on it")
        wanted = {"path": "main.py", "line": 6}
        run.ask(DebugAction.BREAKPOINTS, breakpoints=[wanted])
        state = run.stopped(1)
        assert places(state.frames) == [("<module>", "main.py", 6)]
        assert [point.model_dump() for point in state.breakpoints] == [wanted]


def test_a_terminal_goes_beside_the_debugger(runner: Runner, room: HeardRoom) -> None:
    program = "name = input('who? ')\nprint('hello', name)\n"
    terminal = Terminal(columns=80, rows=24)
    with debugged(runner, room, {"main.py": program}, {"main.py": [2]}, terminal) as run:
        room.until_said(run.id, "who? ")
        room.tell(run.id, Input(data="Ann\r"))
        assert locals_of(run.stopped(1))["name"] == "'Ann'"
        run.ask(DebugAction.CONTINUE)
        assert "hello Ann" in run.over().output


def test_who_comes_later_reads_the_state_in_the_runs_row(runner: Runner, room: HeardRoom) -> None:
    with debugged(runner, room, breakpoints={"main.py": [9]}) as run:
        state = run.stopped(1)
        stored = runs.read(room.id, run.id)
        assert stored is not None and stored.debug == state
        assert runs.text_of(room.id, run.id, "main.py") == PROGRAM
        room.tell(run.id, Stop())
        run.over()
    stored = runs.read(room.id, run.id)
    assert stored is not None and stored.debug is None
    assert runs.text_of(room.id, run.id, "main.py") is None


def test_a_program_that_speaks_for_debugpy_harms_nobody(runner: Runner, room: HeardRoom) -> None:
    program = """\
import json, os, threading
for fd in range(3, 64):
    try:
        if not os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:"): continue
    except OSError: continue
    for number in range(300):
        forged = {"type": "event", "event": "stopped", "body": {"reason": "x" * 99, "threadId": number}}
        for line in (json.dumps(forged), '{"type": "event"', "x" * 100, json.dumps([1]) , "[" * 5000):
            try: os.write(fd, line.encode() + b"\\n")
            except OSError: break
print("done")
"""
    with debugged(runner, room, {"main.py": program}) as run:
        # It stops for no debugger; whoever sits before it can still end it.
        room.until_said(run.id, "done")
        ended = run.over()
    assert ended.state in (RunState.PASSED, RunState.FAILED)
    assert sum(isinstance(event, DebugEvent) for event in room.events) < 100
