"""Attacks that are really made, and sandboxes that lack exactly one measure, in which the same attacks work."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.workers.transcript import Transcript, order
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.groups import Groups
from workers.sandboxes.sandbox import Cause, Ended, SandboxBackend
from workers.sandboxes.toolchain import Toolchain

# Root repeats all of it as an ordinary user; anybody else is one.
collect_ignore = [] if os.geteuid() == 0 else ["test_ordinary_user.py"]

_HERE = Path(__file__).parent
_LOOSE = _HERE / "loose_bubblewrap.py"
_INSIDE = (_HERE / "inside.py").read_bytes()
_IMPORTS = "import os\nfrom inside import attempt, system_call, tell\n"

# Words of bubblewrap's command line, with None for any word → what stands there instead.
Changes = Mapping[tuple[str | None, ...], Sequence[str]]


@dataclass(frozen=True)
class Attack:
    """What became of an attack."""

    text: str
    reports: list[bytes]
    ended: Ended

    @property
    def told(self) -> Any:
        """What its program told, having ended as it should."""
        assert (self.ended.cause, self.ended.exit_code) == (Cause.EXITED, 0), self
        return json.loads(self.text)


def with_tools(program: str, files: Mapping[str, bytes] | None = None) -> tuple[str, dict[str, bytes]]:
    """A Python program and its files with the tools of `inside.py`."""
    return _IMPORTS + program, {"inside.py": _INSIDE, **(files or {})}


def made(
    backend: SandboxBackend, program: str | Sequence[str], files: Mapping[str, bytes] | None = None, **options: Any
) -> Attack:
    """Make an attack; a `program` that is one string is Python with the attackers' tools. `options` are `order`'s."""
    command: str | Sequence[str] = program
    if isinstance(program, str):
        command, files = with_tools(program, files)
    transcript = Transcript()
    with backend.start(order(command, files, **options)) as sandbox:
        ended = transcript.to_the_end(sandbox)
    return Attack(transcript.text, transcript.reports, ended)


@dataclass(frozen=True)
class Loosened:
    """Makes the shipped sandboxes without something: the same but for what is asked for."""

    toolchain: Toolchain
    folder: Path

    def program(
        self,
        changes: Changes | None = None,
        environment: Mapping[str, str] | None = None,
        in_the_open: bool = False,
        left_open: Sequence[str] = (),
    ) -> str:
        """A program that executes bubblewrap with `changes` to its arguments.

        `environment` is what bubblewrap is started with; `in_the_open`: its arguments stand in its command line;
        `left_open`: files that whoever starts it forgot to close.
        """
        place = Path(tempfile.mkdtemp(dir=self.folder))
        place.chmod(0o755)
        described = {
            "program": shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin"),
            "measures": list((changes or {}).items()),
            "environment": environment or {},
            "in_the_open": in_the_open,
            "left_open": left_open,
        }
        (place / "changes.json").write_text(json.dumps(described))
        program = place / _LOOSE.name
        program.write_text(f"#!{self.toolchain.interpreter} -IS\n{_LOOSE.read_text()}")
        program.chmod(0o755)
        return os.fspath(program)

    def __call__(
        self,
        changes: Changes | None = None,
        environment: Mapping[str, str] | None = None,
        in_the_open: bool = False,
        left_open: Sequence[str] = (),
        groups: Groups | None = None,
    ) -> Bubblewrap:
        """A backend that starts that program. See `program`; `groups` are the worker's, if not those it finds."""
        return Bubblewrap(self.toolchain, self.program(changes, environment, in_the_open, left_open), groups)


@pytest.fixture
def loosened(toolchain: Toolchain, open_folder: Path) -> Loosened:
    return Loosened(toolchain, open_folder)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter; pytest's own are for its user alone."""
    with tempfile.TemporaryDirectory(prefix="sparkroom-attacks-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def unfiltered(loosened: Loosened) -> Bubblewrap:
    """A sandbox whose programs may make every system call."""
    return loosened({("--seccomp", None): ()})
