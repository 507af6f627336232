"""The three ways in which the parts of Sparkroom count text, and the only place that converts between them.

Python counts code points, pycrdt UTF-8 bytes, Yjs and CodeMirror UTF-16 units. An offset that was counted one way and
used another lands inside a character: pycrdt then writes somewhere else without a word.
"""

from __future__ import annotations


def byte_length(text: str) -> int:
    """Length of `text` in UTF-8 bytes."""
    return len(text) if text.isascii() else len(text.encode())


def byte_offset(text: str, at: int) -> int:
    """UTF-8 bytes before code point `at` of `text`."""
    return at if text.isascii() else len(text[:at].encode())


def utf16_length(text: str) -> int:
    """Length of `text` in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def byte_slice(text: str, start: int, end: int) -> str:
    """What stands between two UTF-8 byte offsets of `text`, without the characters that they cut."""
    return text[start:end] if text.isascii() else text.encode()[start:end].decode(errors="ignore")


def well_formed(text: str) -> str:
    """`text` with each unpaired surrogate replaced by U+FFFD, since UTF-8 cannot carry one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
