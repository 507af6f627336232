"""An open room: its events leave in the order of their numbers, whoever journaled them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pycrdt
import pytest

from ide.live.connection import Person
from ide.live.replica import Replica
from ide.live.room import LiveRoom, Loaded
from ide.store import journal, rooms
from ide.transports.composition import make_services
from ide.wire.codes import Close, Role
from ide.wire.frames import Json, Step, decode, encode_sync
from ide.wire.messages import RoomEvent
from tests.live.guests import Guest

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


async def test_a_long_document_is_replaced_by_what_differs_from_what_stands_there_by_then(room: LiveRoom) -> None:
    lines = [f"line {number} of a long document\n" for number in range(2_000)]
    room.put("a.txt", "".join(lines))
    document = room.replica.document("a.txt")
    assert document is not None
    first_half = document.text.sticky_index(len("".join(lines[:1_000])), pycrdt.Assoc.AFTER)
    lines[1_500] = "changed\n"
    replacing = asyncio.create_task(room.replace("a.txt", "".join(lines)))
    # The difference is being looked for.
    await asyncio.sleep(0)
    document.text.insert(0, "typed meanwhile ")
    assert not await replacing
    assert str(document.text) == "".join(lines)
    # What was equal stayed where it was.
    assert first_half.get_index() == len("".join(lines[:1_000]))


async def test_who_sends_what_others_waited_for_gets_what_waited(room: LiveRoom) -> None:
    alice, bob = Guest("Alice"), Guest("Bob")
    await alice.join(room)
    await bob.join(room)
    alice.write("a.txt", "from Alice")
    room.outbox.flush()
    # Bob has what she wrote next by way of a process that died before it could tell anybody here, and builds on it.
    before = alice.doc.get_state()
    append(alice, ", more")
    hers = alice.doc.get_update(before)
    bob.doc.apply_update(hers)
    before = bob.doc.get_state()
    append(bob, ", from Bob")
    bob.session.receive(encode_sync(Step.UPDATE, bob.doc.get_update(before)))
    room.outbox.flush()
    assert alice.text("a.txt") == "from Alice, more"
    alice.session.receive(encode_sync(Step.UPDATE, hers))
    room.outbox.flush()
    assert alice.text("a.txt") == bob.text("a.txt") == room.replica.read("a.txt") == "from Alice, more, from Bob"


def append(guest: Guest, words: str) -> None:
    text: pycrdt.Text = next(iter(guest.files.values()))["text"]
    text += words


async def test_when_the_files_last_changed_is_known_also_of_a_room_that_was_opened_again(room: LiveRoom) -> None:
    assert await room.changed_at() is None, "it has no files, and never had"
    room.put("main.py", "print(1)\n")
    moment = await room.changed_at()
    assert moment is not None
    while room.services.now_ms() <= moment:
        await asyncio.sleep(0)
    room.replica.doc.get("breakpoints", type=pycrdt.Map)["b"] = {"file": "f"}
    assert await room.changed_at() == moment, "a breakpoint is no text"
    room.history.settle()
    await room.services.appender.flush()
    again = LiveRoom(Loaded(await room.services.writer.do(_row, room.id), [], []), Replica(), room.services)
    # The step is stored beside the loop.
    async with asyncio.timeout(10):
        while (known := await again.changed_at()) is None:
            await asyncio.sleep(0)
    assert known >= moment
    again.replica.close()


def _row(room_id: str) -> rooms.StoredRoom:
    stored = rooms.read(room_id)
    assert stored is not None
    return stored
