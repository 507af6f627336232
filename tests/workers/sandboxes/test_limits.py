"""What a program may use, and that nothing of it outlives its end: each attack is really made."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ide.wire.run_shapes import Terminal
from tests.workers.limits import PATIENCE
from tests.workers.transcript import Transcript, order, processes_with, wait_until
from workers.sandboxes.arguments import HOME, SCRATCH, SHARED_MEMORY
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Cause, Ended, Order


def executed(backend: Bubblewrap, what: Order) -> tuple[str, Ended]:
    transcript = Transcript()
    with backend.start(what) as sandbox:
        ended = transcript.to_the_end(sandbox)
    return transcript.text, ended


def test_running_past_its_time(backend: Bubblewrap) -> None:
    text, ended = executed(backend, order("import time\nprint('on it')\ntime.sleep(60)", seconds=1))
    assert text == "on it\n"
    assert (ended.cause, ended.reason, ended.exit_code) == (Cause.LIMIT, "time limit of 1 s", None)
    assert 1 <= ended.seconds < 3


def test_output_over_the_limit_is_counted_and_the_program_goes_on(backend: Bubblewrap) -> None:
    text, ended = executed(backend, order("for _ in range(5): print('x' * 99_999)\nexit(3)", output_bytes=100_000))
    assert len(text) == 100_000
    assert (ended.cause, ended.exit_code, ended.reason) == (Cause.EXITED, 3, None)
    assert (ended.truncated, ended.output_bytes) == (True, 500_000)


@pytest.mark.parametrize("terminal", [None, Terminal(columns=80, rows=24)], ids=["pipe", "terminal"])
def test_endless_output_ends(backend: Bubblewrap, terminal: Terminal | None) -> None:
    text, ended = executed(backend, order(["yes"], output_bytes=10_000, terminal=terminal))
    assert len(text) == 10_000
    assert (ended.cause, ended.reason, ended.truncated) == (Cause.LIMIT, "output limit of 1 MB", True)
    assert ended.output_bytes > 1_000_000


def test_a_reader_of_endless_output_is_not_held_up(backend: Bubblewrap) -> None:
    with backend.start(order(["yes"], output_bytes=1_000_000)) as sandbox:
        pieces = [sandbox.read(0.0) for _ in range(200)]
    assert None in pieces


def test_more_processor_time_than_allowed(backend: Bubblewrap) -> None:
    _, ended = executed(backend, order("while True: pass", cpu_seconds=1))
    assert (ended.cause, ended.reason) == (Cause.LIMIT, "processor time limit of 1 s")
    assert ended.cpu_seconds >= 1


SPENDING = {
    "one after the other": """
import os
while True:
    if os.fork() == 0:
        sum(range(1_000_000))
        os._exit(0)
    os.wait()""",
    "beside each other": """
import os
for _ in range(4):
    if os.fork() == 0:
        while True: pass
os.wait()""",
    "collected by nobody": """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        sum(range(30_000_000))
        os._exit(0)
    time.sleep(0.2)""",
}


@pytest.mark.parametrize("program", SPENDING.values(), ids=SPENDING.keys())
def test_processor_time_is_that_of_all_processes(either_backend: Bubblewrap, program: str) -> None:
    _, ended = executed(either_backend, order(program, cpu_seconds=1, seconds=PATIENCE))
    assert (ended.cause, ended.reason) == (Cause.LIMIT, "processor time limit of 1 s")


def test_a_terminal_in_which_nothing_happens_ends(backend: Bubblewrap) -> None:
    screen = Terminal(columns=80, rows=24)
    _, ended = executed(backend, order("input()", terminal=screen, idle_seconds=1))
    assert (ended.cause, ended.reason) == (Cause.LIMIT, "idle limit of 1 s: nothing was typed or printed")
    program = "import time\nfor _ in range(8): print('.'); time.sleep(0.25)"
    _, ended = executed(backend, order(program, terminal=screen, idle_seconds=1))
    assert (ended.cause, ended.exit_code) == (Cause.EXITED, 0)


def test_what_was_used_is_told(either_backend: Bubblewrap) -> None:
    program = "import time; kept = b'x' * 100_000_000; time.sleep(0.3); del kept\nfor _ in range(9_999_999): pass"
    _, ended = executed(either_backend, order(program))
    assert 100_000_000 < ended.memory_bytes < 160_000_000
    assert 0.05 < ended.cpu_seconds < ended.seconds


def test_output_of_just_the_limit_is_all_there(backend: Bubblewrap) -> None:
    text, ended = executed(backend, order("import sys; sys.stdout.write('x' * 100_000)", output_bytes=100_000))
    assert len(text) == 100_000
    assert (ended.cause, ended.truncated) == (Cause.EXITED, False)


def test_one_allocation_far_over_the_limit_is_an_error_of_the_program(backend: Bubblewrap) -> None:
    text, ended = executed(backend, order("bytearray(4 << 30)"))
    assert "MemoryError" in text
    assert ended.exit_code == 1


MEMORY = {
    "one process": "kept = [b'x' * 1_000_000 for _ in range(400)]",
    "shared memory that no limit of a process counts": """
