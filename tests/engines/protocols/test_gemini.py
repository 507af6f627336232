from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from ide.engines.model import CodeModel, Done, Failed, Message, ModelRequest, ReasoningDelta, Started, TextDelta, Usage
from ide.engines.protocols.gemini import Gemini, GeminiAnswer
from ide.engines.streams.body import Patience
from ide.engines.streams.sse_model import SseModel
from tests.engines.answers import AnswerContract, failure, last, read
from tests.engines.contract import REQUEST, EngineContract, all_of, text_of
from tests.engines.faults import KEY, Connect, HttpFaults, StreamFaults
from tests.standins.gemini import GeminiScript, GeminiStandIn
from tests.standins.sse import MODEL


@pytest.fixture
async def standin() -> AsyncIterator[GeminiStandIn]:
    async with GeminiStandIn() as server:
        yield server


def connected(standin: GeminiStandIn, patience: Patience | None = None) -> SseModel:
    return SseModel(standin.base_url, Gemini(MODEL, KEY), patience)


class TestContract(EngineContract):
    @pytest.fixture
    async def engine(self, standin: GeminiStandIn) -> AsyncIterator[CodeModel]:
        standin.script = GeminiScript(tuple(f"word{number} " for number in range(300)), rate=1_500)
        engine = connected(standin)
        yield engine
        await engine.close()

    @pytest.fixture
    def idle(self, standin: GeminiStandIn) -> Callable[[], bool]:
        return lambda: standin.streaming == 0


class TestFaults(StreamFaults, HttpFaults):
    @pytest.fixture
    async def standin(self) -> AsyncIterator[GeminiStandIn]:
        async with GeminiStandIn() as server:
            yield server

    @pytest.fixture
    def script(self) -> type[GeminiScript]:
        return GeminiScript

    @pytest.fixture
    def connect(self, standin: GeminiStandIn) -> Connect:
        return lambda patience=None: connected(standin, patience)


class TestAnswer(AnswerContract):
    script = GeminiScript
    reader = GeminiAnswer


@pytest.fixture
async def engine(standin: GeminiStandIn) -> AsyncIterator[CodeModel]:
    engine = connected(standin)
    yield engine
    await engine.close()


async def test_what_is_asked(standin: GeminiStandIn, engine: CodeModel) -> None:
    request = ModelRequest("Be brief.", (Message("user", "a"), Message("assistant", "b"), Message("user", "c 🐍\n")))
    events = await all_of(engine.stream(request))
    assert text_of(events) == "Hello there."
    assert events[-2:] == [Usage(input=11, output=3, cached=4), Done("stop")]
    assert standin.authorisations == [KEY]
    assert standin.requests == [
        {
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "a"}]},
                {"role": "model", "parts": [{"text": "b"}]},
                {"role": "user", "parts": [{"text": "c 🐍\n"}]},
            ],
        }
    ]


def test_without_a_key_none_is_sent_and_a_limit_is_sent_if_set() -> None:
    wire = Gemini(MODEL, None, 500)
    assert wire.headers() == {}
    assert wire.body(REQUEST)["generationConfig"] == {"maxOutputTokens": 500}


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-3-flash-preview", "/models/gemini-3-flash-preview:streamGenerateContent?alt=sse"),
        ("models/x", "/models/x:streamGenerateContent?alt=sse"),
        ("tunedModels/mine", "/tunedModels/mine:streamGenerateContent?alt=sse"),
        ("x?key=y#z", "/models/x%3Fkey%3Dy%23z:streamGenerateContent?alt=sse"),
    ],
)
def test_where_a_model_is_asked(model: str, path: str) -> None:
    assert Gemini(model).path == path


async def test_turns_and_warming_share_one_connection(standin: GeminiStandIn, engine: CodeModel) -> None:
    await engine.warm()
    for _ in range(3):
        assert (await all_of(engine.stream(REQUEST)))[-1] == Done("stop")
    assert len(standin.connections) == 1


def test_what_it_thinks_and_what_it_counts() -> None:
    script = GeminiScript(("Hel", "lo"), reasoning=("h", "m"))
    assert read(GeminiAnswer(1_000), script.transcript) == [
        Started("gemini-standin"),
        ReasoningDelta("h"),
        ReasoningDelta("m"),
        TextDelta("Hello"),
        Usage(input=11, output=4, cached=4, reasoning=2),
        Done("stop"),
    ]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "filter"),
        ("RECITATION", "filter"),
        ("PROHIBITED_CONTENT", "filter"),
        ("A_NEW_REASON", "filter"),
    ],
)
def test_how_an_answer_ends(said: str, reason: str) -> None:
    end = last(read(GeminiAnswer(1_000), GeminiScript(finish_reason=said).transcript))
    assert isinstance(end, Done)
    assert end.reason == reason


@pytest.mark.parametrize("said", ["OTHER", "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE"])
def test_an_answer_that_the_server_gives_up(said: str) -> None:
    end = failure(read(GeminiAnswer(1_000), GeminiScript(finish_reason=said).transcript))
    assert end == Failed("lost", f"the model's server gave the answer up: {said}")
    end = failure(read(GeminiAnswer(1_000), GeminiScript((), finish_reason=said).transcript))
    assert (end.kind, end.retryable) == ("overloaded", True)


def test_a_prompt_that_is_refused_is_withheld() -> None:
    events = read(GeminiAnswer(1_000), GeminiScript(block_reason="PROHIBITED_CONTENT").transcript)
    assert events == [Started("gemini-standin"), Usage(input=11, output=0, cached=4), Done("filter")]


def test_safety_ratings_of_a_prompt_do_not_withhold_the_answer() -> None:
    event = GeminiScript().event({"promptFeedback": {"safetyRatings": []}})
    assert last(read(GeminiAnswer(1_000), event, GeminiScript().transcript)) == Done("stop")
    assert failure(read(GeminiAnswer(1_000), event, *GeminiScript().frames)).kind == "lost"


@pytest.mark.parametrize("pieces", [1, 7, 1_000])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_an_error_in_bare_lines(pieces: int, line_end: str) -> None:
    for error in GeminiScript.errors("the engine died", 503):
        script = GeminiScript(("one", "{two"), error=error, bare_error=True, line_end=line_end)
        said = script.failing()
        assert failure(read(GeminiAnswer(1_000), *cut(said, pieces))).kind == "overloaded"
        events = read(GeminiAnswer(1_000), *cut(b"".join(script.frames) + said, pieces))
        assert text_of(events) == "one{two"
        assert failure(events) == Failed("lost", "the engine died")


def cut(whole: bytes, pieces: int) -> list[bytes]:
    """`whole` in about so many pieces."""
    size = max(1, len(whole) // pieces)
    return [whole[at : at + size] for at in range(0, len(whole), size)]


async def test_when_to_come_back_stands_in_the_details(standin: GeminiStandIn, engine: CodeModel) -> None:
    for error in GeminiScript.errors("slow down", 429):
        standin.script = GeminiScript(status=429, error=error)
        assert failure(await all_of(engine.stream(REQUEST))).retry_after_seconds == 37
