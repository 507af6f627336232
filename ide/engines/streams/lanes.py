"""One WebSocket to a model's server, and its lanes: answers that come in side by side over it.

A lane answers one request after another. Every message of a request and of its answer names the lane (`stream_id`).
Whether a server knows lanes shows when it first names one; until then a socket carries one request at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from ide.engines.streams.answer import NOT_JSON, loads
from ide.engines.streams.exchange import Exchange
from ide.engines.streams.sse_model import encoded

BROKEN: Final = "the connection to the model's server broke"
_IN_FLIGHT: Final = 16
_NAMES: Final = 32
_ANSWER_BYTES: Final = 67_108_864
_READ_EVERY_SECONDS: Final = 0.016


def is_last(event: dict[str, Any]) -> bool:
    """Whether nothing more of a request comes after this event."""
    # A tuple, because what is compared with it may be unhashable.
    return event.get("type") in ("response.completed", "response.incomplete", "response.failed", "error")


@dataclass(slots=True)
class LaneSupport:
    """What a server was found to understand of lanes. All of its sockets share one."""

    named: bool = True
    """Requests may name a lane."""
    shared: bool = False
    """Events name their lane: several may run over one socket."""


class Lane:
    """One lane. Whoever took it reads it until the answer has ended, and gives it back."""

    def __init__(self, socket: LaneSocket, name: str) -> None:
        self.socket = socket
        self.name = name
        self.latest: Exchange | None = None
        """What the server remembers of this lane."""
        self.broken: str | None = None
        """Why nothing more comes."""
        self.wanted = False
        """Somebody waits for the answer."""
        self.steered = False
        """Its answer may have a successor, which the server begins by itself."""
        self.flowing = False
        """Its answer may be read a little later, with what comes meanwhile."""
        self._events: list[dict[str, Any]] = []
        self._bytes = 0
        self._waiter: asyncio.Future[None] | None = None

    async def send(self, message: dict[str, Any]) -> None:
        """Say something in this lane. If the socket breaks, `broken` says so."""
        await self.socket.send(message, self.name)

    async def steer(self, message: dict[str, Any]) -> None:
        """Say something that names its lane by the response it is about."""
        self.steered = True
        await self.socket.send(message, None)

    async def read(self, deadline: float) -> list[dict[str, Any]]:
        """All events that have come; none if the lane broke or was woken. Raises TimeoutError."""
        if not self._events and self.broken is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._waiter
            finally:
                self._waiter = None
        events, self._events = self._events, []
        return events

    def wake(self) -> None:
        """Let whoever reads go on."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- for the socket ---

    def begin(self, wanted: bool) -> None:
        """Forget what was read before."""
        self.wanted, self.steered, self.flowing, self._bytes = wanted, False, False, 0
        self._events.clear()

    def put(self, event: dict[str, Any], size: int) -> None:
        """An event has come."""
        self._bytes += size
        if self._bytes > _ANSWER_BYTES:
            self.end("the model's server sent more than an answer may hold")
        elif self.broken is None:
            self._events.append(event)
            self.wake()

    def end(self, reason: str) -> None:
        """Nothing more comes."""
        self.broken = self.broken or reason
        self.wake()


