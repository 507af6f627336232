"""Any `CodeModel` behind `GET /v1/models` and `POST /v1/chat/completions`, as OpenAI's clients expect them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal
from uuid import uuid4

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, Field, ValidationError

from ide.engines.model import CodeModel, Done, Failed, Message, ModelEvent, ModelRequest, TextDelta, Usage

MODEL: Final = "rehearsal"
BODY_BYTES: Final = 16_000_000


class _Part(BaseModel):
    """One part of a message; those that are no text are left out."""

    type: str
    text: str = ""


class _Said(BaseModel):
    """One message as clients send it."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part] | None = None

    def text(self) -> str:
        """Its text, the parts joined."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class _StreamOptions(BaseModel):
    include_usage: bool = False


class _Ask(BaseModel):
    """The body of a request. Fields that make no difference here are allowed and ignored."""

    model: str = Field(max_length=200)
    messages: Annotated[list[_Said], Field(min_length=1, max_length=2_000)]
    stream: bool = False
    stream_options: _StreamOptions | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None

    def request(self) -> ModelRequest:
        """What the engine is asked."""
        system = "\n\n".join(said.text() for said in self.messages if said.role in ("system", "developer"))
        messages = tuple(
            Message(said.role, said.text()) for said in self.messages if said.role in ("user", "assistant")
        )
        most = self.max_completion_tokens or self.max_tokens
        return ModelRequest(system, messages, most) if most else ModelRequest(system, messages)


@dataclass(slots=True)
class _Answer:
    """What the chunks of one answer share, and what is known of it so far."""

    id: str
    created: int
    finish: str = "stop"
    usage: dict[str, int] = field(default_factory=dict)
    failed: Failed | None = None

    def shape(self, kind: str, choices: list[dict[str, object]], **more: object) -> dict[str, object]:
        """One body or chunk."""
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL, "choices": choices, **more}

    def chunk(self, delta: dict[str, str], finish: str | None, **more: object) -> dict[str, object]:
        """One chunk of a stream."""
        return self.shape("chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": finish}], **more)

    def hear(self, event: ModelEvent) -> None:
        """Note what is no text."""
        if isinstance(event, Usage):
            total = event.input + event.output
            self.usage = {"prompt_tokens": event.input, "completion_tokens": event.output, "total_tokens": total}
        elif isinstance(event, Done):
            self.finish = "content_filter" if event.reason == "filter" else event.reason
        elif isinstance(event, Failed):
            self.failed = event


def application(engine: CodeModel, clock: Callable[[], float] = time.time) -> web.Application:
    """The server's application; `clock` gives the seconds since 1970 that answers are stamped with."""
    model = {"id": MODEL, "object": "model", "created": int(clock()), "owned_by": "sparkroom"}

    async def models(_: web.Request) -> web.Response:
        return _json({"object": "list", "data": [model]})

    async def one_model(request: web.Request) -> web.Response:
        name = request.match_info["id"]
        return _json(model) if name == MODEL else _unknown(name)

    async def complete(request: web.Request) -> web.StreamResponse:
        try:
            ask = _Ask.model_validate_json(await request.read())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "body"
            return _error(400, f"{where}: {first['msg']}", "invalid_request")
        if ask.model != MODEL:
            return _unknown(ask.model)
        answer = _Answer(f"chatcmpl-{uuid4().hex}", int(clock()))
        async with aclosing(engine.stream(ask.request())) as events:
            if ask.stream:
                return await _streamed(request, events, answer, ask)
            return await _whole(events, answer)

    served = web.Application(client_max_size=BODY_BYTES, middlewares=[_errors])
    served.add_routes([web.get("/v1/models", models), web.get("/v1/models/{id}", one_model)])
    served.add_routes([web.post("/v1/chat/completions", complete)])
    return served


async def _whole(events: AsyncIterator[ModelEvent], answer: _Answer) -> web.Response:
    parts: list[str] = []
    async for event in events:
        if isinstance(event, TextDelta):
            parts.append(event.text)
        answer.hear(event)
    if answer.failed:
        return _error(500, answer.failed.message, answer.failed.kind)
    message = {"role": "assistant", "content": "".join(parts), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish}
    return _json(answer.shape("chat.completion", [choice], usage=answer.usage))


async def _streamed(
    request: web.Request, events: AsyncIterator[ModelEvent], answer: _Answer, ask: _Ask
) -> web.StreamResponse:
    counted = ask.stream_options is not None and ask.stream_options.include_usage
    more: dict[str, object] = {"usage": None} if counted else {}
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    await _send(response, answer.chunk({"role": "assistant", "content": ""}, None, **more))
    async for event in events:
        if isinstance(event, TextDelta):
            await _send(response, answer.chunk({"content": event.text}, None, **more))
        answer.hear(event)
    if answer.failed:
        await _send(response, _problem(500, answer.failed.message, answer.failed.kind))
    else:
        await _send(response, answer.chunk({}, answer.finish, **more))
        if counted:
            await _send(response, answer.shape("chat.completion.chunk", [], usage=answer.usage))
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


async def _send(response: web.StreamResponse, chunk: dict[str, object]) -> None:
    await response.write(b"data: " + orjson.dumps(chunk) + b"\n\n")


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal in the shape that OpenAI's clients read."""
    try:
        return await handler(request)
    except web.HTTPRequestEntityTooLarge:
        return _error(413, f"The body is larger than {BODY_BYTES:,} bytes.", "too_large")
    except web.HTTPException as refused:
        return _error(refused.status, f"{request.method} {request.path[:200]}: {refused.reason}", "not_found")


def _unknown(name: str) -> web.Response:
    return _error(404, f"The model {name[:60]!r} does not exist; there is {MODEL!r}.", "model_not_found")


def _error(status: int, message: str, code: str) -> web.Response:
    return _json(_problem(status, message, code), status)


def _problem(status: int, message: str, code: str) -> dict[str, object]:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
