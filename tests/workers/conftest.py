"""Real sandboxes for the tests of the workers: nothing here stands in for bubblewrap, Redis or pytest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ide.engines.bus import WorkerBus
from ide.wire.run_shapes import Terminal
from tests.workers.limits import LIMITS, PATIENCE
from tests.workers.room import HeardRoom
from workers.runner import Runner
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.groups import Groups
from workers.sandboxes.sandbox import Ended, Order, Report, Sandbox, Talk, Text
from workers.sandboxes.toolchain import Toolchain, install, locate


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


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    found = locate()
    install(found)
    return found


@pytest.fixture(scope="session")
def backend(toolchain: Toolchain) -> Bubblewrap:
    bubblewrap = Bubblewrap(toolchain)
    assert bubblewrap.availability() is None
    return bubblewrap


@pytest.fixture(params=["control groups", "no control groups"])
def either_backend(request: pytest.FixtureRequest, toolchain: Toolchain, backend: Bubblewrap) -> Bubblewrap:
    """With the machine's control groups, where the tests may make any, and as if they might not."""
    return backend if request.param == "control groups" else Bubblewrap(toolchain, groups=Groups([]))


@pytest.fixture(scope="module")
def bus(redis_url: str) -> Iterator[WorkerBus]:
    bus = WorkerBus(redis_url)
    yield bus
    bus.close()


@pytest.fixture(scope="module")
def runner(backend: Bubblewrap, bus: WorkerBus) -> Runner:
    runner = Runner(backend, bus, "worker")
    runner.prepare()
    return runner


@pytest.fixture
def room(redis_url: str) -> Iterator[HeardRoom]:
    with HeardRoom(redis_url) as room:
        yield room


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
