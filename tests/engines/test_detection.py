from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from ide.engines.detection import PROVIDERS, LocalServer, Provider, detect
from tests.standins.chat import ChatStandIn
from tests.standins.sse import MODEL

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listing(handler: Handler) -> AsyncIterator[int]:
    """A server whose `/v1/models` is `handler`. Gives its port."""
    app = web.Application()
    app.router.add_get("/v1/models", handler)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


def says(*models: object) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response({"object": "list", "data": list(models)})

    return handler


async def local(handler: Handler, title: str = "Ollama") -> list[tuple[str, str | None, int]]:
    async with listing(handler) as port:
        entries = await detect({}, 1, providers=(), local_servers=(LocalServer(title, port, 4_096),))
        assert all(entry.base_url == f"http://127.0.0.1:{port}/v1" for entry in entries)
        assert all((entry.protocol, entry.tier, entry.key_env) == ("chat", "fast", None) for entry in entries)
        return [(entry.name, entry.model, entry.context_tokens) for entry in entries]


async def test_a_local_servers_models_with_those_for_code_first() -> None:
    found = await local(says({"id": "llama3"}, {"id": "nomic-embed-text"}, {"id": "qwen3-coder:30b"}))
    assert found == [("qwen3-coder:30b (Ollama)", "qwen3-coder:30b", 4_096), ("llama3 (Ollama)", "llama3", 4_096)]


async def test_the_context_that_a_server_names() -> None:
    vllm = {"id": "org/m", "max_model_len": 32_768}
    assert await local(says(vllm), "vLLM") == [("m (vLLM)", "org/m", 32_768)]
    llama = {"id": "m", "meta": {"n_ctx": 16_384}}
    assert await local(says(llama), "llama.cpp") == [("m (llama.cpp)", "m", 16_384)]
    odd = {"id": "m", "max_model_len": "many", "meta": 7}
    assert await local(says(odd), "vLLM") == [("m (vLLM)", "m", 4_096)]


async def test_the_chat_stand_in_is_found(standin: ChatStandIn) -> None:
    (entry,) = await detect({}, 1, providers=(), local_servers=(LocalServer("vLLM", standin.port, 4_096),))
    assert (entry.model, entry.context_tokens) == (MODEL, 32_768)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "[]",
        "7",
        '{"data": 7}',
        '{"data": [7, {"id": 7}, {"id": ""}, {"id": "a\\u0000b"}, {}]}',
        "[" * 5_000,
    ],
)
async def test_whatever_else_listens_there_is_passed_over(body: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text=body, content_type="application/json")

    assert await local(handler) == []


async def test_a_list_without_end_is_not_read_to_its_end() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 65_536)

    assert await local(handler) == []


async def test_very_many_models_are_not_all_listed() -> None:
    assert len(await local(says(*({"id": f"m{number}"} for number in range(500))))) == 12


async def test_ourselves_are_not_asked(standin: ChatStandIn) -> None:
    servers = (LocalServer("vLLM", standin.port, 4_096),)
    assert await detect({}, standin.port, providers=(), local_servers=servers) == []
    assert standin.authorisations == []


async def test_a_server_that_does_not_answer_keeps_nobody_waiting() -> None:
    begun = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with listing(handler) as port:
        servers = (LocalServer("Ollama", port, 4_096),)
        assert await detect({}, 1, providers=(), local_servers=servers, local_patience=0.1) == []
    assert begun.is_set()


async def test_a_key_variable_brings_its_provider(standin: ChatStandIn) -> None:
    known = Provider("Quick", "QUICK_API_KEY", standin.base_url, ("old-1", MODEL), 65_000)
    (entry,) = await detect({"QUICK_API_KEY": " k \n"}, 1, providers=(known,), local_servers=())
    assert (entry.name, entry.model, entry.key_env) == (f"{MODEL} (Quick)", MODEL, "QUICK_API_KEY")
    assert standin.authorisations == ["Bearer k"]
    assert "k" not in json.loads(entry.model_dump_json()).values()
    for unset in ({}, {"QUICK_API_KEY": "  "}):
        assert await detect(unset, 1, providers=(known,), local_servers=()) == []


async def test_a_provider_without_any_of_the_known_ids_gives_its_first(standin: ChatStandIn) -> None:
    known = Provider("Quick", "QUICK_API_KEY", standin.base_url, ("old-1",), 65_000)
    (entry,) = await detect({"QUICK_API_KEY": "k"}, 1, providers=(known,), local_servers=())
    assert entry.model == MODEL


async def test_a_provider_that_cannot_be_reached_keeps_its_best_known_id() -> None:
    known = Provider("Quick", "QUICK_API_KEY", "http://127.0.0.1:9/v1", ("best", "other"), 65_000)
    (entry,) = await detect({"QUICK_API_KEY": "k"}, 1, providers=(known,), local_servers=())
    assert entry.model == "best"


def test_known_providers_are_asked_over_tls_only() -> None:
    assert all(provider.base_url.startswith("https://") for provider in PROVIDERS)
    assert len({provider.key_env for provider in PROVIDERS}) == len(PROVIDERS)
