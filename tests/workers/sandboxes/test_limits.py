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

from tests.workers.conftest import Transcript, order, processes_with, wait_until
from workers.sandboxes.bubblewrap import HOME, SCRATCH, SHARED_MEMORY, Bubblewrap
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


def test_endless_output(backend: Bubblewrap) -> None:
    text, ended = executed(backend, order("while True: print('x' * 99)", output_bytes=100_000))
    assert len(text) == 100_000
    assert (ended.cause, ended.reason, ended.truncated) == (Cause.LIMIT, "output limit of 100 kB", True)


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
for number in range(3):
    for folder in ("/tmp", "/home/u", "/dev/shm"):
        try:
            open(f"{folder}/{number}", "wb").write(bytes(30_000_000))
        except OSError:
            pass
import time; time.sleep(60)""",
}


@pytest.mark.parametrize("program", MEMORY.values(), ids=MEMORY.keys())
def test_more_memory_than_allowed(backend: Bubblewrap, program: str) -> None:
    _, ended = executed(backend, order(program, memory_bytes=100_000_000))
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
    print(count)"""
    text, ended = executed(backend, order(program, processes=20))
    assert 10 <= int(text) < 20
    assert ended.exit_code == 0
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


def test_threads_count_as_processes(backend: Bubblewrap) -> None:
    program = "import threading, time\nfor _ in range(100): threading.Thread(target=time.sleep, args=(60,)).start()"
    text, ended = executed(backend, order(program, processes=20, seconds=1))
    assert "can't start new thread" in text
    assert ended.reason == "time limit of 1 s"


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
    assert ended.exit_code == 0
    sizes = {folder: int(size) for folder, size in re.findall(r"(\S+) (\d+) ENOSPC", text)}
    assert sizes.keys() == {SCRATCH, HOME, SHARED_MEMORY}
    assert sizes[SCRATCH] <= 68 and sizes[HOME] <= 68 and sizes[SHARED_MEMORY] <= 17


def test_one_file_too_large(backend: Bubblewrap) -> None:
    text, _ = executed(backend, order("open('x', 'wb').write(bytes(40_000_000))"))
    assert "File too large" in text


def test_a_million_empty_files(backend: Bubblewrap) -> None:
    _, ended = executed(backend, order("for number in range(1_000_000): open(f'{number}', 'w').close()"))
    assert (ended.cause, ended.reason) == (Cause.LIMIT, "limit of 20,000 files")


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
from tests.workers.conftest import Transcript, order
from workers.sandboxes.bubblewrap import HOME, SCRATCH, SHARED_MEMORY, Bubblewrap
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
