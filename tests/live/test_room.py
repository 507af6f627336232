"""An open room: its events leave in the order of their numbers, whoever journaled them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from ide.live.connection import Person
from ide.live.replica import Replica
from ide.live.room import LiveRoom, Loaded
from ide.store import journal, rooms
from ide.transports.composition import make_services
from ide.wire.codes import Close, Role
from ide.wire.frames import Json, decode
from ide.wire.messages import RoomEvent

SOMEBODY = Person("m", "Blue Fox", "#2563eb", Role.VIEWER, 1)


@dataclass(eq=False)
class Ears:
    """A connection that keeps the numbers of the events it hears."""

    speaks_events: bool = True
    heard: list[int] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, frame: bytes) -> None:
        message = decode(frame)
        if isinstance(message, Json):
            self.heard.append(json.loads(message.text)["seq"])
            self.changed.set()

    def role_changed(self, role: Role) -> None:
        raise AssertionError(f"made {role}")

    def close(self, code: Close, reason: str) -> None:
        raise AssertionError(f"closed with {code}: {reason}")

    async def until(self, seq: int) -> None:
        async with asyncio.timeout(10):
            while seq not in self.heard:
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def room(transactional_db: None) -> AsyncIterator[LiveRoom]:
    services = await make_services()
    stored = await services.writer.do(rooms.create, "Test")
    room = LiveRoom(Loaded(stored, [], []), Replica(), services)
    yield room
    await room.close()
    await services.catalogue.close()
    await services.bus.close()
    services.queue.close()
    await services.writer.close()


async def _journal(room: LiveRoom, title: str) -> RoomEvent:
    """An event as another process journals it."""
    return await room.services.writer.do(journal.append, room.id, lambda seq: RoomEvent(seq=seq, title=title))


async def test_events_go_out_in_order_although_their_news_come_out_of_order(room: LiveRoom) -> None:
    ears = Ears()
    room.connections[ears] = SOMEBODY
    first, second, third = [await _journal(room, title) for title in "abc"]
    room.feed.deliver(second)
    room.feed.deliver(third)
    await ears.until(3)
    room.feed.deliver(first)
    fourth = await _journal(room, "d")
    room.feed.deliver(fourth)
    assert ears.heard == [1, 2, 3, 4]


async def test_news_that_never_come_are_read_from_the_journal(room: LiveRoom) -> None:
    ears = Ears()
    room.connections[ears] = SOMEBODY
    for number in range(5):
        await _journal(room, str(number))
    sixth = await _journal(room, "6")
    room.feed.deliver(sixth)
    # One more while the journal is being read: it must not be forgotten.
    seventh = await _journal(room, "7")
    room.feed.deliver(seventh)
    await ears.until(7)
    assert ears.heard == [1, 2, 3, 4, 5, 6, 7]
