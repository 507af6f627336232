"""Places in a text that keep their meaning while others write: Yjs relative positions.

A relative position names a character by its client and a clock that counts UTF-16 units. pycrdt 0.14.13 counts UTF-8
bytes from the start of the item that holds the character: behind a letter outside ASCII its positions mean another
place to every Yjs client, and lead to a panic where there is no such character. At the first character of an item it is
right, and a new insertion is an item of its own until its transaction ends. So positions are taken there: of what was
typed just now, or of a character that is put in and taken out again, and is nothing but a place from then on.
"""

from __future__ import annotations

from typing import Any

from pycrdt import Assoc, StickyIndex, Text

from ide.domain.units import utf16_length
from ide.domain.updates import read_state_vector

Position = dict[str, Any]


def anchor(text: Text, byte_at: int) -> Position:
    """A position at byte `byte_at`, for good. Inside a transaction alone; nobody sees a change.

    What somebody inserts right there later may come to stand on either side of it.
    """
    text.insert(byte_at, "|")
    client, clock = _first_item(text, byte_at)
    del text[byte_at : byte_at + 1]
    return {"item": {"client": client, "clock": clock}, "assoc": 0}


def behind(text: Text, byte_at: int, typed: str) -> Position:
    """The position right behind `typed`, which was inserted at `byte_at` in the transaction that is still open."""
    client, clock = _first_item(text, byte_at)
    return {"item": {"client": client, "clock": clock + utf16_length(typed) - 1}, "assoc": -1}


def encode(position: Position) -> bytes:
    """A position in Yjs's binary form."""
    return StickyIndex.from_json(position).encode()


def decode_range(text: Text, start: bytes, end: bytes) -> tuple[int, int]:
    """Where the range between two encoded anchors stands now, in bytes. Empty bytes mean an end of the text.

    Raises `ValueError` if they are not of `text`'s document. Only for the very text in which they were taken: pycrdt
    panics over those of one that is gone.
    """
    known = read_state_vector(text.doc.get_state())
    first = _resolve(text, start, known) if start else 0
    last = _resolve(text, end, known) if end else len(text)
    return first, max(first, last)


def clock_of(encoded: bytes) -> tuple[int, int]:
    """The client and the clock of the letter at which an encoded anchor was taken."""
    item = StickyIndex.decode(encoded).to_json()["item"]
    return item["client"], item["clock"]


def place_of(text: Text, client: int, clock: int) -> int | None:
    """At which byte the item stands that begins with that letter. None if it does not stand in `text`."""
    position = {"item": {"client": client, "clock": clock}, "assoc": 0}
    at = StickyIndex.decode(encode(position), text).get_index()
    # A position is looked up in its own text, whichever one was asked.
    return at if at < len(text) and _first_item(text, at) == (client, clock) else None


def _resolve(text: Text, encoded: bytes, known: dict[int, int]) -> int:
    position = StickyIndex.decode(encoded, text)
    item = position.to_json().get("item")
    # pycrdt panics over a character that the document does not have.
    if item is None or item["clock"] >= known.get(item["client"], 0):
        raise ValueError("The position is not one of this document.")
    return position.get_index()


def _first_item(text: Text, byte_at: int) -> tuple[int, int]:
    item = text.sticky_index(byte_at, Assoc.AFTER).to_json()["item"]
    return item["client"], item["clock"]
