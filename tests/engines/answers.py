"""What every reader of an answer must do with bytes, however they are cut and whatever they say: subclass
`AnswerContract` and give it the two attributes that it names."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ide.engines.model import Done, Failed, ModelEvent, Started, TextDelta
from ide.engines.streams.answer import Answer
from tests.engines.contract import text_of
from tests.standins.sse import SseScript

KEY = "csk-8f3kq2m4x9v7tyrw5p6n"
WORDS = (
    *("choices", "delta", "content", "error", "usage", "id", "message", "finish_reason", "type", "text", "item"),
    *("candidates", "parts", "finishReason", "usageMetadata", "promptFeedback", "details", "response", "output"),
)
TYPES = st.sampled_from(
    (
        *(
            "message_start",
            "message_delta",
            "content_block_start",
            "content_block_delta",
            "text_delta",
            "text",
            "error",
        ),
        *("response.created", "response.output_text.delta", "response.completed", "response.failed", "STOP"),
    )
)


def read(answer: Answer, *pieces: bytes) -> list[ModelEvent]:
    """All that `answer` finds in a stream that comes in these pieces and then closes."""
    events: list[ModelEvent] = []
    for piece in pieces:
        if answer.over:
            break
        events += answer.feed(piece)
    return events + answer.end()


def last(events: list[ModelEvent]) -> ModelEvent:
    """The end of an answer, which is the only one, and after which nothing comes."""
    assert sum(isinstance(event, Done | Failed) for event in events) == 1
    assert sum(isinstance(event, Started) for event in events) <= 1
    return events[-1]


def failure(events: list[ModelEvent]) -> Failed:
    """The failure that an answer ended in."""
    end = last(events)
    assert isinstance(end, Failed)
    return end


class AnswerContract:
    """Needs `script`, the class of the protocol's scripts, and `reader`, the class of its answers."""

    script: ClassVar[type[SseScript]]
    reader: ClassVar[type[Answer]]

    def read(self, *pieces: bytes, max_output_tokens: int = 1_000) -> list[ModelEvent]:
        """What the protocol's answer finds."""
        return read(self.reader(max_output_tokens, KEY), *pieces)

    # The suite is inherited on purpose.
    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(
        deltas=st.lists(
            st.sampled_from(["a", "\r\n", "<<<<<<< ", "EDIT", "🐍", "\ud83d", "\udc0d", "日本", "e\u0301", '"\\', "{"]),
            max_size=20,
        ),
        reasoning=st.lists(st.sampled_from(["hm", "\n", "\ud83d"]), max_size=3),
        line_end=st.sampled_from(["\n", "\r\n"]),
        comments=st.booleans(),
        split_data=st.booleans(),
        unknown_fields=st.booleans(),
        data=st.data(),
    )
    def test_the_text_depends_on_nothing_but_the_text(
        self,
        deltas: list[str],
        reasoning: list[str],
        line_end: str,
        comments: bool,
        split_data: bool,
        unknown_fields: bool,
        data: st.DataObject,
    ) -> None:
        script = self.script(
            tuple(deltas),
            reasoning=tuple(reasoning),
            line_end=line_end,
            comments=comments,
            split_data=split_data,
            unknown_fields=unknown_fields,
        )
        whole = script.transcript
        cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=20)))
        edges = [0, *cuts, len(whole)]
        events = self.read(*(whole[start:end] for start, end in pairwise(edges)))
        assert text_of(events) == "".join(deltas).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert last(events) == Done("stop")
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
    def test_pairs_that_are_split_across_deltas(self, deltas: tuple[str, ...], text: str) -> None:
        assert text_of(self.read(self.script(deltas).transcript)) == text

    def test_bytes_that_are_no_utf_8_become_replacements(self) -> None:
        assert text_of(self.read(self.script(("a!b",)).transcript.replace(b"!", b"\xff"))) == "a�b"

    def test_an_end_without_its_empty_line(self) -> None:
        assert last(self.read(self.script().transcript.rstrip(b"\r\n"))) == Done("stop")

    @pytest.mark.parametrize("kept", [1, 3])
    def test_a_stream_that_breaks_off_is_lost(self, kept: int) -> None:
        end = failure(self.read(b"".join(self.script().frames[: kept + 1])))
        assert (end.kind, end.retryable) == ("lost", False)

    def test_a_last_event_that_is_cut_short_is_lost_and_not_broken_json(self) -> None:
        script = self.script(("word",))
        assert failure(self.read(b"".join(script.frames)[:-20])).kind == "lost" or not script.frames[0]
        assert failure(self.read(b"".join(self.script(("one", "two")).frames)[:-20])).kind == "lost"

    @pytest.mark.parametrize("nothing", [b"", b": comment\n\n", b"\n\n", b"data:\n\n"])
    def test_an_empty_answer_is_none(self, nothing: bytes) -> None:
        assert failure(self.read(nothing)).kind == "protocol"

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
            b"[" * 100_000,
            b"{" * 2_000_000,
        ],
    )
    def test_what_is_no_answer_is_a_protocol_failure(self, hostile: bytes) -> None:
        assert failure(self.read(hostile)).kind == "protocol"

    def test_the_key_is_not_in_an_error_of_the_stream(self) -> None:
        for error in self.script.errors(f"bad key {KEY}, that is {KEY[:10]}…{KEY[-8:]}", 401):
            end = failure(self.read(self.script(error=error).failing()))
            assert end.message == "bad key [hidden], that is [hidden]"

    def test_what_follows_the_end_is_not_read(self) -> None:
        script = self.script(("word " * 100,) * 100)
        answer = self.reader(10, KEY)
        events = answer.feed(script.transcript)
        assert last(events) == Done("length")
        assert len(text_of(events)) <= 700
        assert answer.end() == []

    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5) | TYPES,
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(WORDS), inner)
                | st.fixed_dictionaries({"type": TYPES}, optional={word: inner for word in WORDS if word != "type"})
            ),
            max_leaves=12,
        )
    )
    def test_no_json_breaks_the_reader(self, body: object) -> None:
        last(self.read(b"data: " + json.dumps(body).encode() + b"\n\n"))
        last(self.read(json.dumps(body, indent=1).encode() + b"\n"))

    def test_fields_of_other_types_are_passed_over(self) -> None:
        """Every value of every event of a good answer, in turn, is something else; what says what it is stays."""
        whole = self.script(("hi",), reasoning=("hm",)).transcript
        events = [json.loads(line[6:]) for line in whole.split(b"\n") if line.startswith(b"data: {")]
        for at, event in enumerate(events):
            for changed in _changed(event):
                said = [*events[:at], changed, *events[at + 1 :]]
                last(self.read(b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in said)))


def _changed(value: object) -> list[object]:
    """`value` with one part replaced by something of another type, in every way."""
    others: list[object] = [None, 7, "x", [], {}, [7], True, -1, 1e999]
    if isinstance(value, dict):
        return [value | {key: other} for key in value for other in [*others, *_changed(value[key])]]
    if isinstance(value, list):
        return [[*value[:at], other, *value[at + 1 :]] for at in range(len(value)) for other in _changed(value[at])]
    return others
