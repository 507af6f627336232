"""When a room's updates are merged into its snapshot: when nobody writes for a while, and when they add up.

Merging takes processor time for each update, and holds the interpreter for as long as the whole text takes. A pause
costs nobody anything, so it is used for that; who never pauses is not waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

QUIET_SECONDS: Final = 3.0
# Less than this may wait until the room is closed.
WORTH_A_PAUSE_BYTES: Final = 16_000
# Reading so many takes as long as a room should take to open.
MOST_ROWS: Final = 5_000
# What is not merged may take as much as what is, and at least this.
LEAST_BYTES: Final = 400_000
# What a row takes beside its update.
ROW_BYTES: Final = 50


class Compaction:
    """One room's. `compact` merges what is committed, and answers the bytes of the snapshot that it made.

    `waiting` are the sizes of the updates that were not merged yet when the room was read.
    """

    def __init__(
        self,
        compact: Callable[[], Awaitable[int]],
        background: Callable[[Coroutine[Any, Any, object]], object],
        waiting: Sequence[int],
    ) -> None:
        self._compact = compact
        self._background = background
        self._rows = len(waiting)
        self._bytes = sum(waiting) + len(waiting) * ROW_BYTES
        self._snapshot = 0
        """The bytes of the last one made here."""
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._running = self._closed = False

    def stored(self, size: int) -> None:
        """An update of `size` bytes is on its way to the database."""
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        self._rows += 1
        self._bytes += size + ROW_BYTES
        self._last = loop.time()
        if self._rows >= MOST_ROWS or self._bytes >= max(LEAST_BYTES, self._snapshot):
            self._begin()
        elif self._timer is None:
            self._timer = loop.call_later(QUIET_SECONDS, self._look)

    def close(self) -> None:
        """Begin no more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        if (quiet_at := self._last + QUIET_SECONDS) > loop.time():
            self._timer = loop.call_at(quiet_at, self._look)
        elif self._bytes >= WORTH_A_PAUSE_BYTES:
            self._begin()

    def _begin(self) -> None:
        if not self._running:
            self._running = True
            self._rows = self._bytes = 0
            self._background(self._run())

    async def _run(self) -> None:
        try:
            self._snapshot = await self._compact()
        finally:
            self._running = False
