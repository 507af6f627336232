from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from ide.engines.model import CodeModel, Done, Failed, Message, ModelRequest, ReasoningDelta, Started, TextDelta, Usage
from ide.engines.protocols.anthropic import Anthropic, AnthropicAnswer
from ide.engines.streams.body import Patience
from ide.engines.streams.sse_model import SseModel
from tests.engines.answers import AnswerContract, failure, last, read
from tests.engines.contract import REQUEST, EngineContract, all_of, text_of
from tests.engines.faults import KEY, Connect, HttpFaults, StreamFaults
from tests.standins.anthropic import AnthropicScript, AnthropicStandIn
from tests.standins.sse import MODEL


@pytest.fixture
async def standin() -> AsyncIterator[AnthropicStandIn]:
    async with AnthropicStandIn() as server:
        yield server


def connected(standin: AnthropicStandIn, patience: Patience | None = None) -> SseModel:
    return SseModel(standin.base_url, Anthropic(MODEL, KEY), patience)


class TestContract(EngineContract):
    @pytest.fixture
    async def engine(self, standin: AnthropicStandIn) -> AsyncIterator[CodeModel]:
        standin.script = AnthropicScript(tuple(f"word{number} " for number in range(300)), rate=1_500)
        engine = connected(standin)
        yield engine
        await engine.close()

    @pytest.fixture
    def idle(self, standin: AnthropicStandIn) -> Callable[[], bool]:
        return lambda: standin.streaming == 0


class TestFaults(StreamFaults, HttpFaults):
    @pytest.fixture
    async def standin(self) -> AsyncIterator[AnthropicStandIn]:
        async with AnthropicStandIn() as server:
            yield server

    @pytest.fixture
    def script(self) -> type[AnthropicScript]:
        return AnthropicScript

    @pytest.fixture
    def connect(self, standin: AnthropicStandIn) -> Connect:
        return lambda patience=None: connected(standin, patience)


class TestAnswer(AnswerContract):
    script = AnthropicScript
    reader = AnthropicAnswer


@pytest.fixture
async def engine(standin: AnthropicStandIn) -> AsyncIterator[CodeModel]:
    engine = connected(standin)
    yield engine
    await engine.close()


async def test_what_is_asked(standin: AnthropicStandIn, engine: CodeModel) -> None:
    request = ModelRequest("Be brief.", (Message("user", "a"), Message("assistant", "b"), Message("user", "c 🐍\n")))
    events = await all_of(engine.stream(request))
    assert text_of(events) == "Hello there."
    assert events[-2:] == [Usage(input=11, output=3, cached=4), Done("stop")]
    assert standin.authorisations == [KEY]
    assert standin.versions == ["2023-06-01"]
    assert standin.requests == [
        {
            "model": MODEL,
            "max_tokens": 32_768,
            "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
            "messages": [
                {"role": "user", "content": "a"},
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": "c 🐍\n"},
            ],
            "stream": True,
        }
    ]


def test_what_stays_is_marked_for_the_cache() -> None:
    messages = tuple(Message("user" if number % 2 == 0 else "assistant", f"m{number}") for number in range(5))
    body = Anthropic(MODEL).body(ModelRequest("", messages, stable_messages=2))
    assert [message["content"] for message in body["messages"]] == [
        "m0",
        [{"type": "text", "text": "m1", "cache_control": {"type": "ephemeral"}}],
        "m2",
        "m3",
        "m4",
    ]
    assert "system" not in body


def test_blank_texts_which_the_server_refuses_are_left_out() -> None:
    messages = (Message("user", "a"), Message("assistant", " \n"), Message("user", "b"))
    body = Anthropic(MODEL).body(ModelRequest(" ", messages, stable_messages=2))
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]},
        {"role": "user", "content": "b"},
    ]


def test_without_a_key_none_is_sent_and_the_lower_limit_counts() -> None:
    wire = Anthropic(MODEL, None, 500)
    assert wire.headers() == {"anthropic-version": "2023-06-01"}
    assert wire.body(REQUEST)["max_tokens"] == 500
    assert wire.body(ModelRequest("", REQUEST.messages, max_output_tokens=100))["max_tokens"] == 100


async def test_turns_and_warming_share_one_connection(standin: AnthropicStandIn, engine: CodeModel) -> None:
    await engine.warm()
    for _ in range(3):
        assert (await all_of(engine.stream(REQUEST)))[-1] == Done("stop")
    assert len(standin.connections) == 1


def test_what_it_thinks_and_what_it_counts() -> None:
    script = AnthropicScript(("Hel", "lo"), reasoning=("h", "m"))
    assert read(AnthropicAnswer(1_000), script.transcript) == [
        Started("msg_standin"),
        ReasoningDelta("h"),
        ReasoningDelta("m"),
        TextDelta("Hello"),
        Usage(input=11, output=4, cached=4, reasoning=2),
        Done("stop"),
    ]


def test_counts_that_come_again_replace_the_earlier_ones() -> None:
    script = AnthropicScript()
    again = {"type": "message_delta", "delta": {}, "usage": {"input_tokens": 20, "output_tokens": 9}}
    events = read(AnthropicAnswer(1_000), *script.frames, script.event(again, "message_delta"), script.ending)
    assert Usage(input=25, output=3, cached=4) in events


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("tool_use", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "length"),
        ("refusal", "filter"),
        ("a_new_reason", "stop"),
    ],
)
def test_how_an_answer_ends(said: str, reason: str) -> None:
    end = last(read(AnthropicAnswer(1_000), AnthropicScript(finish_reason=said).transcript))
    assert isinstance(end, Done)
    assert end.reason == reason


def test_either_end_marker_alone_is_an_end() -> None:
    assert last(read(AnthropicAnswer(1_000), AnthropicScript(done=False).transcript)) == Done("stop")
    assert last(read(AnthropicAnswer(1_000), AnthropicScript(finish_reason=None).transcript)) == Done("stop")


def test_the_end_marker_says_that_the_connection_can_carry_another() -> None:
    answer = AnthropicAnswer(1_000)
    answer.feed(AnthropicScript(done=False).transcript)
    assert (answer.over, answer.whole) == (False, False)
    assert answer.feed(AnthropicScript().ending)[-1] == Done("stop")
    assert (answer.over, answer.whole) == (True, True)


def test_an_answer_that_says_nothing_has_begun_too() -> None:
    script = AnthropicScript((), finish_reason=None)
    assert read(AnthropicAnswer(1_000), script.ending) == [Started(""), Done("stop")]


def test_an_answer_may_begin_without_its_opening() -> None:
    frames = AnthropicScript().frames[1:]
    assert read(AnthropicAnswer(1_000), *frames, AnthropicScript().ending)[:2] == [Started(""), TextDelta("Hello")]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("overloaded_error", "overloaded"),
        ("api_error", "overloaded"),
        ("timeout_error", "overloaded"),
        ("rate_limit_error", "rate_limit"),
        ("permission_error", "auth"),
        ("billing_error", "bad_request"),
        ("request_too_large", "bad_request"),
    ],
)
def test_errors_may_come_at_any_time(word: str, kind: str) -> None:
    error = {"type": "error", "error": {"type": word, "message": "no"}}
    event = AnthropicScript(error=error).failing()
    before = failure(read(AnthropicAnswer(1_000), event))
    assert (before.kind, before.message) == (kind, "no")
    opened = failure(read(AnthropicAnswer(1_000), AnthropicScript().frames[0] + event))
    assert opened.kind == kind
    after = failure(read(AnthropicAnswer(1_000), b"".join(AnthropicScript().frames) + event))
    assert after == Failed("lost", "no")
