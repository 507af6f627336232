from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.engines.streams.sse import EventStream, TooLong

TRICKY = (
    b'\xef\xbb\xbfdata: {"a":1}\n\n: comment\ndata:two\r\n\r\ndata: three\rdata: more\r\revent: x\nid: 1\n\n'
    b"data\n\ndata:\n\ndata:  two spaces\n\nretry: 5\n\ndata: last\r\n\r\n"
)
EVENTS = [b'{"a":1}', b"two", b"three\nmore", b"", b" two spaces", b"last"]


def read(stream: EventStream, pieces: list[bytes]) -> list[bytes]:
    return [event for piece in pieces for event in stream.feed(piece)]


def test_line_ends_comments_other_fields_and_several_lines_of_data() -> None:
    assert read(EventStream(), [TRICKY]) == EVENTS


def test_every_single_cut_and_every_byte_alone() -> None:
    for at in range(len(TRICKY) + 1):
        assert read(EventStream(), [TRICKY[:at], b"", TRICKY[at:]]) == EVENTS
    assert read(EventStream(), [TRICKY[at : at + 1] for at in range(len(TRICKY))]) == EVENTS


@given(
    text=st.lists(st.sampled_from([b"data: a", b"data:", b":", b"x", b"\r", b"\n", b"\r\n", b"\n\n"])), data=st.data()
)
def test_nothing_depends_on_how_the_bytes_are_cut(text: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(text)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)))))
    edges = [0, *cuts, len(whole)]
    pieces = [whole[start:end] for start, end in pairwise(edges)]
    one, many = EventStream(), EventStream()
    assert read(one, [whole]) == read(many, pieces)
    assert one.end() == many.end()


@pytest.mark.parametrize(
    ("whole", "last"), [(b"data: x", b"x"), (b"data: x\n", b"x"), (b"data: x\n\n", None), (b": c", None), (b"", None)]
)
def test_the_event_that_a_stream_ended_in(whole: bytes, last: bytes | None) -> None:
    stream = EventStream()
    stream.feed(whole)
    assert stream.end() == last


@pytest.mark.parametrize(
    "hostile",
    [
        [b"data: " + b"x" * 2_000 + b"\n\n"],
        [b"data: " + b"x" * 2_000],
        [b"x" * 500] * 4,
        [b"data: " + b"x" * 500 + b"\n"] * 4,
        [b"y" * 2_000 + b"\n"],
        [b"\n" + b"z" * 2_000, b"\n"],
    ],
)
def test_long_lines_and_events_are_refused(hostile: list[bytes]) -> None:
    with pytest.raises(TooLong, match="1000 bytes"):
        read(EventStream(1_000), hostile)


def test_the_bound_is_on_one_event_and_not_on_the_stream() -> None:
    stream = EventStream(1_000)
    assert len(read(stream, [b"data: " + b"x" * 900 + b"\n\n"] * 50)) == 50
