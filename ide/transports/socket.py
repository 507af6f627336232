"""`/ws/rooms/{id}`: how a room's frames arrive and leave. What they mean is `live/session.py`."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AsyncExitStack
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http import parse_cookie

from ide.domain.refusals import Refusal
from ide.live.connection import Person
from ide.live.hub import Hub
from ide.live.services import Services
from ide.live.session import CLOSE_OF, Session
from ide.transports.access import browser_of, person_by_browser, person_by_token, preview_address
from ide.wire.codes import Close, Code

SUBPROTOCOL = "sparkroom.v1"
QUIET_SECONDS = 20
# A client that is this far behind is closed and resyncs when it returns.
QUEUED_BYTES = 64_000_000
NOTHING = b"\x01\x01\x00"
FAILED = "Something went wrong on the server; it will be tried again."
REASON_BYTES = 120


log = logging.getLogger(__name__)


class RoomSocket(AsyncWebsocketConsumer):
    """One member's socket."""

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self._hub = hub

    async def connect(self) -> None:
        """Accept, then say who may not come in with a code that the browser can see."""
        self._out = _Out(self)
        self._stack = AsyncExitStack()
        self._session: Session | None = None
        self._rate = _Rate(settings.SOCKET_MESSAGES_PER_SECOND)
        speaks_events = SUBPROTOCOL in self.scope["subprotocols"]
        await self.accept(SUBPROTOCOL if speaks_events else None)
        try:
            await self._enter(speaks_events)
        except Refusal as refusal:
            self._out.close(_close_code(refusal.code), refusal.message)
        except Exception:
            log.exception("a socket could not be let in")
            self._out.close(Close.FAILED, FAILED)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one frame."""
        if self._session is None or self._out.closing:
            return
        if bytes_data is None:
            self._out.close(Close.BAD_MESSAGE, "This socket speaks binary frames only.")
        elif len(bytes_data) > settings.MESSAGE_BYTES:
            self._out.close(Close.TOO_LARGE, f"A message is at most {settings.MESSAGE_BYTES:,} bytes.")
        elif not self._rate.allows(time.monotonic()):
            self._out.close(Close.TOO_MANY, "Too many messages a second.")
        else:
            try:
                self._session.receive(bytes_data)
            except Exception:
                log.exception("a frame could not be taken")
                self._out.close(Close.FAILED, FAILED)

    async def disconnect(self, code: int) -> None:
        """Leave the room."""
        session, self._session = self._session, None
        if session is not None:
            session.end()
        self._out.end()
        await self._stack.aclose()

    async def _enter(self, speaks_events: bool) -> None:
        room_id = self.scope["url_route"]["kwargs"]["room_id"]
        query = {name: values[-1] for name, values in parse_qs(self.scope["query_string"].decode("latin-1")).items()}
        services = await self._hub.services()
        person = await self._person(services, room_id, query.get("token"))
        room = await self._stack.enter_async_context(self._hub.visit(room_id))
        if query.get("epoch", None if speaks_events else room.epoch) != room.epoch:
            raise Refusal(Code.OTHER_EPOCH, "This room's history was replaced; reload the page.")
        since = query.get("since", "")
        # Not the socket's own scheme: a proxy may have taken the TLS off. Other clients than browsers name no origin.
        scheme = self._header(b"origin").partition("://")[0] or "http"
        preview = preview_address(room_id, person, self._header(b"host"), scheme)
        session = Session(room, self._out, speaks_events=speaks_events, preview=preview)
        self._session = session
        await session.begin(person, int(since) if since.isascii() and since.isdigit() and len(since) < 18 else None)

    async def _person(self, services: Services, room_id: str, token: str | None) -> Person:
        if token is not None:
            return await person_by_token(services, room_id, token)
        host = self._header(b"host")
        if self._header(b"origin").partition("://")[2] != host:
            raise Refusal(Code.NOT_AUTHORISED, "This page may not use your session here.")
        return await person_by_browser(services, room_id, browser_of(parse_cookie(self._header(b"cookie")), host))

    def _header(self, name: bytes) -> str:
        return next((value.decode("latin-1") for key, value in self.scope["headers"] if key == name), "")


class _Out:
    """Sends frames in order from one task, so that nobody who queues one waits."""

    def __init__(self, socket: RoomSocket) -> None:
        self._socket = socket
        self._frames: list[bytes] = []
        self._bytes = 0
        self._wake = asyncio.Event()
        self._closing: tuple[Close, str] | None = None
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def closing(self) -> bool:
        return self._closing is not None

    def send(self, frame: bytes) -> None:
        if self._closing is not None:
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        if self._bytes > QUEUED_BYTES:
            self._frames.clear()
            self.close(Close.TOO_SLOW, "This connection cannot keep up; it will resync.")
        self._wake.set()

    def close(self, code: Close, reason: str) -> None:
        if self._closing is None:
            self._closing = (code, reason)
            self._wake.set()

    def end(self) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                # y-websocket gives up on a server that says nothing for 30 s.
                self.send(NOTHING)
            self._wake.clear()
            frames, self._frames, self._bytes = self._frames, [], 0
            for frame in frames:
                await self._socket.send(bytes_data=frame)
            if self._closing is not None:
                code, reason = self._closing
                await self._socket.close(code=int(code), reason=_cut(reason))
                return


class _Rate:
    """At most so many messages within each second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = 0
        self._count = 0

    def allows(self, now: float) -> bool:
        if int(now) != self._second:
            self._second, self._count = int(now), 0
        self._count += 1
        return self._count <= self._most


def _close_code(code: Code) -> Close:
    if code == Code.NOT_FOUND:
        return Close.NOT_AUTHORISED
    return CLOSE_OF.get(code, Close.BAD_MESSAGE)


def _cut(reason: str) -> str:
    """A close frame holds 123 bytes of reason at most."""
    return reason.encode()[:REASON_BYTES].decode(errors="ignore")


class UnknownSocket(AsyncWebsocketConsumer):
    """Any other address: says so with a code that the browser can see."""

    async def connect(self) -> None:
        """Accept, then close."""
        await self.accept()
        await self.close(code=int(Close.BAD_MESSAGE), reason="There is nothing at this address.")
