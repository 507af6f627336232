"""`manage.py rehearse`, with OpenAI's own client."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from io import BytesIO

import openai
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from openai.types.chat import ChatCompletionContentPartTextParam, ChatCompletionMessageParam
from openai.types.completion_usage import CompletionUsage

from ide.engines.model import ModelEvent, ModelRequest
from ide.engines.rehearsal import Rehearsal, server
from tests.engines.rehearsal.harness import apply

SNAKE: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Make a snake game"}]


@pytest.fixture
async def base() -> AsyncIterator[str]:
    async with TestServer(server.application(Rehearsal(100_000))) as served:
        yield str(served.make_url("/v1"))


@pytest.fixture
async def client(base: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=base, api_key="any", max_retries=0) as client:
        yield client


def usage(said: CompletionUsage | None) -> CompletionUsage:
    assert said is not None
    return said


async def test_it_lists_its_one_model(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["rehearsal"]
    assert (await client.models.retrieve("rehearsal")).object == "model"


async def test_a_whole_answer(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="rehearsal", messages=SNAKE)
    [choice] = answer.choices
    assert choice.finish_reason == "stop"
    assert apply(choice.message.content or "").created == ("index.html", "style.css", "snake.js")
    used = usage(answer.usage)
    assert used.total_tokens == used.prompt_tokens + used.completion_tokens


async def test_a_stream_with_its_usage(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="rehearsal", messages=SNAKE, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    *said, last = chunks
    text = "".join(chunk.choices[0].delta.content or "" for chunk in said)
    assert apply(text).created == ("index.html", "style.css", "snake.js")
    assert said[0].choices[0].delta.role == "assistant"
    assert said[-1].choices[0].finish_reason == "stop"
    assert last.choices == []
    assert usage(last.usage).completion_tokens == len(said) - 2
    assert {chunk.id for chunk in chunks} == {last.id}


async def test_usage_comes_only_when_asked_for(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="rehearsal", messages=SNAKE, stream=True)
    chunks = [chunk async for chunk in stream]
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)


async def test_content_in_parts_and_a_limit(client: openai.AsyncOpenAI) -> None:
    parts: list[ChatCompletionContentPartTextParam] = [
        {"type": "text", "text": "Make a "},
        {"type": "text", "text": "snake game"},
    ]
    answer = await client.chat.completions.create(
        model="rehearsal", messages=[{"role": "user", "content": parts}], max_completion_tokens=5
    )
    assert answer.choices[0].finish_reason == "length"
    assert usage(answer.usage).completion_tokens == 5


async def test_an_unknown_model(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        await client.chat.completions.create(model="gpt", messages=SNAKE)
    assert refused.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"model": "rehearsal"}', b'{"model": "rehearsal", "messages": []}', b"\xff"]
)
async def test_a_bad_body_is_refused_in_openais_shape(base: str, body: bytes) -> None:
    async with ClientSession() as session, session.post(f"{base}/chat/completions", data=body) as response:
        assert response.status == 400
        error = (await response.json())["error"]
        assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_request")


async def test_a_body_has_a_limit_and_an_unknown_path_is_not_found(base: str) -> None:
    async with ClientSession() as session:
        async with session.post(f"{base}/chat/completions", data=BytesIO(b" " * (server.BODY_BYTES + 1))) as response:
            assert response.status == 413
            assert (await response.json())["error"]["code"] == "too_large"
        async with session.get(f"{base}/nothing") as response:
            assert response.status == 404
            assert (await response.json())["error"]["type"] == "invalid_request_error"


class Forgetful(Rehearsal):
    """Notes that its stream was closed."""

    closed = False

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        try:
            async for event in super().stream(request):
                yield event
        finally:
            self.closed = True


async def test_a_client_that_leaves_ends_the_stream() -> None:
    engine = Forgetful(1_000)
    async with TestServer(server.application(engine)) as served:
        url = served.make_url("/v1/chat/completions")
        body = {"model": "rehearsal", "messages": SNAKE, "stream": True}
        async with ClientSession() as session, session.post(url, json=body) as response:
            await response.content.readline()
            response.close()
    # Closing the server waits for its handlers.
    assert engine.closed
