"""What a document may be called, how much a room may hold, and what its documents are shown as.

A path is relative and POSIX: `game/snake.js`. Two entries of a room may come to have one path, since people rename at
the same time; `shown_paths` settles that the same way everywhere. `frontend/src/documents/` mirrors it, and
`tests/domain/shown_paths.json` holds the cases that both must pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Protocol

PART_BYTES: Final = 255
PATH_BYTES: Final = 1024

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ID = re.compile(r"[\x20-\x7e]{1,255}")
_UPPER_TO_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class BadPath(ValueError):
    """A path that no document can have; the message says why."""


class SizeLimits(Protocol):
    """How much a room may hold: bytes of one document, bytes of all of them, and how many."""

    @property
    def document_bytes(self) -> int: ...  # noqa: D102

    @property
    def room_bytes(self) -> int: ...  # noqa: D102

    @property
    def documents(self) -> int: ...  # noqa: D102


def check_path(path: str) -> str:
    """`path` itself if a document can have it. Raises `BadPath` otherwise."""
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        raise BadPath("A path must be valid Unicode.") from None
    if not path:
        raise BadPath("The path is empty.")
    if size > PATH_BYTES:
        raise BadPath(f"The path is longer than {PATH_BYTES} bytes.")
    if _CONTROL.search(path):
        raise BadPath("A path holds no control characters.")
    if "\\" in path:
        raise BadPath("Parts of a path are separated by /, not by a backslash.")
    if path.startswith("/"):
        raise BadPath("A path is relative: it does not begin with /.")
    for part in path.split("/"):
        if part in ("", ".", ".."):
            raise BadPath("A path has no empty parts, no . and no ..")
        if len(part.encode()) > PART_BYTES:
            raise BadPath(f"A part of the path is longer than {PART_BYTES} bytes.")
    return path


@lru_cache(maxsize=10_000)
def is_path(path: str) -> bool:
    """True if a document can have this path."""
    try:
        check_path(path)
    except BadPath:
        return False
    return True


def is_id(file_id: str) -> bool:
    """True if this can be a file's id: up to 255 printable ASCII characters."""
    return _ID.fullmatch(file_id) is not None


def fold_path(path: str) -> str:
    """The form in which paths are compared. ASCII alone, so that every language folds alike."""
    return path.translate(_UPPER_TO_LOWER)


def shown_paths(entries: Mapping[str, str]) -> dict[str, str]:
    """File id → shown path, for entries of file id → own path, in the order of the ids.

    Of entries with one path (in any case) the lowest id keeps it; the others become `name (2).ext`, `name (3).ext` and
    so on in the order of their ids, passing over names that are taken. Entries with a malformed id or path are left
    out.
    """
    own: dict[str, str] = {}
    for file_id in sorted(entries):
        if is_id(file_id) and is_path(entries[file_id]):
            own[file_id] = entries[file_id]
    keepers: dict[str, str] = {}
    for file_id, path in own.items():
        keepers.setdefault(fold_path(path), file_id)
    taken = set(keepers)
    numbers: dict[str, int] = {}
    shown: dict[str, str] = {}
    for file_id, path in own.items():
        folded = fold_path(path)
        if keepers[folded] == file_id:
            shown[file_id] = path
            continue
        number = numbers.get(folded, 2)
        while fold_path(numbered(path, number)) in taken:
            number += 1
        numbers[folded] = number + 1
        shown[file_id] = numbered(path, number)
        taken.add(fold_path(shown[file_id]))
    return shown


def numbered(path: str, number: int) -> str:
    """`a/b.js` → `a/b (2).js`; a leading dot is no extension: `.env` → `.env (2)`."""
    folder, slash, name = path.rpartition("/")
    dot = name.rfind(".")
    if dot < 1:
        dot = len(name)
    return f"{folder}{slash}{name[:dot]} ({number}){name[dot:]}"
