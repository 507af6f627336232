from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from typing import Literal

import pytest

from ide.engines.model import CodeModel, Done, Failed, Message, ModelRequest, Started, SteerFailed, Usage
from ide.engines.protocols.responses_ws import ResponsesSocket
from ide.engines.streams.body import Patience
from tests.engines.contract import REQUEST, EngineContract, all_of, text_of, until
from tests.engines.faults import KEY, Connect, HttpFaults, StreamFaults, failure
from tests.standins.responses import ResponsesStandIn
from tests.standins.responses_script import ResponsesScript
from tests.standins.sse import MODEL


@pytest.fixture
async def standin() -> AsyncIterator[ResponsesStandIn]:
    async with ResponsesStandIn() as server:
        yield server


def connected(standin: ResponsesStandIn, patience: Patience | None = None) -> ResponsesSocket:
    return ResponsesSocket(standin.base_url, MODEL, KEY, patience=patience)


class TestContract(EngineContract):
    @pytest.fixture
    async def engine(self, standin: ResponsesStandIn) -> AsyncIterator[CodeModel]:
        standin.script = ResponsesScript(tuple(f"word{number} " for number in range(300)), rate=1_500)
        engine = connected(standin)
        yield engine
        await engine.close()

    @pytest.fixture
    def idle(self, standin: ResponsesStandIn) -> Callable[[], bool]:
        return lambda: standin.streaming == 0


class TestFaults(StreamFaults, HttpFaults):
    @pytest.fixture
    async def standin(self) -> AsyncIterator[ResponsesStandIn]:
        async with ResponsesStandIn() as server:
            yield server

    @pytest.fixture
    def script(self) -> type[ResponsesScript]:
        return ResponsesScript

    @pytest.fixture
    def connect(self, standin: ResponsesStandIn) -> Connect:
        return lambda patience=None: connected(standin, patience)


@pytest.fixture
async def engine(standin: ResponsesStandIn) -> AsyncIterator[ResponsesSocket]:
    engine = connected(standin)
    yield engine
    await engine.close()


def asked(*texts: str, system: str = "Be brief.") -> ModelRequest:
    """A conversation: a person's text, the model's, and so on."""
    roles: tuple[Literal["user", "assistant"], ...] = ("user", "assistant")
    messages = tuple(Message(roles[at % 2], text) for at, text in enumerate(texts))
    return ModelRequest(system, messages, conversation="room-7")


async def text(engine: ResponsesSocket, request: ModelRequest = REQUEST) -> str:
    """A whole answer."""
    events = await all_of(engine.stream(request))
    assert events[-1] == Done("stop")
    return text_of(events)


def inputs(standin: ResponsesStandIn) -> list[tuple[str | None, list[str]]]:
    """What each request went on from, and the items that it sent."""
    return [
        (request.get("previous_response_id"), [item["content"] for item in request["input"]])
        for request in standin.requests
    ]


