"""What can go wrong with a model's server, for every engine that asks one: subclass these and give them the fixtures
that they name, as with `EngineContract`."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Protocol

import pytest

from ide.engines.model import CodeModel, Done, Failed, ModelEvent, ModelRequest, Started, TextDelta
from ide.engines.streams.body import Patience
from tests.engines.contract import REQUEST, all_of, first_text, text_of, until
from tests.standins.sse import SseScript, SseStandIn

KEY = "csk-8f3kq2m4x9v7tyrw5p6n"
PIECES = {KEY[at : at + 6] for at in range(4, len(KEY) - 5)}
"""What no message may hold."""
BRIEF = ModelRequest(REQUEST.system, REQUEST.messages, max_output_tokens=20)
KINDS = {400: "bad_request", 401: "auth", 403: "auth", 404: "bad_request", 429: "rate_limit", 503: "overloaded"}


class Connect(Protocol):
    """Makes an engine that asks the stand-in with `KEY`."""

    def __call__(self, patience: Patience | None = None) -> CodeModel: ...


class _Fixtures:
    @pytest.fixture
    def standin(self) -> SseStandIn[SseScript]:
        """The server, started."""
        raise NotImplementedError

    @pytest.fixture
    def script(self) -> type[SseScript]:
        """The class of its scripts."""
        raise NotImplementedError

    @pytest.fixture
    def connect(self) -> Connect:
        raise NotImplementedError

    @pytest.fixture
    async def engine(self, connect: Connect) -> AsyncIterator[CodeModel]:
        engine = connect()
        yield engine
        await engine.close()


class StreamFaults(_Fixtures):
    """What befalls an answer once the server has accepted the request."""

    async def test_a_slow_first_token_is_waited_for(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel
    ) -> None:
        standin.script = script(first_token_seconds=0.3)
        events = await all_of(engine.stream(REQUEST))
        assert (text_of(events), events[-1]) == ("Hello there.", Done("stop"))

    async def test_what_comes_is_passed_on_at_once(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel
    ) -> None:
        standin.script = script(("first", "second"), rate=0.001)
        stream = engine.stream(REQUEST)
        assert await first_text(stream) == TextDelta("first")
        assert standin.streaming == 1
        await stream.aclose()
        await until(lambda: standin.streaming == 0)

    @pytest.mark.parametrize(
        ("fields", "patience", "kind"),
        [
            ({"first_token_seconds": 60}, Patience(first_token=0.1), "unreachable"),
            ({"deltas": ("a", "b"), "rate": 0.01}, Patience(idle=0.1), "lost"),
            ({"deltas": ("a ",) * 500, "rate": 100, "comments": True}, Patience(whole=0.3), "lost"),
        ],
    )
    async def test_patience_has_limits(
        self,
        standin: SseStandIn[SseScript],
        script: type[SseScript],
        connect: Connect,
        fields: dict[str, object],
        patience: Patience,
        kind: str,
    ) -> None:
        standin.script = script(**fields)  # type: ignore[arg-type]
        engine = connect(patience)
        failed = failure(await all_of(engine.stream(REQUEST)))
        # An upstream that accepted at once and then fell silent has begun; one that says nothing at all has not.
        assert failed.kind in (kind, "lost")
        assert "stopped sending" in failed.message
        await until(lambda: standin.streaming == 0)
        await engine.close()

    @pytest.mark.parametrize("deltas", [0, 1, 2, 3])
    async def test_a_broken_connection_is_lost_and_never_asked_again(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel, deltas: int
    ) -> None:
        standin.script = script(fault_after=deltas)
        events = await all_of(engine.stream(REQUEST))
        assert text_of(events) == "".join(script().deltas[:deltas])
        failed = failure(events)
        assert failed.kind == "lost" or not any(isinstance(event, Started) for event in events)
        assert "connection" in failed.message
        assert deltas == 0 or (failed.kind, failed.retryable, len(standin.requests)) == ("lost", False, 1)

    @pytest.mark.parametrize("status", [400, 401, 429, 503])
    async def test_an_error_in_place_of_an_answer(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel, status: int
    ) -> None:
        for shape in script.errors(f"no, not with {KEY}", status):
            standin.script = script(fault_after=0, error=shape)
            failed = failure(await all_of(engine.stream(REQUEST)))
            assert failed.kind == KINDS[status]
            assert failed.retryable == (status in (429, 503))
            assert failed.message.startswith("no, not with ")

    @pytest.mark.parametrize("status", [429, 503])
    async def test_an_error_after_some_of_the_answer_loses_the_rest(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel, status: int
    ) -> None:
        for shape in script.errors("the engine died", status):
            standin.script = script(fault_after=2, error=shape)
            events = await all_of(engine.stream(REQUEST))
            # Never to be asked again as if nothing had come.
            assert (text_of(events), events[-1]) == ("Hello there", Failed("lost", "the engine died"))

    async def test_an_answer_that_nothing_says_is_whole_is_lost(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel
    ) -> None:
        standin.script = script(finish_reason=None, usage=False, done=False)
        events = await all_of(engine.stream(REQUEST))
        assert text_of(events) == "Hello there."
        assert (failure(events).kind, failure(events).retryable) == ("lost", False)

    @pytest.mark.parametrize(
        "fields",
        [
            {"unknown_fields": True},
            {"comments": True, "line_end": "\r\n", "split_data": True},
            {"reasoning": ("h", "m")},
            {"rate": 500},
        ],
    )
    async def test_what_nobody_knows_is_passed_over(
        self,
        standin: SseStandIn[SseScript],
        script: type[SseScript],
        engine: CodeModel,
        fields: dict[str, object],
    ) -> None:
        standin.script = script(**fields)  # type: ignore[arg-type]
        events = await all_of(engine.stream(REQUEST))
        assert (text_of(events), events[-1]) == ("Hello there.", Done("stop"))

    async def test_markers_and_characters_that_are_split_come_out_whole(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel
    ) -> None:
        standin.script = script(("<<<", "<<<< ED", "IT a.js\n\ud83d", "\udc0d", "\r", "\n>>>>", "\ud83d", "x\udc0d"))
        events = await all_of(engine.stream(REQUEST))
        assert text_of(events) == "<<<<<<< EDIT a.js\n🐍\r\n>>>>\ufffdx\ufffd"
        assert events[-1] == Done("stop")

    async def test_a_model_that_does_not_stop_is_cut_at_its_limit(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel
    ) -> None:
        standin.script = script(("word " * 100,) * 100)
        events = await all_of(engine.stream(BRIEF))
        assert events[-1] == Done("length")
        assert len(text_of(events)) <= 1_000
        await until(lambda: standin.streaming == 0)

    async def test_closing_the_engine_ends_its_streams(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel
    ) -> None:
        standin.script = script(("a ",) * 500, rate=100)
        stream = engine.stream(REQUEST)
        await first_text(stream)
        await engine.close()
        assert failure(await all_of(stream)).kind == "lost"
        await until(lambda: standin.streaming == 0)


class HttpFaults(_Fixtures):
    """How a server refuses a request that comes by HTTP."""

    @pytest.mark.parametrize("status", KINDS)
    async def test_refusals(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel, status: int
    ) -> None:
        for shape in script.errors(f"no: {KEY}", status):
            standin.script = script(status=status, error=shape)
            failed = failure(await all_of(engine.stream(REQUEST)))
            assert (failed.kind, failed.retryable) == (KINDS[status], status in (429, 503))
            assert (failed.status, failed.message) == (status, f"the model's server answered {status}: no: [hidden]")

    async def test_a_wrong_key_is_said_without_the_key(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel
    ) -> None:
        standin.script = script(key="another")
        failed = failure(await all_of(engine.stream(REQUEST)))
        assert failed.kind == "auth"
        assert "Incorrect API key" in failed.message

    async def test_when_to_come_back(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel
    ) -> None:
        async def asked_to_wait(value: str) -> float | None:
            # An error of 503 has no details of its own to say it.
            error = script.errors("slow", 503)[0]
            standin.script = script(status=429, error=error, headers=(("Retry-After", value),))
            return failure(await all_of(engine.stream(REQUEST))).retry_after_seconds

        later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
        limits = (("7", 7, 7), ("0.5", 0.5, 0.5), (later, 60, 90), ("999999", 3600, 3600), ("-4", 0, 0))
        for value, least, most in limits:
            seconds = await asked_to_wait(value)
            assert seconds is not None
            assert least <= seconds <= most
        assert [await asked_to_wait(value) for value in ("soon", "nan", "")] == [None] * 3

    async def test_an_answer_that_is_no_stream(
        self, standin: SseStandIn[SseScript], script: type[SseScript], engine: CodeModel
    ) -> None:
        json_type = (("Content-Type", "application/json"),)
        for answer, kind in (
            (script(raw=b'{"choices":[]}', headers=json_type), "protocol"),
            (script(raw=b'{"error":{"message":"busy","code":503}}', headers=json_type), "overloaded"),
            (script(raw=b"<html>welcome</html>", headers=(("Content-Type", "text/html"),)), "protocol"),
            (script(status=302, headers=(("Location", "/elsewhere"),)), "protocol"),
        ):
            standin.script = answer
            assert failure(await all_of(engine.stream(REQUEST))).kind == kind

    async def test_no_key_prompt_or_answer_in_any_log(
        self,
        standin: SseStandIn[SseScript],
        script: type[SseScript],
        engine: CodeModel,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            await all_of(engine.stream(REQUEST))
            standin.script = script(status=500, error=script.errors(f"no {KEY}", 500)[0])
            failure(await all_of(engine.stream(REQUEST)))
        assert not any(secret in caplog.text for secret in (*PIECES, "snake", "Hello"))


def failure(events: Iterable[ModelEvent]) -> Failed:
    """The failure that an answer ended in; its message holds nothing of the key."""
    *_, end = events
    assert isinstance(end, Failed)
    assert not any(piece in end.message for piece in PIECES)
    return end
