"""What messages to the workers mean."""

from __future__ import annotations

import os
import socket

from ide import settings
from ide.engines.bus import WorkerBus
from workers.runner import Runner
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.toolchain import locate

RUNNER = Runner(Bubblewrap(locate()), WorkerBus(settings.REDIS_URL), f"{socket.gethostname()[:60]}:{os.getpid()}")


def run(run_id: str) -> None:
    """Carry out a queued run."""
    RUNNER.carry_out(run_id)
