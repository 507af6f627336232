"""Binary files: images, fonts, sounds. Their bytes stand beside the room's document, named by their SHA-256.

What an asset is served as is decided here, from its own first bytes and its name, out of a closed list; what a client
says of it counts for nothing.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Final

UNKNOWN: Final = "application/octet-stream"
# What `type_of` looks at.
HEAD_BYTES: Final = 512

_HASH = re.compile(r"[0-9a-f]{64}")

_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"OTTO", "font/otf"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
    (b"\0asm", "application/wasm"),
    (b"glTF", "model/gltf-binary"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
# Beginnings so short that other files have them too: the name must say the same.
_NAMED: Final = (
    (".ico", b"\0\0\1\0", "image/x-icon"),
    (".cur", b"\0\0\2\0", "image/x-icon"),
    (".ttf", b"\0\1\0\0", "font/ttf"),
    (".ttf", b"true", "font/ttf"),
    (".mp3", b"\xff", "audio/mpeg"),
    (".ogv", b"OggS", "video/ogg"),
    (".webm", b"\x1aE\xdf\xa3", "video/webm"),
    (".weba", b"\x1aE\xdf\xa3", "audio/webm"),
)
_SVG = re.compile(rb"\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?:[^-]|-(?!->))*+-->\s*+|<!DOCTYPE[^>]*+>\s*+)*+<svg[\s>]")


def hash_of(data: bytes) -> str:
    """The name of these bytes: their SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def is_hash(text: str) -> bool:
    """True if this can be the name of an asset's bytes."""
    return _HASH.fullmatch(text) is not None


def type_of(path: str, data: bytes) -> str:
    """What an asset is served as: a type of the closed list, or `UNKNOWN`. Its first `HEAD_BYTES` are enough."""
    suffix = PurePosixPath(path).suffix.lower()
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], UNKNOWN)
    if data[4:8] == b"ftyp":
        if data[8:12] in (b"avif", b"avis"):
            return "image/avif"
        return "audio/mp4" if suffix == ".m4a" else "video/mp4"
    for named, beginning, kind in _NAMED:
        if suffix == named and data.startswith(beginning):
            return kind
    if data[:4] == b"OggS":
        return "audio/ogg"
    if suffix == ".svg" and _SVG.match(data[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")):
        return "image/svg+xml"
    return UNKNOWN


def as_text(path: str, data: bytes, most_bytes: int) -> str | None:
    """The text of a file that can be a document of at most `most_bytes`; None for one that has to be an asset."""
    if len(data) > most_bytes or b"\0" in data or type_of(path, data) not in (UNKNOWN, "image/svg+xml"):
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
