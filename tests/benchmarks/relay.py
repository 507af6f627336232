"""A plain relay, to measure against: what a chat back end in Django usually does with a model's stream.

A prompt comes by HTTP; the view asks the model by HTTP, and a `StreamingHttpResponse` passes every token on as a
server-sent event of its own. It keeps nothing, shares nothing and edits nothing, and has no middleware. The same
programs serve it as Sparkroom, started as their manuals say:

    RELAY_UPSTREAM=http://127.0.0.1:8100/v1 python -m daphne -p 8101 tests.benchmarks.relay:application

`/sdk/fresh` asks by the vendor's own client library, as most people do, made anew for each turn; `/sdk/kept` keeps it
and its connections. `/aiohttp/fresh` and `/aiohttp/kept` do the same by the client library that costs least, which is
also Sparkroom's.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import Any

import aiohttp
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionUserMessageParam

from tests.standins.sse import MODEL

UPSTREAM = os.environ["RELAY_UPSTREAM"]
PREFIX = b"data: "

# What is kept is not closed when the server ends, which aiohttp would complain about.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="no secret", MIDDLEWARE=[])


async def sdk_fresh(prompt: str) -> AsyncIterator[str]:
    """The tokens of an answer, by a client and a connection of this turn's own."""
    async with AsyncOpenAI(base_url=UPSTREAM, api_key="none") as client:
        async for text in _by_sdk(client, prompt):
            yield text


async def sdk_kept(prompt: str) -> AsyncIterator[str]:
    """The same by a client that is kept."""
    async for text in _by_sdk(_sdk(), prompt):
        yield text


async def aiohttp_fresh(prompt: str) -> AsyncIterator[str]:
    """The tokens of an answer, over a connection of this turn's own."""
    async with aiohttp.ClientSession() as session:
        async for text in _by_aiohttp(session, prompt):
            yield text


async def aiohttp_kept(prompt: str) -> AsyncIterator[str]:
    """The same over a connection that is kept."""
    async for text in _by_aiohttp(_session(), prompt):
        yield text


@cache
def _sdk() -> AsyncOpenAI:
    return AsyncOpenAI(base_url=UPSTREAM, api_key="none")


@cache
def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()


async def _by_sdk(client: AsyncOpenAI, prompt: str) -> AsyncIterator[str]:
    asked: ChatCompletionUserMessageParam = {"role": "user", "content": prompt}
    async for chunk in await client.chat.completions.create(model=MODEL, messages=[asked], stream=True):
        if chunk.choices and (text := chunk.choices[0].delta.content):
            yield text


async def _by_aiohttp(session: aiohttp.ClientSession, prompt: str) -> AsyncIterator[str]:
    body = {"model": MODEL, "messages": [{"role": "user", "content": prompt}], "stream": True}
    async with session.post(f"{UPSTREAM}/chat/completions", json=body) as response:
        async for line in response.content:
            if line.startswith(PREFIX) and not line.startswith(b"data: [DONE]"):
                choices = json.loads(line[len(PREFIX) :])["choices"]
                if choices and (text := choices[0]["delta"].get("content")):
                    yield text


def relayed_by(tokens: Callable[[str], AsyncIterator[str]]) -> Any:
    """The view that passes these tokens on."""

    async def events(prompt: str) -> AsyncIterator[str]:
        async for text in tokens(prompt):
            yield f"data: {json.dumps({'text': text})}\n\n"
        yield "data: [DONE]\n\n"

    async def view(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(events(json.loads(request.body)["prompt"]), content_type="text/event-stream")

    return view


urlpatterns = [
    path("sdk/fresh", relayed_by(sdk_fresh)),
    path("sdk/kept", relayed_by(sdk_kept)),
    path("aiohttp/fresh", relayed_by(aiohttp_fresh)),
    path("aiohttp/kept", relayed_by(aiohttp_kept)),
]
application = get_asgi_application()
