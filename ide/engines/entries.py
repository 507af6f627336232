"""What processes say to each other: entries in a web process's inbox, which is a Redis Stream.

An entry is of one room and carries frames as the room's socket has them, so that text, presence and events cross
between processes in the very form in which they go to members.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_LENGTH = struct.Struct(">I")


class Kind(StrEnum):
    """Why an entry is sent."""

    FRAMES = "frames"
    """What happened in the sender's part of the room."""
    HELLO = "hello"
    """What the sender has; asks for what it lacks."""
    ANSWER = "answer"
    """The same, with what the asker lacks."""
    LEVEL = "level"
    """Asks for LEVELLED, which comes after everything that the asked one has merged so far."""
    LEVELLED = "levelled"
    RIGHTS = "rights"
    """Who may do what was changed in the database."""
    LEFT = "left"
    """The sender holds the room no more."""
    DELETED = "deleted"
    """The room is gone for good."""
    CALL = "call"
    """A member's command that only the receiver can carry out."""
    RETURN = "return"
    """What became of it."""
    EVENT = "event"
    """From a worker: one event."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`number` counts what `sender` sent to this inbox about this room, from 1; workers do not count (0)."""

    room: str
    sender: str
    number: int
    kind: Kind
    frames: tuple[bytes, ...] = ()

    def fields(self) -> dict[Any, Any]:
        """As a stream's entry has them."""
        packed = b"".join(_LENGTH.pack(len(frame)) + frame for frame in self.frames)
        return {"room": self.room, "sender": self.sender, "number": self.number, "kind": self.kind.value, "f": packed}


def read_entry(fields: dict[bytes, bytes]) -> Entry:
    """The entry with these fields. Raises KeyError, ValueError or struct.error if they are none."""
    return Entry(
        room=fields[b"room"].decode(),
        sender=fields[b"sender"].decode(),
        number=int(fields[b"number"]),
        kind=Kind(fields[b"kind"].decode()),
        frames=tuple(_unpack(fields[b"f"])),
    )


def _unpack(packed: bytes) -> Iterable[bytes]:
    at = 0
    while at < len(packed):
        (length,) = _LENGTH.unpack_from(packed, at)
        at += _LENGTH.size
        yield packed[at : at + length]
        at += length