import mmap
kept = mmap.mmap(-1, 400_000_000)
for place in range(0, 400_000_000, 4096): kept[place] = 1""",
    "many processes": """
import os, time
for _ in range(8):
    if os.fork() == 0:
        kept = b'x' * 50_000_000
        time.sleep(60)
os.wait()""",
    "files in memory": """
for number in range(4):
    for folder in ("/tmp", "/home/u", "/dev/shm"):
        try:
            open(f"{folder}/{number}", "wb").write(bytes(30_000_000))
        except OSError:
            pass
import time; time.sleep(60)""",
}


@pytest.mark.parametrize("program", MEMORY.values(), ids=MEMORY.keys())
def test_more_memory_than_allowed(either_backend: Bubblewrap, program: str) -> None:
    _, ended = executed(either_backend, order(program, memory_bytes=100_000_000))
    assert (ended.cause, ended.reason) == (Cause.LIMIT, "memory limit of 100 MB")


def test_a_node_process_over_its_memory(backend: Bubblewrap) -> None:
    program = "const kept = []; for (;;) kept.push(Buffer.alloc(1e6, 1))"
    _, ended = executed(backend, order(["node", "-e", program], memory_bytes=200_000_000))
    assert (ended.cause, ended.reason) == (Cause.LIMIT, "memory limit of 200 MB")


def test_a_fork_bomb_stops_at_its_limit_and_nothing_of_it_stays(backend: Bubblewrap) -> None:
    mark = secrets.token_hex()
    program = f"""
import os, time
mark = {mark!r}
count = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        count += 1
except BlockingIOError:
    print(count)
    time.sleep(0.5)"""
    text, ended = executed(backend, order(program, processes=20))
    assert 10 <= int(text) < 20
    assert (ended.exit_code, ended.reason) == (0, "limit of 20 processes")
    wait_until(lambda: not processes_with(mark))


def test_a_fork_bomb_of_every_process_is_over_with_its_time(backend: Bubblewrap) -> None:
    mark = secrets.token_hex()
    program = f"""
mark = {mark!r}
import os
while True:
    try: os.fork()
    except OSError: pass"""
    _, ended = executed(backend, order(program, seconds=1))
    assert ended.reason == "time limit of 1 s"
    wait_until(lambda: not processes_with(mark))


def test_as_many_threads_as_processes_may_be_started(backend: Bubblewrap) -> None:
    program = """
import threading
go = threading.Barrier(51)
for _ in range(50): threading.Thread(target=go.wait).start()
go.wait()
print(threading.active_count() >= 1)"""
    text, ended = executed(backend, order(program))
    assert (text, ended.exit_code) == ("True\n", 0)


def test_threads_count_as_processes(backend: Bubblewrap) -> None:
    program = "import threading, time\nfor _ in range(100): threading.Thread(target=time.sleep, args=(60,)).start()"
    text, ended = executed(backend, order(program, processes=20, seconds=1))
    assert "can't start new thread" in text
    assert ended.reason == "time limit of 1 s"


FULL = (("64 MB", SCRATCH), ("64 MB", HOME), ("16.8 MB", SHARED_MEMORY))


def test_a_full_disk(backend: Bubblewrap) -> None:
    program = """
