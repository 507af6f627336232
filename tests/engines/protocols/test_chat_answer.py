from __future__ import annotations

import json

import pytest

from ide.engines.model import Done, Failed, ModelEvent, ReasoningDelta, Started, TextDelta, Usage
from ide.engines.protocols.chat import ChatAnswer
from tests.engines import answers
from tests.engines.answers import AnswerContract, failure, last
from tests.engines.contract import text_of
from tests.standins.chat import Script


class TestAnswer(AnswerContract):
    script = Script
    reader = ChatAnswer


def read(*pieces: bytes) -> list[ModelEvent]:
    return answers.read(ChatAnswer(1_000), *pieces)


def test_a_plain_answer() -> None:
    assert read(Script(("Hel", "lo"), reasoning=("hm",)).transcript) == [
        Started("chatcmpl-standin"),
        ReasoningDelta("hm"),
        TextDelta("Hello"),
        Usage(input=11, output=2, cached=4, reasoning=1),
        Done("stop"),
    ]


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_under_either_name(field: str) -> None:
    assert ReasoningDelta("hm") in read(Script(reasoning=("hm",), reasoning_field=field).transcript)


@pytest.mark.parametrize(
    ("said", "reason"), [("stop", "stop"), ("length", "length"), ("content_filter", "filter"), ("eos", "stop")]
)
def test_how_an_answer_ends(said: str, reason: str) -> None:
    end = last(read(Script(finish_reason=said).transcript))
    assert isinstance(end, Done)
    assert end.reason == reason


def test_an_end_without_its_marker_or_its_empty_line() -> None:
    assert last(read(Script(done=False).transcript)) == Done("stop")
    assert last(read(Script(done=False).transcript.rstrip(b"\n"))) == Done("stop")
    assert last(read(Script().transcript.rstrip(b"\n"))) == Done("stop")


def test_a_marker_without_a_reason_is_an_end() -> None:
    assert last(read(Script(finish_reason=None).transcript)) == Done("stop")


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": None},
        {"choices": [7]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"content": 7, "reasoning": ["x"]}, "finish_reason": 3}]},
        {"choices": [{"delta": {"content": None, "tool_calls": [{}]}}], "usage": [], "id": 9},
        {"choices": {"0": {}}, "usage": {"prompt_tokens": -1, "completion_tokens": "many"}},
    ],
)
def test_fields_of_other_types_are_passed_over(chunk: dict[str, object]) -> None:
    events = read(b"data: " + json.dumps(chunk).encode() + b"\n\n" + Script(("hi",)).transcript)
    assert text_of(events) == "hi"
    assert events[-1] == Done("stop")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "slow down", "code": "rate_limit_exceeded"}, "rate_limit"),
        ({"message": "no", "code": 401}, "auth"),
        ({"message": "no", "type": "authentication_error"}, "auth"),
        ({"message": "too long", "type": "invalid_request_error"}, "bad_request"),
        ({"message": "busy", "code": 503}, "overloaded"),
        ({"message": "what?"}, "overloaded"),
        ("just words", "overloaded"),
    ],
)
def test_an_error_inside_the_stream(error: object, kind: str) -> None:
    event = b"data: " + json.dumps({"error": error}).encode() + b"\n\n"
    before = failure(read(event))
    assert before.kind == kind
    assert before.retryable == (kind in ("rate_limit", "overloaded"))
    # After output there is something to keep: never to be sent again as if nothing had come.
    after = failure(read(b"".join(Script().frames) + event + Script().transcript))
    assert (after.kind, after.retryable) == ("lost", False)


def test_vllms_own_kind_of_error() -> None:
    event = {"object": "error", "message": "the engine died", "type": "InternalServerError", "code": 500}
    end = last(read(b"data: " + json.dumps(event).encode() + b"\n\n"))
    assert end == Failed("overloaded", "the engine died", retryable=True)


def test_what_follows_the_end_is_not_read() -> None:
    events = read(Script(("one",)).transcript + Script(("two",)).transcript)
    assert text_of(events) == "one"
    assert events[-1] == Done("stop")


@pytest.mark.parametrize("said", ["error", "insufficient_system_resource"])
def test_an_answer_that_its_server_gave_up_is_none(said: str) -> None:
    end = last(read(Script(finish_reason=said).transcript))
    assert isinstance(end, Failed)
    assert (end.kind, said in end.message) == ("lost", True)
