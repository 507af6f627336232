"""A stand-in for a Chat Completions server: says what its script says, at the script's rate, with the script's faults.

In a test it runs inside the test's loop:

    async with ChatStandIn(Script(("Hello", " there"))) as server:
        ... server.base_url, server.requests, server.streaming ...

For benchmarks and browsers it runs as a process of its own, which prints its address when it is ready:

    python -m tests.standins.chat --port 8100 --rate 1000 --answer answer.txt
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Self

from aiohttp import web

MODEL = "standin-1"
_WORDS = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")


@dataclass(frozen=True)
class Script:
    """One answer. `rate` is tokens a second (None: as fast as it goes); a token is a delta."""

    deltas: tuple[str, ...] = ("Hello", " there", ".")
    rate: float | None = None
    first_token_seconds: float = 0.0
    reasoning: tuple[str, ...] = ()
    reasoning_field: str = "reasoning"
    finish_reason: str | None = "stop"
    usage: bool = True
    done: bool = True
    """Whether the stream ends with its marker, `[DONE]`."""
    line_end: str = "\n"
    comments: bool = False
    split_data: bool = False
    """Each event's JSON over several `data:` lines."""
    unknown_fields: bool = False
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
        """One event for each delta of the answer, its reasoning first."""
        if self.made_before is not None:
            return list(self.made_before)
        first = [self._frame({"role": "assistant", "content": ""}, None)] if self.deltas or self.reasoning else []
        thoughts = [self._frame({self.reasoning_field: text, "content": None}, None) for text in self.reasoning]
        return first + thoughts + [self._frame({"content": text}, None) for text in self.deltas]

    @cached_property
    def ending(self) -> bytes:
        """What follows the deltas."""
        parts = [self._frame({}, self.finish_reason)] if self.finish_reason else []
        if self.usage:
            parts.append(self.event(self._chunk([], usage=self._usage())))
        if self.done:
            parts.append(f"data: [DONE]{self.line_end * 2}".encode())
        return b"".join(parts)

    def event(self, body: object) -> bytes:
        """`body` as one server-sent event."""
        # ASCII, because only escapes can carry half a surrogate pair.
        text = json.dumps(body, indent=1 if self.split_data else None)
        lines = [f"data: {line}" for line in text.split("\n")]
        if self.comments:
            lines = [": PROCESSING", "event: message", *lines, "id: 7", "retry: 10"]
        return (self.line_end.join(lines) + self.line_end * 2).encode()

    def _frame(self, delta: dict[str, object], finish_reason: str | None) -> bytes:
        choice: dict[str, object] = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        if self.unknown_fields:
            choice |= {"logprobs": None, "token_ids": [1, 2]}
        return self.event(self._chunk([choice]))

    def _chunk(self, choices: list[dict[str, object]], **more: object) -> dict[str, object]:
        chunk: dict[str, object] = {
            "id": "chatcmpl-standin",
            "object": "chat.completion.chunk",
            "created": 1_750_000_000,
            "model": MODEL,
            "choices": choices,
        }
        if self.unknown_fields:
            more |= {"system_fingerprint": "fp", "time_info": {"queue_time": 0.1}, "timings": {"predicted_n": 1}}
        return chunk | more

    def _usage(self) -> dict[str, object]:
        return {
            "prompt_tokens": 11,
            "completion_tokens": len(self.deltas),
            "total_tokens": 11 + len(self.deltas),
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": len(self.reasoning)},
        }


def tokens_of(text: str) -> tuple[str, ...]:
    """`text` cut about where a model's tokens end. Joined again, they are `text`."""
    return tuple(_WORDS.findall(text))


Scripts = Script | Callable[[int], Script]


@dataclass
class ChatStandIn:
    """The server. `script` may be changed between requests; a function gets the request's number, from 0."""

    script: Scripts = field(default_factory=Script)
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorisations: list[str | None] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)
    """The remote ends that requests came from: one each for a kept-alive connection."""
    streaming: int = 0
    """Answers that are being written now."""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64_000_000)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._complete)
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
    def base_url(self) -> str:
        """What a client appends `/chat/completions` to."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def _models(self, request: web.Request) -> web.Response:
        self._note(request)
        listed = {"id": MODEL, "object": "model", "created": 1, "owned_by": "standin", "max_model_len": 32_768}
        return web.json_response({"object": "list", "data": [listed]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        number = len(self.requests)
        self.requests.append(await request.json())
        script = self.script(number) if callable(self.script) else self.script
        if script.key and request.headers.get("Authorization") != f"Bearer {script.key}":
            given = request.headers.get("Authorization", "")
            return web.json_response(
                {"error": {"message": f"Incorrect API key provided: {given}.", "code": "invalid_api_key"}}, status=401
            )
        if script.status != 200:
            return web.json_response(script.error, status=script.status, headers=dict(script.headers))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **dict(script.headers)})
        await response.prepare(request)
        self.streaming += 1
        try:
            await _write(script, response, request)
        finally:
            self.streaming -= 1
        return response

    def _note(self, request: web.Request) -> None:
        self.authorisations.append(request.headers.get("Authorization"))
        if request.transport is not None:
            self.connections.add(request.transport.get_extra_info("peername"))


async def _write(script: Script, response: web.StreamResponse, request: web.Request) -> None:
    if script.raw is not None:
        await response.write(script.raw)
        return
    await asyncio.sleep(script.first_token_seconds)
    frames = script.frames if script.fault_after is None else script.frames[: script.fault_after + 1]
    loop = asyncio.get_running_loop()
    began = loop.time()
    sent = 0
    while sent < len(frames):
        # The clock accumulates: what a late wake-up missed goes out together, so that the rate holds. The first frame
        # only names the role, and goes with the first token.
        due = sent + 64 if script.rate is None else 2 + int((loop.time() - began) * script.rate)
        if due > sent:
            await response.write(b"".join(frames[sent:due]))
            sent = min(due, len(frames))
        elif script.rate is not None:
            await asyncio.sleep(max(0.0, began + (sent - 1) / script.rate - loop.time()))
    if script.fault_after is None:
        await response.write(script.ending)
    elif script.error is not None:
        await response.write(script.event(script.error))
    elif request.transport is not None:
        request.transport.close()


def numbered(tokens: int, rate: float | None) -> Callable[[int], Script]:
    """For benchmarks: each answer creates a document of its own, of `tokens` tokens in all."""
    lines = (token for at in range(tokens // 6) for token in tokens_of(f"  total += step * {at};\n"))
    body, tail = tuple(islice(lines, tokens - 2)), "\n>>>>>>> END\n"
    role, _, *rest = Script(("", *body, tail)).frames

    def script(number: int) -> Script:
        head = f"<<<<<<< CREATE bench/{number}.js\n"
        return Script((head, *body, tail), rate, made_before=(role, Script((head,)).frames[1], *rest))

    return script


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    script: Scripts = Script(rate=arguments.rate)
    if arguments.answer:
        script = Script(tokens_of(arguments.answer.read_text()), arguments.rate)
    elif arguments.tokens:
        script = numbered(arguments.tokens, arguments.rate)
    async with ChatStandIn(script, arguments.port) as server:
        print(server.base_url, flush=True)
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standins.chat")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rate", type=float, default=None, help="tokens a second (default: as fast as it goes)")
    parser.add_argument("--answer", type=Path, default=None, help="a file that holds the answer")
    parser.add_argument("--tokens", type=int, default=0, help="instead: create a document of so many tokens")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
