"""Many streams of one model: how they share its sockets, and what becomes of those that end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

import pytest

from ide.engines.model import Failed
from ide.engines.protocols.responses_ws import ResponsesSocket
from tests.engines.contract import REQUEST, all_of, first_text, text_of, until
from tests.engines.faults import KEY, failure
from tests.engines.protocols.test_responses_ws import asked, connected, inputs, text
from tests.standins.responses import ResponsesStandIn
from tests.standins.responses_script import ResponsesScript
from tests.standins.sse import MODEL


@pytest.fixture
async def standin() -> AsyncIterator[ResponsesStandIn]:
    async with ResponsesStandIn() as server:
        yield server


@pytest.fixture
async def engine(standin: ResponsesStandIn) -> AsyncIterator[ResponsesSocket]:
    engine = connected(standin)
    yield engine
    await engine.close()


class TestManyStreams:
    async def test_more_streams_than_sockets_share_them_as_lanes(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        standin.script = lambda number: ResponsesScript(tuple(f"{number}.{at} " for at in range(50)), rate=200)
        await engine.warm()
        answers = await asyncio.gather(*[text(engine) for _ in range(20)])
        assert sorted(answers) == sorted("".join(f"{number}.{at} " for at in range(50)) for number in range(20))
        assert len(standin.sockets) <= 8

    async def test_stopping_one_of_many_leaves_the_others_alone(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        standin.script = lambda number: ResponsesScript(tuple(f"{number}.{at} " for at in range(100)), rate=200)
        await engine.warm()
        streams = [engine.stream(REQUEST) for _ in range(20)]
        firsts = [(await first_text(stream)).text for stream in streams]
        for stream in streams[::2]:
            await stream.aclose()
        rests = await asyncio.gather(*[all_of(stream) for stream in streams[1::2]])
        answers = [first + text_of(rest) for first, rest in zip(firsts[1::2], rests, strict=True)]
        assert answers == ["".join(f"{number}.{at} " for at in range(100)) for number in range(1, 20, 2)]
        # Nobody hears the rest of those that were stopped, and with the last that is wanted their sockets end.
        await until(lambda: standin.streaming == 0)
        assert await text(engine) == "".join(f"20.{at} " for at in range(100))

    async def test_events_of_another_lane_are_not_this_answers(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        standin.script = ResponsesScript(other_lane=True)
        assert await text(engine) == "Hello there."

    async def test_an_error_about_a_socket_ends_all_that_runs_over_it(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        standin.script = ResponsesScript(("a ",) * 500, rate=100)
        await engine.warm()
        streams = [engine.stream(REQUEST) for _ in range(20)]
        for stream in streams:
            await first_text(stream)
        await standin.tell({"type": "error", "code": "websocket_connection_limit_reached", "message": "60 minutes"})
        for rest in await asyncio.gather(*map(all_of, streams)):
            assert failure(rest) == Failed("lost", "60 minutes")
        await until(lambda: standin.streaming == 0)
        standin.script = ResponsesScript()
        assert await text(engine) == "Hello there."

    @pytest.mark.parametrize("lanes", ["unknown", "refused"])
    async def test_without_lanes_each_stream_has_its_socket(
        self, standin: ResponsesStandIn, engine: ResponsesSocket, lanes: Literal["unknown", "refused"]
    ) -> None:
        standin.lanes = lanes
        standin.script = lambda number: ResponsesScript(tuple(f"{number}.{at} " for at in range(30)), rate=200)
        answers = await asyncio.gather(*[text(engine) for _ in range(10)])
        assert len(set(answers)) == 10
        assert all(answer.count(".") == 30 for answer in answers)
        first = await text(engine, asked("a"))
        assert await text(engine, asked("a", first, "b"))
        assert inputs(standin)[-1][1] == ["b"]
        await until(lambda: len(standin.sockets) <= 8)
        assert all(("stream_id" in request) == (lanes == "unknown") for request in standin.requests)

    async def test_a_socket_is_replaced_in_time_without_breaking_what_runs_over_it(
        self, standin: ResponsesStandIn
    ) -> None:
        standin.script = ResponsesScript(tuple(f"word{number} " for number in range(100)), rate=200)
        engine = ResponsesSocket(standin.base_url, MODEL, KEY, rotate_seconds=0.1)
        assert await text(engine) == "".join(standin.script.deltas)
        await until(lambda: not standin.sockets)
        old = set(standin.connections)
        await engine.warm()
        assert standin.connections - old
        await engine.close()
        await until(lambda: not standin.sockets)

    async def test_a_socket_that_is_too_old_is_not_replaced_for_nobody(self, standin: ResponsesStandIn) -> None:
        engine = ResponsesSocket(standin.base_url, MODEL, KEY, rotate_seconds=0.05)
        await engine.warm()
        async with ResponsesStandIn() as other:
            wanted = ResponsesSocket(other.base_url, MODEL, KEY, rotate_seconds=0.05)
            for _ in range(4):
                await wanted.warm()
                await until(lambda: not other.sockets)
            await wanted.close()
        await until(lambda: not standin.sockets)
        assert standin.upgrades == 1
        await engine.close()

    @pytest.mark.parametrize("steers", [False, True])
    async def test_answers_that_were_stopped_use_up_no_socket(
        self, standin: ResponsesStandIn, monkeypatch: pytest.MonkeyPatch, steers: bool
    ) -> None:
        monkeypatch.setattr("ide.engines.streams.lane_pool._SOCKETS", 1)
        endless = ResponsesScript(("a ",) * 100_000, rate=50)
        stopped = ResponsesScript(("b ",) * 8, rate=800, steer="accepted")
        standin.script = lambda number: stopped if number else endless
        engine = ResponsesSocket(standin.base_url, MODEL, KEY, steers=steers)
        lasting = engine.stream(REQUEST)
        await first_text(lasting)
        for _ in range(40):
            redirections: asyncio.Queue[str] = asyncio.Queue()
            redirections.put_nowait("Use colours")
            stream = engine.stream_steered(REQUEST, redirections)
            await first_text(stream)
            await stream.aclose()
            # The rest is read to its end, which nobody hears.
            await until(lambda: standin.streaming == 1)
        # A model that was redirected may yet go on in its lane, so that is not used again, and the socket is replaced.
        assert (standin.upgrades > 1) is steers
        assert len(standin.steers) == (40 if steers else 0)
        assert (await first_text(lasting)).text.startswith("a ")
        await lasting.aclose()
        assert set(await text(engine)) == {"b", " "}
        await engine.close()

    async def test_a_socket_that_opens_while_the_engine_is_closed_is_not_used(self, standin: ResponsesStandIn) -> None:
        engine = connected(standin)
        stream = asyncio.create_task(all_of(engine.stream(REQUEST)))
        # It has begun to connect, which takes the server's turn too.
        await asyncio.sleep(0)
        await engine.close()
        assert failure(await stream) == Failed("unreachable", "the connections to the model's server were closed")
        assert standin.requests == []
        await until(lambda: not standin.sockets)

    async def test_nothing_is_asked_again_once_the_engine_is_closed(self, standin: ResponsesStandIn) -> None:
        standin.script = ResponsesScript(first_token_seconds=60)
        engine = connected(standin)
        stream = asyncio.create_task(all_of(engine.stream(REQUEST)))
        await until(lambda: len(standin.requests) == 1)
        await engine.close()
        assert failure(await stream).kind == "unreachable"
        assert len(standin.requests) == 1
        await until(lambda: not standin.sockets)
