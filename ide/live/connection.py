"""What an open room knows of a socket: three methods and who is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ide.wire.codes import Close, Role


@dataclass(frozen=True, slots=True)
class Person:
    """Who is behind a request, and what they may do in this room. `generation` is their token's.

    `rights` says how often the rights in the room had changed when this was read; 0 where nobody but the token says it.
    """

    id: str
    name: str
    colour: str
    role: Role
    generation: int
    rights: int = 0


class Connection(Protocol):
    """A socket, as a room sees it. Neither method waits."""

    @property
    def speaks_events(self) -> bool:
        """True for clients that chose `sparkroom.v1`."""
        ...

    def send(self, frame: bytes) -> None:
        """Queue one frame."""
        ...

    def role_changed(self, role: Role) -> None:
        """The member may do something else from now on; their room already knows."""
        ...

    def close(self, code: Close, reason: str) -> None:
        """Close with a code and a reason in words. Frames already queued go out first."""
        ...
