"""Disks that fill up, folders without end, and files where none belong."""

from __future__ import annotations

import pytest

from tests.workers.attacks.conftest import Loosened, made
from workers.sandboxes.arguments import HOME, SCRATCH, SHARED_MEMORY
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Cause

FILL = """
total = {}
for folder in ("/tmp", "/home/u", "/dev/shm"):
    total[folder] = 0
    for number in range(12):
        try:
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                for _ in range(10): total[folder] += file.write(bytes(1_000_000))
        except OSError as error:
            total[folder] += 0
tell(total)"""


def test_a_disk_bomb_fills_the_sandboxs_own_folders(backend: Bubblewrap, loosened: Loosened) -> None:
    attack = made(backend, FILL, memory_bytes=512_000_000)
    if attack.ended.cause is not Cause.LIMIT:
        assert sum(attack.told.values()) < 160_000_000
        assert attack.told[SHARED_MEMORY] < 20_000_000
    without = made(loosened({("--size", None): ()}), FILL, memory_bytes=1_000_000_000)
    assert without.ended.cause is Cause.LIMIT or without.told[SHARED_MEMORY] == 120_000_000


def test_one_file_larger_than_a_file_may_be(backend: Bubblewrap) -> None:
    program = """
def write(size):
    with open("large", "wb") as file: file.write(bytes(size))
def stretch(size):
    with open("sparse", "wb") as file: file.truncate(size)
def reserve(size):
    with open("reserved", "wb") as file: os.posix_fallocate(file.fileno(), 0, size)
tell([attempt(write, 200_000_000), attempt(stretch, 1 << 40), attempt(reserve, 1 << 40)])"""
    assert set(made(backend, program).told) <= {"EFBIG", "ENOSPC"}


MANY = """
count = 0
try:
    for number in range(1_000):
        {make}
        count += 1
except OSError as error:
    print(error)
tell(count)
import time
time.sleep(0.2)"""


@pytest.mark.parametrize(
    ("make", "folder"),
    [
        ("open({}, 'w').close()", SCRATCH),
        ("open({}, 'w').close()", SHARED_MEMORY),
        ("os.mkdir({})", HOME),
        ("os.symlink('x' * 200, {})", HOME),
        ("os.mkfifo({})", HOME),
        ("os.link('inside.py', {})", HOME),
    ],
)
def test_an_inode_bomb_is_stopped_by_the_limit_on_files(backend: Bubblewrap, make: str, folder: str) -> None:
    """What the toolchain needs there comes on top: up to 16 in /tmp."""
    bomb = MANY.format(make=make.format(f"f'{folder}/{{number}}'"))
    attack = made(backend, bomb, most_files=300)
    if attack.ended.cause is Cause.LIMIT:
        assert attack.ended.reason == f"limit of 300 files in {folder}"
    else:
        assert "No space left on device" in attack.text and int(attack.text.split()[-1]) <= 316
    assert made(backend, bomb, most_files=4_096).told == 1_000


def test_files_that_are_open_and_deleted_count(backend: Bubblewrap) -> None:
    program = """
kept, total = [], 0
try:
    for number in range(20):
        file = open("/tmp/x", "wb", buffering=0)
        os.unlink("/tmp/x")
        kept.append(file)
        for _ in range(10): total += file.write(bytes(1_000_000))
except OSError:
    pass
tell(total)"""
    attack = made(backend, program)
    assert attack.ended.cause is Cause.LIMIT or attack.told < 80_000_000


PLACES = ("/", "/bin", "/etc", "/etc/passwd", "/usr", "/usr/bin", "/opt", "/opt/sandbox", "/opt/sandbox/bin", "/home",
          "/dev", "/proc", "/proc/sys/kernel", "/var", "/run", "/sys", "/root")  # fmt: skip


def test_nothing_can_be_written_anywhere_else(backend: Bubblewrap, loosened: Loosened) -> None:
    program = f"""
def write(folder):
    path = folder if os.path.isfile(folder) else f"{{folder}}/made"
    with open(path, "a") as file: file.write("x")
tell([attempt(write, folder) for folder in {PLACES!r}])"""
    assert set(made(backend, program).told) <= {"EROFS", "EACCES", "ENOENT"}
    without = dict(zip(PLACES, made(loosened({("--remount-ro", "/"): ()}), program).told, strict=True))
    assert [place for place, went in without.items() if went == "done"] == ["/", "/etc", "/opt", "/home"]


def test_folders_that_nothing_on_the_host_could_remove(backend: Bubblewrap) -> None:
    """3,000 levels, bad names and mode 000: all of it is memory that goes with the sandbox."""
    program = """
for _ in range(3_000):
    os.mkdir("d")
    os.chdir("d")
for name in (b"\\xff\\xfe", b"-rf", b" ", b"a\\nb", b"\\x1b[2J", b"n" * 255, b"..."):
    os.mkdir(name)
    os.chmod(name, 0)
os.chmod(".", 0)
os.chdir("/home/u")
os.chmod("d", 0)
print("made")"""
    attack = made(backend, program)
    assert attack.text == "made\n" and attack.ended.exit_code == 0
    # The next one finds nothing of it.
    assert made(backend, "tell(sorted(os.listdir()))").told == ["inside.py"]
