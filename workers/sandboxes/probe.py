"""Tries, in a sandbox, everything that must hold before anybody's program is let into one."""

from __future__ import annotations

import json
import socket

from pydantic import TypeAdapter, ValidationError

from ide.wire.run_shapes import RunLimits
from workers.sandboxes.sandbox import Cause, Ended, Order, Refused, SandboxBackend, Text
from workers.sandboxes.watchdog import INTERVAL

LIMITS = RunLimits(
    seconds=20,
    cpu_seconds=10,
    memory_bytes=512_000_000,
    output_bytes=10_000,
    file_bytes=64_000_000,
    files=4_096,
    processes=64,
)
_ANSWER = TypeAdapter(dict[str, bool])
_ROOT = ("bin", "dev", "etc", "home", "lib", "lib64", "opt", "proc", "sbin", "tmp", "usr")

# Each line is named by what is wrong unless it is true. The last one lives long enough to be looked at from outside.
_PROGRAM = """
import ctypes, json, os, resource, socket, time

def refused(call, *arguments):
    try:
        call(*arguments)
    except OSError:
        return True
    return False

def limited(name, most):
    return 0 <= resource.getrlimit(getattr(resource, name))[1] <= most

def size(folder):
    state = os.statvfs(folder)
    return state.f_blocks * state.f_frsize

def denied(number, *arguments):
    return ctypes.CDLL(None).syscall(number, *arguments) == -1

status = dict(line.split(":", 1) for line in open("/proc/self/status"))
processes = [int(name) for name in os.listdir("/proc") if name.isdigit()]
places = ("", "/usr", "/usr/bin", "/etc", "/opt/sandbox", "/dev")
print(json.dumps({
    "programs would be root": os.getuid() != 0 and os.getgid() != 0,
    "programs would have privileges": int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0,
    "programs could gain privileges": status["NoNewPrivs"].strip() == "1",
    "system calls are not filtered": status["Seccomp"].strip() == "2" and denied(101, 0, 0, 0, 0),
    "programs could make namespaces": denied(272, 0x10000000),
    "the machine's processes can be seen": max(processes) < 100,
    "the machine's files can be seen": set(os.listdir("/")) <= set(ROOT),
    "files outside the working folder can be written": all(refused(open, f"{place}/probe", "w") for place in places),
    "there is a network": [line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]] == ["lo"],
    "the machine's own servers can be reached": refused(socket.create_connection, ("127.0.0.1", PORT), 2),
    "the worker's environment can be seen": "SECRET_KEY" not in os.environ and os.environ["HOME"] == "/home/u",
    "processes have no limit": limited("RLIMIT_NPROC", PROCESSES),
    "processor time has no limit": limited("RLIMIT_CPU", CPU_SECONDS + 2),
    "memory has no limit": limited("RLIMIT_AS", max(1 << 30, 2 * MEMORY_BYTES)),
    "files have no limit": limited("RLIMIT_FSIZE", FILE_BYTES + 1_000_000)
        and all(size(folder) <= FILE_BYTES + 1_000_000 for folder in ("/home/u", "/tmp", "/dev/shm")),
    "memory could be dumped into files": limited("RLIMIT_CORE", 0),
    "nobody could watch": time.sleep(WATCHED_SECONDS) is None,
}))
"""


def lack(backend: SandboxBackend) -> str | None:
    """None if all of it holds, else in one line what does not."""
    # A server of the worker's own: what is refused here must not be refused because nobody listens.
    with socket.create_server(("127.0.0.1", 0)) as server:
        given = {
            "ROOT": _ROOT,
            "PORT": server.getsockname()[1],
            "PROCESSES": LIMITS.processes,
            "CPU_SECONDS": LIMITS.cpu_seconds,
            "MEMORY_BYTES": LIMITS.memory_bytes,
            "FILE_BYTES": LIMITS.file_bytes,
            "WATCHED_SECONDS": 3 * INTERVAL,
        }
        program = "".join(f"{name} = {value!r}\n" for name, value in given.items()) + _PROGRAM
        try:
            text, ended = _executed(backend, Order({"probe.py": program.encode()}, ["python", "probe.py"], LIMITS))
        except Refused as refused:
            return str(refused)
    if ended.cause is not Cause.EXITED or ended.exit_code != 0:
        return ended.reason or f"Python answered {ended.exit_code} in a sandbox"
    try:
        answers = _ANSWER.validate_python(json.loads(text))
    except (ValueError, ValidationError):
        return "the sandbox's own check could not be read"
    for wrong, holds in answers.items():
        if not holds:
            return f"in a sandbox {wrong}"
    return None if ended.memory_bytes else "in a sandbox it could not be seen how much memory is used"


def _executed(backend: SandboxBackend, order: Order) -> tuple[str, Ended]:
    """The output and the end. Raises `Refused`."""
    text = ""
    with backend.start(order) as sandbox:
        while not isinstance(piece := sandbox.read(order.limits.seconds), Ended):
            if isinstance(piece, Text):
                text += piece.text
    return text, piece
