"""The stand-in is right if the vendor's own client accepts what it says."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import openai
import pytest

from tests.standins.chat import ChatStandIn, Script, tokens_of
from tests.standins.sse import MODEL


@pytest.fixture
async def standin() -> AsyncIterator[ChatStandIn]:
    async with ChatStandIn() as server:
        yield server


@pytest.fixture
async def client(standin: ChatStandIn) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=standin.base_url, api_key="secret-key", max_retries=0) as client:
        yield client


async def ask(client: openai.AsyncOpenAI) -> tuple[str, str | None, int | None]:
    """The answer's text, why it ended, and its tokens."""
    text, reason, tokens = "", None, None
    stream = await client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "hi"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    async for chunk in stream:
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
            reason = chunk.choices[0].finish_reason or reason
        tokens = chunk.usage.completion_tokens if chunk.usage else tokens
    return text, reason, tokens


@pytest.mark.parametrize(
    "script",
    [
        Script(),
        Script(line_end="\r\n", comments=True, split_data=True, unknown_fields=True),
        Script(reasoning=("hm",)),
        Script(done=False),
        Script(rate=20_000),
    ],
)
async def test_the_vendors_client_reads_it(standin: ChatStandIn, client: openai.AsyncOpenAI, script: Script) -> None:
    standin.script = script
    assert await ask(client) == ("Hello there.", "stop", 3)


async def test_the_vendors_client_lists_its_models(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == [MODEL]


async def test_the_vendors_client_names_its_refusals(standin: ChatStandIn, client: openai.AsyncOpenAI) -> None:
    standin.script = Script(key="another")
    with pytest.raises(openai.AuthenticationError):
        await ask(client)
    standin.script = Script(status=429, error={"error": {"message": "slow down"}}, headers=(("Retry-After", "7"),))
    with pytest.raises(openai.RateLimitError):
        await ask(client)
    standin.script = Script(status=503, error={"error": {"message": "busy"}})
    with pytest.raises(openai.InternalServerError):
        await ask(client)
    standin.script = Script(fault_after=1, error={"error": {"message": "the engine died", "code": 500}})
    with pytest.raises(openai.APIError, match="the engine died"):
        await ask(client)


async def test_the_rate_holds_over_a_whole_answer(standin: ChatStandIn, client: openai.AsyncOpenAI) -> None:
    standin.script = Script(("word ",) * 200, rate=1_000)
    began = time.perf_counter()
    text, _, _ = await ask(client)
    assert len(text) == 1_000
    # Never faster than asked for; how much slower depends on the machine.
    assert time.perf_counter() - began >= 0.19


def test_tokens_joined_again_are_the_text() -> None:
    text = "const SPEED = 8;\n\n  // 日本 🐍\t\r\n"
    assert "".join(tokens_of(text)) == text
    assert len(tokens_of(text)) > 6
