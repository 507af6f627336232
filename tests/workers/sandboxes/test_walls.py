"""What a program in a sandbox can see and reach: each attack is really made."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from ide.launcher import redis as launched
from tests.stack import free_port
from tests.workers.transcript import Transcript, order, wait_until
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.toolchain import Toolchain


@dataclass(frozen=True)
class Server:
    """A Redis on the host: its Unix socket and its port on the loopback."""

    path: Path
    port: int


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Server]:
    server = Server(launched.socket_path(tmp_path), free_port())
    command = [*launched.command(server.path), "--port", str(server.port), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            wait_until(server.path.exists)
            yield server
        finally:
            process.terminate()


def answer(backend: Bubblewrap, program: str, **files: bytes) -> Any:
    """The JSON that a Python program prints."""
    transcript = Transcript()
    with backend.start(order(program, files)) as sandbox:
        ended = transcript.to_the_end(sandbox)
    assert ended.exit_code == 0, transcript.text
    return json.loads(transcript.text)


ATTEMPT = """
import json
def attempt(call, *arguments):
    try:
        call(*arguments)
    except Exception as error:
        return type(error).__name__
    return "done"
"""


def test_redis_on_the_hosts_loopback_cannot_be_reached(backend: Bubblewrap, redis_server: Server) -> None:
    with redis.Redis(port=redis_server.port) as client:
        assert client.ping()
    program = f"""{ATTEMPT}
import socket
print(json.dumps([
    attempt(socket.create_connection, ("127.0.0.1", {redis_server.port}), 2),
    attempt(socket.socket(socket.AF_UNIX).connect, {str(redis_server.path)!r}),
]))"""
    assert answer(backend, program) == ["ConnectionRefusedError", "FileNotFoundError"]


def test_there_is_no_network(backend: Bubblewrap) -> None:
    program = f"""{ATTEMPT}
import socket
datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(json.dumps([
    attempt(socket.create_connection, ("192.0.2.1", 80), 2),
    attempt(socket.getaddrinfo, "example.org", 80),
    attempt(datagram.sendto, b"x", ("192.0.2.1", 53)),
    [line.split(':')[0].strip() for line in open('/proc/net/dev').readlines()[2:]],
]))"""
    assert answer(backend, program) == ["OSError", "gaierror", "OSError", ["lo"]]


def test_a_server_on_its_own_loopback_works(backend: Bubblewrap) -> None:
    program = """
import json, socket
with socket.create_server(("localhost", 0)) as server:
    client = socket.create_connection(server.getsockname())
    server.accept()[0].sendall(b"hello")
    print(json.dumps(client.recv(5).decode()))"""
    assert answer(backend, program) == "hello"


def test_the_hosts_files_are_not_there(backend: Bubblewrap, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    names = [str(secret), "/etc/shadow", "/root", "/var", __file__, "/proc/1/root/etc/shadow", "/proc/1/cwd/root"]
    program = f"""{ATTEMPT}
import os
print(json.dumps([sorted(os.listdir("/")), [attempt(os.stat, name) for name in {names!r}], os.listdir("/tmp")]))"""
    root, attempts, scratch = answer(backend, program)
    assert set(root) <= {"bin", "dev", "etc", "home", "lib", "lib64", "opt", "proc", "sbin", "tmp", "usr"}
    assert attempts == ["FileNotFoundError"] * len(names)
    assert set(scratch) <= {".matplotlib"}


def test_symlinks_lead_nowhere(backend: Bubblewrap, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    targets = [str(secret), "/etc/shadow", "../../../../etc/shadow", "/proc/1/root/root", "/proc/self/fd/99"]
    program = f"""{ATTEMPT}
import os
def read(target):
    os.symlink(target, "link")
    try:
        open("link").read()
    finally:
        os.unlink("link")
print(json.dumps([attempt(read, target) for target in {targets!r}]))"""
    assert answer(backend, program) == ["FileNotFoundError"] * len(targets)


def test_the_workers_environment_and_arguments_cannot_be_read(
    backend: Bubblewrap, toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = secrets.token_hex()
    monkeypatch.setenv("SECRET_KEY", secret)
    program = """
import glob, json
seen = {}
for kind in ("environ", "cmdline"):
    seen[kind] = [open(path, "rb").read().decode() for path in glob.glob(f"/proc/[0-9]*/{kind}")]
print(json.dumps(seen))"""
    seen = answer(backend, program)
    assert isinstance(seen, dict)
    assert len(seen["environ"]) >= 2
    assert secret not in str(seen)
    assert str(toolchain.folder) not in str(seen)


def test_only_its_own_processes_and_descriptors_are_there(backend: Bubblewrap) -> None:
    program = """
