from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from ide.engines.model import CodeModel, Done, Failed, Message, ModelRequest, Usage
from ide.engines.protocols.chat import Chat
from ide.engines.streams.body import Patience
from ide.engines.streams.sse_model import SseModel
from tests.engines.contract import REQUEST, EngineContract, all_of, text_of
from tests.engines.faults import KEY, Connect, HttpFaults, StreamFaults, failure
from tests.standins.chat import ChatStandIn, Script

SLOW = Script(tuple(f"word{number} " for number in range(300)), rate=1_500)


def chat(
    address: str,
    model: str,
    key: str | None = None,
    *,
    output_tokens: int | None = None,
    patience: Patience | None = None,
) -> SseModel:
    return SseModel(address, Chat(model, key, output_tokens), patience)


@pytest.fixture
async def engine(standin: ChatStandIn) -> AsyncIterator[SseModel]:
    engine = chat(standin.base_url, "standin-1", KEY)
    yield engine
    await engine.close()


async def failing(engine: SseModel) -> Failed:
    """How the engine's next answer fails."""
    return failure(await all_of(engine.stream(REQUEST)))


class TestContract(EngineContract):
    @pytest.fixture
    async def engine(self, standin: ChatStandIn) -> AsyncIterator[CodeModel]:
        standin.script = SLOW
        engine = chat(standin.base_url, "standin-1", KEY)
        yield engine
        await engine.close()

    @pytest.fixture
    def idle(self, standin: ChatStandIn) -> Callable[[], bool]:
        return lambda: standin.streaming == 0


class TestFaults(StreamFaults, HttpFaults):
    @pytest.fixture
    async def standin(self) -> AsyncIterator[ChatStandIn]:
        async with ChatStandIn() as server:
            yield server

    @pytest.fixture
    def script(self) -> type[Script]:
        return Script

    @pytest.fixture
    def connect(self, standin: ChatStandIn) -> Connect:
        return lambda patience=None: chat(standin.base_url, "standin-1", KEY, patience=patience)


async def test_what_is_asked(standin: ChatStandIn, engine: SseModel) -> None:
    request = ModelRequest("Be brief.", (Message("user", "a"), Message("assistant", "b"), Message("user", "c 🐍\n")))
    events = await all_of(engine.stream(request))
    assert text_of(events) == "Hello there."
    assert events[-2:] == [Usage(input=11, output=3, cached=4), Done("stop")]
    assert standin.authorisations == [f"Bearer {KEY}"]
    assert standin.requests == [
        {
            "model": "standin-1",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "a"},
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": "c 🐍\n"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]


async def test_without_a_key_none_is_sent_and_a_limit_is_sent_if_set(standin: ChatStandIn) -> None:
    engine = chat(f"{standin.base_url}/", "m", output_tokens=500)
    assert isinstance((await all_of(engine.stream(REQUEST)))[-1], Done)
    assert standin.authorisations == [None]
    assert standin.requests[0]["max_tokens"] == 500
    await engine.close()


async def test_half_a_surrogate_pair_in_the_prompt_is_replaced(standin: ChatStandIn, engine: SseModel) -> None:
    await all_of(engine.stream(ModelRequest("", (Message("user", "a\ud83db"),))))
    assert standin.requests[0]["messages"] == [{"role": "user", "content": "a\ufffdb"}]


async def test_turns_and_warming_share_one_connection(standin: ChatStandIn, engine: SseModel) -> None:
    await engine.warm()
    for _ in range(3):
        stream = engine.stream(REQUEST)
        async for event in stream:
            if isinstance(event, Done):
                break
        await stream.aclose()
    assert len(standin.requests) == 3
    assert len(standin.connections) == 1


async def test_a_connection_that_the_server_closed_meanwhile_is_replaced(
    standin: ChatStandIn, engine: SseModel
) -> None:
    await engine.warm()
    async with ChatStandIn(port=0) as other:
        moving = chat(other.base_url, "m")
        await all_of(moving.stream(REQUEST))
        port = other.port
    async with ChatStandIn(port=port):
        assert isinstance((await all_of(moving.stream(REQUEST)))[-1], Done)
    await moving.close()


async def test_warming_never_raises_and_is_not_repeated_at_once(standin: ChatStandIn, engine: SseModel) -> None:
    await engine.warm()
    await engine.warm()
    assert len(standin.authorisations) == 1
    nowhere = chat("http://127.0.0.1:9", "m", patience=Patience(connect=0.2))
    await nowhere.warm()
    await nowhere.close()


async def test_nothing_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        engine = chat(f"http://127.0.0.1:{held.getsockname()[1]}/v1", "m", KEY)
        failed = await failing(engine)
    assert (failed.kind, failed.retryable) == ("unreachable", True)
    await engine.close()


@pytest.mark.parametrize("address", ["http://", "http://a b/", "http://[::1", "http://-.invalid:1", "http://x:99999"])
async def test_an_address_that_is_none(address: str) -> None:
    engine = chat(address, "m")
    assert (await failing(engine)).kind in ("bad_request", "unreachable")
    await engine.close()


async def test_a_key_that_cannot_be_a_header(standin: ChatStandIn) -> None:
    engine = chat(standin.base_url, "m", "a\r\nX-Evil: 1")
    assert (await failing(engine)).kind == "bad_request"
    await engine.close()


@asynccontextmanager
async def raw_server(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A server that speaks no HTTP of its own accord."""
    handlers: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def answer_and_close() -> None:
            try:
                await answer(reader, writer)
            finally:
                writer.close()

        handlers.add(asyncio.create_task(answer_and_close()))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*handlers)


async def test_a_server_that_hangs_up_on_a_new_connection_is_not_asked_again() -> None:
    asked = 0

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1

    async with raw_server(hang_up) as address:
        engine = chat(address, "m")
        failed = await failing(engine)
        await engine.close()
    assert (failed.kind, asked) == ("unreachable", 1)


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"\x00" * 100])
async def test_a_server_that_speaks_no_http(said: bytes) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)

    async with raw_server(babble) as address:
        engine = chat(address, "m")
        assert (await failing(engine)).kind == "unreachable"
        await engine.close()


async def test_headers_that_never_come() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw_server(silence) as address:
        engine = chat(address, "m", patience=Patience(first_token=0.05))
        failed = await failing(engine)
        await engine.close()
    assert (failed.kind, failed.message) == ("unreachable", "the model's server did not answer in time")


async def test_a_stream_that_stays_open_after_its_last_word_is_whole(standin: ChatStandIn) -> None:
    # The script's answer is over, its usage and marker never come.
    frames = b"".join(Script().frames) + Script(usage=False, done=False).ending

    async def linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + frames)
        await reader.read()

    async with raw_server(linger) as address:
        engine = chat(address, "m", patience=Patience(finish=0.05))
        events = await all_of(engine.stream(REQUEST))
        await engine.close()
    assert text_of(events) == "Hello there."
    assert events[-1] == Done("stop")
