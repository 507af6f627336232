from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from ide.engines.configuration import Entry
from ide.engines.detection import find_local, is_own, listed_ids
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


def server(port: int, name: str = "Ollama") -> Entry:
    address = f"http://127.0.0.1:{port}/v1"
    return Entry(name=name, protocol="chat", base_url=address, model="*", context_tokens=4_096, dialect="whole")


async def local(handler: Handler, name: str = "Ollama") -> list[tuple[str, str | None, int]]:
    async with listing(handler) as port:
        entries = (await find_local([server(port, name)], 1))[name]
        assert all(entry.base_url == f"http://127.0.0.1:{port}/v1" for entry in entries)
        assert all((entry.protocol, entry.dialect, entry.lists) == ("chat", "whole", False) for entry in entries)
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
    (entry,) = (await find_local([server(standin.port, "vLLM")], 1))["vLLM"]
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
    assert await find_local([server(standin.port)], standin.port) == {}
    assert standin.authorisations == []


@pytest.mark.parametrize(
    ("address", "own_port", "own"),
    [
        ("http://localhost:8000/v1", 8000, True),
        ("http://127.0.0.1:8000/v1", 8000, True),
        ("http://[::1]:8000/v1", 8000, True),
        ("http://localhost/v1", 80, True),
        ("https://localhost/v1", 443, True),
        ("http://gpu-box:8000/v1", 8000, False),
        ("http://gpu-box/v1", 80, False),
        ("http://localhost:8000/v1", 8001, False),
        ("https://localhost/v1", 80, False),
    ],
)
def test_which_address_is_our_own(address: str, own_port: int, own: bool) -> None:
    assert is_own(Entry(name="vLLM", protocol="chat", base_url=address, model="*"), own_port) is own


async def test_a_server_that_does_not_answer_keeps_nobody_waiting() -> None:
    begun = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with listing(handler) as port:
        gone = server(9, "gone")
        # It may be busy, so it is not said to have no models; one that is not there has none.
        assert await find_local([server(port), gone], 1, patience=0.1) == {"gone": []}
    assert begun.is_set()


async def ids(handler: Handler) -> list[str] | None:
    async with listing(handler) as port:
        return await listed_ids(f"http://127.0.0.1:{port}/v1/models", {"Authorization": "Bearer k"}, 5.0)


async def test_the_ids_that_a_provider_lists_in_either_shape() -> None:
    asked: list[str] = []

    async def gemini(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers["Authorization"])
        return web.json_response({"models": [{"name": "models/gemini-3-flash"}, {"name": 7}, {}]})

    assert await ids(gemini) == ["gemini-3-flash"]
    assert asked == ["Bearer k"]
    assert await ids(says({"id": "text-embed"}, {"id": "org/m"})) == ["text-embed", "org/m"]


async def test_a_provider_that_gives_no_list() -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": "no"}, status=401)

    assert await ids(refuse) is None
    assert await listed_ids("http://127.0.0.1:9/models", {}, 5.0) is None