import json, os
descriptors = [os.readlink(f"/proc/self/fd/{number}") for number in ("0", "1", "2")]
print(json.dumps([
    sorted(int(name) for name in os.listdir("/proc") if name.isdigit())[-1] < 20,
    [descriptor.split(":")[0] for descriptor in descriptors],
    len(os.listdir("/proc/self/fd")) - 1,
]))"""
    assert answer(backend, program) == [True, ["pipe"] * 3, 3]


def test_it_is_an_ordinary_user_without_any_privilege(backend: Bubblewrap) -> None:
    program = """
import getpass, json, os, pathlib
status = dict(line.split(":\\t") for line in pathlib.Path("/proc/self/status").read_text().splitlines())
print(json.dumps([getpass.getuser(), os.getuid(), status["CapEff"], status["CapBnd"], status["NoNewPrivs"],
    status["Seccomp"], os.uname().nodename]))"""
    nothing = "0" * 16
    assert answer(backend, program) == ["u", 1000, nothing, nothing, "1", "2", "sandbox"]


def test_only_its_own_folders_can_be_written(backend: Bubblewrap) -> None:
    places = ["/x", "/usr/x", "/etc/passwd", "/dev/x", "/opt/sandbox/x", "/proc/sys/kernel/hostname"]
    program = f"""{ATTEMPT}
allowed = [attempt(open, place, "w") for place in ("x", "/tmp/x", "/dev/shm/x")]
print(json.dumps([allowed, [attempt(open, place, "w") for place in {places!r}]]))"""
    allowed, refused = answer(backend, program)
    assert allowed == ["done"] * 3
    assert set(refused) <= {"OSError", "PermissionError"}


# Numbers of x86-64 and arguments, with the errno that must come back: the call itself would succeed, or fail otherwise.
CALLS = {
    "unshare a user namespace": ("272, 0x10000000", "EPERM"),
    "clone a user namespace": ("56, 0x10000011, 0, 0, 0, 0", "EPERM"),
    "clone3": ("435, 0, 0", "ENOSYS"),
    "mount": ("165, b'none', b'/tmp', b'tmpfs', 0, 0", "EPERM"),
    "io_uring_setup": ("425, 8, ctypes.create_string_buffer(120)", "EPERM"),
    "ptrace traceme": ("101, 0, 0, 0, 0", "EPERM"),
    "memfd_create": ("319, b'x', 0", "EPERM"),
    "shmget": ("29, 0, 4096, 0o1600", "EPERM"),
    "msgget": ("68, 0, 0o1600", "EPERM"),
    "keyctl": ("250, 0, -3, 0", "EPERM"),
    "bpf": ("321, 0, 0, 0", "EPERM"),
    "userfaultfd": ("323, 1", "EPERM"),
    "perf_event_open": ("298, 0, 0, -1, -1, 0", "EPERM"),
    "a netlink socket": ("41, 16, 3, 0", "EAFNOSUPPORT"),
    "a vsock": ("41, 40, 1, 0", "EAFNOSUPPORT"),
    "a kernel crypto socket": ("41, 38, 5, 0", "EAFNOSUPPORT"),
    "a call of a future kernel": ("600", "ENOSYS"),
}


def test_dangerous_system_calls_are_refused(backend: Bubblewrap) -> None:
    lines = "\n".join(f"call({name!r}, {arguments})" for name, (arguments, _) in CALLS.items())
    program = f"""
import ctypes, errno, json
libc = ctypes.CDLL(None, use_errno=True)
answers = {{}}
def call(name, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(*arguments)
    answers[name] = errno.errorcode.get(ctypes.get_errno(), f"result {{result}}")
{lines}
print(json.dumps(answers))"""
    assert answer(backend, program) == {name: error for name, (_, error) in CALLS.items()}


def test_calls_of_another_numbering_end_the_program(backend: Bubblewrap) -> None:
    program = "import ctypes; ctypes.CDLL(None).syscall(0x40000000 + 39)"
    with backend.start(order(program)) as sandbox:
        assert Transcript().to_the_end(sandbox).exit_code == 128 + 31  # SIGSYS


@pytest.mark.parametrize("tool", [["unshare", "-r", "true"], ["su"], ["mount", "-t", "tmpfs", "none", "/home"]])
def test_the_machines_tools_give_no_privilege(backend: Bubblewrap, tool: list[str]) -> None:
    with backend.start(order(tool)) as sandbox:
        assert Transcript().to_the_end(sandbox).exit_code not in (0, None)
