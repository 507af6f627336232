"""A room as a zip archive: written, and read again as hostile input.

What an archive declares is bounded before anything of it is unpacked, so a bomb is never lit; a member that holds more
than it declares is cut off there and fails its checksum.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from ide.domain.assets import as_text
from ide.domain.documents import BadPath, check_path, fold_path
from ide.wire.shapes import Limits

# The list of members: a thousand files and their folders have room in it, also with long names.
_DIRECTORY_BYTES: Final = 4_000_000
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_COMMENT_BYTES: Final = 65_535
_BEYOND_32_BITS: Final = b"PK\x06\x07"
_LOCATOR_BYTES: Final = 20
_ENCRYPTED: Final = 0x41
_NAME_IS_UTF8: Final = 0x800
_UNIX: Final = 3
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What file managers put beside people's files.
_LITTER: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_LITTER_FOLDER: Final = "__MACOSX"
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_DAMAGED: Final = "This is no zip archive, or it is damaged."


class BadArchive(ValueError):
    """An archive that is damaged, or that no room takes; the message says why."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What an archive holds: the texts of documents and the bytes of binary files, by path."""

    texts: dict[str, str]
    binary: dict[str, bytes]


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip archive of files, (path, content). The same files make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files:
            member = zipfile.ZipInfo(path, _DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = _UNIX
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, data)
    return buffer.getvalue()


def unpack(data: bytes, limits: Limits, folder: str = "") -> Unpacked:
    """What a zip archive holds. Raises `BadArchive` unless a room could hold all of it.

    If everything stands in one top folder of the name `folder`, that folder is passed over.
    """
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _below(folder, list(_members(archive)))
            _check_names([path for path, _ in members])
            _check_sizes(members, limits)
            return _sorted(((path, archive.read(member)) for path, member in members), limits)
    except BadArchive:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error):
        # The library checks little of what it reads before it uses it.
        raise BadArchive(_DAMAGED) from None


def _check_directory(data: bytes) -> None:
    """Bound the list of members, which the library reads as a whole before it answers anything."""
    end = data.rfind(_END, max(0, len(data) - _COMMENT_BYTES - _END_BYTES))
    if end < 0 or len(data) < end + _END_BYTES:
        raise BadArchive(_DAMAGED)
    (size,) = struct.unpack_from("<L", data, end + 12)
    if size > _DIRECTORY_BYTES or data[max(0, end - _LOCATOR_BYTES) :].startswith(_BEYOND_32_BITS):
        raise BadArchive("The archive has too many files.")


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    for member in archive.infolist():
        path = _name(member)
        parts = path.split("/")
        if path.endswith("/") or parts[0] == _LITTER_FOLDER or parts[-1] in _LITTER:
            continue
        if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
            raise BadArchive(f"{path[:200]} is a link or a device, not a file.")
        if member.flag_bits & _ENCRYPTED:
            raise BadArchive("The archive is encrypted.")
        if member.compress_type not in _METHODS:
            raise BadArchive(f"{path[:200]} is packed in a way that is not known here.")
        yield path, member


def _name(member: zipfile.ZipInfo) -> str:
    """The whole name, which `filename` cuts at a NUL. Many programs write UTF-8 without saying so."""
    name = member.orig_filename
    if member.flag_bits & _NAME_IS_UTF8 or name.isascii():
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeError:
        return name


def _below(folder: str, members: list[tuple[str, zipfile.ZipInfo]]) -> list[tuple[str, zipfile.ZipInfo]]:
    top = f"{folder}/"
    if not folder or not all(path.startswith(top) for path, _ in members):
        return members
    return [(path.removeprefix(top), member) for path, member in members]


def _check_names(paths: Sequence[str]) -> None:
    taken: dict[str, str] = {}
    for path in paths:
        try:
            check_path(path)
        except BadPath as error:
            raise BadArchive(f"{path[:200]!r} cannot be a file here: {error}") from None
        if fold_path(path) in taken:
            raise BadArchive(f"The archive holds both {taken[fold_path(path)]} and {path}.")
        taken[fold_path(path)] = path
    for path in paths:
        for folder in PurePosixPath(path).parents:
            if fold_path(str(folder)) in taken:
                raise BadArchive(f"In the archive {folder} is both a file and a folder.")


def _check_sizes(members: Sequence[tuple[str, zipfile.ZipInfo]], limits: Limits) -> None:
    """Bound what will be unpacked by what is declared: no member gives more than that."""
    if len(members) > limits.documents:
        raise BadArchive(f"The archive has {len(members):,} files; a room holds at most {limits.documents:,}.")
    most = max(limits.document_bytes, limits.asset_bytes)
    for path, member in members:
        if member.file_size > most:
            raise BadArchive(f"{path} is too large: a file holds at most {most:,} bytes.")
    if sum(member.file_size for _, member in members) > limits.room_bytes + limits.room_assets_bytes:
        raise BadArchive("The archive holds more than a room does.")


def _sorted(files: Iterable[tuple[str, bytes]], limits: Limits) -> Unpacked:
    unpacked = Unpacked({}, {})
    text_bytes = binary_bytes = 0
    for path, data in files:
        text = as_text(path, data, limits.document_bytes)
        if text is not None:
            unpacked.texts[path] = text
            text_bytes += len(data)
        elif len(data) > limits.asset_bytes:
            raise BadArchive(f"{path} is too large: a binary file holds at most {limits.asset_bytes:,} bytes.")
        else:
            unpacked.binary[path] = data
            binary_bytes += len(data)
        if text_bytes > limits.room_bytes:
            raise BadArchive(f"The archive holds more text than a room does: {limits.room_bytes:,} bytes.")
        if binary_bytes > limits.room_assets_bytes:
            raise BadArchive(f"The binary files of a room hold at most {limits.room_assets_bytes:,} bytes.")
    return unpacked
