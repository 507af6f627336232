"""A line to PostgreSQL that can be cut just after a COMMIT, so that nobody hears of its answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"


class CutLine:
    """A socket that forwards to a server's; a context manager that closes it. `folder` is the host to connect to."""

    def __init__(self, folder: Path, server: Path) -> None:
        """`server` is the server's socket."""
        self.folder = folder
        self.cuts = 0
        self._server = server
        self._armed = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listener.bind(str(self.folder / self._server.name))
        self._listener.listen()
        self._start(self._accept)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for one in (self._listener, *self._sockets):
            _end(one)
        for thread in self._threads:
            thread.join()
        for one in (self._listener, *self._sockets):
            one.close()

    def cut_next_commit(self) -> None:
        """Let the next COMMIT through, and its answer not."""
        self._armed.set()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server))
            self._sockets += [client, server]
            committing = threading.Event()
            self._start(self._forward, client, server, committing)
            self._start(self._answer, server, client, committing)

    def _forward(self, client: socket.socket, server: socket.socket, committing: threading.Event) -> None:
        while data := _read(client):
            if COMMIT in data and self._armed.is_set():
                self._armed.clear()
                committing.set()
            server.sendall(data)
        _end(server)

    def _answer(self, server: socket.socket, client: socket.socket, committing: threading.Event) -> None:
        while data := _read(server):
            if committing.is_set():
                self.cuts += 1
                break
            client.sendall(data)
        _end(client)
        _end(server)


def _read(one: socket.socket) -> bytes:
    try:
        return one.recv(65536)
    except OSError:
        return b""


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
