"""One step of the set-up: what it does, when it is up to date, and what to say when it fails."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"
LOG = BUILD / "setup.log"
# Some installers say what is wrong first, others last.
LINES_AT_EACH_END = 15


class Failed(Exception):
    """A command that failed, or a thing that is missing; its text tells people more."""


@dataclass(frozen=True)
class Step:
    """Something to do once for each state of what it depends on."""

    doing: str
    mend: str
    """What people can do when it fails."""
    stamp: Path
    """Inside what the step makes, so that both go together."""
    fingerprint: Callable[[], str]
    """Of everything that the result depends on."""
    work: Callable[[], None]

    def do(self) -> None:
        """Do it if it is not up to date. Ends the process, saying why, if it fails."""
        wanted = self.fingerprint()
        if self.stamp.is_file() and self.stamp.read_text() == wanted:
            return
        attempt(self.doing, self.mend, self.work)
        self.stamp.write_text(wanted)


def attempt(doing: str, mend: str, work: Callable[[], None]) -> None:
    """Do some work that people wait for. Ends the process, saying why, if it fails."""
    say(f"{doing} …")
    began = time.monotonic()
    try:
        work()
    except Failed as failure:
        raise SystemExit(f"{failure}\n{doing}: failed. {mend}") from None
    say(f"{doing}: done in {time.monotonic() - began:.0f} s")


def say(line: str) -> None:
    """One line for people."""
    print(line, flush=True)


def run(*command: str | Path, folder: Path = ROOT, environment: Mapping[str, str] | None = None) -> None:
    """Run a command, its output into the log. Raises Failed with both ends of it."""
    BUILD.mkdir(exist_ok=True)
    with LOG.open("ab") as log:
        began = log.tell()
        log.write(f"$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    if done.returncode:
        lines = LOG.read_bytes()[began:].decode(errors="replace").splitlines()
        if len(lines) > 2 * LINES_AT_EACH_END:
            lines[LINES_AT_EACH_END:-LINES_AT_EACH_END] = [f"… ({LOG} has all of it)"]
        raise Failed("\n".join(lines))


def digest(paths: Iterable[Path], *more: str) -> str:
    """A fingerprint of files, by name and content, and of words."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    total.update("\n".join(more).encode())
    return total.hexdigest()


@contextmanager
def alone() -> Iterator[None]:
    """One set-up of this checkout at a time: a second one waits."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is setting up this checkout; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
