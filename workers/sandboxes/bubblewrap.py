"""Sandboxes by bubblewrap: user, process, network and mount namespaces without any privilege.

ARCHITECTURE.md lists what each measure stops. Order matters in the arguments: `--size` and `--perms` belong to the
next mount, the root may only become read-only after everything has been mounted below it, and nothing is ever mounted
below a folder that a program can write (CVE-2026-87766).
"""

from __future__ import annotations

import math
import os
import shutil
import termios
from collections.abc import Iterator
from pathlib import Path, PurePath

from ide.wire.shapes import RunLimits
from workers.sandboxes import seccomp
from workers.sandboxes.channels import READY_IN_SHELL, Input, Output, Reports
from workers.sandboxes.descriptors import Descriptors
from workers.sandboxes.parcel import packed
from workers.sandboxes.process import BubblewrapSandbox
from workers.sandboxes.sandbox import Cause, Ended, Order, Refused
from workers.sandboxes.spawner import ORDINARY_ID, spawn
from workers.sandboxes.toolchain import INSIDE, Toolchain
from workers.sandboxes.watchdog import INTERVAL, Watchdog

HOME = "/home/u"
SCRATCH = "/tmp"  # noqa: S108 -- the sandbox's own
SHARED_MEMORY = "/dev/shm"  # noqa: S108
REPORTER_FOLDER = "/opt/reporter"
_MIB = 1 << 20
_SCRATCH_BYTES = 64 * _MIB
_SHARED_MEMORY_BYTES = 16 * _MIB
_FILE_BYTES = 32 * _MIB
_OPEN_FILES = 256

