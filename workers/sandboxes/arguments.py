"""What bubblewrap is told of a sandbox.

ARCHITECTURE.md lists what each measure stops. Order matters: `--size` and `--perms` belong to the next mount, the root
may only become read-only after everything has been mounted below it, and nothing is ever mounted below a folder that a
program can write (CVE-2026-87766).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from workers.sandboxes.channels import READY_IN_SHELL, WAITING_IN_SHELL
from workers.sandboxes.descriptors import Descriptors
from workers.sandboxes.folders import Allowance
from workers.sandboxes.parcel import Parcel
from workers.sandboxes.sandbox import Order
from workers.sandboxes.toolchain import ENVIRONMENT, INSIDE, Toolchain

HOME = "/home/u"
SCRATCH = "/tmp"  # noqa: S108 -- the sandbox's own
SHARED_MEMORY = "/dev/shm"  # noqa: S108
TOOLS = "/opt/sparkroom"
SHARED_MEMORY_BYTES = 16 << 20
OPEN_FILES = 256

ETC = {
    "passwd": b"u:x:1000:1000:u:/home/u:/bin/sh\n",
    "group": b"u:x:1000:\n",
    "hosts": b"127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
}
_ENVIRONMENT = {
    "PATH": f"{INSIDE}/bin:/usr/local/bin:/usr/bin:/bin",
    "HOME": HOME,
    "USER": "u",
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Each thread would reserve address space for memory of its own, and fifteen of them all that there may be.
    "MALLOC_ARENA_MAX": "2",
    **ENVIRONMENT,
}
# Standard input is the archive of files, standard output the program's input; both change places at the end. The
# shell can name single digits only, so no other descriptors would do. The word to begin is the input's first line.
_PROLOGUE = (
    f"printf '{WAITING_IN_SHELL}' >&2 && read -r word <&1 && tar -xmf - 1>&2 && exec 0<&1 1>&2"
    f" && printf '{READY_IN_SHELL}' && exec \"$@\""
)
# The same for an interpreter that does the rest itself (`waiting.py`): the archive is its descriptor 3.
_WAITING_PROLOGUE = 'exec 3<&0 0<&1 1>&2 && exec "$@"'


def in_memory(words: Iterable[str | PurePath], descriptors: Descriptors) -> tuple[str, str]:
    """Arguments as `--args` takes them from memory, so that nobody can read them in the command line."""
    return "--args", str(descriptors.content("arguments", b"".join(os.fsencode(word) + b"\0" for word in words)))


def environment(order: Order) -> dict[str, str]:
    """What stands in the program's environment."""
    return _ENVIRONMENT | ({"TERM": "xterm-256color"} if order.terminal else {})


def allowances(order: Order, parcel: Parcel) -> tuple[Allowance, Allowance, Allowance]:
    """What may lie in shared memory, in /tmp and in the working folder. What the room gives comes on top."""
    limits = order.limits
    most, files = limits.file_bytes, limits.files
    return (
        Allowance(SHARED_MEMORY, SHARED_MEMORY_BYTES, files + 1, SHARED_MEMORY_BYTES, files),
        Allowance(SCRATCH, most, files + _SCRATCH_GIVEN, most, files),
        Allowance(HOME, most + parcel.bytes, files + parcel.files, most, files),
    )


# The folder itself, and what the toolchain's packages find there.
_SCRATCH_GIVEN = 16


def mounts(
    order: Order,
    folders: tuple[Allowance, Allowance, Allowance],
    variables: Mapping[str, str],
    toolchain: Toolchain,
    links: Mapping[Path, Path],
    descriptors: Descriptors,
) -> Iterator[str | PurePath]:
    """Everything but the command."""
    yield from ("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts")
    yield from ("--unshare-cgroup-try", "--disable-userns", "--uid", "1000", "--gid", "1000")
    yield from ("--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv")
    for name, value in variables.items():
        yield from ("--setenv", name, value)
    yield from system()
    for name, content in ETC.items():
        yield from ("--perms", "0444", "--file", str(descriptors.content(name, content)), f"/etc/{name}")
    yield from ("--ro-bind", toolchain.folder, INSIDE)
    if own := toolchain.interpreter_folder:
        yield from ("--ro-bind", own, own)
    for name, content in order.modules.items():
        yield from ("--perms", "0444", "--file", str(descriptors.content(name, content)), f"{TOOLS}/{name}")
    yield from ("--proc", "/proc", "--dev", "/dev")
    shared_memory, scratch, home = folders
    yield from ("--size", str(shared_memory.bytes), "--perms", "1777", "--tmpfs", SHARED_MEMORY)
    yield from ("--size", str(scratch.bytes), "--perms", "1777", "--tmpfs", SCRATCH)
    for link, target in links.items():
        yield from ("--symlink", target, link)
    yield from ("--size", str(home.bytes), "--perms", "0700", "--tmpfs", HOME)
    yield from ("--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME)


def system() -> Iterator[str | PurePath]:
    """The machine's programs and libraries, and of /etc only what the loader and Debian's alternatives need."""
    yield from ("--ro-bind", "/usr", "/usr")
    for folder in (Path("/bin"), Path("/sbin"), Path("/lib"), Path("/lib64")):
        if folder.is_symlink():
            yield from ("--symlink", folder.readlink(), folder)
        elif folder.is_dir():
            yield from ("--ro-bind", folder, folder)
    yield from ("--dir", "/etc")
    for needed in ("/etc/alternatives", "/etc/ld.so.cache"):
        yield from ("--ro-bind-try", needed, needed)


def command(order: Order, parcel: Parcel, *, waits: bool = False) -> list[str]:
    """The order's command behind its limits and the prologue that unpacks its files, unless it `waits` by itself."""
    limits = order.limits
    address_space = max(1 << 30, 2 * limits.memory_bytes)
    # The watchdog keeps the memory limit; these make a single large allocation an error that a program can handle.
    # Node reserves far more address space than it uses, and starts under a limit on data alone.
    memory = [f"--data={address_space}"]
    if PurePath(order.command[0]).name.startswith(("python", "pytest")):
        memory.append(f"--as={address_space}")
    # The watchdog keeps this one too, for all processes together; a stuck worker still has each of them end.
    processor_seconds = math.ceil(limits.cpu_seconds) + 1
    return [
        # An endless loop must not slow the people who type on the same machine.
        *("/usr/bin/nice", "-n", "10"),
        "/usr/bin/prlimit",
        f"--nproc={limits.processes}",
        f"--fsize={limits.file_bytes + parcel.bytes}",
        f"--cpu={processor_seconds}:{processor_seconds + 1}",
        f"--nofile={OPEN_FILES}",
        "--core=0",
        "--memlock=0",
        *memory,
        *("--", "/bin/sh", "-c", _WAITING_PROLOGUE if waits else _PROLOGUE, "sandbox"),
        *(("/usr/bin/setsid", "--ctty", "--wait") if order.terminal else ()),
        *order.command,
    ]
