"""What an entry of the models file becomes: one engine a protocol, and where its server lists its models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ide.engines.configuration import Entry
from ide.engines.detection import listed_ids
from ide.engines.model import Done
from ide.engines.protocols.responses_ws import ResponsesSocket
from ide.engines.upstreams import connect, model_list
from tests.engines.contract import REQUEST, all_of, text_of
from tests.standins.anthropic import AnthropicStandIn
from tests.standins.chat import ChatStandIn
from tests.standins.gemini import GeminiStandIn
from tests.standins.responses import ResponsesStandIn
from tests.standins.sse import MODEL, SseStandIn

PROTOCOLS: dict[str, Callable[[], SseStandIn[Any]]] = {
    "anthropic": AnthropicStandIn,
    "chat": ChatStandIn,
    "gemini": GeminiStandIn,
    "responses": ResponsesStandIn,
    "responses-ws": ResponsesStandIn,
}


def entry(protocol: str, base_url: str, **more: object) -> Entry:
    return Entry.model_validate({"name": "x", "protocol": protocol, "base_url": base_url, "model": MODEL, **more})


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_each_protocol_is_spoken_with_the_key_and_its_list_is_read(protocol: str) -> None:
    async with PROTOCOLS[protocol]() as server:
        address = server.base_url.replace("http", "ws", 1) if protocol == "responses-ws" else server.base_url
        asked = entry(protocol, address)
        engine = connect(asked, "sk-1")
        events = await all_of(engine.stream(REQUEST))
        assert isinstance(events[-1], Done)
        assert text_of(events) == "Hello there."
        assert await listed_ids(*model_list(asked, "sk-1"), 5.0) == [MODEL]
        assert all("sk-1" in (said or "") for said in server.authorisations)
        await engine.close()


@pytest.mark.parametrize(
    ("protocol", "base_url", "address"),
    [
        ("responses-ws", "wss://api.openai.com/v1", "https://api.openai.com/v1/models"),
        ("responses-ws", "wss://api.openai.com", "https://api.openai.com/v1/models"),
        ("responses", "https://api.openai.com/v1", "https://api.openai.com/v1/models"),
        ("anthropic", "https://api.anthropic.com", "https://api.anthropic.com/v1/models?limit=1000"),
        ("gemini", "http://gateway/v1beta", "http://gateway/v1beta/models?pageSize=1000"),
    ],
)
def test_where_the_models_are_listed(protocol: str, base_url: str, address: str) -> None:
    assert model_list(entry(protocol, base_url), None)[0] == address


def test_whether_a_model_takes_redirections_stands_in_its_entry() -> None:
    for steers in (True, False):
        engine = connect(entry("responses-ws", "wss://x/v1", steers=steers), "k")
        assert isinstance(engine, ResponsesSocket)
        assert engine.steers is steers


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("chat", {"reasoning_effort": "low"}),
        ("gemini", {"generationConfig": {"thinkingConfig": {"thinkingLevel": "low"}}}),
        ("responses", {"reasoning": {"effort": "low"}}),
        ("responses-ws", {"reasoning": {"effort": "low"}}),
    ],
)
async def test_how_much_a_model_is_to_think_is_said_only_if_the_file_says_it(
    protocol: str, said: dict[str, object]
) -> None:
    async with PROTOCOLS[protocol]() as server:
        for effort in ({"effort": "low"}, {}):
            engine = connect(entry(protocol, server.base_url, **effort), None)
            await all_of(engine.stream(REQUEST))
            await engine.close()
        requests = [request for request in server.requests if request.get("generate") is not False]
        assert requests[0].items() >= said.items()
        assert not any(field in requests[1] for field in said)
