"""What a dialect makes of a model's text: one stream of events for all of them.

A block is `Opened`, then for an edit its `Target`, then any number of `Typed`, then `Closed` or `Broken`. `Deleted`,
`Moved` and `Malformed` stand alone, as does `Prose`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Prose:
    """Text for the chat."""

    text: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A block that writes text begins. `hint` is the line, 1-based, near which an edit expects its old text."""

    kind: Literal["edit", "create"]
    path: str
    hint: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a patch says of a place besides its old text.

    The place stands below each of the lines `anchors`, one within the other, and below the place of the edit before it
    in the same file, unless it is the `first` there. If it is `last`, it reaches the file's end.
    """

    anchors: tuple[str, ...] = ()
    first: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The whole old text of an edit: its lines without their endings.

    Without lines it means an empty document, but in a patch the line below which the new text goes.
    """

    lines: tuple[str, ...]
    chunk: Chunk | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """More of the new text. Put together it consists of lines that each end with \\n."""

    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The open block is whole."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The open block is none, and nothing more comes of it. `ended`: because the stream ended inside it."""

    message: str
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """Remove the document at `path`."""

    path: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Give the document at `path` the path `to`."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A block without text, or one that lacks it, which cannot be carried out as it stands."""

    kind: Literal["edit", "delete", "move"]
    path: str
    message: str


Event = Prose | Opened | Target | Typed | Closed | Broken | Deleted | Moved | Malformed


class Dialect(Protocol):
    """Reads one stream. The events do not depend on how it was cut, but for where `Prose` and `Typed` are cut."""

    def feed(self, text: str) -> list[Event]:
        """What `text` adds. Holds back only what could still become a marker."""
        ...

    def finish(self, *, cut: bool = False) -> list[Event]:
        """The stream ended; `cut` if the answer was cut short. Nothing is fed afterwards."""
        ...
