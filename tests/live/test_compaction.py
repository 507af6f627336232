"""When a room's updates are merged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from ide.live import compaction
from ide.live.compaction import LEAST_BYTES, MOST_ROWS, WORTH_A_PAUSE_BYTES, Compaction

PATIENCE_SECONDS = 10


class _Room:
    """Counts how often it is merged. `ends` holds a merging back."""

    def __init__(self, waiting: Sequence[int] = (), *, size: int = 0) -> None:
        self.begun = self.ended = 0
        self.ends = asyncio.Event()
        self.ends.set()
        self._size = size
        self._tasks: set[asyncio.Task[object]] = set()
        self._changed = asyncio.Condition()
        self.compaction = Compaction(self._compact, self._background, waiting)

    def write(self, rows: int, size: int = 0) -> None:
        for _ in range(rows):
            self.compaction.stored(size)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(condition)

    async def _compact(self) -> int:
        self.begun += 1
        await self._tell()
        await self.ends.wait()
        self.ended += 1
        return self._size

    def _background(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        tell = asyncio.get_running_loop().create_task(self._tell())
        self._tasks.add(tell)
        tell.add_done_callback(self._tasks.discard)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


async def test_who_never_pauses_is_merged_after_so_many_rows() -> None:
    room = _Room()
    room.write(MOST_ROWS - 1)
    await asyncio.sleep(0)
    assert room.begun == 0
    room.write(1)
    await room.until(lambda: room.ended == 1)
    room.compaction.close()


async def test_what_is_not_merged_takes_no_more_than_what_is() -> None:
    room = _Room(size=3 * LEAST_BYTES)
    room.write(1, LEAST_BYTES)
    await room.until(lambda: room.ended == 1)
    room.write(1, 2 * LEAST_BYTES)
    await asyncio.sleep(0)
    assert room.begun == 1
    room.write(1, LEAST_BYTES)
    await room.until(lambda: room.ended == 2)
    room.compaction.close()


async def test_what_waited_when_the_room_was_read_counts() -> None:
    room = _Room([1] * (MOST_ROWS - 1))
    room.write(1)
    await room.until(lambda: room.ended == 1)
    room.compaction.close()


async def test_one_merging_at_a_time() -> None:
    room = _Room()
    room.ends.clear()
    room.write(3 * MOST_ROWS)
    await room.until(lambda: room.begun == 1)
    room.ends.set()
    await room.until(lambda: room.ended == 1)
    room.write(1)
    await room.until(lambda: room.ended == 2)
    room.compaction.close()


async def test_a_pause_is_used_if_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "QUIET_SECONDS", 0.02)
    much, little = _Room(), _Room()
    little.write(1, WORTH_A_PAUSE_BYTES // 2)
    much.write(1, WORTH_A_PAUSE_BYTES)
    await much.until(lambda: much.ended == 1)
    assert little.begun == 0
    much.write(1, WORTH_A_PAUSE_BYTES)
    await much.until(lambda: much.ended == 2)
    for room in (much, little):
        room.compaction.close()


async def test_a_closed_room_begins_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "QUIET_SECONDS", 0.0)
    room = _Room()
    room.write(1, WORTH_A_PAUSE_BYTES)
    room.compaction.close()
    room.write(MOST_ROWS, LEAST_BYTES)
    other = _Room()
    other.write(1, WORTH_A_PAUSE_BYTES)
    await other.until(lambda: other.ended == 1)
    other.compaction.close()
    assert room.begun == 0
