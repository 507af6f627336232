"""Attempts to become more than an ordinary user, and to change the machine."""

from __future__ import annotations

from pathlib import Path

from tests.workers.attacks.conftest import Loosened, made
from workers.sandboxes.arguments import HOME, SCRATCH
from workers.sandboxes.bubblewrap import Bubblewrap

NOTHING = "0" * 16


def test_setuid_programs_give_nothing(backend: Bubblewrap) -> None:
    program = """
import glob, stat, subprocess
programs = [path for path in glob.glob("/usr/*bin/*") if os.path.exists(path) and os.stat(path).st_mode & stat.S_ISUID]
def refused(*command):
    return subprocess.run(command, input="\\n", capture_output=True, text=True).returncode != 0
attempts = [["su", "-c", "true"], ["mount", "-t", "tmpfs", "x", "/tmp"], ["umount", "/tmp"], ["passwd", "-d", "u"],
    ["chsh", "-s", "/bin/true"], ["newgrp", "root", "-c", "true"], ["sudo", "-n", "true"]]
found = [command for command in attempts if glob.glob(f"/usr/*bin/{command[0]}")]
tell([len(programs), [refused(*command) for command in found], os.getresuid()])"""
    programs, refused, ids = made(backend, program).told
    assert all(refused) and ids == [1000, 1000, 1000]
    # There is something to try.
    assert programs > 0 and len(refused) >= 3


def test_no_privilege_can_be_had(backend: Bubblewrap) -> None:
    program = """
import pathlib
status = dict(line.split(":\\t") for line in pathlib.Path("/proc/self/status").read_text().splitlines())
options = {line.split()[4]: line.split()[5] for line in open("/proc/self/mountinfo")}
unguarded = [place for place, option in options.items() if "nosuid" not in option.split(",")]
writable = [place for place, option in options.items() if "rw" in option.split(",")
    and not place.startswith("/dev/")]
PR_CAP_AMBIENT, RAISE, SYS_ADMIN = 47, 2, 21
tell([[status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")], status["NoNewPrivs"],
    unguarded, sorted(writable),
    [attempt(call, 0) for call in (os.setuid, os.setgid, os.seteuid)],
    attempt(os.setgroups, [0]), attempt(system_call, 157, PR_CAP_AMBIENT, RAISE, SYS_ADMIN, 0, 0)])"""
    sets, locked, unguarded, writable, ids, groups, ambient = made(backend, program).told
    assert sets == [NOTHING] * 5 and locked == "1"
    assert unguarded == [] and writable == [HOME, SCRATCH]
    assert set(ids) <= {"EPERM", "EINVAL"} and groups == "EPERM" and ambient == "EPERM"


