"""The thread that hears what people tell a run: stop, input, another size of the terminal."""

from __future__ import annotations

import logging
import threading

from redis.exceptions import RedisError

from ide.engines.bus import Control, Input, Resize, Stop, WorkerBus
from ide.wire.shapes import Terminal
from workers.sandboxes.sandbox import Sandbox

_WAIT_SECONDS = 0.2
_AGAIN_SECONDS = 0.5

log = logging.getLogger(__name__)


class Controls(threading.Thread):
    """Passes controls on to a sandbox until `end`."""

    def __init__(self, bus: WorkerBus, run_id: str, sandbox: Sandbox) -> None:
        super().__init__(name=f"controls-{run_id}", daemon=True)
        self._bus = bus
        self._run_id = run_id
        self._sandbox = sandbox
        self._over = threading.Event()
        self._heard = 0

    def end(self) -> None:
        """Listen no more."""
        self._over.set()
        self.join()

    def run(self) -> None:
        """Listen; after Redis has been away, again."""
        while not self._over.is_set():
            try:
                self._listen()
            except RedisError as error:
                log.warning("run %s cannot be controlled for now: %s", self._run_id, error)
                self._over.wait(_AGAIN_SECONDS)

    def _listen(self) -> None:
        position = 0  # every reading begins with the first control; what was obeyed already is passed over
        for control in self._bus.controls(self._run_id, _WAIT_SECONDS):
            if self._over.is_set():
                return
            if control is not None:
                position += 1
                if position > self._heard:
                    self._heard = position
                    self._obey(control)

    def _obey(self, control: Control) -> None:
        match control:
            case Stop():
                self._sandbox.kill()
            case Input(data=data):
                self._sandbox.write(data)
            case Resize(columns=columns, rows=rows):
                self._sandbox.resize(Terminal(columns=columns, rows=rows))
