"""What leaves through one socket, and what happens to a client that does not read it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, Protocol

from django.conf import settings

from ide.wire.codes import Close

EXTENSION: Final = "sparkroom.pipe"
QUIET_SECONDS = 20
# How long a client may take to read what was on its way, and the close frame behind it.
CLOSE_SECONDS = 5
NOTHING = b"\x01\x01\x00"
TOO_SLOW = "This connection cannot keep up; it will resync."
REASON_BYTES = 120


class Pipe(Protocol):
    """What our servers offer a socket beyond ASGI, as its scope's extension `EXTENSION`.

    ASGI's own `send` costs a task that wakes up for every frame, and under daphne never says that a client is behind.
    """

    drained: Callable[[], None]
    """Called once what was written has left the process."""

    def write(self, message: bytes) -> bool:
        """Send one binary message now. False: the client is behind, so what follows had better wait for `drained`."""
        ...

    def abort(self) -> None:
        """Drop the connection, and what still waits in it."""
        ...


class Outgoing:
    """Sends frames in order, without waiting. What a client cannot take yet is kept for it, up to `LAG_BYTES`."""

    def __init__(self, pipe: Pipe, send: Callable[[Any], Awaitable[None]]) -> None:
        """`send` is the socket's own of ASGI."""
        self._pipe = pipe
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._ready = True
        self._closing: tuple[Close, str] | None = None
        self._goodbye: asyncio.Task[None] | None = None
        self._sent_at = self._loop.time()
        self._timer = self._loop.call_later(QUIET_SECONDS, self._keep_alive)
        pipe.drained = self._drained

    @property
    def closing(self) -> bool:
        """Whether nothing goes out any more but what waits."""
        return self._closing is not None

    def send(self, frame: bytes) -> None:
        """Send one frame, or keep it until the client has read what went before."""
        if self._closing is not None:
            return
        self._sent_at = self._loop.time()
        if self._ready:
            self._ready = self._pipe.write(frame)
        elif self._bytes > settings.LAG_BYTES:
            self._waiting.clear()
            self.close(Close.TOO_SLOW, TOO_SLOW)
        else:
            self._waiting.append(frame)
            self._bytes += len(frame)

    def close(self, code: Close, reason: str) -> None:
        """Close with a code and a reason once everything is out; cut off a client that does not read that."""
        if self._closing is None:
            self._closing = (code, reason)
            self._timer.cancel()
            self._timer = self._loop.call_later(CLOSE_SECONDS, self._pipe.abort)
            if not self._waiting:
                self._say_goodbye()

    def end(self) -> None:
        """The socket is closed. One that we are closing may still have to be cut off."""
        if self._closing is None:
            self._timer.cancel()
        self._waiting.clear()

    def _drained(self) -> None:
        self._ready = True
        while self._ready and self._waiting:
            frame = self._waiting.popleft()
            self._bytes -= len(frame)
            self._ready = self._pipe.write(frame)
        if not self._waiting:
            self._say_goodbye()

    def _say_goodbye(self) -> None:
        if self._goodbye is None and self._closing is not None:
            self._goodbye = self._loop.create_task(self._say(*self._closing))

    async def _say(self, code: Close, reason: str) -> None:
        # The client, or the server, may have closed it meanwhile.
        with suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": int(code), "reason": _cut(reason)})

    def _keep_alive(self) -> None:
        """y-websocket gives up on a server that says nothing for 30 s."""
        if self._loop.time() - self._sent_at >= QUIET_SECONDS:
            self.send(NOTHING)
        if self._closing is None:
            self._timer = self._loop.call_at(self._sent_at + QUIET_SECONDS, self._keep_alive)


def _cut(reason: str) -> str:
    """A close frame holds 123 bytes of reason at most."""
    return reason.encode()[:REASON_BYTES].decode(errors="ignore")
