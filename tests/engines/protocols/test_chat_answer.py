from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ide.engines.model import Done, Failed, ModelEvent, ReasoningDelta, Started, TextDelta, Usage
from ide.engines.protocols.chat import ChatAnswer
from tests.engines.contract import text_of
from tests.standins.chat import Script


def read(*pieces: bytes, max_output_tokens: int = 1_000) -> list[ModelEvent]:
    answer = ChatAnswer(max_output_tokens, "csk-8f3kq2m4x9v7tyrw5p6n")
    events: list[ModelEvent] = []
    for piece in pieces:
        if answer.over:
            break
        events += answer.feed(piece)
    return events + answer.end()


def transcript(script: Script) -> bytes:
    return b"".join(script.frames) + script.ending


def last(events: list[ModelEvent]) -> ModelEvent:
    assert sum(isinstance(event, Done | Failed) for event in events) == 1
    return events[-1]


def merged(events: list[ModelEvent]) -> list[ModelEvent | str]:
    """The events with neighbouring texts joined."""
    found: list[ModelEvent | str] = []
    for event in events:
        if isinstance(event, TextDelta) and found and isinstance(found[-1], str):
            found[-1] += event.text
        else:
            found.append(event.text if isinstance(event, TextDelta) else event)
    return found


def test_a_plain_answer() -> None:
    assert read(transcript(Script(("Hel", "lo"), reasoning=("hm",)))) == [
        Started("chatcmpl-standin"),
        ReasoningDelta("hm"),
        TextDelta("Hel"),
        TextDelta("lo"),
        Usage(input=11, output=2, cached=4, reasoning=1),
        Done("stop"),
    ]


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_under_either_name(field: str) -> None:
    assert ReasoningDelta("hm") in read(transcript(Script(reasoning=("hm",), reasoning_field=field)))


@pytest.mark.parametrize(
    ("said", "reason"), [("stop", "stop"), ("length", "length"), ("content_filter", "filter"), ("eos", "stop")]
)
def test_how_an_answer_ends(said: str, reason: str) -> None:
    end = last(read(transcript(Script(finish_reason=said))))
    assert isinstance(end, Done)
    assert end.reason == reason


@settings(max_examples=150)
@given(
    deltas=st.lists(
        st.sampled_from(["a", "\r\n", "<<<<<<< ", "EDIT", "🐍", "\ud83d", "\udc0d", "日本", "e\u0301", '"\\']),
        max_size=20,
    ),
    line_end=st.sampled_from(["\n", "\r\n"]),
    comments=st.booleans(),
    split_data=st.booleans(),
    unknown_fields=st.booleans(),
    data=st.data(),
)
def test_the_text_depends_on_nothing_but_the_text(
    deltas: list[str], line_end: str, comments: bool, split_data: bool, unknown_fields: bool, data: st.DataObject
) -> None:
    script = Script(
        tuple(deltas), line_end=line_end, comments=comments, split_data=split_data, unknown_fields=unknown_fields
    )
    whole = transcript(script)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=20)))
    edges = [0, *cuts, len(whole)]
    events = read(*(whole[start:end] for start, end in pairwise(edges)))
    expected = "".join(deltas).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert text_of(events) == expected
    assert events[-1] == Done("stop")
    for event in events:
        if isinstance(event, TextDelta):
            event.text.encode()


@pytest.mark.parametrize(
    ("deltas", "text"),
    [
        (("a\ud83d", "\udc0db"), "a🐍b"),
        (("\ud83d", "x"), "�x"),
        (("\udc0d",), "�"),
        (("\ud83d",), "�"),
        (("\ud83d\ud83d", "\udc0d"), "�🐍"),
    ],
)
def test_pairs_that_are_split_across_deltas(deltas: tuple[str, ...], text: str) -> None:
    assert text_of(read(transcript(Script(deltas)))) == text


