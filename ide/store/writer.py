"""The one thread of a web process that touches the database.

SQLite has one writer at a time anyway; one thread keeps what is written in the order in which it was asked for, and
the event loop free.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, connection

from ide.store.once import Once
from ide.store.outages import is_outage

P = ParamSpec("P")
T = TypeVar("T")

PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0

log = logging.getLogger(__name__)


class _Kept(Generic[T]):
    """Something that must be written, and who waits for it."""

    def __init__(self, function: Callable[[], T]) -> None:
        self.once = Once(function)
        self.done: Future[T] = Future()
        # Whoever waits may be cancelled; what was asked for may not.
        self.done.set_running_or_notify_cancel()


class Writer:
    """Runs synchronous store functions, one after the other."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        # The rest belongs to that thread.
        self._held: deque[_Kept[Any]] = deque()
        self._pause = 0.0
        self._closed = False

    async def do(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function`, once everything asked for earlier was tried. Raises what it raises."""
        call = partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: connected(call))

    async def keep(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `do`, but a database that is locked, full or away only delays it, and what is kept after it.

        It takes effect once, in its turn, whoever stops waiting for it; unless the writer is closed first.
        """
        kept = _Kept(partial(function, *args, **kwargs))
        self._thread.submit(self._take, kept, asyncio.get_running_loop())
        return await asyncio.wrap_future(kept.done)

    async def close(self) -> None:
        """Finish what was asked for, then end the thread. What the database has refused until now is given up."""
        await self.do(self._end)
        self._thread.shutdown()

    # --- in the thread ---

    def _take(self, kept: _Kept[Any], loop: asyncio.AbstractEventLoop) -> None:
        self._held.append(kept)
        if len(self._held) == 1:
            self._write(loop)

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write what is held, oldest first; later, if the database refuses."""
        while self._held and not self._closed:
            kept = self._held[0]
            try:
                result = connected(kept.once.attempt)
            except (DatabaseError, InterfaceError) as error:
                if is_outage(error):
                    self._wait(error, loop)
                    return
                kept.done.set_exception(error)
            except BaseException as error:
                kept.done.set_exception(error)
            else:
                kept.done.set_result(result)
            self._held.popleft()
        if self._pause:
            self._pause = 0.0
            log.warning("the database takes what is written again")

    def _wait(self, error: Exception, loop: asyncio.AbstractEventLoop) -> None:
        if not self._pause:
            log.error("the database refuses what is written, which waits: %s", error)
        self._pause = min(max(PAUSE_SECONDS, 2 * self._pause), LONGEST_PAUSE_SECONDS)
        loop.call_soon_threadsafe(loop.call_later, self._pause, self._again, loop)

    def _again(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._closed:
            self._thread.submit(self._write, loop)

    def _end(self) -> None:
        self._closed = True
        for kept in self._held:
            kept.done.set_exception(DatabaseError("the database refused it until the process ended"))
        self._held.clear()
        # Looked up here: `connection` is another one in every thread.
        connection.close()


def connected(function: Callable[[], T]) -> T:
    """What `function` answers, by a connection that is not known to be broken."""
    # One that broke would otherwise fail every call after it.
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    return function()
