"""The one thread of a web process that touches the database.

SQLite has one writer at a time anyway; one thread keeps what is written in the order in which it was asked for, and
the event loop free.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")


class Writer:
    """Runs synchronous store functions, one after the other."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def do(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function`, once everything asked for earlier is done."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: _call(function, *args, **kwargs))

    async def close(self) -> None:
        """Finish what was asked for, then end the thread."""
        await self.do(_disconnect)
        self._thread.shutdown()


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    # A connection that broke would otherwise fail every call after it.
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    return function(*args, **kwargs)


def _disconnect() -> None:
    # Looked up here: `connection` is another one in every thread.
    connection.close()
