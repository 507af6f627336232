"""Control groups: what the kernel keeps by itself, and that no group outlives its run or its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workers.limits import LIMITS
from tests.workers.transcript import Transcript, order
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.groups import Groups, Hierarchy
from workers.sandboxes.sandbox import Cause
from workers.sandboxes.toolchain import Toolchain
from workers.sandboxes.watchdog import Watchdog

WORKER = """
import sys
from tests.workers.transcript import (Transcript, order)
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.toolchain import locate
sandbox = Bubblewrap(locate()).start(order("print('ready', flush=True); input()"))
Transcript().until(sandbox, "ready")
print("ready", flush=True)
sys.stdin.read()
"""


def made_by(worker: int) -> list[Path]:
    """The groups of a worker and its runs."""
    return [folder for folder in Path("/sys/fs/cgroup").rglob(f"sparkroom-{worker}-*") if folder.is_dir()]


def test_a_run_leaves_no_group(backend: Bubblewrap) -> None:
    with backend.start(order("print('ready'); input()")) as sandbox:
        Transcript().until(sandbox, "ready")
        during = [list(folder.glob("run-*")) for folder in made_by(os.getpid())]
        assert all(during)
    assert not any(list(folder.glob("run-*")) for folder in made_by(os.getpid()))


@pytest.mark.parametrize("end", [signal.SIGKILL, None], ids=["killed", "left"])
def test_a_worker_leaves_no_group_and_a_killed_one_leaves_them_to_the_next(
    toolchain: Toolchain, end: signal.Signals | None
) -> None:
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout and worker.stdout.readline() == "ready\n"
        before = made_by(worker.pid)
        if end:
            worker.send_signal(end)
            worker.wait()
            assert made_by(worker.pid) == before
            Groups().make(LIMITS)
    assert made_by(worker.pid) == []


def test_the_kernel_itself_holds_a_run_to_its_memory(
    backend: Bubblewrap, toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not made_by(os.getpid()):
        return  # where no groups may be made, there is nothing to hold
    monkeypatch.setattr(Watchdog, "_judge_usage", lambda *_: None)
    program = "kept = [b'x' * 1_000_000 for _ in range(400)]"
    with backend.start(order(program, memory_bytes=100_000_000)) as sandbox:
        ended = Transcript().to_the_end(sandbox)
    assert (ended.cause, ended.reason) == (Cause.LIMIT, "memory limit of 100 MB")
    with Bubblewrap(toolchain, groups=Groups([])).start(order(program, memory_bytes=100_000_000)) as sandbox:
        assert Transcript().to_the_end(sandbox).cause is Cause.EXITED


def test_processes_are_moved_where_threads_cannot_enter(toolchain: Toolchain) -> None:
    """Version 2, without its controllers: the machine may have given them to version 1."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    roots = [Path(words[1]) for words in mounts if words[2] == "cgroup2" and os.access(words[1], os.W_OK)]
    for root in roots:
        own = root / f"sparkroom-tests-{os.getpid()}"
        backend = Bubblewrap(toolchain, groups=Groups([Hierarchy(root, own, frozenset(), unified=True)]))
        with backend.start(order("print('ready'); input()")) as sandbox:
            Transcript().until(sandbox, "ready")
            (run,) = own.glob("run-*")
            # Bubblewrap's two processes and the program.
            assert len((run / "cgroup.procs").read_text().split()) == 3
        own.rmdir()
