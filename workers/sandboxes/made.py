"""What a program leaves in its working folder, read by the worker itself once no process of the sandbox is left.

Nothing is packed by anybody inside, and no folder of the host is involved: the folder is a tmpfs that only the worker's
descriptor still holds, so what is looked at cannot change before it is read. Each step goes from one open folder to the
next and follows no link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ide.domain.documents import is_path

FILES = 100
FILE_BYTES = 5_000_000
ALL_BYTES = 20_000_000
DEPTH = 20
_ENTRIES = 50_000
_BY_PRODUCTS = frozenset({"__pycache__", "node_modules"})


@dataclass
class Made:
    """`files` are by path; `left_out` counts what is not among them, as too much or no file that a room could hold."""

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True)
class Entry:
    """Something that is no folder: `name` in the open folder `folder`."""

    path: str
    folder: int
    name: str


class Collector:
    """Collects once what differs from `given`, path → content.

    By-products are no results and not counted: compiled Python, packages, and what begins with a dot and was not given.
    """

    def __init__(self, given: Mapping[str, bytes]) -> None:
        self._given = given
        self._expected = {str(folder) for path in given for folder in PurePosixPath(path).parents} | given.keys()
        self._made = Made()
        self._room = ALL_BYTES
        self._entries = _ENTRIES

    def collect(self, home: int) -> Made:
        """What lies below the open folder `home`."""
        for entry in self._below(home, "", DEPTH):
            self._take(entry)
        return self._made

    def _below(self, folder: int, prefix: str, depth: int) -> Iterator[Entry]:
        """All entries, in the order of their names."""
        for name in sorted(os.listdir(folder)):
            path = prefix + name
            if name in _BY_PRODUCTS or (name.startswith(".") and path not in self._expected):
                continue
            self._entries -= 1
            if self._entries < 0 or not is_path(path):
                self._made.left_out += 1
                continue
            try:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            except NotADirectoryError:
                yield Entry(path, folder, name)
                continue
            except OSError:  # a folder that its program has closed to everybody
                self._made.left_out += 1
                continue
            try:
                if depth:
                    yield from self._below(inner, f"{path}/", depth - 1)
                else:
                    self._made.left_out += 1
            finally:
                os.close(inner)

    def _take(self, entry: Entry) -> None:
        before = self._given.get(entry.path)
        # A file that was not given is only read if it can be taken: it may have thousands of names.
        room = min(FILE_BYTES, self._room) if len(self._made.files) < FILES else -1
        data = _read(entry, room if before is None else max(room, len(before)))
        if data is not None and data == before:
            return
        if data is None or len(data) > room:
            self._made.left_out += 1
            return
        self._made.files[entry.path] = data
        self._room -= len(data)


def _read(entry: Entry, most: int) -> bytes | None:
    """A regular file of at most `most` bytes; None if it is none. Nothing here can wait, as opening a pipe would."""
    try:
        descriptor = os.open(
            entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=entry.folder
        )
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > most:
            return None
        return file.read(most)
