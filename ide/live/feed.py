"""A room's events: committed first and then sent, in the order of their numbers, whichever process journaled them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from ide.store import journal
from ide.wire.frames import encode_json
from ide.wire.messages import DebugEvent, Event, JournaledEvent, Output, Prose, RoomEvent, RunEvent, TurnEvent

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

P = ParamSpec("P")
EventT = TypeVar("EventT", bound=JournaledEvent)


class Feed:
    """One room's. `seq` is the number of the last event that its row knew of when it was read."""

    def __init__(self, room: LiveRoom, seq: int) -> None:
        self._room = room
        self._sent = self._newest = seq
        self._catching_up = False
        self._recording: asyncio.Task[object] | None = None

    @property
    def seq(self) -> int:
        """The number of the newest event that was heard of."""
        return self._newest

    async def commit(self, store: Callable[P, EventT | None], *args: P.args, **kwargs: P.kwargs) -> EventT | None:
        """Let a store function journal an event, then send it. The text written before it goes out first."""
        event = await self._room.services.writer.keep(store, *args, **kwargs)
        if event is not None:
            self.deliver(event)
        return event

    def record(self, store: Callable[P, EventT | None], *args: P.args, **kwargs: P.kwargs) -> None:
        """As `commit`, without waiting for it."""
        self._recording = self._room.background(self.commit(store, *args, **kwargs))

    async def recorded(self) -> None:
        """Return once everything that was recorded so far is sent, or could not be."""
        if self._recording is not None:
            # The database's thread takes one after the other.
            await asyncio.wait([self._recording])

    def deliver(self, event: Event, sender: str | None = None) -> None:
        """Send an event that is already journaled, or needs not be. `sender` is the process it came from, if another.

        Events go out in the order of their numbers. One that comes too early (another process journaled the one before
        it, whose news is still under way or was lost) waits until the journal was read.
        """
        outbox, neighbours = self._room.outbox, self._room.neighbours
        if sender is not None:
            self._room.learn(event, sender)
        elif isinstance(event, JournaledEvent) and not neighbours.alone:
            outbox.flush()
            neighbours.tell([encode_json(event.model_dump_json())])
        if isinstance(event, Output | Prose):
            outbox.delta(event, ours=False)
        elif isinstance(event, DebugEvent):
            outbox.flush()
            outbox.event(encode_json(event.model_dump_json()))
        elif isinstance(event, JournaledEvent):
            if event.seq == self._sent + 1:
                self._newest = max(self._newest, event.seq)
                self._send(event)
            self.hear_of(event.seq)

    def hear_of(self, seq: int) -> None:
        """There is an event with this number. Sends what the journal holds, if it was not sent yet."""
        self._newest = max(self._newest, seq)
        if self._newest > self._sent and not self._catching_up:
            self._catching_up = True
            self._room.background(self._catch_up())

    async def _catch_up(self) -> None:
        """Send what the journal holds beyond the last event that was sent, until nothing newer was heard of."""
        try:
            while self._sent < self._newest:
                missed = await self._room.services.writer.do(journal.since, self._room.id, self._sent)
                if missed is None:  # forgotten already: clients get the whole state when they return
                    self._sent = self._newest
                if missed == []:  # the database was put back to an earlier state
                    self._newest = self._sent
                for event in missed or ():
                    if event.seq == self._sent + 1:
                        self._send(event)
        finally:
            self._catching_up = False

    def _send(self, event: JournaledEvent) -> None:
        self._sent = event.seq
        if isinstance(event, RoomEvent):
            self._room.title = event.title
        self._room.context.hear(event)
        if isinstance(event, RunEvent):
            self._room.runs.hear(event.run)
        self._room.outbox.flush()
        self._room.outbox.event(encode_json(event.model_dump_json()))
        if isinstance(event, TurnEvent):
            self._room.turns.told(event.turn.id)