def test_bytes_that_are_no_utf_8_become_replacements() -> None:
    assert text_of(read(transcript(Script(("a!b",))).replace(b"!", b"\xff"))) == "a�b"


def test_an_end_without_its_marker_or_its_empty_line() -> None:
    assert last(read(transcript(Script(done=False)))) == Done("stop")
    assert last(read(transcript(Script(done=False)).rstrip(b"\n"))) == Done("stop")
    assert last(read(transcript(Script()).rstrip(b"\n"))) == Done("stop")


def test_a_marker_without_a_reason_is_an_end() -> None:
    assert last(read(transcript(Script(finish_reason=None)))) == Done("stop")


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_a_stream_that_breaks_off_is_lost(kept: int) -> None:
    end = last(read(b"".join(Script().frames[: kept + 1])))
    assert isinstance(end, Failed)
    assert (end.kind, end.retryable) == ("lost", False)


def test_a_last_event_that_is_cut_short_is_lost_and_not_broken_json() -> None:
    end = last(read(transcript(Script(usage=False, done=False))[:-20]))
    assert isinstance(end, Failed)
    assert end.kind == "lost"


@pytest.mark.parametrize("nothing", [b"", b": comment\n\n", b"\n\n", b"data:\n\n"])
def test_an_empty_answer_is_none(nothing: bytes) -> None:
    end = last(read(nothing))
    assert isinstance(end, Failed)
    assert end.kind == "protocol"


@pytest.mark.parametrize(
    "hostile",
    [
        b"<html>\n\n",
        b"data: <html>\n\n",
        b"data: 7\n\n",
        b"data: [[]]\n\n",
        b"data: null\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"data: " + b'{"a":' * 100_000 + b"\n\n",
        b"data: " + b"x" * 2_000_000 + b"\n\n",
        b"x" * 2_000_000,
    ],
)
def test_what_is_no_answer_is_a_protocol_failure(hostile: bytes) -> None:
    end = last(read(hostile))
    assert isinstance(end, Failed)
    assert end.kind == "protocol"


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
    events = read(b"data: " + json.dumps(chunk).encode() + b"\n\n" + transcript(Script(("hi",))))
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
    before = last(read(event))
    assert isinstance(before, Failed)
    assert before.kind == kind
    assert before.retryable == (kind in ("rate_limit", "overloaded"))
    # After output there is something to keep: never to be sent again as if nothing had come.
    after = last(read(b"".join(Script().frames) + event + transcript(Script())))
    assert isinstance(after, Failed)
    assert (after.kind, after.retryable) == ("lost", False)


def test_vllms_own_kind_of_error() -> None:
    event = {"object": "error", "message": "the engine died", "type": "InternalServerError", "code": 500}
    end = last(read(b"data: " + json.dumps(event).encode() + b"\n\n"))
    assert end == Failed("overloaded", "the engine died", retryable=True)


def test_the_key_is_not_in_an_error_of_the_stream() -> None:
    event = {"error": {"message": "bad key csk-8f3kq2m4x9v7tyrw5p6n"}}
    end = last(read(b"data: " + json.dumps(event).encode() + b"\n\n"))
    assert isinstance(end, Failed)
    assert "8f3kq2" not in end.message


def test_a_model_that_does_not_stop_is_cut_at_its_limit() -> None:
    script = Script(("word " * 100,) * 100)
    events = read(transcript(script), max_output_tokens=10)
    assert events[-1] == Done("length")
    assert len(text_of(events)) <= 700


def test_what_follows_the_end_is_not_read() -> None:
    events = read(transcript(Script(("one",))) + transcript(Script(("two",))))
    assert text_of(events) == "one"
    assert events[-1] == Done("stop")


@settings(max_examples=100)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["choices", "delta", "content", "error", "usage", "id", "message", "finish_reason"]),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_breaks_the_reader(body: object) -> None:
    last(read(b"data: " + json.dumps(body).encode() + b"\n\n"))
