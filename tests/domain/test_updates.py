"""Updates are looked at before they are merged."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment

from ide.domain.updates import BadUpdate, count_types


def test_everything_that_yjs_writes_is_understood() -> None:
    doc: Doc[Any] = Doc()
    root: Map[Any] = doc.get("files", type=Map)
    root["a"] = Map({"path": "é", "text": Text("é😀")})
    root["values"] = [1.5, 2.0**60, -3.0, True, None, "x", b"bytes", {"a": [1.0, {"b": ""}]}]
    root["list"] = Array([Text("x"), Map()])
    root["xml"] = XmlFragment([XmlElement("p", {"class": "x"})])
    root["doc"] = Doc()
    text = root["a"]["text"]
    text.format(0, 2, {"bold": True})
    text.insert_embed(0, {"image": "x"})
    del text[1:3]
    del root["list"]
    assert count_types(doc.get_update()) >= 4


def test_types_are_counted() -> None:
    doc: Doc[Any] = Doc()
    doc.get("files", type=Map)["a"] = Map({"path": "x", "text": Text("y")})
    assert count_types(doc.get_update()) == 2


@pytest.mark.parametrize(
    "update",
    [
        b"",
        b"\x01",
        b"\xff" * 12,
        b"\x01\x01\x01\x00\x04\x01\x01a\x05ab",
        b"\x01\x01\x01\x00\x1f\x01\x01a",
        b"\x01\x01\x01\x00\x07\x01\x01a\x63",
        b"\x01\x01\x01\x00\x07\x00\x01\x00\x01\x00",  # a map inside itself: reading it killed the process
        b"\x01\x01\x01\x00\x08\x01\x01a\x01\x01",
        b"\x01\x8f\xff\xff\x0f\x01\x00" + b"\x00\x01" * 300_000,
    ],
)
def test_what_is_none_is_refused(update: bytes) -> None:
    with pytest.raises(BadUpdate):
        count_types(update)
