"""What leaves through one socket: in order, never waiting, and bounded for a client that does not read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pytest_django import Settings

from ide.transports import outgoing
from ide.transports.outgoing import Outgoing
from ide.wire.codes import Close
from ide.wire.frames import Awareness, decode

# Of y-websocket, after which it gives up and connects anew.
SECONDS_WITHOUT_DATA = 30


class Narrow:
    """A pipe that is behind once it holds `takes` messages, until it is read."""

    drained: Callable[[], None]

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.written: list[bytes] = []
        self.unread: list[bytes] = []
        self.aborted = asyncio.Event()
        self.changed = asyncio.Event()

    def write(self, message: bytes) -> bool:
        self.unread.append(message)
        self.changed.set()
        return len(self.unread) < self.takes

    def abort(self) -> None:
        self.aborted.set()

    def read(self) -> None:
        self.written += self.unread
        self.unread.clear()
        self.drained()


class Socket:
    """What ASGI's `send` gets."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.changed = asyncio.Event()

    async def send(self, message: dict[str, Any]) -> None:
        self.said.append(message)
        self.changed.set()


@pytest.fixture
async def narrow() -> Narrow:
    return Narrow(takes=2)


@pytest.fixture
async def asgi() -> Socket:
    return Socket()


@pytest.fixture
async def out(narrow: Narrow, asgi: Socket, settings: Settings) -> AsyncIterator[Outgoing]:
    settings.LAG_BYTES = 100
    out = Outgoing(narrow, asgi.send)
    yield out
    out.end()


async def test_what_a_client_cannot_take_yet_follows_in_order(out: Outgoing, narrow: Narrow) -> None:
    frames = [bytes([number]) for number in range(7)]
    for frame in frames:
        out.send(frame)
    assert len(narrow.unread) == 2
    while narrow.unread:
        narrow.read()
    assert narrow.written == frames


async def test_c3_what_waits_for_a_client_is_bounded_and_dropped_at_the_bound(
    out: Outgoing, narrow: Narrow, asgi: Socket
) -> None:
    out.send(b"1")
    out.send(b"2")
    for _ in range(100):
        out.send(b"x" * 60)
    assert out.closing
    await asgi.changed.wait()
    assert asgi.said == [{"type": "websocket.close", "code": 4508, "reason": outgoing.TOO_SLOW}]
    narrow.read()
    assert narrow.written == [b"1", b"2"], "what came later is not sent any more"


async def test_c3_one_frame_longer_than_the_bound_is_no_lag(out: Outgoing, narrow: Narrow) -> None:
    out.send(b"1")
    out.send(b"2")
    out.send(b"a whole room" * 1_000)
    assert not out.closing


async def test_frames_that_were_sent_go_out_before_the_close(out: Outgoing, narrow: Narrow, asgi: Socket) -> None:
    for frame in (b"1", b"2", b"3"):
        out.send(frame)
    out.close(Close.NOT_AUTHORISED, "Your link was revoked.")
    out.send(b"4")
    assert not asgi.said
    narrow.read()
    await asgi.changed.wait()
    assert narrow.written + narrow.unread == [b"1", b"2", b"3"]
    assert asgi.said[0]["code"] == 4401


async def test_c3_who_does_not_read_the_close_is_cut_off(
    out: Outgoing, narrow: Narrow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "CLOSE_SECONDS", 0.01)
    out.close(Close.TOO_SLOW, "too slow")
    out.end()
    async with asyncio.timeout(10):
        await narrow.aborted.wait()


async def test_p8_a_quiet_socket_gets_frames_that_say_nothing(
    narrow: Narrow, asgi: Socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outgoing.QUIET_SECONDS < SECONDS_WITHOUT_DATA
    monkeypatch.setattr(outgoing, "QUIET_SECONDS", 0.01)
    narrow.takes = 100
    out = Outgoing(narrow, asgi.send)
    async with asyncio.timeout(10):
        while len(narrow.unread) < 3:
            narrow.changed.clear()
            await narrow.changed.wait()
    assert {decode(frame) for frame in narrow.unread} == {Awareness(())}
    out.end()