_ENVIRONMENT = {
    "PATH": f"{INSIDE}/bin:/usr/local/bin:/usr/bin:/bin",
    "HOME": HOME,
    "USER": "u",
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_ETC = {
    "passwd": b"u:x:1000:1000:u:/home/u:/bin/sh\n",
    "group": b"u:x:1000:\n",
    "hosts": b"127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
}
# Standard input is the archive of files, standard output the program's input; both change places at the end. The
# shell can name single digits only, so no other descriptors would do.
_PROLOGUE = f"tar -xmf - 1>&2 && exec 0<&1 1>&2 && printf '{READY_IN_SHELL}' && exec \"$@\""

_PROBE = f"import time; time.sleep({3 * INTERVAL})"


class Bubblewrap:
    """The `SandboxBackend` that ships. `toolchain` must be installed; `program` is bubblewrap, if not the machine's."""

    def __init__(self, toolchain: Toolchain, program: str | None = None) -> None:
        self._toolchain = toolchain
        self._program = program or shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")
        self._ordinary_id = ORDINARY_ID if os.geteuid() == 0 else None

    def availability(self) -> str | None:
        """Execute a program that lives long enough to be watched. See `SandboxBackend.availability`."""
        try:
            limits = RunLimits(
                seconds=10,
                cpu_seconds=10,
                memory_bytes=512_000_000,
                output_bytes=10_000,
                file_bytes=64_000_000,
                files=4_096,
                processes=64,
            )
            with self.start(Order(files={}, command=["python", "-c", _PROBE], limits=limits)) as sandbox:
                while not isinstance(piece := sandbox.read(limits.seconds), Ended):
                    pass
        except Refused as refused:
            return f"not available here: {refused}"
        if piece.cause is Cause.EXITED and piece.exit_code == 0:
            return None
        return f"not available here: {piece.reason or f'Python answered {piece.exit_code} in a sandbox'}"

    def start(self, order: Order) -> BubblewrapSandbox:
        """See `SandboxBackend.start`."""
        if self._program is None:
            raise Refused("bubblewrap is not installed; on Debian and Ubuntu: apt install bubblewrap")
        if not self._toolchain.installed:
            raise Refused("the sandbox's toolchain is not installed: python -m workers.sandboxes.toolchain")
        archive = packed(order.files)
        try:
            with Descriptors() as descriptors:
                return self._started(self._program, order, archive, descriptors)
        except (OSError, NotImplementedError) as error:
            raise Refused(f"the sandbox could not be set up: {error}") from error

    def _started(self, program: str, order: Order, archive: bytes, descriptors: Descriptors) -> BubblewrapSandbox:
        status_read, status_write = descriptors.from_child()
        if order.terminal:
            output, keys, terminal = descriptors.terminal()
            termios.tcsetwinsize(keys, (order.terminal.rows, order.terminal.columns))
            stdout = stderr = terminal
        else:
            output, stderr = descriptors.from_child()
            keys, stdout = descriptors.to_child()
        reports, reports_write = descriptors.from_child() if order.reporter else (None, None)
        stdin = descriptors.content("files", archive)
        mounts = self._arguments(order, len(archive), reports_write, descriptors)
        arguments = [
            program,
            *("--args", str(descriptors.content("arguments", b"\0".join(map(os.fsencode, mounts)) + b"\0"))),
            *("--seccomp", str(descriptors.content("seccomp", seccomp.program()))),
            *("--json-status-fd", str(status_write)),
            "--",
            *_command(order),
        ]
        sandbox = BubblewrapSandbox(
            Output(output, order.limits.output_bytes),
            Input(keys, terminal=order.terminal is not None),
            None if reports is None else Reports(reports),
            descriptors.bell(),
        )
        passed = set(descriptors.lent) - {stdin, stdout, stderr}
        process = spawn(arguments, stdin, stdout, stderr, passed, self._ordinary_id)
        folders = (HOME, SCRATCH, SHARED_MEMORY)
        try:
            sandbox.begin(Watchdog(process, status_read, order.limits, folders, sandbox.on_gone))
        except BaseException:
            process.kill()  # nothing runs unwatched
            raise
        return sandbox

    def _arguments(
        self, order: Order, archive_bytes: int, reports: int | None, descriptors: Descriptors
    ) -> Iterator[str | PurePath]:
        """What bubblewrap is told in memory, so that nobody can read it in its command line."""
        yield from ("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts")
        yield from ("--unshare-cgroup-try", "--disable-userns", "--uid", "1000", "--gid", "1000")
        yield from ("--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv")
        environment = dict(_ENVIRONMENT)
        if order.terminal:
            environment["TERM"] = "xterm-256color"
        if reports is not None:
            environment |= {"SPARKROOM_REPORT": str(reports), "PYTHONPATH": REPORTER_FOLDER}
        for name, value in environment.items():
            yield from ("--setenv", name, value)
        yield from _system()
        for name, content in _ETC.items():
            yield from ("--perms", "0444", "--file", str(descriptors.content(name, content)), f"/etc/{name}")
        yield from ("--ro-bind", self._toolchain.folder, INSIDE)
        if own := self._toolchain.interpreter_folder:
            yield from ("--ro-bind", own, own)
        if order.reporter:
            reporter = descriptors.content("reporter", order.reporter)
            yield from ("--perms", "0444", "--file", str(reporter), f"{REPORTER_FOLDER}/sparkroom_reporter.py")
        yield from ("--proc", "/proc", "--dev", "/dev")
        yield from ("--size", str(_SHARED_MEMORY_BYTES), "--perms", "1777", "--tmpfs", SHARED_MEMORY)
        yield from ("--size", str(_SCRATCH_BYTES), "--perms", "1777", "--tmpfs", SCRATCH)
        yield from ("--size", str(_SCRATCH_BYTES + archive_bytes), "--perms", "0700", "--tmpfs", HOME)
        yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME)


def _system() -> Iterator[str | PurePath]:
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


def _command(order: Order) -> list[str]:
    """The order's command behind its limits and the prologue that unpacks its files."""
    limits = order.limits
    address_space = max(1 << 30, 2 * limits.memory_bytes)
    # The watchdog keeps the memory limit; these make a single large allocation an error that a program can handle.
    # Node reserves far more address space than it uses, and starts under a limit on data alone.
    memory = [f"--data={address_space}"]
    if PurePath(order.command[0]).name.startswith(("python", "pytest")):
        memory.append(f"--as={address_space}")
    # Twice the processors' time: only a stuck worker lets it come to that.
    processor_seconds = math.ceil(limits.seconds) * (os.cpu_count() or 1) * 2
    return [
        # An endless loop must not slow the people who type on the same machine.
        *("/usr/bin/nice", "-n", "10"),
        "/usr/bin/prlimit",
        f"--nproc={limits.processes}",
        f"--fsize={_FILE_BYTES}",
        f"--cpu={processor_seconds}:{processor_seconds + 1}",
        f"--nofile={_OPEN_FILES}",
        "--core=0",
        "--memlock=0",
        *memory,
        *("--", "/bin/sh", "-c", _PROLOGUE, "sandbox"),
        *(("/usr/bin/setsid", "--ctty", "--wait") if order.terminal else ()),
        *order.command,
    ]
