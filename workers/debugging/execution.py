"""A run under the debugger: the conversation with debugpy, its state told to the room and kept in the run's row."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

from ide.store import runs
from ide.store.runs import RunInput
from ide.wire.codes import DebugStatus
from ide.wire.messages import DebugEvent
from ide.wire.run_shapes import Debugging, DebugState
from workers.broadcast import Broadcast
from workers.debugging.client import DebugClient
from workers.execution import Execution
from workers.lease import Lease
from workers.sandboxes.sandbox import Order, Report, Sandbox, SandboxBackend, Talk

MODULES = {"sparkroom_debugger.py": Path(__file__).with_name("bridge.py").read_bytes()}
# A step is over long before it would be seen that the program runs; a stop is told with what is known soon after it.
RUNNING_SECONDS = 0.08
UNSETTLED_SECONDS = 0.3
# A program that stops and goes on in a loop must not make everybody's page, and its row, change as often.
LEAST_SECONDS = 0.03
KEEP_SECONDS = 0.5


class DebugExecution(Execution):
    """See `Execution`."""

    def __init__(self, lease: Lease, given: RunInput, broadcast: Broadcast) -> None:
        super().__init__(lease, given, broadcast)
        self._run_id = given.run.id
        state = given.run.debug
        self._client = DebugClient(state.breakpoints if state else [])
        self._lock = threading.Lock()
        self._sandbox: Sandbox
        self._told = self._kept = 0
        self._told_at = self._changed_at = time.monotonic()
        self._kept_at = self._told_at - KEEP_SECONDS

    def start(self, backend: SandboxBackend) -> Sandbox:
        """See `Execution.start`."""
        self._sandbox = super().start(backend)
        with self._lock:
            self._say(self._client.begin())
        return self._sandbox

    def order(self) -> Order:
        """See `Execution.order`."""
        order = super().order()
        # With the interpreter's own modules frozen, debugpy does not see into them and says so on every start.
        python, *program = order.command
        command = [python, "-Xfrozen_modules=off", "-m", "sparkroom_debugger", *program]
        return replace(order, command=command, modules=MODULES, talk=True)

    @property
    def tells_in(self) -> float | None:
        """See `Execution.tells_in`: the state waits until it is worth telling."""
        with self._lock:
            state, settled = self._client.state, self._client.settled
        now = time.monotonic()
        if state.number == self._told:
            return None if self._kept == self._told else max(0.0, self._kept_at + KEEP_SECONDS - now)
        waits = UNSETTLED_SECONDS if not settled else 0.0
        if state.status is DebugStatus.RUNNING:
            waits = RUNNING_SECONDS
        return max(0.0, self._changed_at + waits - now, self._told_at + LEAST_SECONDS - now)

    def hear(self, asked: Debugging) -> None:
        """See `Execution.hear`."""
        with self._lock:
            self._say(self._client.obey(asked))

    def take(self, piece: Report | Talk) -> None:
        """See `Execution.take`."""
        if isinstance(piece, Talk):
            with self._lock:
                number = self._client.state.number
                self._say(self._client.hear(piece.line))
                if self._client.state.number != number:
                    self._changed_at = time.monotonic()

    def tell(self) -> None:
        """See `Execution.tell`."""
        with self._lock:
            state = self._client.state
        now = time.monotonic()
        kept = now >= self._kept_at + KEEP_SECONDS and self._write_down(state)
        # What was told before it was written down is told again: who joined meanwhile has read what was there before.
        if kept or state.number != self._told:
            self._told, self._told_at = state.number, now
            self._broadcast.send(DebugEvent(run=self._run_id, debug=state))

    def _write_down(self, state: DebugState) -> bool:
        """Have the run's row hold this state, which goes when the run ends. False if it does already."""
        if state.number == self._kept:
            return False
        self._lease.write(lambda run, worker: runs.record_debug(run, worker, state))
        self._kept, self._kept_at = state.number, time.monotonic()
        return True

    def _say(self, lines: list[bytes]) -> None:
        for line in lines:
            self._sandbox.tell(line)
