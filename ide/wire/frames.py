"""Binary frames of `/ws/rooms`: y-websocket's own protocol (types 0, 1, 3), and type 16 for `sparkroom.v1`.

A frame is a lib0 variable-length unsigned integer (its type) and a body. PROTOCOL.md has the rules by number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

EMPTY_UPDATE = b"\x00\x00"
# Of what is read on the event loop for its own sake; the text of a room has the room's own bounds.
AWARENESS_BYTES = 256_000
AWARENESS_CLIENTS = 1_000
JSON_BYTES = 1_000_000


class BadFrame(ValueError):
    """Bytes that are no frame of this protocol."""


class Type(IntEnum):
    """What a frame carries."""

    SYNC = 0
    AWARENESS = 1
    QUERY_AWARENESS = 3
    EVENT = 16


class Step(IntEnum):
    """What a sync frame carries: a state vector, what that vector lacks, or an update."""

    STATE_VECTOR = 0
    MISSING = 1
    UPDATE = 2


@dataclass(frozen=True, slots=True)
class Sync:
    """A frame of type 0."""

    step: Step
    data: bytes


@dataclass(frozen=True, slots=True)
class Presence:
    """What one Yjs client says of itself: JSON, or `null` once it is gone. A higher clock wins."""

    client: int
    clock: int
    state: str


@dataclass(frozen=True, slots=True)
class Awareness:
    """A frame of type 1."""

    clients: tuple[Presence, ...]


@dataclass(frozen=True, slots=True)
class QueryAwareness:
    """A frame of type 3."""


@dataclass(frozen=True, slots=True)
class Json:
    """A frame of type 16: one event or command, as JSON text."""

    text: str


Frame = Sync | Awareness | QueryAwareness | Json


def decode(frame: bytes, json_bytes: int = JSON_BYTES) -> Frame:
    """What a frame says. Raises BadFrame on anything else than one whole, known frame."""
    reader = _Reader(frame)
    kind = reader.number()
    decoded: Frame
    if kind == Type.SYNC:
        step = reader.number()
        if step not in (Step.STATE_VECTOR, Step.MISSING, Step.UPDATE):
            raise BadFrame(f"unknown sync step {step}")
        decoded = Sync(Step(step), reader.block())
    elif kind == Type.AWARENESS:
        inner = _Reader(reader.block(AWARENESS_BYTES))
        decoded = Awareness(tuple(_presence(inner) for _ in range(inner.count())))
        inner.end()
    elif kind == Type.QUERY_AWARENESS:
        decoded = QueryAwareness()
    elif kind == Type.EVENT:
        decoded = Json(reader.text(json_bytes))
    else:
        raise BadFrame(f"unknown message type {kind}")
    reader.end()
    return decoded


def encode_sync(step: Step, data: bytes) -> bytes:
    """A frame of type 0."""
    return bytes((Type.SYNC, step)) + _number(len(data)) + data


def encode_awareness(clients: Iterable[Presence]) -> bytes:
    """A frame of type 1."""
    parts = []
    for presence in clients:
        state = presence.state.encode()
        parts.append(_number(presence.client) + _number(presence.clock) + _number(len(state)) + state)
    body = _number(len(parts)) + b"".join(parts)
    return bytes((Type.AWARENESS,)) + _number(len(body)) + body


def encode_json(text: str) -> bytes:
    """A frame of type 16."""
    data = text.encode()
    return bytes((Type.EVENT,)) + _number(len(data)) + data


def _presence(reader: _Reader) -> Presence:
    return Presence(reader.number(), reader.number(), reader.text())


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class _Reader:
    """Reads lib0's encodings off a buffer; raises BadFrame instead of reading past its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self) -> int:
        value = shift = 0
        while True:
            if self._at >= len(self._data):
                raise BadFrame("the frame ends early")
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 49:
                raise BadFrame("a number is too large")
        if value >= 1 << 53:
            raise BadFrame("a number is too large")
        return value

    def count(self) -> int:
        """A number of entries, each of which takes at least three bytes."""
        value = self.number()
        if value * 3 > len(self._data) - self._at:
            raise BadFrame("the frame ends early")
        if value > AWARENESS_CLIENTS:
            raise BadFrame("too many clients in one frame")
        return value

    def block(self, most: int | None = None) -> bytes:
        length = self.number()
        if most is not None and length > most:
            raise BadFrame(f"at most {most:,} bytes can be taken here")
        if length > len(self._data) - self._at:
            raise BadFrame("the frame ends early")
        self._at += length
        return self._data[self._at - length : self._at]

    def text(self, most: int | None = None) -> str:
        try:
            return self.block(most).decode()
        except UnicodeDecodeError:
            raise BadFrame("text that is not UTF-8") from None

    def end(self) -> None:
        if self._at != len(self._data):
            raise BadFrame("bytes after the end of the frame")
