"""Orders, and what came of them. Programs of the tests import it too: nothing here needs Django."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ide.wire.run_shapes import Terminal
from tests.workers.limits import LIMITS, PATIENCE
from workers.sandboxes.sandbox import Ended, Order, Report, Sandbox, Talk, Text


def order(
    command: str | Sequence[str],
    files: Mapping[str, bytes] | None = None,
    terminal: Terminal | None = None,
    modules: Mapping[str, bytes] | None = None,
    talk: bool = False,
    most_files: int = LIMITS.files,
    **limits: float,
) -> Order:
    """An order; a `command` that is one string is a Python program."""
    words = ["python", "-c", command] if isinstance(command, str) else command
    return Order(
        files or {}, words, LIMITS.model_copy(update={**limits, "files": most_files}), terminal, modules or {}, talk
    )


@dataclass
class Transcript:
    """What a sandbox has said so far."""

    text: str = ""
    reports: list[bytes] = field(default_factory=list)
    talk: list[bytes] = field(default_factory=list)
    ended: Ended | None = None

    def follow(self, sandbox: Sandbox) -> Transcript:
        """Read one piece, which must come."""
        match sandbox.read(PATIENCE):
            case Text(text=text):
                self.text += text
            case Report(line=line):
                self.reports.append(line)
            case Talk(line=line):
                self.talk.append(line)
            case Ended() as ended:
                self.ended = ended
            case None:
                raise AssertionError(f"nothing came any more after {self}")
        return self

    def until(self, sandbox: Sandbox, words: str) -> Transcript:
        """Read until the program has said `words`."""
        while words not in self.text:
            assert self.ended is None, f"{words!r} was never said: {self}"
            self.follow(sandbox)
        return self

    def to_the_end(self, sandbox: Sandbox) -> Ended:
        """Read until nothing can follow."""
        while self.ended is None:
            self.follow(sandbox)
        return self.ended


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until `condition` answers something true, and fail if it does not come to that."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{condition} did not come true"
        time.sleep(0.01)


def processes_with(words: str) -> list[int]:
    """Processes of the host, sandboxed ones too, whose command line holds `words`."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if words.encode() in line:
                found.append(int(folder.name))
    return found
