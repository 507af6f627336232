"""Carries runs out: claims one, has it executed in a sandbox, and sees to it that it ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import partial

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from redis.exceptions import RedisError

from ide.domain.queues import RUNS, Lane, PlacesOf, Ticket
from ide.engines.bus import Control, Debug, Input, Repeat, Resize, Stop, WorkerBus
from ide.engines.workforce import WorkerStatus
from ide.store import runs
from ide.store.writer import connected
from ide.wire.messages import RunEvent
from ide.wire.run_shapes import Terminal
from workers.broadcast import Broadcast
from workers.controls import Controls
from workers.execution import Execution
from workers.kinds import EXECUTIONS
from workers.lease import Lease, LeaseLost
from workers.leases import Kept, Leases
from workers.sandboxes.sandbox import Cause, Ended, Refused, Sandbox, SandboxBackend

FAULT = "something went wrong in the worker; its log says what"

log = logging.getLogger(__name__)


class Runner:
    """One worker's runs: those of `queue`, as many at a time as `places` says, and `sessions` of the lane of that name
    (by default the settings).

    `worker` names it in their leases. Every method may be called from any thread.
    """

    def __init__(
        self,
        backend: SandboxBackend,
        bus: WorkerBus,
        worker: str,
        queue: str = RUNS,
        places: PlacesOf | None = None,
        sessions: int = settings.WORKER_SESSIONS,
    ) -> None:
        self._backend = backend
        self._bus = bus
        self._worker = worker
        self._queue = queue
        self._places = settings.RUN_PLACES if places is None else places
        self._sessions = threading.BoundedSemaphore(sessions)
        self._controls = Controls(bus, worker)
        self._leases = Leases(worker)
        self._lack: str | None = "not available here: the worker has not looked yet"
        self._lock = threading.Lock()
        self._running: set[Sandbox] = set()
        self._leaving = False

    def prepare(self) -> None:
        """Find out whether sandboxes can be set up here. Until then, and if they cannot, every run is refused."""
        self._lack = self._backend.availability()
        if self._lack:
            log.warning("runs are %s", self._lack)

    @property
    def status(self) -> WorkerStatus:
        """What others may know."""
        return WorkerStatus(queue=self._queue, lack=self._lack)

    def leave(self) -> None:
        """End every run, now and from now on, as lost."""
        with self._lock:
            self._leaving = True
            for sandbox in self._running:
                sandbox.kill()

    def carry_out(self, run_id: str) -> None:
        """Carry out a queued run, and then those for which its end made a place.

        Does nothing for one that is not waiting (any more), or has no place yet: whoever ends a run looks for those.
        """
        try:
            carried_out = self._carry_out(run_id)
            while carried_out:
                carried_out = any(self._carry_out(ticket.run) for ticket in self._waiting())
        finally:
            # Nobody else does: this is no web request, and the thread may not be used again for hours.
            connection.close()

    def _carry_out(self, run_id: str) -> bool:
        """Carry out a run. False if it was not this worker's to begin."""
        if self._leaving:
            return False
        lease = Lease(run_id, self._worker)
        try:
            lane = lease.write(lambda waiting, _: runs.lane(waiting))
        except LeaseLost:
            return False
        if lane is not Lane.SESSIONS:
            return self._begin(lease)
        # Without a place here it stays queued, for another worker or for when a session ends.
        if not self._sessions.acquire(blocking=False):
            return False
        try:
            return self._begin(lease)
        finally:
            self._sessions.release()

    def _begin(self, lease: Lease) -> bool:
        """Claim a run and execute it. False if it was not this worker's to begin."""
        try:
            room_id, event = lease.write(partial(runs.claim, places=self._places))
        except LeaseLost:
            return False
        with suppress(LeaseLost):
            self._execute_claimed(lease, room_id, event)
        return True

    def _waiting(self) -> list[Ticket]:
        """The runs that this worker may begin now."""
        try:
            line = connected(partial(runs.line, self._places))
        except (DatabaseError, InterfaceError) as error:
            log.warning("runs that wait were not looked for: %s", error)
            return []
        return [ticket for ticket in line.next() if ticket.queue == self._queue]

    def _execute_claimed(self, lease: Lease, room_id: str, event: RunEvent) -> None:
        run_id = lease.run_id
        broadcast = Broadcast(self._bus, room_id, run_id)
        broadcast.send(event)
        try:
            with self._leases.kept(lease) as kept:
                given = lease.write(runs.input_of)
                self._execute(EXECUTIONS[given.run.kind](lease, given, broadcast), run_id, kept)
        finally:
            with suppress(RedisError):
                self._bus.forget(run_id)

    def _execute(self, execution: Execution, run_id: str, kept: Kept) -> None:
        """Execute from start to end, whatever the end is. Raises LeaseLost; nothing is left of the sandbox then."""
        try:
            if self._lack:
                raise Refused(self._lack)
            sandbox = execution.start(self._backend)
            kept.on_lost(sandbox.kill)
            obey = partial(_obey, sandbox=sandbox, execution=execution)
            with self._controls.heard_by(run_id, obey), sandbox, self._counted(sandbox):
                execution.finish(execution.follow(sandbox), self._leaving)
        except Refused as refused:
            execution.finish(_not_run(str(refused)), self._leaving)
        except LeaseLost:
            raise
        except Exception:
            # Its room must not wait for what will not come. Nothing of it is left here: the sandbox is closed.
            log.exception("run %s could not be carried out", run_id)
            execution.finish(_not_run(FAULT), self._leaving)

    @contextmanager
    def _counted(self, sandbox: Sandbox) -> Generator[None, None, None]:
        """Have `leave` end the sandbox too."""
        with self._lock:
            self._running.add(sandbox)
            if self._leaving:
                sandbox.kill()
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(sandbox)


def _not_run(reason: str) -> Ended:
    return Ended(Cause.REFUSED, None, reason, truncated=False, seconds=0.0)


def _obey(control: Control, sandbox: Sandbox, execution: Execution) -> None:
    match control:
        case Stop():
            sandbox.kill()
        case Input(data=data):
            sandbox.write(data)
        case Resize(columns=columns, rows=rows):
            sandbox.resize(Terminal(columns=columns, rows=rows))
        case Repeat(offset=offset):
            execution.repeat(offset)
        case Debug(asked=asked):
            execution.hear(asked)