import errno
for folder in ("/tmp", "/home/u", "/dev/shm"):
    written = 0
    try:
        for number in range(100):
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                for _ in range(30):
                    written += file.write(bytes(1_000_000))
    except OSError as error:
        print(folder, written // 1_000_000, errno.errorcode[error.errno])
"""
    text, ended = executed(backend, order(program))
    assert (ended.cause, ended.exit_code) == (Cause.EXITED, 0)
    assert ended.reason in {f"limit of {size} of files in {folder}" for size, folder in FULL}
    sizes = {folder: int(size) for folder, size in re.findall(r"(\S+) (\d+) ENOSPC", text)}
    assert sizes.keys() == {SCRATCH, HOME, SHARED_MEMORY}
    assert sizes[SCRATCH] <= 68 and sizes[HOME] <= 68 and sizes[SHARED_MEMORY] <= 17


def test_one_file_too_large(backend: Bubblewrap) -> None:
    text, _ = executed(backend, order("open('x', 'wb').truncate(40_000_000)", file_bytes=30_000_000))
    assert "File too large" in text
    _, ended = executed(backend, order(["sh", "-c", "ulimit -f; exec truncate -s 40M x"], file_bytes=30_000_000))
    assert ended.reason == "limit of 30 MB for a file"


def test_the_rooms_own_files_come_on_top_of_the_limit(backend: Bubblewrap) -> None:
    files = {"large": bytes(40_000_000), **{f"folder {number}/small": b"x" for number in range(300)}}
    program = """
open("mine", "wb").write(bytes(19_900_000))
for number in range(98): open(f"mine {number}", "wb").close()"""
    _, ended = executed(backend, order(program, files, file_bytes=20_000_000, most_files=100))
    assert (ended.exit_code, ended.reason) == (0, None)
    program = "for number in range(3): open(f'mine {number}', 'wb').write(bytes(8_000_000))"
    text, ended = executed(backend, order(program, files, file_bytes=20_000_000, most_files=100))
    assert "No space left" in text
    assert ended.reason == "limit of 20 MB of files in /home/u"


MANY_FILES = "for number in range(1_000_000): open(f'{number}', 'w').close()"


def test_a_million_empty_files(backend: Bubblewrap) -> None:
    # The kernel keeps this limit for a worker that is root; any other ends the run as soon as it looks.
    text, ended = executed(backend, order(MANY_FILES, most_files=500))
    assert ended.reason == "limit of 500 files in /home/u"
    if os.geteuid() == 0:
        assert "No space left on device: '500'" in text
        assert (ended.cause, ended.exit_code) == (Cause.EXITED, 1)
    else:
        assert ended.cause is Cause.LIMIT


def test_thousands_of_sockets(backend: Bubblewrap) -> None:
    program = """
import os, socket, time
for _ in range(4):
    if os.fork() == 0:
        pairs = [socket.socketpair() for _ in range(60)]
        for pair in pairs: pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
        os.write(1, b"%d\\n" % pairs[0][0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF))
        time.sleep(60)
os.wait()"""
    text, ended = executed(backend, order(program))
    assert (ended.cause, ended.reason) == (Cause.LIMIT, "limit of 256 sockets")
    assert all(int(size) < 1 << 20 for size in text.split())


def test_a_program_that_ignores_every_signal_is_killed(backend: Bubblewrap) -> None:
    mark = secrets.token_hex()
    program = f"""
mark = {mark!r}
import os, signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT): signal.signal(number, signal.SIG_IGN)
os.fork()
print("ready")
while True: time.sleep(60)"""
    transcript = Transcript()
    with backend.start(order(program)) as sandbox:
        transcript.until(sandbox, "ready")
        assert processes_with(mark)
        sandbox.kill()
        ended = transcript.to_the_end(sandbox)
    assert (ended.cause, ended.reason, ended.exit_code) == (Cause.KILLED, None, None)
    wait_until(lambda: not processes_with(mark))


def test_orphans_end_with_the_program(backend: Bubblewrap) -> None:
    mark = secrets.token_hex()
    orphan = ["sh", "-c", f"exec python -c 'import time; time.sleep(60)' {mark}"]
    program = f"""
import os, subprocess
if os.fork() == 0:
    os.setsid()
    subprocess.Popen({orphan!r})
    os._exit(0)
os.wait()
print("gone")"""
    text, ended = executed(backend, order(program))
    assert (text, ended.exit_code) == ("gone\n", 0)
    wait_until(lambda: not processes_with(mark))


def test_it_cannot_end_the_hosts_processes(backend: Bubblewrap) -> None:
    program = f"""
import os, signal
for process in (-1, {os.getpid()}):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        print("no such process")"""
    text, _ = executed(backend, order(program))
    assert text == "no such process\n" * 2


def test_closing_ends_it(backend: Bubblewrap) -> None:
    mark = secrets.token_hex()
    with backend.start(order(f"mark = {mark!r}\nimport time\nprint('ready')\ntime.sleep(60)")) as sandbox:
        Transcript().until(sandbox, "ready")
    assert not processes_with(mark)


def test_it_outlives_the_thread_that_asked_for_it(backend: Bubblewrap) -> None:
    transcript, started = Transcript(), []

    def ask() -> None:
        started.append(backend.start(order("print('ready'); print('still', input())")))
        # The kernel is asked to end it with the thread while it is being set up.
        transcript.until(started[0], "ready")

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    with started[0] as sandbox:
        sandbox.write("here\n")
        assert transcript.to_the_end(sandbox).exit_code == 0
    assert transcript.text == "ready\nstill here\n"


WORKER = """
import sys
from tests.workers.transcript import (Transcript, order)
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.toolchain import locate
program = f"mark = {sys.argv[1]!r}\\nimport time\\nprint('ready', flush=True)\\ntime.sleep(60)"
sandbox = Bubblewrap(locate()).start(order(program))
Transcript().until(sandbox, "ready")
print("ready", flush=True)
sys.stdin.read()
"""


def test_it_ends_when_its_worker_is_killed(backend: Bubblewrap) -> None:
    mark = secrets.token_hex()
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, mark], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout and worker.stdout.readline() == "ready\n"
        assert len(processes_with(mark)) > 1
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        wait_until(lambda: not processes_with(mark))
