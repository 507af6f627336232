"""PROTOCOL.md, [C3], under each server: who cannot keep up is closed with 4508, and is level once it returns."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from websockets.asyncio.client import connect

from ide.domain.updates import read_state_vector
from ide.wire.frames import Step
from tests.peer import Peer, join, new_room
from tests.stack import Stack

ROOM_BYTES = 1_000_000
LAG_BYTES = 1_200_000
# What the kernel takes on both sides of a connection over loopback, and more.
KERNEL_BYTES = 8_000_000
PIECE_BYTES = 100_000


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {"SPARKROOM_ROOM_BYTES": str(ROOM_BYTES), "SPARKROOM_LAG_BYTES": str(LAG_BYTES)}
    with Stack(tmp_path_factory.mktemp("small"), SPARKROOM_SERVER=request.param, **settings) as stack:
        yield stack


class Reader:
    """A member that reads only while it is told to."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._reading: asyncio.Task[None] | None = None

    def read(self) -> None:
        self._reading = asyncio.create_task(self.peer.receive())

    async def stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
            self._reading = None


@asynccontextmanager
async def enter(stack: Stack, room: dict[str, Any]) -> AsyncIterator[Reader]:
    """A member whose machine takes little of what it does not read. It does not read yet."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
    narrow.connect(("127.0.0.1", stack.port))
    address = f"{stack.ws_url}/ws/rooms/{room['id']}?token={room['tokens']['edit']}"
    async with connect(address, sock=narrow, max_size=None, max_queue=1, compression=None, close_timeout=0.1) as client:
        reader = Reader(Peer(client))
        await reader.peer.send_sync(Step.STATE_VECTOR, reader.peer.doc.get_state())
        try:
            yield reader
        finally:
            await reader.stop()


async def type_and_delete(peer: Peer, most: int, reader: Peer | None = None) -> None:
    """Have `most` bytes go to everybody, and the text be what it was; no faster than `reader` reads."""
    for _ in range(0, most, PIECE_BYTES):
        await peer.insert("a.txt", 0, "x" * PIECE_BYTES)
        del peer.document("a.txt")[0:PIECE_BYTES]
        await peer.flush()
        if reader is not None:
            await reader.until(partial(_has, reader, peer.doc.client_id, _clock(peer, peer.doc.client_id)))


def _clock(peer: Peer, client: int) -> int:
    return read_state_vector(peer.doc.get_state()).get(client, 0)


def _has(peer: Peer, client: int, clock: int) -> bool:
    return _clock(peer, client) >= clock


async def test_c3_who_stops_reading_is_told_4508_and_is_level_when_it_returns(small: Stack) -> None:
    room = await new_room(small)
    async with join(small, room) as writer, join(small, room) as other, enter(small, room) as slow:
        slow.read()
        await slow.peer.until(lambda: slow.peer.synced)
        await writer.create("a.txt", "start")
        await slow.peer.until_text("a.txt", "start")
        await slow.stop()
        await type_and_delete(writer, KERNEL_BYTES + LAG_BYTES, other)
        await writer.insert("a.txt", 5, " and end")
        # Nobody else waits for the one who does not read.
        await other.until_text("a.txt", "start and end")
        slow.read()
        assert await slow.peer.until_closed() == (4508, "This connection cannot keep up; it will resync.")
        assert slow.peer.text("a.txt") != "start and end", "it was told too late"
        async with enter(small, room) as back:
            back.read()
            await back.peer.until_text("a.txt", "start and end")


async def test_c3_who_never_reads_again_is_cut_off(small: Stack) -> None:
    room = await new_room(small)
    async with join(small, room) as writer:
        await writer.create("a.txt", "")
        async with enter(small, room) as deaf:
            await writer.until(lambda: here(writer) == 2)
            await type_and_delete(writer, KERNEL_BYTES + LAG_BYTES)
            await writer.until(lambda: here(writer) == 1)
            deaf.read()
            assert (await deaf.peer.until_closed())[0] in (1006, 4508)


async def test_c3_a_whole_room_that_is_read_late_is_no_lag(small: Stack) -> None:
    room = await new_room(small)
    async with join(small, room) as writer:
        await writer.create("a.txt", "x" * (ROOM_BYTES - 200_000))
        await writer.until(lambda: writer.saved == writer.sent_frames)
        async with enter(small, room) as late:
            await writer.until(lambda: here(writer) == 2)
            for _ in range(20):
                await writer.insert("a.txt", 0, "y" * 1_000)
            await writer.until(lambda: writer.saved == writer.sent_frames)
            late.read()
            await late.peer.until(lambda: (late.peer.text("a.txt") or "").startswith("y" * 20_000))
            assert late.peer.closed is None


def here(peer: Peer) -> int:
    """How many members the events speak of as here."""
    members = {member["id"]: member["here"] for member in peer.events[0]["state"]["room"]["members"]}
    for event in peer.events:
        if event["type"] == "member":
            members[event["member"]["id"]] = event["member"]["here"]
    return sum(members.values())
