"""What one launcher has for itself: the data folder and the listening socket. Refusals are one line for people."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from pathlib import Path

# The children of a launcher that was killed may hold the port for a moment longer than it lived.
PORT_SECONDS = 2.0


class Refused(SystemExit):
    """A claim that somebody else holds, or that cannot be made. Ends the process with its one line."""


class DataFolder:
    """The data folder, claimed until the context ends. Raises Refused if another launcher has it."""

    def __init__(self, path: Path, address: str) -> None:
        """`address` is where this launcher will serve: what a second one tells people."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = (path / "serve.lock").open("a+")
        except OSError as error:
            raise Refused(
                f"Cannot write to {path} ({error.strerror}): set SPARKROOM_DATA to a folder that you own."
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            raise Refused(
                f"Sparkroom is already running on {path}: {self._lock.read().strip()}. "
                "Stop it first, or set SPARKROOM_DATA to another folder."
            ) from None
        self._lock.truncate(0)
        self._lock.write(f"process {os.getpid()} at {address}")
        self._lock.flush()

    def __enter__(self) -> DataFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()


def listen(host: str, port: int, setting: str = "PORT") -> socket.socket:
    """The socket that the web process accepts on. It outlives that process: while one restarts, connections wait.

    `setting` is the variable that says which port. Raises Refused if the port is taken or the address is not one of
    this machine.
    """
    # The previews of `localhost` are on 127.0.0.1, which the name need not mean first.
    only = socket.AF_INET if host == "localhost" else socket.AF_UNSPEC
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, only, socket.SOCK_STREAM)[0]
    except OSError:
        raise Refused(f"HOST={host!r} is not allowed: a name or an address of this machine") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if host == "::":
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            listener.bind(address)
            listener.listen(1024)
            return listener
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            listener.close()
            raise Refused(_why_not(error, host, port, setting)) from None


def _why_not(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        other = 8123 if port != 8123 else 8125
        return f"Port {port} is taken by another program. Choose another one: {setting}={other} make run"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host!r} is not allowed: a name or an address of this machine"
    if error.errno == errno.EACCES:
        return f"Port {port} is not open to you. Choose one above 1023: {setting}=8123 make run"
    return f"Cannot listen on {host} port {port}: {error.strerror}"
