"""A worker says that it is alive, and whether it can do its work, as long as it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from redis.exceptions import RedisError

from ide.engines.bus import WorkerBus
from ide.engines.workforce import BEAT_SECONDS, WorkerStatus


class Heartbeat(threading.Thread):
    """Reports what `status` answers, until `end`."""

    def __init__(self, bus: WorkerBus, worker: str, status: Callable[[], WorkerStatus]) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._bus = bus
        self._worker = worker
        self._status = status
        self._over = threading.Event()

    def run(self) -> None:
        """Report; while Redis is away nobody hears it."""
        while not self._over.is_set():
            with suppress(RedisError):
                self._bus.report(self._worker, self._status())
            self._over.wait(BEAT_SECONDS)

    def end(self) -> None:
        """Say that the worker is gone."""
        self._over.set()
        with suppress(RedisError):
            self._bus.leave(self._worker)
