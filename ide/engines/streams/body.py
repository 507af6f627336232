"""How the bytes of an answer are read: how long to wait for them, and how often."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp

from ide.engines.streams.answer import Answer

_DRAIN_SECONDS = 1.0
_DRAIN_BYTES = 1_048_576
_READ_EVERY_SECONDS = 0.016
_EAGER_READS = 24


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a model's server, in seconds."""

    connect: float = 5.0
    first_token: float = 120.0
    """From the request to the first token: a server at home reads a long prompt for a minute or more."""
    idle: float = 60.0
    """Between two reads after that."""
    finish: float = 2.0
    """For usage and end marker, once the model has said that it is done."""
    whole: float = 900.0
    """For everything: a server that sends a comment now and then would otherwise hold a turn for ever."""


class Body:
    """Reads the body of an answer: its beginning at once, the rest at most once a `_READ_EVERY_SECONDS`.

    At 1,000 tokens a second a server sends as many packets. Left in the kernel for some milliseconds they are read
    together, at a fraction of the cost, and still about as often as a screen is painted.
    """

    def __init__(self, response: aiohttp.ClientResponse, patience: Patience, began: float) -> None:
        self._response = response
        self._patience = patience
        self._began = began
        self._reads = 0
        self._read_at = float("-inf")
        self._paused: asyncio.Transport | None = None

    async def read(self, answer: Answer) -> tuple[bytes, str | None]:
        """What has arrived; or nothing, with the reason if it is not the body's end."""
        loop = asyncio.get_running_loop()
        patience, began, now = self._patience, self._began, loop.time()
        if answer.begun:
            limit = patience.finish if answer.finishing else patience.idle
            deadline = min(now + limit, began + patience.whole)
        else:
            deadline = began + min(patience.first_token, patience.whole)
        opening = loop.call_at(self._read_at + _READ_EVERY_SECONDS, self.resume) if self._paused else None
        try:
            async with asyncio.timeout_at(deadline):
                chunk = await self._response.content.readany()
        except TimeoutError:
            return b"", "the model's server stopped sending"
        except (aiohttp.ClientError, OSError, RuntimeError):
            # RuntimeError is how aiohttp says that the engine was closed meanwhile.
            return b"", "the connection to the model's server broke"
        finally:
            if opening is not None:
                opening.cancel()
        self._reads += answer.begun
        # What a model writes first is a block's head, and nobody sees anything before that is whole.
        if self._reads > _EAGER_READS:
            self._read_at = loop.time()
            self._pause()
        return chunk, None

    def resume(self) -> None:
        """Let more come in."""
        if self._paused is not None:
            self._paused.resume_reading()
            self._paused = None

    def _pause(self) -> None:
        # Without a connection all of the body is here, and its connection may be another answer's already.
        connection = self._response.connection
        if connection is not None and (transport := connection.transport) is not None and not transport.is_closing():
            transport.pause_reading()
            self._paused = transport


async def drain(response: aiohttp.ClientResponse) -> None:
    """Read what is left of an answer that is over, so that its connection can carry another; close it if it goes on."""
    received = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while received < _DRAIN_BYTES and (chunk := await response.content.readany()):
                received += len(chunk)
    except (aiohttp.ClientError, OSError, RuntimeError):
        pass
    finally:
        # Read to its end, the response has already given its connection back; otherwise this closes it.
        response.close()
