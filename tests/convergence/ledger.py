"""What people typed in a session, who took it away, and what of it the server said is saved.

A token is one character that stands nowhere else: a code point of a private plane, four bytes in UTF-8 and two units in
UTF-16, which no edit can split.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pycrdt

from ide.domain.updates import apply_all, survey
from ide.live.room import LiveRoom
from ide.live.session import Session

FIRST = 0xF0000
TOKENS = re.compile("[\U000f0000-\U000ffffd]")
# The same in UTF-8, as an update carries it.
ENCODED = re.compile(rb"\xf3[\xb0-\xbf][\x80-\xbf]{2}")

Content = dict[str, tuple[str, str]]
"""By file id: path and text."""


def content(files: pycrdt.Map[Any]) -> Content:
    """The documents in a room's `files`: what has no path (yet), or no text, is none."""
    entries = ((file_id, entry.get("path"), entry.get("text")) for file_id, entry in files.items())
    return {file_id: (path, str(text)) for file_id, path, text in entries if path is not None and text is not None}


def content_of(updates: Iterable[bytes]) -> Content:
    """The documents that these updates make."""
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    files: pycrdt.Map[Any] = doc.get("files", type=pycrdt.Map)

    def apply(some: list[bytes]) -> None:
        for update in some:
            doc.apply_update(update)

    apply_all([survey(update) for update in updates], apply, doc.get_state)
    return content(files)


def tokens_in(files: pycrdt.Map[Any]) -> set[str]:
    """Every token in a room's `files`, those without a path included: their next one may be on its way."""
    texts = (entry.get("text") for entry in files.values())
    return {token for text in texts if text is not None for token in TOKENS.findall(str(text))}


def tokens_of(update: bytes) -> set[str]:
    """The tokens that an update carries, and maybe some that nobody typed."""
    return {encoded.decode() for encoded in ENCODED.findall(update)}


def name(token: str) -> str:
    """A token as a trace shows it."""
    return f"t{ord(token) - FIRST}"


class Ledger:
    """One session's."""

    def __init__(self) -> None:
        self.file_of: dict[str, str] = {}
        """Of every token that was typed, the document."""
        self.saved: set[str] = set()
        self._removed: set[str] = set()
        self._quoted: set[str] = set()
        self._deleted_files: set[str] = set()

    def type(self, file_id: str) -> str:
        """A new token, typed into a document."""
        token = chr(FIRST + len(self.file_of))
        self.file_of[token] = file_id
        return token

    def save(self, tokens: Iterable[str]) -> None:
        """The server says that these are saved."""
        self.saved.update(token for token in tokens if token in self.file_of)

    def remove(self, tokens: Iterable[str]) -> None:
        """Somebody took these away. They may come back, since removing can be undone."""
        self._removed.update(tokens)

    def delete_file(self, file_id: str) -> None:
        """Somebody deleted a document, and with it what others still type into it."""
        self._deleted_files.add(file_id)

    def watch(self, room: LiveRoom) -> Callable[[], None]:
        """Note what the model, or another of the server's own writers, takes away in this process. Answers how to stop.

        A model also writes lines anew that it was shown: the tokens in them are nobody's any more.
        """
        files: pycrdt.Map[Any] = room.replica.doc.get("files", type=pycrdt.Map)
        present, ids = tokens_in(files), set(files.keys())

        def written(update: bytes, origin: object) -> None:
            nonlocal present, ids
            brought = tokens_of(update)
            if isinstance(origin, Session | str):
                present |= brought
                ids |= set(files.keys())
                return
            now = tokens_in(files)
            self._quoted |= brought & now
            self._removed |= present - now
            self._deleted_files |= ids - set(files.keys())
            present, ids = now, set(files.keys())

        return room.replica.on_update(written)

    def standing(self) -> set[str]:
        """The tokens that must be there, once each: those that are saved and that nobody took away."""
        gone = self._removed | self._quoted
        return {token for token in self.saved - gone if self.file_of[token] not in self._deleted_files}

    def faults(self, texts: Content) -> list[str]:
        """What is missing from `texts`, and what stands there twice."""
        found = [token for _, text in texts.values() for token in TOKENS.findall(text)]
        missing = self.standing() - set(found)
        doubled = {token for token in found if found.count(token) > 1} - self._removed - self._quoted
        return [f"{name(token)} is missing from {self.file_of[token]}" for token in sorted(missing)] + [
            f"{name(token)} stands twice" for token in sorted(doubled)
        ]
