"""The sockets to one model's server: which of them carries a request, and when another is opened.

A request gets a socket of its own as long as there are few, because only closing its socket ends an answer that nobody
wants any more; when there are many, they share sockets as lanes. One idle socket is kept ready.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from websockets.asyncio.client import ClientConnection

from ide.engines.model import Failed
from ide.engines.streams.exchange import Exchange
from ide.engines.streams.lanes import Lane, LaneSocket, LaneSupport, is_last
from ide.engines.streams.upgrade import Refused

_SOCKETS: Final = 8
_CLOSED: Final = Failed("unreachable", "the connections to the model's server were closed")


class LanePool:
    """The sockets to one server. `open_socket` opens one or raises `Refused`; `greeting` is said on each that is
    opened ahead of its use; after `rotate_seconds` a socket takes no new requests. Whoever wants another then asks
    for it: nothing is opened for nobody."""

    def __init__(
        self,
        open_socket: Callable[[], Awaitable[ClientConnection]],
        greeting: dict[str, Any],
        greeting_seconds: float,
        rotate_seconds: float,
    ) -> None:
        self.support = LaneSupport()
        self.closings = 0
        """How often everything was closed: who began before that is not to go on."""
        self._open_socket = open_socket
        self._greeting = greeting
        self._greeting_seconds = greeting_seconds
        self._rotate_seconds = rotate_seconds
        self._sockets: dict[LaneSocket, asyncio.TimerHandle] = {}
        self._openings: set[asyncio.Future[None]] = set()
        self._readying = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, fits: Callable[[Exchange], bool], *, fresh: bool) -> Lane:
        """A lane for a request, if possible one that it `fits`; on a new socket if `fresh`. Raises `Refused`."""
        socket = None if fresh else self._best(fits)
        while not fresh and self._is_full and self._openings and socket is None:
            await asyncio.wait(self._openings, return_when=asyncio.FIRST_COMPLETED)
            socket = self._best(fits)
        if socket is None or (socket.busy and not self._is_full):
            socket = await self._open()
        lane = socket.take(fits)
        self._replenish()
        return lane

    def give_back(self, lane: Lane, *, ended: bool) -> None:
        """See `LaneSocket.give_back`."""
        stopped = not ended and lane.broken is None
        lane.socket.give_back(lane, ended=ended)
        if stopped:
            self._replenish()
        elif len(self._sockets) > _SOCKETS and not lane.socket.busy:
            lane.socket.retire()

    async def ready(self) -> None:
        """Have an idle socket, greeted. Raises `Refused`."""
        if self._is_ready:
            return
        self._readying = True
        try:
            await self._greet(await self._open())
        finally:
            self._readying = False

    async def close(self) -> None:
        """Close every socket; what is asked over them breaks off."""
        self.closings += 1
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*[socket.close() for socket in self._sockets])

    @property
    def _is_ready(self) -> bool:
        idle = any(socket.has_room and not socket.busy for socket in self._sockets)
        return idle or self._readying or self._is_full

    def _best(self, fits: Callable[[Exchange], bool]) -> LaneSocket | None:
        """The least busy socket; of several one that remembers what is gone on from, or else as little as possible."""

        def rank(socket: LaneSocket) -> tuple[int, bool, int]:
            remembered = socket.remembered
            return socket.busy, not any(map(fits, remembered)), len(remembered)

        return min((socket for socket in self._sockets if socket.has_room), key=rank, default=None)

    @property
    def _is_full(self) -> bool:
        return len(self._sockets) + len(self._openings) >= _SOCKETS

    async def _open(self) -> LaneSocket:
        opening, closings = asyncio.get_running_loop().create_future(), self.closings
        self._openings.add(opening)
        try:
            connection = await self._open_socket()
        finally:
            self._openings.remove(opening)
            opening.set_result(None)
        if closings != self.closings:
            connection.transport.abort()
            raise Refused(_CLOSED)
        socket = LaneSocket(connection, self.support, self._forget)
        self._sockets[socket] = asyncio.get_running_loop().call_later(self._rotate_seconds, socket.retire)
        return socket

    async def _greet(self, socket: LaneSocket) -> None:
        lane = socket.take(lambda _: False, wanted=False)
        ended = False
        try:
            await lane.send({"type": "response.create", **self._greeting})
            deadline = asyncio.get_running_loop().time() + self._greeting_seconds
            while not ended and lane.broken is None:
                ended = any(map(is_last, await lane.read(deadline)))
        except TimeoutError:
            pass
        finally:
            socket.give_back(lane, ended=ended)

    def _replenish(self) -> None:
        """Begin to open another socket if none is idle."""
        if self._is_ready:
            return

        async def ready() -> None:
            with suppress(Refused):
                await self.ready()

        self._begin(ready())

    def _forget(self, socket: LaneSocket) -> None:
        self._sockets.pop(socket).cancel()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
