"""The seam between runs and whatever isolates them.

A backend starts an order and hands back a sandbox; the sandbox is read piece by piece until it has ended. Bubblewrap is
the backend that ships; a microkernel or a pool of warm interpreters would stand behind the same two protocols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType
from typing import Protocol, Self

from ide.wire.shapes import RunLimits, Terminal


def in_words(count: int) -> str:
    """Bytes for people: 512 MB, 1.5 GB."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} bytes"


class Refused(Exception):
    """The sandbox was not set up, and nothing of the order was executed. The text is one line for people."""


@dataclass(frozen=True)
class Order:
    """What to execute.

    `files` become the working folder, path → content. With a `terminal` the program has one of that size, otherwise
    pipes. `reporter` is the source of a module the program may import as `sparkroom_reporter`; it has a pipe of its
    own, whose descriptor stands in SPARKROOM_REPORT, and each line written there is handed out as a `Report`.
    """

    files: Mapping[str, bytes]
    command: Sequence[str]
    limits: RunLimits
    terminal: Terminal | None = None
    reporter: bytes | None = None


@dataclass(frozen=True)
class Text:
    """More output, at most 64 KiB; errors and output in the order in which they were written."""

    text: str


@dataclass(frozen=True)
class Report:
    """One line of the reporter's pipe, without its end, as the program wrote it: hostile."""

    line: bytes


class Cause(Enum):
    """Why a sandbox ended."""

    EXITED = auto()
    LIMIT = auto()
    KILLED = auto()
    REFUSED = auto()


@dataclass(frozen=True)
class Ended:
    """The last piece. Every process of the sandbox is gone.

    `exit_code` is the program's (128 + signal if one ended it), None unless it ended by itself. `reason` says which
    limit was hit, or why the sandbox could not be set up. `truncated`: there was more output than was handed out.
    """

    cause: Cause
    exit_code: int | None
    reason: str | None
    truncated: bool
    seconds: float


Piece = Text | Report | Ended


class Sandbox(Protocol):
    """One order being executed. `write`, `resize` and `kill` may be called from any thread, also after the end."""

    def read(self, timeout: float) -> Piece | None:
        """The next piece, or None if there was none for `timeout` seconds. Nothing follows `Ended`."""
        ...

    def write(self, data: str) -> bool:
        """Type into the program; on pipes, U+0004 ends its input. False if it has not taken what came before."""
        ...

    def resize(self, terminal: Terminal) -> None:
        """Give the program's terminal, if it has one, another size."""
        ...

    def kill(self) -> None:
        """End every process at once."""
        ...

    def close(self) -> None:
        """Kill, wait until all is gone, and give back every descriptor."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class SandboxBackend(Protocol):
    """A way to isolate programs."""

    def availability(self) -> str | None:
        """None if sandboxes can be set up here exactly as required, else "not available here: …" in one line."""
        ...

    def start(self, order: Order) -> Sandbox:
        """Execute an order. Raises `Refused` if the sandbox cannot be set up; it never does with less."""
        ...
