"""Rooms that were opened, used and closed leave nothing behind: the process returns to where it was."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from functools import partial

import psutil
import pytest
from pytest_django import Settings

from ide.engines.rehearsal import NAME
from ide.live.hub import Hub
from ide.live.room import LiveRoom
from ide.store import rooms
from ide.transports.composition import make_services
from ide.wire.shapes import Ask
from tests.live.guests import Guest, until

MOST_ROUNDS = 20
ROOMS = 30
SOAK_ROOMS = 400
AT_ONCE = 10
# An empty document takes 2.5 KB, and is not alone in a room that leaks.
LEAST_LEAK_BYTES = 4_000


async def use(hub: Hub) -> weakref.ref[LiveRoom]:
    """Open a room, type into it, let a model write, and leave it. Returns once it is closed."""
    writer = (await hub.services()).writer
    stored = await writer.do(rooms.create, "Test")
    async with hub.visit(stored.id) as room:
        guest = Guest("Alice")
        await guest.join(room)
        guest.write("a.txt", "text " * 400)
        turn = await room.turns.ask(guest.person, Ask(prompt="Make a todo list", model=NAME))
        await until(lambda: len(guest.files) > 1)
        await room.turns.stop(guest.person, turn)
        await room.turns.stored(turn)
        guest.session.end()
        closed = weakref.ref(room)
    await until(lambda: hub.opened(stored.id) is None)
    return closed


async def use_many(hub: Hub, count: int) -> list[weakref.ref[LiveRoom]]:
    """Use so many rooms, some at a time."""
    used: list[weakref.ref[LiveRoom]] = []
    for _ in range(count // AT_ONCE):
        used += await asyncio.gather(*(use(hub) for _ in range(AT_ONCE)))
    return used


def are_gone(used: list[weakref.ref[LiveRoom]]) -> bool:
    """True once nothing holds any of these rooms. One that is no longer open may still be writing down how it ended."""
    gc.collect()
    return not any(room() for room in used)


def resident_bytes() -> int:
    gc.collect()
    resident: int = psutil.Process().memory_info().rss
    return resident


@pytest.fixture
async def hub(transactional_db: None, redis_url: str, settings: Settings) -> AsyncIterator[Hub]:
    settings.REDIS_URL = redis_url
    settings.REHEARSAL_TOKENS_PER_SECOND = 20_000
    hub = Hub(make_services, linger_seconds=0.02)
    yield hub
    await hub.close()


async def test_rooms_that_were_closed_leave_nothing_behind(hub: Hub, soak: bool) -> None:
    count = SOAK_ROOMS if soak else ROOMS
    grown: list[int] = []
    # What allocators and caches keep they keep from the first rooms on; what leaks does so in every round.
    while len(grown) < MOST_ROUNDS and (not grown or grown[-1] >= count * LEAST_LEAK_BYTES):
        before = resident_bytes()
        used = await use_many(hub, count)
        await until(partial(are_gone, used))
        grown.append(resident_bytes() - before)
    assert grown[-1] < count * LEAST_LEAK_BYTES, f"{count} rooms each time, and it grew by {grown} bytes"
