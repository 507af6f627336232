"""What a run says to its room while it goes on: its output in few large pieces, everything else at once."""

from __future__ import annotations

import logging
import time

from redis.exceptions import RedisError

from ide.engines.bus import WorkerBus
from ide.wire.messages import Event, Output

# About two frames of a screen: more often nobody would see.
OUTPUT_SECONDS = 0.03
# About two megabytes a second: a flood must not hold up what people type in its room.
PIECE_LENGTH = 65_536

log = logging.getLogger(__name__)


class Broadcast:
    """The events of one run. Redis being away costs the room the news, not the run: everything is in its row too."""

    def __init__(self, bus: WorkerBus, room_id: str, run_id: str) -> None:
        self._bus = bus
        self._room_id = room_id
        self._run_id = run_id
        self._sent: list[str] = []
        self._waiting: list[str] = []
        self._offset = 0
        self._next = time.monotonic()

    @property
    def output(self) -> str:
        """All output so far."""
        return "".join(self._sent) + "".join(self._waiting)

    @property
    def length(self) -> int:
        """Code points of output so far."""
        return self._offset + sum(map(len, self._waiting))

    @property
    def due_in(self) -> float | None:
        """Seconds until output that waits should be sent; None if none waits."""
        return max(0.0, self._next - time.monotonic()) if self._waiting else None

    def write(self, text: str) -> None:
        """More output, to be sent by `flush`."""
        self._waiting.append(text)

    def flush(self) -> None:
        """Send output that waits, as much as goes out at a time."""
        waiting = "".join(self._waiting)
        text, rest = waiting[:PIECE_LENGTH], waiting[PIECE_LENGTH:]
        if text:
            self.send(Output(run=self._run_id, offset=self._offset, text=text))
            self._sent.append(text)
            self._waiting = [rest] if rest else []
            self._offset += len(text)
            self._next = time.monotonic() + OUTPUT_SECONDS

    def repeat(self, offset: int) -> None:
        """Send again what was sent from `offset` on; whoever knows it takes nothing from it."""
        sent = "".join(self._sent)
        for begin in range(offset, len(sent), PIECE_LENGTH):
            self.send(Output(run=self._run_id, offset=begin, text=sent[begin : begin + PIECE_LENGTH]))

    def end(self) -> None:
        """Send the output that waits, unless it is a flood's: the row, which comes next, has all of it."""
        if sum(map(len, self._waiting)) <= PIECE_LENGTH:
            self.flush()

    def send(self, event: Event) -> None:
        """Send an event at once."""
        try:
            self._bus.publish(self._room_id, event)
        except RedisError as error:
            log.warning("an event of run %s was not sent: %s", self._run_id, error)
