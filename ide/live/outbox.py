"""What leaves a room for its members: merged, encoded once, one frame a tick.

A quiet line is written at once, so a lone keystroke waits for nothing; under load, everything that comes within a
tick goes out together. The tick grows with the number of members, so that the frames a second stay within what the
server can write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from pycrdt import merge_updates

from ide.live.connection import Connection
from ide.live.presence import PresenceBook
from ide.wire.frames import Presence, Step, encode_awareness, encode_json, encode_sync
from ide.wire.messages import Output, Prose

TICK_SECONDS = 0.004
TICK_SECONDS_A_MEMBER = 0.0001


class Outbox:
    """One room's. `connections` is the room's own set and is read at each flush."""

    def __init__(self, connections: Collection[Connection], presence: PresenceBook) -> None:
        self._connections = connections
        self._presence = presence
        self._updates: list[bytes] = []
        self._origins: set[object] = set()
        self._clients: set[int] = set()
        self._deltas: dict[tuple[str, str], Prose | Output] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next_flush = 0.0

    def update(self, update: bytes, origin: object) -> None:
        """Send a Yjs update. `origin` is the connection it came from, which need not get its own words back."""
        self._updates.append(update)
        self._origins.add(origin)
        self._schedule()

    def presence(self, clients: Collection[int]) -> None:
        """Send the last word of these Yjs clients."""
        if clients:
            self._clients.update(clients)
            self._schedule()

    def farewell(self, gone: Collection[Presence]) -> None:
        """Say of Yjs clients that they are gone, at once."""
        if gone:
            self._clients.difference_update(presence.client for presence in gone)
            self._send_all(encode_awareness(gone))

    def delta(self, delta: Prose | Output) -> None:
        """Send more of a turn's prose or a run's output; what follows on goes out as one."""
        key = (delta.type, delta.turn if isinstance(delta, Prose) else delta.run)
        waiting = self._deltas.get(key)
        self._deltas[key] = waiting.model_copy(update={"text": waiting.text + delta.text}) if waiting else delta
        self._schedule()

    def flush(self) -> None:
        """Send everything that waits, now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        self._next_flush = loop.time() + TICK_SECONDS + TICK_SECONDS_A_MEMBER * len(self._connections)
        updates, origins = self._updates, self._origins
        self._updates, self._origins = [], set()
        if updates:
            merged = updates[0] if len(updates) == 1 else merge_updates(*updates)
            frame = encode_sync(Step.UPDATE, merged)
            for connection in list(self._connections):
                if origins != {connection}:
                    connection.send(frame)
        if self._clients:
            said = self._presence.read(self._clients)
            self._clients.clear()
            if said:
                self._send_all(encode_awareness(said))
        deltas, self._deltas = self._deltas, {}
        for delta in deltas.values():
            self.event(delta.model_dump_json())

    def event(self, text: str) -> None:
        """Send one event, as JSON, to those that understand events. Does not flush what waits."""
        frame = encode_json(text)
        for connection in list(self._connections):
            if connection.speaks_events:
                connection.send(frame)

    def close(self) -> None:
        """Send nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send_all(self, frame: bytes) -> None:
        for connection in list(self._connections):
            connection.send(frame)

    def _schedule(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(self._next_flush, loop.time()), self.flush)
