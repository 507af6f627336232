"""What the stand-ins of model servers have in common: a script, its faults, and how it is sent at its rate.

A protocol subclasses `SseScript`, which words an answer, and `SseStandIn`, which is the server.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Generic, Self, TypeVar

from aiohttp import web

MODEL = "standin-1"
INPUT_TOKENS = 11
CACHED_TOKENS = 4
"""So many of the `INPUT_TOKENS`."""


@dataclass(frozen=True)
class SseScript(ABC):
    """One answer. `rate` is tokens a second (None: as fast as it goes); a token is a delta."""

    deltas: tuple[str, ...] = ("Hello", " there", ".")
    rate: float | None = None
    first_token_seconds: float = 0.0
    reasoning: tuple[str, ...] = ()
    finish_reason: str | None = None
    """Why the answer ended, in the words of the protocol; by default its word for an answer that is whole."""
    usage: bool = True
    done: bool = True
    """Whether the stream ends with its marker, where the protocol has one."""
    line_end: str = "\n"
    comments: bool = False
    split_data: bool = False
    """Each event's JSON over several `data:` lines."""
    unknown_fields: bool = False
    """Fields that no client knows, and such events where events have names."""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    error: object = None
    """The body of a refusal, or with `status` 200 the event that is sent after `fault_after` deltas."""
    fault_after: int | None = None
    """After so many deltas: the error if there is one, otherwise the connection breaks."""
    raw: bytes | None = None
    """Sent as it is in place of everything above."""
    key: str | None = None
    """The key without which requests get 401."""
    made_before: tuple[bytes, ...] | None = None
    """The frames, where making them with each answer would take the model's time."""

    @cached_property
    def frames(self) -> list[bytes]:
        """The answer's opening, which may be empty, and then what carries each delta, the reasoning first."""
        return self._frames() if self.made_before is None else list(self.made_before)

    @cached_property
    def ending(self) -> bytes:
        """What follows the deltas."""
        return b"".join(self._ending())

    @property
    def transcript(self) -> bytes:
        """The whole stream of an answer without faults."""
        return b"".join(self.frames) + self.ending

    def event(self, body: object, name: str | None = None) -> bytes:
        """`body` as one server-sent event."""
        # ASCII, because only escapes can carry half a surrogate pair.
        text = json.dumps(body, indent=1 if self.split_data else None)
        lines = [f"data: {line}" for line in text.split("\n")]
        if name:
            lines = [f"event: {name}", *lines]
        if self.comments:
            lines = [": PROCESSING", *([] if name else ["event: message"]), *lines, "id: 7", "retry: 10"]
        return (self.line_end.join(lines) + self.line_end * 2).encode()

    def failing(self) -> bytes:
        """`error` as an event of the stream."""
        return self.event(self.error)

    @classmethod
    @abstractmethod
    def errors(cls, message: str, status: int) -> list[object]:
        """Every shape in which servers of this protocol word an error of this HTTP status, the usual one first."""

    @abstractmethod
    def _frames(self) -> list[bytes]: ...

    @abstractmethod
    def _ending(self) -> list[bytes]: ...


AnyScript = TypeVar("AnyScript", bound=SseScript)


@dataclass
class Answered:
    """An answer's times by the loop's clock: when its request was read, and when how many deltas had been sent."""

    asked: float
    writes: list[tuple[float, int]] = field(default_factory=list)


@dataclass
class SseStandIn(ABC, Generic[AnyScript]):
    """The server. `script` may be changed between requests; a function gets the request's number, from 0."""

    script: AnyScript | Callable[[int], AnyScript]
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorisations: list[str | None] = field(default_factory=list)
    """What each request had in the header of keys."""
    connections: set[tuple[str, int]] = field(default_factory=set)
    """The remote ends that requests came from: one each for a kept-alive connection."""
    streaming: int = 0
    """Answers that are being written now."""
    answered: list[Answered] = field(default_factory=list)
    """One for each request."""

    base_path: ClassVar[str] = "/v1"
    answer_path: ClassVar[str]
    """Where answers are asked for, after `base_path`."""
    key_header: ClassVar[str] = "Authorization"
    key_prefix: ClassVar[str] = ""
    refused_key_status: ClassVar[int] = 401

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64_000_000)
        app.router.add_get(f"{self.base_path}/models", self._list)
        app.router.add_post(self.base_path + self.answer_path, self._answer)
        self.add_routes(app)
        # handler_cancellation: a client that goes away ends its answer at once, also while the script sleeps.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()

    @property
    def address(self) -> str:
        """The server, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What a client appends the protocol's paths to."""
        return self.address + self.base_path

    @abstractmethod
    def models(self) -> dict[str, object]:
        """The list of models, as the protocol words it."""

    def add_routes(self, app: web.Application) -> None:
        """Serve more than the list and the answers, if the protocol has more."""

    async def _list(self, request: web.Request) -> web.Response:
        self.note(request)
        return web.json_response(self.models())

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.note(request)
        number = len(self.requests)
        self.requests.append(await request.json())
        answered = Answered(asyncio.get_running_loop().time())
        self.answered.append(answered)
        script = self.script(number) if callable(self.script) else self.script
        given = request.headers.get(self.key_header, "")
        if script.key and given != self.key_prefix + script.key:
            error = script.errors(f"Incorrect API key provided: {given}.", 401)[0]
            return web.json_response(error, status=self.refused_key_status)
        if script.status != 200:
            return web.json_response(script.error, status=script.status, headers=dict(script.headers))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **dict(script.headers)})
        await response.prepare(request)
        self.streaming += 1
        try:
            await _write(script, response, request, answered)
        finally:
            self.streaming -= 1
        return response

    def note(self, request: web.Request) -> None:
        """Write down what a test may ask about a request."""
        self.authorisations.append(request.headers.get(self.key_header))
        if request.transport is not None:
            self.connections.add(request.transport.get_extra_info("peername"))


async def _write(script: SseScript, response: web.StreamResponse, request: web.Request, answered: Answered) -> None:
    if script.raw is not None:
        await response.write(script.raw)
        return
    await asyncio.sleep(script.first_token_seconds)
    frames = script.frames if script.fault_after is None else script.frames[: script.fault_after + 1]
    loop = asyncio.get_running_loop()
    began = loop.time()
    sent = 0
    while sent < len(frames):
        # The clock accumulates: what a late wake-up missed goes out together, so that the rate holds. The opening says
        # nothing of the answer, and goes with the first token.
        due = sent + 64 if script.rate is None else 2 + int((loop.time() - began) * script.rate)
        if due > sent:
            answered.writes.append((loop.time(), min(due, len(frames)) - 1))
            await response.write(b"".join(frames[sent:due]))
            sent = min(due, len(frames))
        elif script.rate is not None:
            await asyncio.sleep(max(0.0, began + (sent - 1) / script.rate - loop.time()))
    if script.fault_after is None:
        await response.write(script.ending)
    elif script.error is not None:
        await response.write(script.failing())
    elif request.transport is not None:
        request.transport.close()
