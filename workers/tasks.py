"""What messages to the workers mean."""

from __future__ import annotations

import os
import socket

from ide import settings
from ide.domain.queues import CHECKS
from ide.engines.bus import WorkerBus
from workers.heartbeat import Heartbeat
from workers.pages.check import PageChecks
from workers.runner import Runner
from workers.sandboxes.browser import BrowserSandbox
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.pool import Pool
from workers.sandboxes.toolchain import locate


def _backend() -> PageChecks | Pool:
    """What carries out the runs of this worker's queue."""
    if settings.WORKER == CHECKS:
        return PageChecks(BrowserSandbox(), (settings.FRONTEND_DIST / "runtime.js").read_bytes)
    return Pool(Bubblewrap(locate()), settings.WARM_SANDBOXES, settings.WARM_BYTES)


BUS = WorkerBus(settings.REDIS_URL)
NAME = f"{socket.gethostname()[:60]}:{os.getpid()}"
BACKEND = _backend()
RUNNER = Runner(BACKEND, BUS, NAME, settings.WORKER)
HEARTBEAT = Heartbeat(BUS, NAME, lambda: RUNNER.status)


def leave() -> None:
    """End every run, and what waits for the next ones."""
    RUNNER.leave()
    if isinstance(BACKEND, Pool):
        BACKEND.close()


def run(run_id: str) -> None:
    """Carry out a queued run."""
    RUNNER.carry_out(run_id)
