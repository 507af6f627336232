"""OpenAI's Responses over a persistent WebSocket.

An answer that nobody wants any more can only be ended by closing its socket: the protocol has no message for it. So
a stream has a socket of its own as long as there are few, and shares one as a lane when there are many
(`streams/lane_pool.py`). What a lane's server remembers of the last answer need not be said again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from websockets.asyncio.client import ClientConnection

from ide.engines.model import Failed, ModelEvent, ModelRequest, SteerFailed
from ide.engines.protocols.responses import Responses
from ide.engines.protocols.responses_call import Call
from ide.engines.protocols.steering import NOT_STEERED, Steering
from ide.engines.streams.body import Patience
from ide.engines.streams.lane_pool import LanePool
from ide.engines.streams.sse_model import SseModel
from ide.engines.streams.upgrade import Refused, upgrade

_UPGRADE_REQUIRED: Final = 426
# Servers end a connection after an hour. What was asked before this is over by then.
_ROTATE_SECONDS: Final = 3_000.0


class ResponsesSocket:
    """A model behind a WebSocket. Implements `CodeModel` and `SteeredModel`.

    A server that answers an upgrade with 426 is asked by HTTP from then on.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        key: str | None = None,
        output_tokens: int | None = None,
        effort: str | None = None,
        patience: Patience | None = None,
        *,
        steers: bool = False,
        rotate_seconds: float = _ROTATE_SECONDS,
    ) -> None:
        """`base_url` may be one of HTTP or of WebSocket. `steers`: the model takes redirections while it answers."""
        self.steers = steers
        base = base_url.rstrip("/")
        if base.startswith(("ws://", "wss://")):
            base = f"http{base[2:]}"
        self._base = base
        self._wire = Responses(model, key, output_tokens, effort)
        self._patience = patience or Patience()
        self._pool = LanePool(self._open, self._wire.greeting(), self._patience.connect, rotate_seconds)
        self._http: SseModel | None = None

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Answer `request`: see `CodeModel.stream`."""
        return self._stream(request, None)

    def stream_steered(
        self, request: ModelRequest, redirections: asyncio.Queue[str]
    ) -> AsyncGenerator[ModelEvent, None]:
        """As `stream`, and take redirections: see `SteeredModel.stream_steered`."""
        return self._stream(request, redirections)

    async def warm(self) -> None:
        """Have an idle socket that the server is ready to be asked over."""
        if self._http is None:
            try:
                await self._pool.ready()
            except Refused as refused:
                self._fall_back(refused)
        if self._http is not None:
            await self._http.warm()

    async def close(self) -> None:
        """Release every connection."""
        await self._pool.close()
        if self._http is not None:
            await self._http.close()

    async def _open(self) -> ClientConnection:
        base, wire = self._base, self._wire
        address = f"ws{base[4:]}{wire.path}" if base.startswith("http") else base
        return await upgrade(address, wire.headers(), wire.secret, self._patience.connect)

    async def _stream(
        self, request: ModelRequest, redirections: asyncio.Queue[str] | None
    ) -> AsyncGenerator[ModelEvent, None]:
        if self._http is None:
            steering = Steering(self.steers, self._wire.secret)
            call = Call(self._wire, self._pool, request, self._patience, steering, redirections)
            failed: Failed | None = None
            try:
                while not call.over:
                    for event in await call.read():
                        yield event
            except Refused as refused:
                failed = None if self._fall_back(refused) else refused.failed
            except TimeoutError:
                failed = Failed("unreachable", "the model's server did not answer in time", retryable=True)
            finally:
                call.release()
                self.steers = self.steers and steering.supported
            if call.over:
                return
            for refusal in call.give_up():
                yield refusal
            if failed is not None:
                yield failed
                return
        if (http := self._http) is not None:
            async with aclosing(http.stream(request)) as events:
                async for event in events:
                    while redirections is not None and not redirections.empty():
                        redirections.get_nowait()
                        yield SteerFailed(NOT_STEERED)
                    yield event

    def _fall_back(self, refused: Refused) -> bool:
        """Ask by HTTP from now on, if that is what the server wants."""
        if refused.failed.status != _UPGRADE_REQUIRED:
            return False
        if self._http is None:
            self._http = SseModel(self._base, self._wire, self._patience)
            self.steers = False
        return True
