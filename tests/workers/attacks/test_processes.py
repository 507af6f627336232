"""Too many processes, processes that do not want to end, and other people's processes."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.workers.attacks.conftest import Changes, Loosened, made, with_tools
from tests.workers.transcript import Transcript, order, processes_with, wait_until
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.groups import Groups
from workers.sandboxes.sandbox import Cause
from workers.sandboxes.spawner import ORDINARY_ID

WITHOUT_OWN_PROCESSES: Changes = {
    ("--unshare-pid",): (),
    # Only a process namespace of its own may have its /proc mounted.
    ("--proc", "/proc"): ("--ro-bind", "/proc", "/proc"),
}


@pytest.fixture
def mark() -> Iterator[str]:
    """What the command lines of an attack hold. Whatever is left of it is killed."""
    words = secrets.token_hex()
    yield words
    for process in processes_with(words):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    wait_until(lambda: not processes_with(words))


@pytest.fixture
def victim() -> Iterator[int]:
    """A process of the host that belongs to the very user whom the kernel sees behind the sandbox."""
    own = ORDINARY_ID if os.geteuid() == 0 else None
    with subprocess.Popen(
        ["/bin/sleep", "60"], user=own, group=own, extra_groups=None if own is None else []
    ) as process:
        yield process.pid
        process.kill()


FORTY_FORKS = """
import signal
count = 0
try:
    for _ in range(40):
        if os.fork() == 0:
            signal.pause()
        count += 1
finally:
    print(count)"""


def test_a_fork_bomb_is_stopped_by_the_limit_on_processes(backend: Bubblewrap) -> None:
    attack = made(backend, FORTY_FORKS, processes=20)
    assert "BlockingIOError: [Errno 11] Resource temporarily unavailable" in attack.text
    assert int(attack.text.split()[0]) < 20
    assert made(backend, FORTY_FORKS, processes=64).told == 40


def test_nothing_of_an_endless_fork_bomb_stays(backend: Bubblewrap, mark: str) -> None:
    bomb = f"""
mark = {mark!r}
while True:
    try: os.fork()
    except OSError: pass"""
    attack = made(backend, bomb, seconds=1)
    assert (attack.ended.cause, attack.ended.exit_code) == (Cause.LIMIT, None)
    assert not processes_with(mark)


def test_threads_count_as_processes(backend: Bubblewrap) -> None:
    program = """
import threading
threading.stack_size(65536)
stop, threads, refused = threading.Event(), [], None
for _ in range(40):
    threads.append(threading.Thread(target=stop.wait))
    try: threads[-1].start()
    except RuntimeError as error:
        refused = str(error)
        break
stop.set()
tell([len(threads), refused])"""
    count, refused = made(backend, program, processes=20).told
    assert count < 20 and refused == "can't start new thread"
    assert made(backend, program, processes=64).told == [40, None]


def test_the_limit_on_processes_cannot_be_raised(backend: Bubblewrap) -> None:
    program = """
import resource
tell([attempt(resource.setrlimit, getattr(resource, f"RLIMIT_{name}"), (-1, -1))
    for name in ("NPROC", "NOFILE", "FSIZE", "CPU", "MEMLOCK", "DATA", "AS")]
    + [attempt(os.nice, -1), attempt(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))])"""
    # setrlimit(2) names raised limits differently through Python.
    assert set(made(backend, program).told) <= {"ValueError", "EPERM"}


def test_the_hosts_processes_can_be_neither_seen_nor_ended(
    backend: Bubblewrap, loosened: Loosened, victim: int
) -> None:
    program = f"""
tell([attempt(os.kill, {victim}, 0), attempt(os.stat, "/proc/{victim}"), attempt(os.pidfd_open, {victim})])"""
    assert made(backend, program).told == ["ESRCH", "ENOENT", "ESRCH"]
    assert made(loosened(WITHOUT_OWN_PROCESSES), program).told == ["done"] * 3


def test_the_hosts_processes_cannot_be_traced(backend: Bubblewrap, unfiltered: Bubblewrap, victim: int) -> None:
    attach, read = 16, 310
    program = f"""
other = os.fork()
if other == 0:
    import signal; signal.pause()
tell([attempt(system_call, 101, {attach}, process, 0, 0) for process in ({victim}, other)]
    + [attempt(system_call, {read}, other, None, 0, None, 0, 0)])