class TestAsking:
    async def test_what_is_asked(self, standin: ResponsesStandIn) -> None:
        engine = ResponsesSocket(f"{standin.base_url.replace('http', 'ws')}/", MODEL, KEY, 500)
        events = await all_of(engine.stream(asked("a", "b", "c 🐍\ud83d")))
        assert text_of(events) == "Hello there."
        assert events[-2:] == [Usage(input=11, output=3, cached=4), Done("stop")]
        assert set(standin.authorisations) == {f"Bearer {KEY}"}
        assert standin.requests == [
            {
                "type": "response.create",
                "stream_id": "1",
                "model": MODEL,
                "instructions": "Be brief.",
                "input": [
                    {"role": "user", "content": "a"},
                    {"role": "assistant", "content": "b"},
                    {"role": "user", "content": "c 🐍\ufffd"},
                ],
                "store": False,
                "stream_options": {"include_obfuscation": False},
                "prompt_cache_key": "room-7",
                "max_output_tokens": 500,
            }
        ]
        await engine.close()

    async def test_warming_opens_one_socket_and_greets_the_server(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        await engine.warm()
        await engine.warm()
        assert standin.upgrades == 1
        assert standin.greetings == [
            {
                "type": "response.create",
                "stream_id": "1",
                "model": MODEL,
                "input": [],
                "store": False,
                "generate": False,
            }
        ]
        stream = engine.stream(REQUEST)
        assert isinstance(await anext(stream), Started)
        # The one that is used now is followed by another that is ready.
        await until(lambda: len(standin.greetings) == 2)
        await all_of(stream)
        for _ in range(3):
            await text(engine)
        assert standin.upgrades == 2

    async def test_warming_never_raises(self, standin: ResponsesStandIn) -> None:
        nowhere = ResponsesSocket("http://127.0.0.1:9/v1", MODEL)
        await nowhere.warm()
        standin.script = ResponsesScript(status=401, error={})
        refused = connected(standin)
        await refused.warm()
        await refused.close()
        await nowhere.close()

    @pytest.mark.parametrize("address", ["http://", "http://a b/", "http://[::1", "ftp://x", "http://x:99999", "x", ""])
    async def test_an_address_that_is_none(self, address: str) -> None:
        engine = ResponsesSocket(address, MODEL, patience=Patience(connect=1))
        assert failure(await all_of(engine.stream(REQUEST))).kind in ("bad_request", "unreachable")
        await engine.close()

    async def test_a_key_that_cannot_be_a_header(self, standin: ResponsesStandIn) -> None:
        engine = ResponsesSocket(standin.base_url, MODEL, "a\r\nX-Evil: 1")
        assert failure(await all_of(engine.stream(REQUEST))).kind == "bad_request"
        assert standin.upgrades == 0

    async def test_a_redirect_is_not_followed_with_the_key(self, standin: ResponsesStandIn) -> None:
        async with ResponsesStandIn() as elsewhere:
            headers = (("Location", f"{elsewhere.base_url.replace('http', 'ws')}/responses"),)
            standin.script = ResponsesScript(status=302, headers=headers)
            engine = connected(standin)
            assert failure(await all_of(engine.stream(REQUEST))).kind == "protocol"
            assert elsewhere.upgrades == 0


class TestGoingOn:
    async def test_only_what_is_new_is_sent(self, standin: ResponsesStandIn, engine: ResponsesSocket) -> None:
        first = await text(engine, asked("a"))
        second = await text(engine, asked("a", first, "b"))
        await text(engine, asked("a", first, "b", second, "c"))
        sent = inputs(standin)
        assert [items for _, items in sent] == [["a"], ["b"], ["c"]]
        assert sent[0][0] is None
        assert None not in (sent[1][0], sent[2][0])
        assert sent[1][0] != sent[2][0]

    @pytest.mark.parametrize(
        "request_after",
        [
            asked("a", "Hello there.", "b", system="Be long."),
            asked("a", "Hello there!", "b"),
            asked("A", "Hello there.", "b"),
            asked("a", "b", "c"),
            asked("a"),
        ],
    )
    async def test_what_does_not_go_on_is_sent_whole(
        self, standin: ResponsesStandIn, engine: ResponsesSocket, request_after: ModelRequest
    ) -> None:
        await text(engine, asked("a"))
        await text(engine, request_after)
        assert inputs(standin)[1] == (None, [message.text for message in request_after.messages])

    async def test_conversations_by_turns_each_go_on(self, standin: ResponsesStandIn, engine: ResponsesSocket) -> None:
        for name in "abc":
            await text(engine, asked(name))
        for name in "cab":
            await text(engine, asked(name, "Hello there.", f"{name} again"))
        assert [items for _, items in inputs(standin)][3:] == [["c again"], ["a again"], ["b again"]]

    @pytest.mark.parametrize("script", [ResponsesScript(finish_reason="max_output_tokens"), ResponsesScript(())])
    async def test_an_answer_that_is_not_whole_is_not_gone_on_from(
        self, standin: ResponsesStandIn, engine: ResponsesSocket, script: ResponsesScript
    ) -> None:
        standin.script = script
        said = text_of(await all_of(engine.stream(asked("a"))))
        await all_of(engine.stream(asked("a", said, "b")))
        assert inputs(standin)[1] == (None, ["a", said, "b"])

    async def test_a_server_that_forgot_is_told_everything_once_over_the_same_socket(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        await text(engine, asked("a"))
        await until(lambda: len(standin.sockets) == 2)
        standin.forget()
        assert await text(engine, asked("a", "Hello there.", "b")) == "Hello there."
        assert [items for _, items in inputs(standin)] == [["a"], ["b"], ["a", "Hello there.", "b"]]
        assert inputs(standin)[2][0] is None
        assert standin.upgrades == 2

    async def test_a_server_that_never_remembers_is_not_asked_for_ever(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        error = {"code": "previous_response_not_found", "message": "not found"}
        standin.script = ResponsesScript(fault_after=-1, error={"type": "error", "error": error})
        failed = failure(await all_of(engine.stream(REQUEST)))
        assert (failed.kind, failed.message) == ("bad_request", "not found")
        assert len(standin.requests) == 2


class TestRecovery:
    @pytest.mark.parametrize("wrapped", [True, False])
    async def test_a_socket_that_is_too_old_is_replaced_and_all_is_sent_again(
        self, standin: ResponsesStandIn, engine: ResponsesSocket, wrapped: bool
    ) -> None:
        error = {"code": "websocket_connection_limit_reached", "message": "60 minutes", "param": None}
        shape = {"type": "error", "status": 400, "error": error} if wrapped else {"type": "error", **error}
        await text(engine, asked("a"))
        script = ResponsesScript(fault_after=-1, error=shape)
        standin.script = lambda number: script if number == 1 else ResponsesScript()
        ports = set(standin.connections)
        assert await text(engine, asked("a", "Hello there.", "b")) == "Hello there."
        assert [items for _, items in inputs(standin)] == [["a"], ["b"], ["a", "Hello there.", "b"]]
        assert standin.connections - ports
        standin.script = script
        assert "60 minutes" in failure(await all_of(engine.stream(REQUEST))).message
        assert len(standin.requests) == 5

    async def test_what_is_lost_before_the_first_event_is_asked_again_on_a_new_socket(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        standin.script = lambda number: ResponsesScript(fault_after=-1) if number == 0 else ResponsesScript()
        events = await all_of(engine.stream(REQUEST))
        assert text_of(events) == "Hello there."
        assert sum(isinstance(event, Started) for event in events) == 1
        assert len(standin.requests) == 2

    async def test_but_only_once(self, standin: ResponsesStandIn, engine: ResponsesSocket) -> None:
        standin.script = ResponsesScript(fault_after=-1)
        assert failure(await all_of(engine.stream(REQUEST))) == Failed(
            "unreachable", "the connection to the model's server broke", retryable=False
        )
        assert len(standin.requests) == 2

    @pytest.mark.parametrize("deltas", [0, 1, 2])
    async def test_what_is_lost_after_the_first_event_is_never_asked_again(
        self, standin: ResponsesStandIn, engine: ResponsesSocket, deltas: int
    ) -> None:
        standin.script = ResponsesScript(fault_after=deltas)
        events = await all_of(engine.stream(REQUEST))
        assert text_of(events) == "".join(("Hello", " there")[:deltas])
        assert events[-1] == Failed("lost", "the connection to the model's server broke")
        assert len(standin.requests) == 1
        standin.script = ResponsesScript()
        assert await text(engine) == "Hello there."

    async def test_idle_sockets_that_broke_are_not_used(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        await text(engine)
        await until(lambda: len(standin.sockets) == 2)
        standin.drop()
        await until(lambda: not standin.sockets)
        assert await text(engine) == "Hello there."
        assert len(standin.requests) == 2

    async def test_a_server_that_comes_back_is_asked_again(self) -> None:
        async with ResponsesStandIn() as server:
            engine = connected(server)
            await text(engine)
        assert failure(await all_of(engine.stream(REQUEST))).kind == "unreachable"
        async with ResponsesStandIn(port=server.port):
            assert await text(engine) == "Hello there."
            await engine.close()

    @pytest.mark.parametrize("junk", ["text", 7, None, [[]]])
    async def test_what_is_no_event_ends_the_answer(
        self, standin: ResponsesStandIn, engine: ResponsesSocket, junk: object
    ) -> None:
        standin.script = ResponsesScript(fault_after=1, error=[junk])
        failed = failure(await all_of(engine.stream(REQUEST)))
        assert (failed.kind, failed.message) == ("protocol", "the model's server sent something that is not JSON")
        assert len(standin.requests) == 1

    async def test_when_to_come_back_stands_in_the_error(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        error = {"code": "rate_limit_exceeded", "message": "slow down", "headers": {"Retry-After": "7"}}
        standin.script = ResponsesScript(fault_after=0, error={"type": "error", "status": 429, "error": error})
        assert failure(await all_of(engine.stream(REQUEST))) == Failed(
            "rate_limit", "slow down", retryable=True, status=429, retry_after_seconds=7
        )

    async def test_an_answer_that_was_given_up(self, standin: ResponsesStandIn, engine: ResponsesSocket) -> None:
        standin.script = ResponsesScript(finish_reason="failed")
        assert failure(await all_of(engine.stream(REQUEST))) == Failed("lost", "the engine died")
        standin.script = ResponsesScript()
        assert await text(engine) == "Hello there."

    async def test_the_text_does_not_depend_on_how_it_is_cut(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        whole = "<<<<<<< EDIT a.js\r\n日本 🐍 e\u0301\n>>>>>>> END\n" * 3
        halves = whole.encode("utf-16-le")
        units = [halves[at : at + 2] for at in range(0, len(halves), 2)]
        seed = random.randrange(2**32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        for _ in range(20):
            cuts = sorted(chance.sample(range(1, len(units)), chance.randrange(1, len(units) - 1)))
            pieces = [b"".join(units[a:b]) for a, b in pairwise([0, *cuts, len(units)])]
            standin.script = ResponsesScript(tuple(one.decode("utf-16-le", "surrogatepass") for one in pieces))
            assert await text(engine) == whole


class TestRefusedUpgrade:
    async def test_a_server_that_wants_http_is_asked_by_http_at_once_and_from_then_on(
        self, standin: ResponsesStandIn, engine: ResponsesSocket
    ) -> None:
        standin.refuses_upgrades = 426
        for _ in range(2):
            assert await text(engine) == "Hello there."
        assert standin.upgrades == 1
        assert [request["stream"] for request in standin.requests] == [True, True]
        await engine.warm()
        assert standin.upgrades == 1

    async def test_warming_finds_that_out_too(self, standin: ResponsesStandIn, engine: ResponsesSocket) -> None:
        standin.refuses_upgrades = 426
        await engine.warm()
        assert await text(engine) == "Hello there."
        assert standin.upgrades == 1
        assert len(standin.connections) == 2

    async def test_by_http_nothing_is_steered(self, standin: ResponsesStandIn) -> None:
        standin.refuses_upgrades = 426
        engine = ResponsesSocket(standin.base_url, MODEL, KEY, steers=True)
        redirections: asyncio.Queue[str] = asyncio.Queue()
        redirections.put_nowait("Use colours")
        events = await all_of(engine.stream_steered(REQUEST, redirections))
        assert text_of(events) == "Hello there."
        assert sum(isinstance(event, SteerFailed) for event in events) == 1
        assert not engine.steers
        await engine.close()
