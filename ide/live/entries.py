"""The valid entries of a room's files, kept up with what changes, so that asking for them costs nothing otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pycrdt import Assoc, Map, Text

from ide.domain.assets import is_hash
from ide.domain.documents import fold_path, is_id, is_path


@dataclass(frozen=True, slots=True)
class TextEntry:
    """What stands in the room's document for a document. `key` names its text for as long as that exists."""

    path: str
    text: Text
    key: str


@dataclass(frozen=True, slots=True)
class AssetEntry:
    """What stands in the room's document for a binary file: the hash of its bytes."""

    path: str
    hash: str


Entry = TextEntry | AssetEntry


class Entries:
    """Reads `files`: file id → `{path: string, text: Y.Text}`, or `{path: string, asset: string}` for a binary file.

    An entry that has a text is a document, whatever else it has. What is anything else is left out.
    """

    def __init__(self, files: Map[Any]) -> None:
        self._files = files
        self._by_id: dict[str, Entry] = {}
        self._stale = set(files.keys())
        self._paths: Counter[str] = Counter()  # folded paths
        self._folders: Counter[str] = Counter()  # folded paths of the folders that they stand in

    @property
    def changed(self) -> bool:
        """True if `current` would read something anew."""
        return bool(self._stale)

    def mark(self, file_ids: Iterable[str]) -> None:
        """These may have changed."""
        self._stale.update(file_ids)

    def current(self) -> Mapping[str, Entry]:
        """Every valid entry by its file id."""
        for file_id in self._stale:
            before, now = self._by_id.pop(file_id, None), _read(self._files, file_id)
            if before is not None:
                self._count(before.path, -1)
            if now is not None:
                self._by_id[file_id] = now
                self._count(now.path, 1)
        self._stale.clear()
        return self._by_id

    def conflict(self, path: str, but: str | None = None) -> str | None:
        """Why a file cannot be called `path` beside the others, except the one with id `but`. None if it can."""
        entries = self.current()
        own = entries.get(but) if but is not None else None
        own_path = fold_path(own.path) if own is not None else None
        folded = fold_path(path)
        folders = _folders(folded)
        if self._paths[folded] > (folded == own_path):
            return f"{path} exists already."
        if any(self._paths[folder] > (folder == own_path) for folder in folders):
            return f"{path} would stand in a file, not in a folder."
        if self._folders[folded] > (own_path is not None and folded in _folders(own_path)):
            return f"{path} is a folder."
        return None

    def _count(self, path: str, by: int) -> None:
        folded = fold_path(path)
        self._paths[folded] += by
        for folder in _folders(folded):
            self._folders[folder] += by


def _folders(path: str) -> list[str]:
    """`a/b/c` → `a`, `a/b`."""
    return [path[:at] for at, letter in enumerate(path) if letter == "/"]


def _read(files: Map[Any], file_id: str) -> Entry | None:
    if not is_id(file_id):
        return None
    entry = files.get(file_id)
    if not isinstance(entry, Map):
        return None
    path, text = entry.get("path"), entry.get("text")
    if not isinstance(path, str) or not is_path(path):
        return None
    if isinstance(text, Text):
        place = text.sticky_index(0, Assoc.BEFORE).to_json()["type"]
        return TextEntry(path, text, f"{place['client']}:{place['clock']}")
    asset = entry.get("asset")
    return AssetEntry(path, asset) if isinstance(asset, str) and is_hash(asset) else None
