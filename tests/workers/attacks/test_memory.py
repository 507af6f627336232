"""Memory by every road that leads to it: each is closed, or ends the run at its limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.attacks.conftest import Attack, made
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Cause

MB = 1_000_000
# Each takes 200 MB and has it for long enough to be seen.
ROADS = {
    "heap": "kept = [b'x' * 1_000_000 for _ in range(200)]",
    "many processes": """
for _ in range(8):
    if os.fork() == 0:
        kept = b"x" * 25_000_000
        time.sleep(60)""",
    "shared anonymous memory": """
import mmap
kept = mmap.mmap(-1, 200_000_000)
for place in range(0, 200_000_000, 4096): kept[place] = 1""",
    "private memory of a child that its parent never touches": """
import mmap
kept = mmap.mmap(-1, 200_000_000, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
if os.fork() == 0:
    for place in range(0, 200_000_000, 4096): kept[place] = 1
    time.sleep(60)""",
    "buffers of TCP, which grow by themselves": """
import socket
server = socket.create_server(("127.0.0.1", 0))
chunk, taken, kept = bytes(1 << 20), 0, []
while taken < 200_000_000 and len(kept) < 100:
    ends = socket.create_connection(server.getsockname()), server.accept()[0]
    kept.append(ends)
    for end in ends: end.setblocking(False)
    # Both ends' windows grow while somebody reads.
    for _ in range(60):
        attempt(ends[0].send, chunk)
        attempt(ends[1].recv, 1 << 20)
    try:
        while True: taken += ends[0].send(chunk)
    except BlockingIOError:
        pass""",
}


def take(backend: Bubblewrap, road: str, megabytes: int, seconds: float = 10) -> Attack:
    program = f"import time\n{ROADS[road]}\ntell('held')\ntime.sleep(0.3)\nos._exit(0)"
    return made(backend, program, memory_bytes=megabytes * MB, seconds=seconds)


@pytest.mark.parametrize("road", ROADS)
def test_two_hundred_megabytes_under_a_limit_of_one_hundred(either_backend: Bubblewrap, road: str) -> None:
    attack = take(either_backend, road, 100)
    assert (attack.ended.cause, attack.ended.reason) == (Cause.LIMIT, "memory limit of 100 MB"), attack


@pytest.mark.parametrize("road", ROADS)
def test_two_hundred_megabytes_under_a_limit_of_nine_hundred(backend: Bubblewrap, road: str) -> None:
    """The limit alone is what stops them."""
    assert take(backend, road, 900).told == "held"


def test_a_file_in_memory_without_a_name(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    program = """
def take():
    kept = os.memfd_create("kept")
    for _ in range(200): os.write(kept, bytes(1_000_000))
tell(attempt(take))"""
    assert made(backend, program, memory_bytes=500 * MB).told == "EPERM"
    # The limit on the size of a file binds it too, after 30 of them.
    assert made(unfiltered, program.replace("200", "30"), memory_bytes=500 * MB).told == "done"


def test_files_in_memory(backend: Bubblewrap) -> None:
    program = """
total = 0
for folder in ("/tmp", "/home/u", "/dev/shm"):
    for number in range(20):
        try:
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                for _ in range(20): total += file.write(bytes(1_000_000))
        except OSError:
            pass
import time
time.sleep(0.3)
tell(total)"""
    attack = made(backend, program, memory_bytes=500 * MB)
    assert attack.ended.cause is Cause.LIMIT or attack.told < 160 * MB, attack


UNIX_SOCKETS = """
import socket
taken, kept = 0, []
for _ in range(40):
    ends = socket.socketpair()
    kept.append(ends)
    for end in ends:
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
        try:
            while True: taken += end.send(bytes(65536))
        except BlockingIOError:
            pass
tell(taken)"""


def test_socket_buffers_cannot_be_enlarged(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    assert made(backend, UNIX_SOCKETS).told < 20 * MB
    largest = 2 * int(Path("/proc/sys/net/core/wmem_max").read_text())
    if largest > 1 * MB:
        attack = made(unfiltered, UNIX_SOCKETS)
        # The memory limit is the second measure, where the kernel counts sockets for it.
        assert attack.ended.cause is Cause.LIMIT or attack.told > 40 * MB


def test_more_sockets_than_a_program_needs(backend: Bubblewrap) -> None:
    program = """
import socket, time
for _ in range(4):
    if os.fork() == 0:
        kept = [socket.socketpair() for _ in range(100)]
        time.sleep(60)
time.sleep(60)"""
    attack = made(backend, program)
    assert attack.ended.cause is Cause.LIMIT
    assert attack.ended.reason and attack.ended.reason.endswith(" sockets")


def test_sockets_in_flight_count(backend: Bubblewrap) -> None:
    """Descriptors that are sent and never received are open in no process."""
    program = """
import socket, time
kept = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
for _ in range(200):
    ends = socket.socketpair()
    socket.send_fds(kept[0], [b"x"], [end.fileno() for end in ends])
    for end in ends: end.close()
time.sleep(60)"""
    attack = made(backend, program, seconds=2)
    # Refused, as too many are in flight, or counted.
    assert "Too many references" in attack.text or str(attack.ended.reason).endswith(" sockets"), attack


ACCESS_LISTS = """
import struct
entries = [(1, 7, -1)] + [(2, 7, 1000)] * 8_000 + [(4, 7, -1), (16, 7, -1), (32, 7, -1)]
value = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
def take():
    for number in range(300):
        os.mkdir(f"/tmp/{number}")
        for name in ("system.posix_acl_access", "system.posix_acl_default"): os.setxattr(f"/tmp/{number}", name, value)
tell(attempt(take))"""


def test_access_lists_and_attributes_hold_no_memory(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    """64 kB each, of the kernel's own, which is in nobody's account."""
    assert made(backend, ACCESS_LISTS).told == "ENOTSUP"
    assert made(unfiltered, ACCESS_LISTS).told == "done"
    attribute = "open('x', 'w').close(); tell(attempt(os.setxattr, 'x', 'user.x', bytes(60_000)))"
    assert made(backend, attribute).told == "ENOTSUP"


def test_locked_memory_and_huge_pages(backend: Bubblewrap) -> None:
    mlock, mmap, huge = 149, 9, 0x40000 | 0x22
    program = f"""
import ctypes
buffer = ctypes.create_string_buffer(1 << 20)
tell([attempt(system_call, {mlock}, ctypes.addressof(buffer), 1 << 20),
    attempt(system_call, {mmap}, 0, 1 << 21, 3, {huge}, -1, 0)])"""
    locked, huge_pages = made(backend, program).told
    assert locked in ("EPERM", "ENOMEM") and huge_pages == "ENOMEM"


def test_system_v_memory_and_queues(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    """Segments live without any process; they would count for nobody."""
    shmget, semget, msgget, mq_open, create = 29, 64, 68, 240, 0o1600
    program = f"""
import ctypes
name = ctypes.create_string_buffer(b"queue")
tell([attempt(system_call, {shmget}, 0, 200_000_000, {create}), attempt(system_call, {semget}, 0, 32_000, {create}),
    attempt(system_call, {msgget}, 0, {create}), attempt(system_call, {mq_open}, name, {0o102}, 0o600, None)])"""
    assert made(backend, program).told == ["EPERM"] * 4
    assert made(unfiltered, program).told == ["done"] * 4


def test_pipes_hold_little(backend: Bubblewrap) -> None:
    program = """
import fcntl, time
F_SETPIPE_SZ = 1031
def fill(pipes):
    held = 0
    for _ in range(pipes):
        read, write = os.pipe()
        os.set_blocking(write, False)
        attempt(fcntl.fcntl, write, F_SETPIPE_SZ, 1 << 20)
        try:
            while True: held += os.write(write, bytes(65536))
        except BlockingIOError:
            pass
    return held
answers, answer = os.pipe()
for _ in range(40):
    if os.fork() == 0:
        os.write(answer, b"%d\\n" % fill(100))
        time.sleep(60)
held = 0
with open(answers) as lines:
    for _ in range(40): held += int(lines.readline())
tell(held)"""
    attack = made(backend, program)
    assert attack.ended.cause is Cause.LIMIT or attack.told < 160 * MB, attack


def test_a_node_that_allocates_buffers(backend: Bubblewrap) -> None:
    program = "const kept = []; for (let n = 0; n < 200; n++) kept.push(Buffer.alloc(1e6, 1)); console.log('held')"
    attack = made(backend, ["node", "-e", program + "; for (;;);"], memory_bytes=150 * MB, seconds=5)
    assert (attack.ended.cause, attack.ended.reason) == (Cause.LIMIT, "memory limit of 150 MB")
    assert made(backend, ["node", "-e", program], memory_bytes=500 * MB).text == "held\n"
