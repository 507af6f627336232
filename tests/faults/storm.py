"""Runs of every kind at once: what each is, how it may end, and what must not be left of it."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.stack import Stack
from workers.sandboxes.spawner import ORDINARY_ID

LOST = {"the worker stopped answering", "the worker was stopped"}
# Nothing of a run may be found under these once it is over.
SHARED_FOLDERS = (Path("/tmp"), Path("/dev/shm"))  # noqa: S108
HELD = ("pipe:", "anon_inode:[eventfd]", "/memfd:", "/dev/ptmx", "/dev/pts/")


@dataclass(frozen=True)
class Kind:
    """`asked` is the run as it is asked for, `{mark}` in it a word that none of its processes can hide."""

    name: str
    asked: Mapping[str, Any]
    state: str
    reason: str | None = None
    """A word of it, if there must be one."""
    typed: str | None = None
    endless: bool = False
    """It goes on until a limit or a person ends it."""


def _python(name: str, program: str, state: str = "passed", **more: Any) -> Kind:
    return Kind(name, {"command": ["python", "-c", f"mark = '{{mark}}'\n{program}"]}, state, **more)


KINDS = (
    _python("program", "print('hello')"),
    _python("failing program", "raise SystemExit(3)", "failed"),
    _python("sleeper", "import time; time.sleep(2); print('woke up')"),
    _python("stuck", "import time; time.sleep(600)", "failed", reason="time", endless=True),
    _python("busy", "while True: pass", "failed", reason="time", endless=True),
    _python("flood", "while True: print('y' * 1000)", "failed", reason="limit", endless=True),
    _python("hog", "kept = [bytearray(10**7) for _ in iter(int, 1)]", "failed"),
    _python("children", "import os, time\nfor _ in range(9):\n if not os.fork(): time.sleep(600)\nprint('gone')"),
    Kind("node", {"command": ["node", "-e", "console.log('{mark}')"]}, "passed"),
    Kind("tests", {"tests": True}, "failed"),
    Kind(
        "terminal",
        {"command": ["python", "-c", "print('{mark}', input('who? '))"], "terminal": {"columns": 80, "rows": 24}},
        "passed",
        typed="Ann\r",
    ),
    Kind(
        "idle terminal",
        {"command": ["sh", "-c", "cat # {mark}"], "terminal": {"columns": 80, "rows": 24}},
        "failed",
        reason="limit",
        endless=True,
    ),
)


@dataclass
class Asked:
    """One run of the storm."""

    kind: Kind
    room: dict[str, Any]
    id: str = ""
    stopped: bool = False
    interrupted: bool = False
    """Its worker may have been killed while it ran."""
    mark: str = field(default_factory=lambda: f"storm{secrets.token_hex(6)}")

    @property
    def body(self) -> dict[str, Any]:
        """What is sent."""
        command = self.kind.asked.get("command")
        marked = {"command": [word.replace("{mark}", self.mark) for word in command]} if command else {}
        return {**self.kind.asked, **marked}

    def check(self, run: Mapping[str, Any]) -> None:
        """Assert that the run ended as it may."""
        told = f"{self.kind.name}: {run['state']}, {run['reason']!r}, exit code {run['exit_code']}"
        allowed = {self.kind.state}
        if self.stopped:
            allowed.add("stopped")
        if self.interrupted:
            allowed.add("lost")
        assert run["state"] in allowed, told
        if run["state"] == "lost":
            assert run["reason"] in LOST, told
        elif run["state"] == self.kind.state and self.kind.reason:
            assert self.kind.reason in (run["reason"] or ""), told
        assert run["begun_at"] or run["state"] == "stopped", told


def workers(stack: Stack, queue: str = "runs") -> list[psutil.Process]:
    """The processes of a queue's workers, as far as they live."""
    children = psutil.Process(stack.pid).children()
    return [child for child in children if any(f"sparkroom-{queue}-" in word for word in words_of(child))]


def words_of(process: psutil.Process) -> list[str]:
    """The words of a process's command; none once it has ended, collected or not."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def marked(asked: list[Asked]) -> Iterator[str]:
    """The processes of these runs, in words."""
    marks = [run.mark for run in asked]
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if any(mark in line for mark in marks):
            yield f"{process.pid} {line[:200]}"


def mounts() -> set[str]:
    """What is mounted here."""
    return set(Path("/proc/self/mounts").read_text().splitlines())


def files() -> set[Path]:
    """Files of the sandboxes' user in the folders that everybody may write."""
    found = set()
    for folder in SHARED_FOLDERS:
        for path in folder.iterdir():
            try:
                if path.lstat().st_uid == ORDINARY_ID:
                    found.add(path)
            except FileNotFoundError:
                continue
    return found


def groups(pids: set[int]) -> set[Path]:
    """Control groups that workers with these process ids made; those of their runs are below."""
    made = tuple(f"sparkroom-{pid}-" for pid in pids)
    return {
        Path(folder, name) for folder, names, _ in os.walk("/sys/fs/cgroup") for name in names if name.startswith(made)
    }


def groups_of_runs(pid: int) -> set[Path]:
    """Control groups of runs that a worker carries out."""
    return {path for group in groups({pid}) for path in group.iterdir() if path.is_dir()}


def held(process: psutil.Process) -> Counter[str]:
    """The descriptors of a worker that belong to its sandboxes, by what they are; its own are among them."""
    found: Counter[str] = Counter()
    for path in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            target = str(path.readlink())
        except FileNotFoundError:
            continue
        found.update(kind for kind in HELD if target.startswith(kind))
    return found
