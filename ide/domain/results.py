"""Files that a run made: hostile, like everything that comes out of a sandbox. What they may be served as.

Nothing that a program wrote may become a page of ours. Pixels may be shown where they are; text is text, whatever it
says it is; everything else, drawings with scripts in them included, is a download.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ide.domain.assets import UNKNOWN, hash_of, type_of
from ide.domain.documents import is_path
from ide.wire.run_shapes import MadeFile

TEXT: Final = "text/plain"
# An SVG in an <img> runs nothing; opened by itself it would, so it is only ever handed out to be saved.
DRAWING: Final = "image/svg+xml"
PIXELS: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MOST_FILES: Final = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the files that a run made: in the order of their paths, their bytes by hash, and how many not."""

    files: list[MadeFile]
    data: Mapping[str, bytes]
    left_out: int


def choose(made: Mapping[str, bytes], most_bytes: int) -> Kept:
    """What can be kept of these files: at most `MOST_FILES` with proper paths, which together fit into `most_bytes`."""
    files: list[MadeFile] = []
    data: dict[str, bytes] = {}
    left = most_bytes
    for path in sorted(path for path in made if is_path(path)):
        content = made[path]
        digest = hash_of(content)
        size = 0 if digest in data else len(content)
        if size <= left and len(files) < MOST_FILES:
            left -= size
            data[digest] = content
            files.append(MadeFile(path=path, bytes=len(content), hash=digest, type=_type_of(path, content)))
    return Kept(files, data, len(made) - len(files))


def served_as(kind: str) -> tuple[str, bool]:
    """The content type under which such a file leaves here, and whether a browser may show it by itself."""
    if kind in PIXELS:
        return kind, True
    if kind == TEXT:
        return "text/plain; charset=utf-8", True
    return (DRAWING if kind == DRAWING else UNKNOWN), False


def _type_of(path: str, data: bytes) -> str:
    kind = type_of(path, data)
    return TEXT if kind == UNKNOWN and _is_text(data) else kind


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
