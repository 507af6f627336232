"""The seam between runs and whatever isolates them.

A backend starts an order and hands back a sandbox; the sandbox is read piece by piece until it has ended. Bubblewrap is
the backend that ships; a microkernel or a pool of warm interpreters would stand behind the same two protocols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType, TracebackType
from typing import Protocol, Self

from ide.wire.run_shapes import RunLimits, Terminal


def in_words(count: int) -> str:
    """Bytes for people: 512 MB, 1.5 GB."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} bytes"


def seconds_in_words(seconds: float) -> str:
    """A duration for people: 1.5 s, 30 s, 10 min."""
    if seconds > 60 and seconds % 60 == 0:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"


class Refused(Exception):
    """The sandbox was not set up, and nothing of the order was executed. The text is one line for people."""


@dataclass(frozen=True)
class Order:
    """What to execute.

    `files` become the working folder, path → content. With a `terminal` the program has one of that size, otherwise
    pipes. `modules` are source files of ours for the program's side, name → content: they lie read-only in the folder
    that SPARKROOM_TOOLS names, where Python finds them too, and have a pipe of their own, whose descriptor stands in
    SPARKROOM_REPORT; each line written there is handed out as a `Report`. With `talk` the program has a pair of pipes
    for a conversation in lines: "IN,OUT" in SPARKROOM_TALK are the descriptors that it reads and writes.
    """

    files: Mapping[str, bytes]
    command: Sequence[str]
    limits: RunLimits
    terminal: Terminal | None = None
    modules: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    talk: bool = False


@dataclass(frozen=True)
class Text:
    """More output, at most 64 KiB; errors and output in the order in which they were written."""

    text: str


@dataclass(frozen=True)
class Report:
    """One line of the reporter's pipe, without its end, as the program wrote it: hostile."""

    line: bytes


@dataclass(frozen=True)
class Talk:
    """One line of the conversation, without its end, as the program wrote it: hostile."""

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
    limit was hit, or why the sandbox could not be set up. `truncated`: there was more output than was handed out;
    `output_bytes` counts all of it. `seconds` are of the clock, `cpu_seconds` of the processors; `memory_bytes` is the
    most that all processes had together. `made` are the files of the working folder that the program made or changed,
    path → content; `left_out` counts those that are not among them, as they were too many, too large or no files that a
    room could hold.
    """

    cause: Cause
    exit_code: int | None
    reason: str | None
    truncated: bool
    seconds: float
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    output_bytes: int = 0
    made: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    left_out: int = 0


Piece = Text | Report | Talk | Ended


class Sandbox(Protocol):
    """One order being executed. All but `read` and `close` may be called from any thread, also after the end."""

    def read(self, timeout: float) -> Piece | None:
        """The next piece, or None if there was none for `timeout` seconds. Nothing follows `Ended`."""
        ...

    def write(self, data: str) -> bool:
        """Type into the program; on pipes, U+0004 ends its input. False if it has not taken what came before."""
        ...

    def tell(self, line: bytes) -> bool:
        """Send a line, without its end, into the conversation. False if too much waits, or there is none to hear it."""
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
