"""Descriptors on both sides of a start: the child's close when it has them, the worker's only if it was not started."""

from __future__ import annotations

import os
import pty
from contextlib import ExitStack
from types import TracebackType
from typing import Self


class Descriptors:
    """As a context: what was lent closes at the end, what was kept closes if the end is an error.

    Everything is closed on exec; whoever starts the child passes on `lent`.
    """

    def __init__(self) -> None:
        self.lent: list[int] = []
        self._theirs = ExitStack()
        self._ours = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._theirs.close()
        if error is not None:
            self._ours.close()

    def _lend(self, descriptor: int) -> int:
        self.lent.append(descriptor)
        self._theirs.callback(os.close, descriptor)
        return descriptor

    def _keep(self, descriptor: int) -> int:
        self._ours.callback(os.close, descriptor)
        return descriptor

    def from_child(self) -> tuple[int, int]:
        """A pipe: (kept reading end, lent writing end)."""
        read, write = os.pipe()
        return self._keep(read), self._lend(write)

    def to_child(self) -> tuple[int, int]:
        """A pipe: (kept writing end, lent reading end)."""
        read, write = os.pipe()
        return self._keep(write), self._lend(read)

    def terminal(self) -> tuple[int, int, int]:
        """A terminal: (kept for reading, kept for writing, lent)."""
        master, slave = pty.openpty()
        self._keep(master)
        self._lend(slave)
        return master, self._keep(os.dup(master)), slave

    def bell(self) -> int:
        """A kept eventfd."""
        return self._keep(os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC))

    def later(self, name: str) -> tuple[int, int]:
        """An empty file in memory, to be filled by `os.pwrite`: (kept, lent)."""
        lent = self.content(name, b"")
        return self._keep(os.dup(lent)), lent

    def content(self, name: str, content: bytes) -> int:
        """A lent file in memory that reads as `content`."""
        descriptor = self._lend(os.memfd_create(name, os.MFD_CLOEXEC))
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor
