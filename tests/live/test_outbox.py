"""The outbox: everybody gets everything, merged, while members come and go and others write."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from pycrdt import Doc, Text, TransactionEvent

from ide.live.outbox import MEMBERS_AT_ONCE, Outbox
from ide.live.presence import PresenceBook
from ide.wire.codes import Close, Role
from ide.wire.frames import Awareness, Json, Presence, Sync, decode
from ide.wire.messages import Output

SEEDS = range(20)


class Reader:
    """A connection that keeps a document up to date."""

    speaks_events = False

    def __init__(self) -> None:
        self.doc: Doc[Any] = Doc()
        self.frames: list[bytes] = []
        self.breaks = False
        self.closed: Close | None = None

    def send(self, frame: bytes) -> None:
        if self.breaks:
            raise OSError("this line is broken")
        self.frames.append(frame)
        said = decode(frame)
        if isinstance(said, Sync):
            self.doc.apply_update(said.data)

    def role_changed(self, role: Role) -> None:
        raise AssertionError(role)

    def close(self, code: Close, reason: str) -> None:
        assert reason
        self.closed = code


class Others:
    """The room's other processes."""

    def __init__(self) -> None:
        self.reader = Reader()
        self.alone = False

    def tell(self, frames: list[bytes]) -> None:
        for frame in frames:
            self.reader.send(frame)


class Writing:
    """A document whose changes go into an outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self.doc: Doc[Any] = Doc()
        self.text: Text = self.doc.get("text", type=Text)
        self._outbox = outbox
        self._origin: object = None
        self._subscription = self.doc.observe(self._changed)

    def write(self, words: str, origin: object) -> None:
        self._origin = origin
        self.text += words

    def _changed(self, event: TransactionEvent) -> None:
        self._outbox.update(event.update, self._origin)


class Place:
    """A room's outbox with members and another process."""

    def __init__(self, members: int) -> None:
        self.members: dict[Reader, None] = dict.fromkeys(Reader() for _ in range(members))
        self.others = Others()
        self.presence = PresenceBook()
        self.outbox = Outbox(self.members, self.presence, self.others)
        self.writing = Writing(self.outbox)

    def level(self) -> bool:
        wanted = self.writing.doc.get_state()
        return all(reader.doc.get_state() == wanted for reader in [*self.members, self.others.reader])


async def until_level(place: Place) -> None:
    async with asyncio.timeout(10):
        while not place.level():
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("seed", SEEDS)
async def test_everybody_is_level_whoever_comes_and_goes_meanwhile(seed: int) -> None:
    chance = random.Random(seed)
    place = Place(3 * MEMBERS_AT_ONCE + 1)
    for number in range(200):
        match chance.randrange(8):
            case 0:
                place.members.pop(chance.choice(list(place.members)))
            case 1:
                newcomer = Reader()
                # As a session does: first in the room, then what it lacks.
                place.members[newcomer] = None
                newcomer.doc.apply_update(place.writing.doc.get_update())
            case 2:
                place.outbox.flush()
                assert place.level()
            case 3:
                await asyncio.sleep(0)
            case _:
                place.writing.write(f"<{number}>", origin=None)
    await until_level(place)
    place.outbox.close()


async def test_a_lone_word_goes_to_all_but_its_author_at_once() -> None:
    place = Place(3)
    author, *rest = place.members
    place.writing.write("hello", author)
    await asyncio.sleep(0)
    assert [len(reader.frames) for reader in rest] == [1, 1]
    assert author.frames == []


async def test_what_several_wrote_in_one_turn_is_one_frame_and_comes_back_to_them() -> None:
    place = Place(3)
    first, second, _ = place.members
    place.writing.write("a", first)
    place.writing.write("b", second)
    place.outbox.flush()
    assert {len(reader.frames) for reader in place.members} == {1}
    assert len({reader.frames[0] for reader in place.members}) == 1
    place.outbox.flush()
    assert {len(reader.frames) for reader in place.members} == {1}, "nothing is sent twice"


async def test_a_member_that_cannot_be_told_must_come_back_and_keeps_nobody_waiting() -> None:
    place = Place(2 * MEMBERS_AT_ONCE)
    broken = list(place.members)[3]
    broken.breaks = True
    place.writing.write("a", None)
    others = [reader for reader in place.members if reader is not broken]
    async with asyncio.timeout(10):
        while not all(str(reader.doc.get("text", type=Text)) == "a" for reader in others):
            await asyncio.sleep(0.001)
    assert broken.closed == Close.FAILED
    assert not any(reader.closed for reader in others)
    del place.members[broken]
    place.writing.write("b", None)
    await until_level(place)


async def test_presence_goes_out_behind_the_text_that_it_speaks_of() -> None:
    place = Place(2 * MEMBERS_AT_ONCE)
    author = next(iter(place.members))
    place.writing.write("a", None)
    place.outbox.presence(place.presence.hear(author, [Presence(7, 1, '{"cursor":1}')]))
    await until_level(place)
    async with asyncio.timeout(10):
        while any(len(reader.frames) < 2 for reader in place.members):
            await asyncio.sleep(0.001)
    for reader in [*place.members, place.others.reader]:
        assert [type(decode(frame)) for frame in reader.frames] == [Sync, Awareness]


async def test_output_that_is_told_again_is_no_part_of_what_waits() -> None:
    place = Place(1)
    [reader] = place.members
    reader.speaks_events = True
    for offset, text in ((10, "AA"), (12, "BB"), (0, "0123456789AABB"), (14, "CC")):
        place.outbox.delta(Output(run="r", offset=offset, text=text), ours=False)
    place.outbox.flush()
    known = "0123456789"
    for frame in reader.frames:
        said = decode(frame)
        assert isinstance(said, Json)
        told = json.loads(said.text)
        assert told["offset"] <= len(known)
        known += told["text"][len(known) - told["offset"] :]
    assert known == "0123456789AABBCC"
    place.outbox.close()
