"""Relative positions mean the same to Yjs as to us, whatever letters stand before them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text

from ide.live.positions import anchor, behind, decode_range, encode


def document(content: str, client_id: int = 7) -> Text:
    """A text in a document of its own. The text itself has clock 0, so its first letter has clock 1."""
    doc: Doc[Any] = Doc(client_id=client_id)
    files: Map[Any] = doc.get("files", type=Map)
    files["text"] = Text(content)
    text: Text = files["text"]
    return text


def test_what_is_typed_is_counted_in_utf16_units_as_yjs_does() -> None:
    text = document("é😀")
    with text.doc.transaction():
        text.insert(2, "漢😀")
        assert behind(text, 2, "漢😀") == {"item": {"client": 7, "clock": 6}, "assoc": -1}
        text.insert(9, "xy\n")
        assert behind(text, 9, "xy") == {"item": {"client": 7, "clock": 8}, "assoc": -1}


def test_an_anchor_changes_nothing_that_can_be_seen() -> None:
    text = document("é😀")
    seen: list[object] = []
    text.observe(lambda event: seen.extend(event.delta))  # type: ignore[attr-defined]
    with text.doc.transaction():
        assert anchor(text, 2) == {"item": {"client": 7, "clock": 4}, "assoc": 0}
    assert (str(text), seen) == ("é😀", [])


def test_a_position_of_another_document_is_none() -> None:
    other = document("a much longer text than the other")
    with other.doc.transaction():
        position = encode(anchor(other, 30))
    with pytest.raises(ValueError, match="not one of this document"):
        decode_range(document("short"), position, position)


CONTENT = st.text("aé漢😀\n", max_size=12)


@settings(max_examples=200, deadline=None)
@given(CONTENT, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), CONTENT), max_size=6), st.data())
def test_a_range_comes_back_and_follows_its_letters(
    content: str, edits: list[tuple[int, int, str]], data: st.DataObject
) -> None:
    text = document(content)
    for at, length, inserted in edits:
        now = str(text)
        start = len(now[:at].encode())
        del text[start : start + len(now[at : at + length].encode())]
        text.insert(start, inserted)
    now = str(text)
    first = data.draw(st.integers(0, len(now)))
    last = data.draw(st.integers(first, len(now)))
    edges = len(now[:first].encode()), len(now[:last].encode())
    with text.doc.transaction():
        end, start_ = encode(anchor(text, edges[1])), encode(anchor(text, edges[0]))
    assert decode_range(text, start_, end) == edges

    copy: Doc[Any] = Doc(client_id=8)
    copy.apply_update(text.doc.get_update())
    text = copy.get("files", type=Map)["text"]
    if edges[0] > 0:
        text.insert(0, "é漢")
        edges = edges[0] + 5, edges[1] + 5
        assert decode_range(text, start_, end) == edges
    if last - first > 1:
        text.insert(edges[0] + len(now[first].encode()), "漢")
        edges = edges[0], edges[1] + 3
        assert decode_range(text, start_, end) == edges
    del text[edges[0] : edges[1]]
    assert decode_range(text, start_, end) == (edges[0], edges[0])