class LaneSocket:
    """One open socket."""

    def __init__(
        self, connection: ClientConnection, support: LaneSupport, closed: Callable[[LaneSocket], None]
    ) -> None:
        """`closed` is called once when it is open no more."""
        self.retired = False
        """It takes no new requests, and closes after the last."""
        self._connection = connection
        self._support = support
        self._closed = closed
        self._open = True
        self._free: list[Lane] = []  # the one that was used last comes last
        self._flying: dict[str, Lane] = {}
        self._draining: dict[str, Lane] = {}
        self._names = 0
        self._spent = 0  # names that are not used again
        self._resting: asyncio.TimerHandle | None = None
        self._reader = asyncio.get_running_loop().create_task(self._receive())

    @property
    def busy(self) -> int:
        """How many requests somebody waits for."""
        return sum(lane.wanted for lane in self._flying.values())

    @property
    def has_room(self) -> bool:
        """Whether it takes another request."""
        if self.retired or not self._open:
            return False
        in_flight = len(self._flying) + len(self._draining)
        return in_flight < (_IN_FLIGHT if self._support.shared else 1) and (bool(self._free) or self._has_names)

    @property
    def remembered(self) -> list[Exchange]:
        """What could be gone on from."""
        return [lane.latest for lane in self._free if lane.latest is not None]

    def take(self, fits: Callable[[Exchange], bool], *, wanted: bool = True) -> Lane:
        """A lane for a request: if there is one, a lane that it `fits`. The socket must have room."""
        fitting = (lane for lane in self._free if lane.latest is not None and fits(lane.latest))
        lane = next(fitting, None)
        if lane is None and self._has_names:
            self._names += 1
            lane = Lane(self, str(self._names))
        elif lane is None:
            lane = self._free[0]
        if lane in self._free:
            self._free.remove(lane)
        self._flying[lane.name] = lane
        lane.begin(wanted)
        self._resume()
        return lane

    def give_back(self, lane: Lane, *, ended: bool) -> None:
        """The lane's answer has `ended`, or nobody wants the rest of it.

        There is no way to end an answer but to end its socket, which is done unless it carries what others wait for.
        """
        if self._flying.pop(lane.name, None) is None:
            return
        lane.wanted = False
        if ended and self._open:
            self._free.append(lane)
        elif not ended:
            self._draining[lane.name] = lane
        if (self._draining and not self.busy) or (self.retired and not self._flying):
            self.abort()

    def rest(self) -> None:
        """Let what comes next wait for some milliseconds in the kernel, to be read together, if all lanes allow it.

        At 1,000 tokens a second a server sends as many packets, each of which would wake this process.
        """
        transport = self._connection.transport
        if self._resting is None and not transport.is_closing() and all(one.flowing for one in self._flying.values()):
            transport.pause_reading()
            self._resting = asyncio.get_running_loop().call_later(_READ_EVERY_SECONDS, self._resume)

    def retire(self) -> None:
        """Take no new requests, and close after the last."""
        self.retired = True
        if not self._flying:
            self.abort()

    async def send(self, message: dict[str, Any], lane: str | None) -> None:
        """Send one message, which names the lane if one is given and the server knows any."""
        if lane is not None and self._support.named:
            message = message | {"stream_id": lane}
        try:
            await self._connection.send(encoded(message), text=True)
        except (ConnectionClosed, OSError):
            # The reader tells the lanes.
            self._connection.transport.abort()

    def abort(self) -> None:
        """Close at once."""
        self._end(BROKEN)
        self._connection.transport.abort()

    async def close(self) -> None:
        """Close at once, and wait until it is."""
        self.abort()
        await self._connection.wait_closed()
        await self._reader

    # --- ours ---

    @property
    def _has_names(self) -> bool:
        return self._names < (_NAMES if self._support.shared else 1)

    def _reuse(self, drained: Lane) -> None:
        """Nothing more comes in this lane that nobody waited for: its name may carry another request."""
        if not drained.steered:
            self._free.insert(0, Lane(self, drained.name))
            return
        # The server may yet begin a successor, so the name is not used again. A socket that has few left is replaced.
        self._spent += 1
        if self._spent * 2 >= _NAMES:
            self.retire()

    async def _receive(self) -> None:
        reason = BROKEN
        try:
            # Messages that have come already are read without a pause, so a lane's reader is woken once for all.
            while self._open:
                data = await self._connection.recv(decode=False)
                event = loads(data)
                if not isinstance(event, dict):
                    reason = NOT_JSON
                    break
                self._route(event, len(data))
        except (ConnectionClosed, WebSocketException, OSError):
            pass
        finally:
            self._end(reason)
            self._connection.transport.abort()

    def _route(self, event: dict[str, Any], size: int) -> None:
        name = event.get("stream_id")
        if isinstance(name, str):
            if (lane := self._flying.get(name)) is not None:
                self._support.shared = True
                lane.put(event, size)
            elif is_last(event) and (drained := self._draining.pop(name, None)) is not None:
                self._reuse(drained)
        elif len(self._flying) == 1 and not self._draining:
            next(iter(self._flying.values())).put(event, size)
        elif event.get("type") == "error":
            # It is about the socket.
            self.retired = True
            for lane in self._flying.values():
                lane.put(event, size)

    def _end(self, reason: str) -> None:
        if not self._open:
            return
        self._open = False
        for lane in self._flying.values():
            lane.end(reason)
        self._closed(self)

    def _resume(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
            if not (transport := self._connection.transport).is_closing():
                transport.resume_reading()
