"""A room's files on their way into a sandbox: one tar archive in memory, so that no folder of the host is involved."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ide.domain.documents import BadPath, check_path
from workers.sandboxes.sandbox import Refused

_PAGE = 4_096


@dataclass(frozen=True)
class Parcel:
    """`archive` becomes `files` files and folders, which take `bytes` bytes of a tmpfs."""

    archive: bytes
    bytes: int
    files: int


def _checked(paths: Mapping[str, bytes]) -> None:
    """Raise `Refused` unless every path is a document's, and no document is another's folder."""
    for path in paths:
        try:
            check_path(path)
        except BadPath as bad:
            raise Refused(f"a document's path is not one for a file: {bad}") from None
        for folder in PurePosixPath(path).parents:
            if str(folder) in paths:
                raise Refused(f"{str(folder)[:80]!r} is both a document and a folder")


def packed(files: Mapping[str, bytes]) -> Parcel:
    """The parcel. Raises `Refused` for a path that could not be a file of the working folder."""
    _checked(files)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(content))
    folders = {folder for path in files for folder in PurePosixPath(path).parents}
    pages = sum(-(-len(content) // _PAGE) for content in files.values())
    return Parcel(buffer.getvalue(), pages * _PAGE, len(files) + len(folders | {PurePosixPath(".")}))
