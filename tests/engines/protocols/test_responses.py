from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from ide.engines.model import CodeModel, Done, Failed, Message, ModelRequest, ReasoningDelta, Started, TextDelta, Usage
from ide.engines.protocols.responses import Responses, ResponsesAnswer
from ide.engines.streams.body import Patience
from ide.engines.streams.sse_model import SseModel
from tests.engines.answers import AnswerContract, failure, last, read
from tests.engines.contract import REQUEST, EngineContract, all_of, text_of
from tests.engines.faults import KEY, Connect, HttpFaults, StreamFaults
from tests.standins.responses import ResponsesStandIn
from tests.standins.responses_script import ResponsesScript
from tests.standins.sse import MODEL


@pytest.fixture
async def standin() -> AsyncIterator[ResponsesStandIn]:
    async with ResponsesStandIn() as server:
        yield server


def connected(standin: ResponsesStandIn, patience: Patience | None = None) -> SseModel:
    return SseModel(standin.base_url, Responses(MODEL, KEY), patience)


@pytest.fixture
async def engine(standin: ResponsesStandIn) -> AsyncIterator[CodeModel]:
    engine = connected(standin)
    yield engine
    await engine.close()


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


class TestAnswer(AnswerContract):
    script = ResponsesScript
    reader = ResponsesAnswer


async def test_what_is_asked(standin: ResponsesStandIn, engine: CodeModel) -> None:
    request = ModelRequest(
        "Be brief.",
        (Message("user", "a"), Message("assistant", "b"), Message("user", "c 🐍\n")),
        conversation="room-7 " * 20,
    )
    events = await all_of(engine.stream(request))
    assert text_of(events) == "Hello there."
    assert events[-2:] == [Usage(input=11, output=3, cached=4), Done("stop")]
    assert standin.authorisations == [f"Bearer {KEY}"]
    assert standin.requests == [
        {
            "model": MODEL,
            "instructions": "Be brief.",
            "input": [
                {"role": "user", "content": "a"},
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": "c 🐍\n"},
            ],
            "stream": True,
            "store": False,
            "stream_options": {"include_obfuscation": False},
            "prompt_cache_key": ("room-7 " * 20)[:64],
        }
    ]


def test_without_a_key_none_is_sent_and_a_limit_is_sent_if_set() -> None:
    wire = Responses(MODEL, None, 500)
    assert wire.headers() == {}
    assert wire.body(REQUEST)["max_output_tokens"] == 500


async def test_turns_and_warming_share_one_connection(standin: ResponsesStandIn, engine: CodeModel) -> None:
    await engine.warm()
    for _ in range(3):
        assert (await all_of(engine.stream(REQUEST)))[-1] == Done("stop")
    assert len(standin.connections) == 1


def test_what_it_thinks_and_what_it_counts() -> None:
    script = ResponsesScript(("Hel", "lo"), reasoning=("h", "m"))
    assert read(ResponsesAnswer(1_000), script.transcript) == [
        Started("resp_standin"),
        ReasoningDelta("h"),
        ReasoningDelta("m"),
        TextDelta("Hello"),
        Usage(input=11, output=4, cached=4, reasoning=2),
        Done("stop"),
    ]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("completed", "stop"),
        ("max_output_tokens", "length"),
        ("content_filter", "filter"),
        ("a_new_reason", "length"),
    ],
)
def test_how_an_answer_ends(said: str, reason: str) -> None:
    end = last(read(ResponsesAnswer(1_000), ResponsesScript(finish_reason=said).transcript))
    assert isinstance(end, Done)
    assert end.reason == reason


def test_an_answer_that_the_server_gives_up() -> None:
    end = failure(read(ResponsesAnswer(1_000), ResponsesScript(finish_reason="failed").transcript))
    assert end == Failed("lost", "the engine died")
    end = failure(read(ResponsesAnswer(1_000), ResponsesScript((), finish_reason="failed").transcript))
    assert (end.kind, end.retryable) == ("overloaded", True)


def test_another_message_of_an_answer_begins_a_line() -> None:
    script = ResponsesScript(("I do it.", "<<<<<<< EDIT", " a.js\n", "then"), messages=(1, 3))
    assert text_of(read(ResponsesAnswer(1_000), script.transcript)) == "I do it.\n<<<<<<< EDIT a.js\nthen"


def test_a_refusal_of_the_model_is_its_text() -> None:
    script = ResponsesScript(("I may", " not."))
    said = script.transcript.replace(b"output_text.delta", b"refusal.delta")
    assert text_of(read(ResponsesAnswer(1_000), said)) == "I may not."
