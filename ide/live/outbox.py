"""What leaves a room for its members: merged, encoded once, one frame a tick.

A quiet line is written at once, so a lone keystroke waits for nothing; under load, everything that comes within a
tick goes out together. The tick grows with the number of members, so that the frames a second stay within what the
server can write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Protocol

from pycrdt import merge_updates

from ide.live.connection import Connection
from ide.live.presence import PresenceBook
from ide.wire.frames import Presence, Step, encode_awareness, encode_json, encode_sync
from ide.wire.messages import Output, Prose

TICK_SECONDS = 0.004
TICK_SECONDS_A_MEMBER = 0.0001


class Elsewhere(Protocol):
    """The room's other processes, which get what happened in this one."""

    @property
    def alone(self) -> bool:
        """True if there are none."""
        ...

    def tell(self, frames: list[bytes]) -> None:
        """Pass these frames on."""
        ...


class Outbox:
    """One room's. `connections` is the room's own set and is read at each flush."""

    def __init__(self, connections: Collection[Connection], presence: PresenceBook, elsewhere: Elsewhere) -> None:
        self._connections = connections
        self._presence = presence
        self._elsewhere = elsewhere
        self._updates: list[bytes] = []
        self._ours: list[bytes] = []
        """Those of the updates that come from this process."""
        self._origins: set[object] = set()
        self._clients: set[int] = set()
        self._deltas: dict[tuple[str, str], Prose | Output] = {}
        self._our_deltas: set[tuple[str, str]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._next_flush = 0.0

    def update(self, update: bytes, origin: object) -> None:
        """Send a Yjs update. `origin` is the connection it came from, which need not get its own words back, or the
        name of the process it came from."""
        self._updates.append(update)
        self._origins.add(origin)
        if not isinstance(origin, str):
            self._ours.append(update)
        self._schedule()

    def presence(self, clients: Collection[int]) -> None:
        """Send the last word of these Yjs clients."""
        if clients:
            self._clients.update(clients)
            self._schedule()

    def farewell(self, gone: Collection[Presence], *, ours: bool = True) -> None:
        """Say of Yjs clients that they are gone, at once. `ours` are those for which this process spoke."""
        if gone:
            self._clients.difference_update(presence.client for presence in gone)
            frame = encode_awareness(gone)
            self._send_all(frame)
            if ours and not self._elsewhere.alone:
                self._elsewhere.tell([frame])

    def delta(self, delta: Prose | Output, *, ours: bool = True) -> None:
        """Send more of a turn's prose or a run's output; what follows on goes out as one.

        `ours` are those of which the other processes know nothing yet.
        """
        key = (delta.type, delta.turn if isinstance(delta, Prose) else delta.run)
        if ours:
            self._our_deltas.add(key)
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
        passed_on = [*self._flush_text(), *self._flush_presence(), *self._flush_deltas()]
        if passed_on and not self._elsewhere.alone:
            self._elsewhere.tell(passed_on)

    def _flush_text(self) -> list[bytes]:
        """Each of these sends to the members here, and answers the frames that the other processes lack."""
        updates, ours, origins = self._updates, self._ours, self._origins
        self._updates, self._ours, self._origins = [], [], set()
        if not updates:
            return []
        frame = _encode_updates(updates)
        for connection in list(self._connections):
            if origins != {connection}:
                connection.send(frame)
        if len(ours) == len(updates):
            return [frame]
        return [_encode_updates(ours)] if ours and not self._elsewhere.alone else []

    def _flush_presence(self) -> list[bytes]:
        said = self._presence.read(self._clients)
        self._clients.clear()
        if not said:
            return []
        self._send_all(encode_awareness(said))
        ours = [presence for presence in said if self._presence.is_here(presence.client)]
        return [encode_awareness(ours)] if ours and not self._elsewhere.alone else []

    def _flush_deltas(self) -> list[bytes]:
        deltas, self._deltas = self._deltas, {}
        ours, self._our_deltas = self._our_deltas, set()
        passed_on = []
        for key, delta in deltas.items():
            frame = encode_json(delta.model_dump_json())
            self.event(frame)
            if key in ours:
                passed_on.append(frame)
        return passed_on

    def event(self, frame: bytes) -> None:
        """Send one event's frame to those that understand events. Does not flush what waits."""
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


def _encode_updates(updates: Sequence[bytes]) -> bytes:
    return encode_sync(Step.UPDATE, updates[0] if len(updates) == 1 else merge_updates(*updates))
