"""The stand-in is right if the vendor's own client accepts what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from google import genai
from google.genai import errors, types

from tests.standins.gemini import GeminiScript, GeminiStandIn
from tests.standins.sse import MODEL

# The vendor's client subclasses aiohttp's session, which aiohttp discourages.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")


@pytest.fixture
async def standin() -> AsyncIterator[GeminiStandIn]:
    async with GeminiStandIn() as server:
        yield server


@pytest.fixture
async def client(standin: GeminiStandIn) -> AsyncIterator[genai.client.AsyncClient]:
    options = types.HttpOptions(base_url=standin.address, api_version="v1beta")
    async with genai.Client(api_key="secret-key", http_options=options).aio as client:
        yield client


async def ask(client: genai.client.AsyncClient) -> list[types.GenerateContentResponse]:
    """The answer's chunks."""
    return [chunk async for chunk in await client.models.generate_content_stream(model=MODEL, contents="hi")]


@pytest.mark.parametrize(
    "script",
    [
        GeminiScript(),
        GeminiScript(line_end="\r\n", split_data=True),
        GeminiScript(unknown_fields=True),
        GeminiScript(reasoning=("h", "m")),
        GeminiScript(rate=20_000),
    ],
)
async def test_the_vendors_client_reads_it(
    standin: GeminiStandIn, client: genai.client.AsyncClient, script: GeminiScript
) -> None:
    standin.script = script
    chunks = await ask(client)
    parts = [part for chunk in chunks for part in chunk.parts or ()]
    assert "".join(part.text or "" for part in parts if not part.thought) == "Hello there."
    assert "".join(part.text or "" for part in parts if part.thought) == "".join(script.reasoning)
    last = chunks[-1]
    assert last.candidates
    assert last.candidates[0].finish_reason == types.FinishReason.STOP
    assert (last.response_id, last.model_version) == ("gemini-standin", MODEL)
    usage = last.usage_metadata
    assert usage
    assert (usage.prompt_token_count, usage.cached_content_token_count, usage.candidates_token_count) == (11, 4, 3)
    assert usage.thoughts_token_count == (len(script.reasoning) or None)


async def test_the_vendors_client_reads_why_a_prompt_was_refused(
    standin: GeminiStandIn, client: genai.client.AsyncClient
) -> None:
    standin.script = GeminiScript(block_reason="PROHIBITED_CONTENT")
    [chunk] = await ask(client)
    assert chunk.prompt_feedback
    assert chunk.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


async def test_the_vendors_client_lists_its_models(client: genai.client.AsyncClient) -> None:
    [model] = [model async for model in await client.models.list()]
    assert (model.name, model.input_token_limit) == (f"models/{MODEL}", 1_048_576)


async def test_the_vendors_client_names_its_refusals(standin: GeminiStandIn, client: genai.client.AsyncClient) -> None:
    standin.script = GeminiScript(key="another")
    with pytest.raises(errors.ClientError, match="Incorrect API key") as refused:
        await ask(client)
    assert (refused.value.code, refused.value.status) == (400, "INVALID_ARGUMENT")
    for shape in GeminiScript.errors("slow down", 429):
        standin.script = GeminiScript(status=429, error=shape)
        with pytest.raises(errors.ClientError, match="slow down") as refused:
            await ask(client)
        assert refused.value.status == "RESOURCE_EXHAUSTED"
    standin.script = GeminiScript(status=503, error=GeminiScript.errors("busy", 503)[0])
    with pytest.raises(errors.ServerError):
        await ask(client)


@pytest.mark.parametrize("bare", [True, False])
async def test_the_vendors_client_names_an_error_inside_the_stream(
    standin: GeminiStandIn, client: genai.client.AsyncClient, bare: bool
) -> None:
    error = GeminiScript.errors("the engine died", 503)[0]
    standin.script = GeminiScript(fault_after=1, error=error, bare_error=bare)
    with pytest.raises(errors.ServerError, match="the engine died"):
        await ask(client)
