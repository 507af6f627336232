"""What leaves a room for its members: merged, encoded once for all whom it lacks.

A quiet line is written at once, so a lone keystroke waits for nothing. Otherwise members are served in turns, some at a
time, and each gets all that there is when its turn comes: under load a frame carries what came since the turn before,
which is a fraction of a millisecond among a few members and some milliseconds in a crowd, and whatever else the process
has to do comes in between. A round is followed by a pause in proportion to what it took.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Protocol

from pycrdt import merge_updates

from ide.live.connection import Connection
from ide.live.presence import PresenceBook
from ide.wire.codes import Close
from ide.wire.frames import Presence, Step, encode_awareness, encode_json, encode_sync
from ide.wire.messages import Output, Prose

MEMBERS_AT_ONCE = 25
PAUSE_SHARE = 0.25
LONGEST_PAUSE_SECONDS = 0.05
# A timer of a millisecond's resolution would make a longer one of it.
SHORTEST_PAUSE_SECONDS = 0.0005
FAILED = "Something went wrong on the server; this connection will resync."

log = logging.getLogger(__name__)


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
        self._updates: list[tuple[bytes, object]] = []
        """What not every member has, with its origins. They are numbered, the first one `_first`."""
        self._first = 0
        self._reached: dict[Connection, int] = {}
        """The number of the first update that a member lacks, if that is not `_first`."""
        self._frames: dict[int, bytes] = {}
        """All updates from a number on, encoded."""
        self._ours: list[bytes] = []
        """Those that come from this process and the others have not been told."""
        self._clients: set[int] = set()
        self._deltas: dict[tuple[str, str], Prose | Output] = {}
        self._our_deltas: set[tuple[str, str]] = set()
        self._round: Iterator[Connection] = iter(())
        self._round_began = 0.0
        self._round_first = 0
        """The number of the first update that this round's members need not all have after it."""
        self._next: asyncio.Handle | None = None
        """The next thing to do, if anything waits."""
        self._next_round = 0.0
        self._closed = False

    def update(self, update: bytes, origin: object) -> None:
        """Send a Yjs update. `origin` is the connection it came from, which need not get its own words back, or the
        name of the process it came from."""
        self._updates.append((update, origin))
        self._frames.clear()
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
        waiting = self._deltas.get(key)
        if waiting and waiting.offset + len(waiting.text) != delta.offset:
            # Something told again: it is no part of what waits.
            self.flush()
            waiting = None
        if ours:
            self._our_deltas.add(key)
        self._deltas[key] = waiting.model_copy(update={"text": waiting.text + delta.text}) if waiting else delta
        self._schedule()

    def flush(self) -> None:
        """Send everything that waits, now."""
        self._cancel()
        for connection in list(self._connections):
            self._serve(connection)
        self._forget(self._first + len(self._updates))
        self._flush_rest()

    def _flush_rest(self) -> None:
        """What is no text goes out behind the text that it speaks of, and then all of it to the other processes."""
        ours, self._ours = self._ours, []
        passed_on = [*self._flush_presence(), *self._flush_deltas()]
        if not self._elsewhere.alone and (ours or passed_on):
            self._elsewhere.tell([*([_encode_updates(ours)] if ours else []), *passed_on])

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
        """Send nothing any more by itself."""
        self._closed = True
        self._cancel()

    def _send_all(self, frame: bytes) -> None:
        for connection in list(self._connections):
            connection.send(frame)

    def _schedule(self) -> None:
        if self._next is None and not self._closed:
            loop = asyncio.get_running_loop()
            if self._next_round <= loop.time():
                self._next = loop.call_soon(self._begin_round)
            else:
                self._next = loop.call_at(self._next_round, self._begin_round)

    def _begin_round(self) -> None:
        self._round = iter(list(self._connections))
        self._round_began = asyncio.get_running_loop().time()
        self._round_first = self._first + len(self._updates)
        self._serve_some()

    def _serve_some(self) -> None:
        served = 0
        for connection in islice(self._round, MEMBERS_AT_ONCE):
            served += 1
            if connection in self._connections:
                self._serve(connection)
        # After what came in meanwhile has been taken. A server may do its writing only then, too.
        then = self._serve_some if served == MEMBERS_AT_ONCE else self._end_round
        self._next = asyncio.get_running_loop().call_soon(then)

    def _end_round(self) -> None:
        self._next = None
        self._forget(self._round_first)
        self._flush_rest()
        now = asyncio.get_running_loop().time()
        pause = min((now - self._round_began) * PAUSE_SHARE, LONGEST_PAUSE_SECONDS)
        self._next_round = now + pause if pause >= SHORTEST_PAUSE_SECONDS else now
        if self._updates:
            self._schedule()

    def _serve(self, connection: Connection) -> None:
        """Send a member the text that it lacks, but for its own words if there are no others."""
        reached = self._reached.get(connection, self._first)
        lacking = self._updates[reached - self._first :]
        self._reached[connection] = self._first + len(self._updates)
        if any(origin is not connection for _, origin in lacking):
            try:
                frame = self._frames.get(reached)
                if frame is None:
                    frame = self._frames[reached] = _encode_updates([update for update, _ in lacking])
                connection.send(frame)
            except Exception:
                # Whoever misses one frame must begin anew; the others must not wait for it.
                log.exception("a member could not be told what was written")
                connection.close(Close.FAILED, FAILED)

    def _forget(self, first: int) -> None:
        """Drop the updates before number `first`, which everybody has."""
        del self._updates[: first - self._first]
        self._first = first
        self._frames.clear()
        self._reached = {connection: at for connection, at in self._reached.items() if at > first}

    def _cancel(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None


def _encode_updates(updates: Sequence[bytes]) -> bytes:
    return encode_sync(Step.UPDATE, updates[0] if len(updates) == 1 else merge_updates(*updates))
