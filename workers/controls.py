"""The thread that hears what people tell the runs of this worker: one reader for all, however many there are."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from redis.exceptions import RedisError

from ide.engines.bus import NOTHING_SEEN, Control, WorkerBus

_WAIT_SECONDS = 1.0
_AGAIN_SECONDS = 0.5

log = logging.getLogger(__name__)


@dataclass
class _Listener:
    """A run that hears: `seen` is the place in its stream."""

    obey: Callable[[Control], None]
    seen: str = NOTHING_SEEN


class Controls:
    """Passes controls on, in their order and each once, to whoever carries the run out. `worker` names the reader."""

    def __init__(self, bus: WorkerBus, worker: str) -> None:
        self._bus = bus
        self._worker = worker
        self._listeners: dict[str, _Listener] = {}
        self._changed = threading.Condition()
        self._reader: threading.Thread | None = None

    @contextmanager
    def heard_by(self, run_id: str, obey: Callable[[Control], None]) -> Generator[None, None, None]:
        """Have `obey` called, in the reader's thread, with what people tell a run, also what they told it before."""
        with self._changed:
            self._listeners[run_id] = _Listener(obey)
            if self._reader is None:
                self._reader = threading.Thread(target=self._read, name="controls", daemon=True)
                self._reader.start()
            self._changed.notify()
        # It may be waiting for the other runs alone. While Redis is away, it looks again by itself.
        with suppress(RedisError):
            self._bus.wake(self._worker)
        try:
            yield
        finally:
            with self._changed:
                del self._listeners[run_id]

    def _read(self) -> None:
        woken = NOTHING_SEEN
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._listeners)
                seen = {run_id: listener.seen for run_id, listener in self._listeners.items()}
            try:
                told, woken = self._bus.controls(self._worker, woken, seen, _WAIT_SECONDS)
            except Exception as error:  # beside RedisError whatever its client makes of a connection that is closed
                log.warning("runs cannot be controlled for now: %s", error)
                time.sleep(_AGAIN_SECONDS)
                continue
            for run_id, place, control in told:
                self._pass_on(run_id, place, control)

    def _pass_on(self, run_id: str, place: str, control: Control) -> None:
        with self._changed:
            listener = self._listeners.get(run_id)
        if listener is not None:
            listener.seen = place
            try:
                listener.obey(control)
            except Exception:
                # The others' runs must go on hearing.
                log.exception("run %s did not take what it was told", run_id)
