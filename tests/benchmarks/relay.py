"""A plain relay, to measure against: what a chat back end in Django usually does with a model's stream.

A prompt comes by HTTP; the view asks the model by HTTP and passes every token on as a server-sent event of its own, by
a `StreamingHttpResponse`. It keeps nothing, shares nothing and edits nothing, and has no middleware: this is the least
that such a relay can cost. It is served by the same programs as Sparkroom.

`/fresh/CLIENT` opens a new connection to the model for each turn, `/kept/CLIENT` keeps one. `aiohttp` is the client
that costs least, and our own; `sdk` is the vendor's, which most people take.

    RELAY_UPSTREAM=http://127.0.0.1:8100/v1 python -m daphne -p 8101 tests.benchmarks.relay:application
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache

import aiohttp
import django
import openai
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path

UPSTREAM = os.environ["RELAY_UPSTREAM"]
MODEL = "standin-1"
PREFIX = b"data: "


async def aiohttp_fresh(prompt: str) -> AsyncIterator[str]:
    """The tokens of an answer, over a connection of this turn's own."""
    async with aiohttp.ClientSession() as session:
        async for text in _read(session, prompt):
            yield text


async def aiohttp_kept(prompt: str) -> AsyncIterator[str]:
    """The same over a connection that is kept."""
    async for text in _read(_session(), prompt):
        yield text
