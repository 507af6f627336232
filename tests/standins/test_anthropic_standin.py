"""The stand-in is right if the vendor's own client accepts what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anthropic
import pytest
from anthropic.types import Message

from tests.standins.anthropic import AnthropicScript, AnthropicStandIn
from tests.standins.sse import MODEL


@pytest.fixture
async def standin() -> AsyncIterator[AnthropicStandIn]:
    async with AnthropicStandIn() as server:
        yield server


@pytest.fixture
async def client(standin: AnthropicStandIn) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=standin.address, api_key="secret-key", max_retries=0) as client:
        yield client


async def ask(client: anthropic.AsyncAnthropic) -> Message:
    """The answer, put together by the vendor's client."""
    async with client.messages.stream(
        model=MODEL, max_tokens=100, messages=[{"role": "user", "content": "hi"}]
    ) as stream:
        return await stream.get_final_message()


@pytest.mark.parametrize(
    "script",
    [
        AnthropicScript(),
        AnthropicScript(line_end="\r\n", comments=True, split_data=True),
        AnthropicScript(unknown_fields=True),
        AnthropicScript(reasoning=("h", "m")),
        AnthropicScript(pings=False),
        AnthropicScript(rate=20_000),
    ],
)
async def test_the_vendors_client_reads_it(
    standin: AnthropicStandIn, client: anthropic.AsyncAnthropic, script: AnthropicScript
) -> None:
    standin.script = script
    message = await ask(client)
    blocks = [block.model_dump(include={"type", "text", "thinking"}, exclude_none=True) for block in message.content]
    thought = [{"type": "thinking", "thinking": "hm"}] if script.reasoning else []
    assert blocks == [*thought, {"type": "text", "text": "Hello there."}]
    assert (message.id, message.model, message.stop_reason) == ("msg_standin", MODEL, "end_turn")
    usage = message.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (6, 4, 1)
    assert usage.output_tokens == 3 + len(script.reasoning)


async def test_the_vendors_client_lists_its_models(client: anthropic.AsyncAnthropic) -> None:
    assert [model.id async for model in client.models.list()] == [MODEL]


async def test_the_vendors_client_names_its_refusals(
    standin: AnthropicStandIn, client: anthropic.AsyncAnthropic
) -> None:
    standin.script = AnthropicScript(key="another")
    with pytest.raises(anthropic.AuthenticationError):
        await ask(client)
    for status, kind in ((429, anthropic.RateLimitError), (503, anthropic.InternalServerError)):
        standin.script = AnthropicScript(status=status, error=AnthropicScript.errors("slow down", status)[0])
        with pytest.raises(kind, match="slow down") as refused:
            await ask(client)
        assert refused.value.request_id is None


@pytest.mark.parametrize("error", AnthropicScript.errors("the engine died", 529))
async def test_the_vendors_client_names_an_error_inside_the_stream(
    standin: AnthropicStandIn, client: anthropic.AsyncAnthropic, error: object
) -> None:
    standin.script = AnthropicScript(fault_after=1, error=error)
    with pytest.raises(anthropic.APIStatusError, match="the engine died"):
        await ask(client)


async def test_the_vendors_client_sees_a_broken_connection(
    standin: AnthropicStandIn, client: anthropic.AsyncAnthropic
) -> None:
    standin.script = AnthropicScript(fault_after=1)
    # The transport's own error, since the client does not wrap what breaks off in a stream.
    with pytest.raises(Exception, match="peer closed connection"):
        await ask(client)
