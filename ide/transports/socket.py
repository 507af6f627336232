"""`/ws/rooms/{id}`: how a room's frames arrive and leave. What they mean is `live/session.py`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http import parse_cookie

from ide.domain.refusals import Refusal
from ide.live.connection import Person
from ide.live.hub import Hub
from ide.live.services import Services
from ide.live.session import CLOSE_OF, Session
from ide.transports.access import browser_of, person_by_browser, person_by_token, preview_address
from ide.transports.outgoing import EXTENSION, Outgoing
from ide.wire.codes import Close, Code

SUBPROTOCOL = "sparkroom.v1"
FAILED = "Something went wrong on the server; it will be tried again."

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)


def room_sockets(hub: Hub) -> Application:
    """The ASGI application of every room's sockets."""

    async def application(scope: Any, receive: Receive, send: Send) -> None:
        await RoomSocket(hub, scope, send).serve(receive)

    return application


class RoomSocket:
    """One member's socket: an ASGI application for one connection."""

    def __init__(self, hub: Hub, scope: Any, send: Send) -> None:
        self.scope = scope
        self._hub = hub
        self._send = send
        self._out: Outgoing
        self._stack = AsyncExitStack()
        self._session: Session | None = None
        self._rate = _Rate(settings.SOCKET_MESSAGES_PER_SECOND)

    async def serve(self, receive: Receive) -> None:
        """Accept, say who may not come in with a code that the browser can see, and take frames until it is closed."""
        await receive()
        speaks_events = SUBPROTOCOL in self.scope["subprotocols"]
        await self._send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if speaks_events else None})
        self._out = Outgoing(self.scope["extensions"][EXTENSION], self._send)
        try:
            await self._let_in(speaks_events)
            while (message := await receive())["type"] == "websocket.receive":
                self._take(message.get("bytes"))
                # A queue that is not empty answers at once, and whoever sends much would keep all others waiting.
                await asyncio.sleep(0)
        finally:
            await self._leave()

    async def _let_in(self, speaks_events: bool) -> None:
        try:
            await self._enter(speaks_events)
        except Refusal as refusal:
            self._out.close(_close_code(refusal.code), refusal.message)
        except Exception:
            log.exception("a socket could not be let in")
            self._out.close(Close.FAILED, FAILED)

    def _take(self, frame: bytes | None) -> None:
        if self._session is None or self._out.closing:
            return
        if frame is None:
            self._out.close(Close.BAD_MESSAGE, "This socket speaks binary frames only.")
        elif len(frame) > settings.MESSAGE_BYTES:
            self._out.close(Close.TOO_LARGE, f"A message is at most {settings.MESSAGE_BYTES:,} bytes.")
        elif not self._rate.allows(time.monotonic()):
            self._out.close(Close.TOO_MANY, "Too many messages a second.")
        else:
            try:
                self._session.receive(frame)
            except Exception:
                log.exception("a frame could not be taken")
                self._out.close(Close.FAILED, FAILED)

    async def _leave(self) -> None:
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


async def unknown_address(scope: Any, receive: Receive, send: Send) -> None:
    """Any other address: says so with a code that the browser can see."""
    await receive()
    await send({"type": "websocket.accept"})
    reason = "There is nothing at this address."
    await send({"type": "websocket.close", "code": int(Close.BAD_MESSAGE), "reason": reason})
