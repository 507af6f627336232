"""Carries runs out: claims one, has it executed in a sandbox, and sees to it that it ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

from django.db import connection
from redis.exceptions import RedisError

from ide.engines.bus import WorkerBus
from ide.store import runs
from workers.broadcast import Broadcast
from workers.controls import Controls
from workers.execution import Execution
from workers.lease import Lease, LeaseLost
from workers.sandboxes.sandbox import Cause, Ended, Refused, Sandbox, SandboxBackend

log = logging.getLogger(__name__)


class Runner:
    """One worker's runs. `worker` names it in their leases. Every method may be called from any thread."""

    def __init__(self, backend: SandboxBackend, bus: WorkerBus, worker: str) -> None:
        self._backend = backend
        self._bus = bus
        self._worker = worker
        self._lack: str | None = "not available here: the worker has not looked yet"
        self._lock = threading.Lock()
        self._running: set[Sandbox] = set()
        self._leaving = False

    def prepare(self) -> None:
        """Find out whether sandboxes can be set up here. Until then, and if they cannot, every run is refused."""
        self._lack = self._backend.availability()
        if self._lack:
            log.warning("runs are %s", self._lack)

    def leave(self) -> None:
        """End every run, now and from now on, as lost."""
        with self._lock:
            self._leaving = True
            for sandbox in self._running:
                sandbox.kill()

    def carry_out(self, run_id: str) -> None:
        """Carry out a queued run; does nothing for one that is not waiting (any more)."""
        try:
            with suppress(LeaseLost):
                self._claim_and_execute(run_id)
        finally:
            # Nobody else does: this is no web request, and the thread may not be used again for hours.
            connection.close()

    def _claim_and_execute(self, run_id: str) -> None:
        lease = Lease(run_id, self._worker)
        given, event = lease.write(runs.claim)
        broadcast = Broadcast(self._bus, given.room_id, run_id)
        broadcast.send(event)
        try:
            self._execute(Execution(lease, given, broadcast), run_id)
        finally:
            with suppress(RedisError):
                self._bus.forget(run_id)

    def _execute(self, execution: Execution, run_id: str) -> None:
        """Execute from start to end, whatever the end is. Raises LeaseLost; nothing is left of the sandbox then."""
        try:
            if self._lack:
                raise Refused(self._lack)
            sandbox = self._backend.start(execution.order())
        except Refused as refused:
            execution.finish(Ended(Cause.REFUSED, None, str(refused), truncated=False, seconds=0.0), self._leaving)
            return
        with self._controlled(run_id, sandbox), sandbox, self._counted(sandbox):
            execution.finish(execution.follow(sandbox), self._leaving)

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

    @contextmanager
    def _controlled(self, run_id: str, sandbox: Sandbox) -> Generator[None, None, None]:
        """Have people's controls reach the sandbox."""
        controls = Controls(self._bus, run_id, sandbox)
        controls.start()
        try:
            yield
        finally:
            controls.end()