os.kill(other, 9)"""
    assert made(backend, program).told == ["EPERM"] * 3
    # Without the filter the process namespace still hides the host's; its own it may trace then.
    assert made(unfiltered, program).told == ["ESRCH", "done", "done"]


def test_ignored_signals_end_nothing_but_the_kill_does(backend: Bubblewrap, mark: str) -> None:
    program = f"""
mark = {mark!r}
import signal
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT): signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGUSR1}})
os.fork()
print("ready")
signal.sigwait({{signal.SIGUSR1}})
print("still here")
while True: signal.pause()"""
    transcript = Transcript()
    with backend.start(order(*with_tools(program))) as sandbox:
        while transcript.text.count("ready") < 2:
            transcript.follow(sandbox)
        for process in processes_with(mark):
            if Path(f"/proc/{process}/exe").resolve().name.startswith("python"):
                os.kill(process, signal.SIGTERM)
                os.kill(process, signal.SIGUSR1)
        while transcript.text.count("still here") < 2:
            transcript.follow(sandbox)
        sandbox.kill()
        assert transcript.to_the_end(sandbox).cause is Cause.KILLED
    assert not processes_with(mark)


def test_a_daemon_ends_with_the_program(backend: Bubblewrap, loosened: Loosened, mark: str) -> None:
    program = f"""
mark = {mark!r}
import signal
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(write, b"x")
        for descriptor in (0, 1, 2): os.close(descriptor)
        signal.pause()
    os._exit(0)
os.wait()
os.read(read, 1)
print("gone")"""
    assert made(backend, program).text == "gone\n"
    assert not processes_with(mark)
    # A control group ends it as well.
    assert made(loosened(WITHOUT_OWN_PROCESSES, groups=Groups([])), program).text == "gone\n"
    assert processes_with(mark)


WORKER = """
import json, sys
from tests.workers.attacks.conftest import with_tools
from tests.workers.transcript import (Transcript, order)
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.toolchain import locate
sandbox = Bubblewrap(locate(), sys.argv[1] or None).start(order(*with_tools(sys.argv[2])))
transcript = Transcript().until(sandbox, "ready")
print(json.dumps(transcript.text), flush=True)
sys.stdin.read()
"""


def said_before_its_worker_was_killed(program: str, bubblewrap: str = "") -> str:
    """Start `program` by a worker of its own, which is killed when it says "ready"."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, bubblewrap, program],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout
        said = str(json.loads(worker.stdout.readline()))
        worker.kill()
    return said


def sandboxed(mark: str) -> list[int]:
    """The marked processes that are neither a worker nor the outer bubblewrap."""
    return [process for process in processes_with(mark) if len(namespaced(process)) > 1]


def namespaced(process: int) -> list[str]:
    """What a process is called, from the host's process namespace down to its own."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return next(line.split()[1:] for line in lines if line.startswith("NSpid:"))


def test_a_program_ends_with_its_worker(backend: Bubblewrap, loosened: Loosened, mark: str) -> None:
    program = f"mark = {mark!r}\nimport signal\nprint('ready')\nwhile True: signal.pause()"
    said_before_its_worker_was_killed(program)
    wait_until(lambda: not processes_with(mark))
    said_before_its_worker_was_killed(program, loosened.program({("--die-with-parent",): ()}))
    assert sandboxed(mark)


TAKE_OVER_THE_FIRST_PROCESS = """
mark = {mark!r}
import signal
# prctl(PR_SET_PDEATHSIG, 0), then pause() for ever.
code = bytes.fromhex("b89d000000bf0100000031f60f05b8220000000f05ebf7")
def overwrite():
    where = int(open("/proc/1/syscall").read().split()[-1], 16)
    with open("/proc/1/mem", "r+b", buffering=0) as memory:
        memory.seek(where)
        memory.write(code)
went = attempt(overwrite)
# An orphan's end wakes it up.
if os.fork() == 0:
    os.fork() == 0 or os._exit(0)
    os._exit(0)
os.wait()
if went == "done":
    while not open("/proc/1/syscall").read().startswith("34 "): pass
print(went, "ready")
while True: signal.pause()"""


def test_a_program_cannot_rewrite_the_process_that_would_end_it(
    backend: Bubblewrap, loosened: Loosened, mark: str
) -> None:
    program = TAKE_OVER_THE_FIRST_PROCESS.format(mark=mark)
    said = said_before_its_worker_was_killed(program)
    wait_until(lambda: not processes_with(mark))
    assert said.startswith("EROFS ready")
    said = said_before_its_worker_was_killed(program, loosened.program({("--remount-ro", "/proc"): ()}))
    assert said.startswith("done ready")
    assert sandboxed(mark)
