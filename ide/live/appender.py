"""Commits the updates of all rooms of a process, in one transaction every 40 ms.

Nothing is acknowledged before its commit. A commit that fails (disk full, database locked) is tried again with the
same updates, in the same order, for as long as it takes (see `Writer.keep`); until then nothing of it counts as saved.
"""

from __future__ import annotations

import asyncio
import logging

from django.db import DatabaseError, IntegrityError

from ide.store import updates
from ide.store.writer import Writer

INTERVAL_SECONDS = 0.04
RETRY_SECONDS = 0.5

log = logging.getLogger(__name__)


class Appender:
    """The process's only way to put text into the database."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: list[tuple[str, bytes]] = []
        self._batch: asyncio.Future[None] | None = None
        self._last: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def append(self, room_id: str, update: bytes) -> asyncio.Future[None]:
        """Commit `update` soon. The future is done once it is committed; updates of one batch share it."""
        self._waiting.append((room_id, update))
        if self._batch is None:
            self._batch = self._last = asyncio.get_running_loop().create_future()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        return self._batch

    @property
    def last(self) -> asyncio.Future[None] | None:
        """Done once everything that was appended so far is committed. None if nothing ever was."""
        return self._last

    async def flush(self) -> None:
        """Return once everything that was appended so far is committed."""
        if self._last is not None:
            # Batches are committed in order. Whoever waits may be cancelled; the batch may not.
            await asyncio.shield(self._last)

    async def _run(self) -> None:
        while self._batch is not None:
            await asyncio.sleep(INTERVAL_SECONDS)
            taken, batch = self._waiting, self._batch
            self._waiting, self._batch = [], None
            await self._commit(taken)
            batch.set_result(None)

    async def _commit(self, taken: list[tuple[str, bytes]]) -> None:
        while True:
            try:
                await self._writer.keep(updates.append, taken)
                return
            except IntegrityError:
                # A room of this batch was deleted meanwhile; the others must not wait for it.
                taken = await self._writer.keep(updates.of_existing_rooms, taken)
            except DatabaseError as error:
                # Nothing that passes by itself, but what comes later must not be acknowledged without this.
                log.error("the database refused a commit, trying again: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
