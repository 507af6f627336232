"""PROTOCOL.md, the frames: [P1] and [E1]."""

from __future__ import annotations

import contextlib

import pycrdt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.wire.frames import (
    Awareness,
    BadFrame,
    Json,
    Presence,
    QueryAwareness,
    Step,
    Sync,
    decode,
    encode_awareness,
    encode_json,
    encode_sync,
)

presences = st.builds(
    Presence,
    client=st.integers(0, 2**53 - 1),
    clock=st.integers(0, 2**32),
    state=st.text(max_size=40),
)


@given(step=st.sampled_from(list(Step)), data=st.binary(max_size=300))
def test_p1_sync_frames_are_read_as_they_were_written(step: Step, data: bytes) -> None:
    assert decode(encode_sync(step, data)) == Sync(step, data)


@given(said=st.lists(presences, max_size=5))
def test_p1_awareness_frames_are_read_as_they_were_written(said: list[Presence]) -> None:
    assert decode(encode_awareness(said)) == Awareness(tuple(said))


@given(text=st.text(max_size=300))
def test_e1_json_frames_are_read_as_they_were_written(text: str) -> None:
    assert decode(encode_json(text)) == Json(text)


def test_p1_frames_are_those_of_another_implementation() -> None:
    doc: pycrdt.Doc[pycrdt.Text] = pycrdt.Doc()
    doc["text"] = pycrdt.Text("x" * 200)
    assert encode_sync(Step.UPDATE, doc.get_update()) == pycrdt.create_update_message(doc.get_update())
    assert encode_sync(Step.STATE_VECTOR, doc.get_state()) == pycrdt.create_sync_message(doc)
    awareness = pycrdt.Awareness(doc)
    awareness.set_local_state({"user": {"name": "Zoë"}})
    theirs = pycrdt.create_awareness_message(awareness.encode_awareness_update([doc.client_id]))
    decoded = decode(theirs)
    assert isinstance(decoded, Awareness)
    assert decoded.clients[0].client == doc.client_id
    assert encode_awareness(decoded.clients) == theirs


def test_p1_a_query_has_no_body() -> None:
    assert decode(b"\x03") == QueryAwareness()


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x07",
        b"\x00",
        b"\x00\x09\x00",
        b"\x00\x02\x05abc",
        b"\x00\x02\x01ab",
        b"\x03\x00",
        b"\x01\x02\xff\x7f",
        b"\x10\x02\xff\xfe",
        b"\x80" * 12,
        b"\x00\x02" + b"\xff" * 8,
    ],
)
def test_what_is_no_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(BadFrame):
        decode(frame)


@given(frame=st.binary(max_size=60))
def test_any_bytes_are_a_frame_or_refused(frame: bytes) -> None:
    with contextlib.suppress(BadFrame):
        decode(frame)
