"""Nothing is acknowledged before its commit, whoever stops waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ide.live.appender import INTERVAL_SECONDS, RETRY_SECONDS, Appender
from ide.store import rooms, updates
from ide.store.writer import Writer
from tests.store.refusing import refuse


@pytest.fixture
async def writer(database: str) -> AsyncIterator[Writer]:
    writer = Writer()
    yield writer
    await writer.do(refuse, False)
    await writer.close()


@pytest.fixture
async def room(writer: Writer) -> str:
    return (await writer.do(rooms.create, "Test")).id


async def _kept(writer: Writer, room: str) -> list[bytes]:
    return await writer.do(updates.load, room)


async def test_what_is_appended_is_committed_in_order(writer: Writer, room: str) -> None:
    appender = Appender(writer)
    batches = [appender.append(room, bytes([number])) for number in range(5)]
    assert not batches[0].done()
    await appender.flush()
    assert all(batch.done() for batch in batches)
    assert await _kept(writer, room) == [bytes([number]) for number in range(5)]


async def test_a_refused_commit_is_tried_again_and_acknowledged_only_then(writer: Writer, room: str) -> None:
    appender = Appender(writer)
    await writer.do(refuse, True)
    batch = appender.append(room, b"first")
    later = appender.append(room, b"second")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(batch), RETRY_SECONDS * 2)
    assert not later.done()
    await writer.do(refuse, False)
    await appender.flush()
    assert later.done()
    assert await _kept(writer, room) == [b"first", b"second"]


async def test_who_stops_waiting_stops_nothing_else(writer: Writer, room: str) -> None:
    appender = Appender(writer)
    await writer.do(refuse, True)
    first = appender.append(room, b"first")
    waiting = asyncio.get_running_loop().create_task(appender.flush())
    await asyncio.sleep(INTERVAL_SECONDS * 2)
    waiting.cancel()
    second = appender.append(room, b"second")
    await writer.do(refuse, False)
    await appender.flush()
    assert first.done()
    assert second.done()
    assert await _kept(writer, room) == [b"first", b"second"]


async def test_flush_does_not_wait_for_what_comes_later(writer: Writer, room: str) -> None:
    appender = Appender(writer)
    mine = appender.append(room, b"mine")
    flushed = asyncio.get_running_loop().create_task(appender.flush())
    batches = [mine]
    while not flushed.done():
        batches.append(appender.append(room, b"theirs"))
        assert len(set(batches)) < 20, "it waits for others"
        await asyncio.sleep(0.005)
    assert mine.done()
    await appender.flush()
