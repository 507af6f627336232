"""One run while it is carried out: read from its sandbox, told to its room, written to its row."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings

from ide.domain.results import Kept, choose
from ide.store import results, runs
from ide.store.runs import RunInput
from ide.wire.codes import RunState
from ide.wire.run_shapes import Debugging, Terminal
from workers.broadcast import Broadcast
from workers.lease import Lease
from workers.sandboxes.sandbox import Cause, Ended, Order, Report, Sandbox, SandboxBackend, Talk, Text

# How often the row gets new output, at the most.
RECORD_SECONDS = 1.0
# A row is written whole: this bounds what a long output costs the database while it grows.
RECORD_BYTES_PER_SECOND = 200_000


class Execution:
    """A program; other kinds of runs are subclasses (`workers.kinds` lists them all).

    `lease` is that of `given`; `broadcast` speaks to its room. What writes raises LeaseLost.
    """

    def __init__(self, lease: Lease, given: RunInput, broadcast: Broadcast) -> None:
        self._lease = lease
        self._given = given
        self._broadcast = broadcast
        self._recorded_at = time.monotonic()
        self._dirty = False
        self._repeats: deque[int] = deque()

    def start(self, backend: SandboxBackend) -> Sandbox:
        """Have it begin. Raises Refused."""
        return backend.start(self.order())

    def order(self) -> Order:
        """What the sandbox is to execute."""
        run, terminal = self._given.run, self._given.terminal
        return Order(
            files=self._given.files,
            command=run.command,
            limits=run.limits,
            terminal=Terminal(columns=terminal[0], rows=terminal[1]) if terminal else None,
        )

    @property
    def tells_in(self) -> float | None:
        """Seconds until `tell` should be called; None if it has nothing to say."""
        return None

    def take(self, piece: Report | Talk) -> None:
        """What the program's side says beside its output. It is hostile; a plain program has nobody to say it to."""

    def hear(self, asked: Debugging) -> None:
        """What somebody asks of a program under the debugger, from any thread; others are not under it."""

    def repeat(self, offset: int) -> None:
        """Tell the room again what was said from `offset` on. From any thread; of several the least counts."""
        self._repeats.append(offset)

    def tell(self) -> None:
        """Store and send what `take` has gathered: called when it is due, and before the end."""

    def verdict(self, ended: Ended) -> tuple[RunState, str | None]:
        """The last state of a run that was not cut short and, unless that speaks for itself, why."""
        return (RunState.PASSED if ended.exit_code == 0 else RunState.FAILED), None

    def results(self) -> dict[str, Any]:
        """What this kind of run adds to its row when it ends."""
        return {}

    def follow(self, sandbox: Sandbox) -> Ended:
        """Read the sandbox until it has ended. Raises LeaseLost; the sandbox still runs then."""
        while True:
            piece = sandbox.read(self._patience())
            match piece:
                case Text(text=text):
                    self._broadcast.write(text)
                    self._dirty = True
                case Report() | Talk():
                    self.take(piece)
            if self.tells_in == 0 or isinstance(piece, Ended):
                self.tell()
            if isinstance(piece, Ended):
                return piece
            if self._broadcast.due_in == 0:
                self._broadcast.flush()
            self._repeat()
            self._record()

    def finish(self, ended: Ended, leaving: bool) -> None:
        """Write down how it ended and tell the room. `leaving`: the worker ended it, because it ends itself."""
        self._broadcast.end()
        state, reason = self._outcome(ended, leaving)
        kept = self._keep(ended.made)
        fields = {
            "exit_code": ended.exit_code,
            "reason": reason,
            "seconds": round(ended.seconds, 3),
            "cpu_seconds": round(ended.cpu_seconds, 3),
            "memory_bytes": ended.memory_bytes,
            "output_bytes": ended.output_bytes,
            "output": self._broadcast.output,
            "truncated": ended.truncated,
            **self.results(),
            "made": kept.files,
            "left_out": ended.left_out + kept.left_out,
        }
        self._broadcast.send(self._lease.write(lambda run, worker: runs.finish(run, worker, state, **fields)))

    def _keep(self, made: Mapping[str, bytes]) -> Kept:
        """Store the files that the program made, one after the other, as far as the room's budget goes."""
        most = settings.ROOM_RESULTS_BYTES
        kept = choose(made, most)
        for digest, data in kept.data.items():
            spared = kept.data.keys()
            self._lease.write(partial(results.put, digest=digest, data=data, spared=spared, most_bytes=most))
        return kept

    def _repeat(self) -> None:
        """Do what `repeat` asked for, for all who asked at once."""
        if asked := [self._repeats.popleft() for _ in range(len(self._repeats))]:
            self._broadcast.repeat(min(asked))

    def _patience(self) -> float:
        """How long to wait for the sandbox before there is something else to do, in seconds."""
        return min((due for due in (self._broadcast.due_in, self.tells_in) if due is not None), default=RECORD_SECONDS)

    def _record(self) -> None:
        """Bring the row up to date if it is time to. Raises LeaseLost."""
        since = time.monotonic() - self._recorded_at
        if self._dirty and since >= max(RECORD_SECONDS, self._broadcast.length / RECORD_BYTES_PER_SECOND):
            output = self._broadcast.output
            self._lease.write(lambda run, worker: runs.record(run, worker, output, truncated=False))
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
        state, reason = self.verdict(ended)
        return state, reason or ended.reason