def test_mounts_cannot_be_changed_and_roots_cannot_be_left(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    remount_writable, bind = 32 | 4096, 4096
    program = f"""
def dotdot():
    os.chdir("/" + "../" * 64)
    return os.stat(".").st_ino == os.stat("/").st_ino and os.listdir(".") == os.listdir("/")
os.mkdir("/tmp/root")
tell([attempt(system_call, 165, b"none\\0", b"/usr\\0", None, {remount_writable}, None),
    attempt(system_call, 165, b"/\\0", b"/tmp/root\\0", None, {bind}, None),
    attempt(system_call, 165, b"x\\0", b"/tmp/root\\0", b"tmpfs\\0", 0, None),
    attempt(system_call, 166, b"/usr\\0", 2), attempt(system_call, 155, b"/tmp\\0", b"/tmp\\0"),
    attempt(os.chroot, "/tmp"), dotdot()])"""
    assert made(backend, program).told == ["EPERM"] * 6 + [True]
    # Nor without the filter: it has no privilege for any of it.
    assert made(unfiltered, program).told == ["EPERM"] * 6 + [True]


def test_the_kernels_settings_cannot_be_written(backend: Bubblewrap, loosened: Loosened) -> None:
    program = """
opened = []
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        path = f"{folder}/{name}"
        if attempt(os.open, path, os.O_WRONLY) == "done": opened.append(path)
special = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/proc/self/uid_map",
    "/proc/self/oom_score_adj", "/proc/self/setgroups", "/proc/1/mem", "/proc/1/oom_score_adj", "/proc/irq",
    "/proc/acpi", "/proc/self/attr/current", "/proc/self/autogroup"]
tell([opened, [attempt(os.open, path, os.O_WRONLY) for path in special if os.path.exists(path)]])"""
    opened, special = made(backend, program).told
    assert opened == []
    assert len(special) > 6 and set(special) <= {"EROFS", "EACCES", "EISDIR", "EPERM"}
    writable = loosened({("--remount-ro", "/proc"): ()})
    # Its namespaces' own, which is harmless, and its first process, which is not.
    assert "done" in made(writable, program).told[1]


def test_the_kernels_secrets_cannot_be_read(backend: Bubblewrap) -> None:
    program = """
def first(path):
    with open(path, "rb", buffering=0) as file: file.read(64)
names = ("/proc/kcore", "/proc/kmsg", "/dev/kmsg", "/dev/mem", "/dev/kmem", "/dev/port", "/proc/kpagemap",
    "/proc/kpagecount", "/proc/slabinfo", "/proc/vmallocinfo", "/proc/timer_list", "/sys/kernel/debug")
symbols = open("/proc/kallsyms") if os.path.exists("/proc/kallsyms") else ["0"]
addresses = {line.split()[0].strip("0") for line in symbols}
keys = open("/proc/keys").read() if os.path.exists("/proc/keys") else ""
tell([[attempt(first, name) for name in names], sorted(addresses), keys])"""
    attempts, addresses, keys = made(backend, program).told
    assert set(attempts) <= {"ENOENT", "EACCES", "EPERM"}
    assert addresses == [""] and keys == ""


def test_there_are_no_devices_but_harmless_ones(backend: Bubblewrap, unfiltered: Bubblewrap) -> None:
    program = """
import stat
disk, memory = os.makedev(254, 0), os.makedev(1, 1)
tell([sorted(os.listdir("/dev")), os.path.exists("/sys"),
    [attempt(os.mknod, "/tmp/device", kind, device) for kind, device in ((stat.S_IFBLK, disk), (stat.S_IFCHR, memory))],
    attempt(os.open, "/dev/tty", os.O_RDWR)])"""
    devices, has_sys, made_devices, terminal = made(backend, program).told
    allowed = {"full", "null", "random", "tty", "urandom", "zero", "ptmx", "pts", "shm", "fd", "stdin", "stdout",
               "stderr", "core", "console"}  # fmt: skip
    assert set(devices) <= allowed and not has_sys
    assert made_devices == ["EPERM", "EPERM"]
    # Without a terminal of its own a program has nobody's.
    assert terminal == "ENXIO"


def test_the_clock_the_name_and_the_power_are_not_its_own(backend: Bubblewrap) -> None:
    program = """
import socket, time
tell([attempt(system_call, 227, 0, bytes(16)), attempt(system_call, 164, bytes(16), None),
    attempt(system_call, 159, b"\\1" + bytes(207)), attempt(system_call, 305, 0, b"\\1" + bytes(207)),
    attempt(system_call, 170, b"other", 5), attempt(system_call, 171, b"other", 5),
    attempt(system_call, 169, 0xFEE1DEAD, 672274793, 0x89ABCDEF, None), attempt(system_call, 172, 3),
    attempt(system_call, 175, b"", 0, b""), attempt(system_call, 103, 3, bytes(64), 64),
    attempt(system_call, 167, b"/tmp", 0), attempt(system_call, 163, b"/tmp/x"), socket.gethostname()])"""
    *refused, name = made(backend, program).told
    assert set(refused) == {"EPERM"} and name == "sandbox"


def test_a_crash_leaves_no_core(backend: Bubblewrap) -> None:
    program = """
import resource, signal
if os.fork() == 0: os.kill(os.getpid(), signal.SIGSEGV)
_, status = os.wait()
tell([os.WCOREDUMP(status), os.WTERMSIG(status), attempt(resource.setrlimit, resource.RLIMIT_CORE, (-1, -1))])"""
    dumped, number, raised = made(backend, program).told
    pattern = Path("/proc/sys/kernel/core_pattern").read_text()
    assert number == 11 and raised == "ValueError"
    assert not dumped or pattern.startswith(("|", "@"))
