"""One run while it is carried out: read from its sandbox, told to its room, written to its row."""

from __future__ import annotations

import time

from ide.store import runs
from ide.store.runs import RunInput
from ide.wire.codes import RunKind, RunState
from ide.wire.shapes import Terminal, Test
from workers import checks
from workers.broadcast import Broadcast
from workers.lease import Lease
from workers.sandboxes.sandbox import Cause, Ended, Order, Report, Sandbox, Text

# How often the row gets new output, and how often the lease is renewed when there is none: well within it.
RECORD_SECONDS = 1.0
RENEW_SECONDS = 2.0
# Results in one transaction: a commit for each would hold up fast tests, many at once would hold up other writers.
TESTS_AT_ONCE = 10


class Execution:
    """`lease` is that of `given`; `broadcast` speaks to its room. What writes raises LeaseLost."""

    def __init__(self, lease: Lease, given: RunInput, broadcast: Broadcast) -> None:
        self._lease = lease
        self._given = given
        self._broadcast = broadcast
        self._results = checks.Results()
        self._recorded_at = time.monotonic()
        self._dirty = False
        self._untold: list[Test] = []

    def order(self) -> Order:
        """What the sandbox is to execute."""
        run, terminal = self._given.run, self._given.terminal
        return Order(
            files=self._given.files,
            command=checks.command(self._given.select) if run.kind is RunKind.TESTS else run.command,
            limits=run.limits,
            terminal=Terminal(columns=terminal[0], rows=terminal[1]) if terminal else None,
            reporter=checks.REPORTER if run.kind is RunKind.TESTS else None,
        )

    def follow(self, sandbox: Sandbox) -> Ended:
        """Read the sandbox until it has ended. Raises LeaseLost; the sandbox still runs then."""
        while True:
            piece = sandbox.read(self._patience())
            match piece:
                case Text(text=text):
                    self._broadcast.write(text)
                    self._dirty = True
                case Report(line=line):
                    self._take_report(line)
            if piece is None or isinstance(piece, Ended) or len(self._untold) >= TESTS_AT_ONCE:
                self._tell_tests()
            if isinstance(piece, Ended):
                return piece
            if self._broadcast.due_in == 0:
                self._broadcast.flush()
            self._record()

    def finish(self, ended: Ended, leaving: bool) -> None:
        """Write down how it ended and tell the room. `leaving`: the worker ended it, because it ends itself."""
        self._broadcast.flush()
        state, reason = self._outcome(ended, leaving)
        fields = {
            "exit_code": ended.exit_code,
            "reason": reason,
            "seconds": round(ended.seconds, 3),
            "output": self._broadcast.output,
            "truncated": ended.truncated,
            "tests": list(self._results.tests.values()),
        }
        self._broadcast.send(self._lease.write(lambda run, worker: runs.finish(run, worker, state, **fields)))

    def _patience(self) -> float:
        """How long to wait for the sandbox before there is something else to do, in seconds."""
        if self._untold:
            return 0.0
        due = self._broadcast.due_in
        return RECORD_SECONDS if due is None else due

    def _take_report(self, line: bytes) -> None:
        test = self._results.take(line)
        if test is not None:
            self._untold.append(test)

    def _tell_tests(self) -> None:
        """Store the results that have come, then tell them."""
        if not self._untold:
            return
        untold, self._untold = self._untold, []
        for event in self._lease.write(lambda run, worker: runs.record_tests(run, worker, untold)):
            self._broadcast.send(event)

    def _record(self) -> None:
        """Bring the row up to date if it is time to. Raises LeaseLost."""
        since = time.monotonic() - self._recorded_at
        if self._dirty and since >= RECORD_SECONDS:
            output = self._broadcast.output
            self._lease.write(lambda run, worker: runs.record(run, worker, output, truncated=False))
        elif since >= RENEW_SECONDS:
            self._lease.write(runs.renew)
        else:
            return
        self._recorded_at = time.monotonic()
        self._dirty = False

    def _outcome(self, ended: Ended, leaving: bool) -> tuple[RunState, str | None]:
        """The run's last state and, unless that speaks for itself, why."""
        match ended.cause:
            case Cause.REFUSED:
                return RunState.REFUSED, ended.reason
            case Cause.LIMIT:
                return RunState.FAILED, ended.reason
            case Cause.KILLED if leaving:
                return RunState.LOST, "the worker was stopped"
            case Cause.KILLED:
                return RunState.STOPPED, None
        if self._given.run.kind is RunKind.TESTS:
            return self._results.verdict(ended.exit_code)
        return (RunState.PASSED if ended.exit_code == 0 else RunState.FAILED), None
