"""How much text stands in a room's files, kept up with what changes, so that a keystroke costs one look at one text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pycrdt import Map, Text

from ide.domain.documents import is_id


class Sizes:
    """Counts every entry that is, or could become, a file by a mere change of its path: nothing may hide in those.

    `total` is the bytes of all texts, `largest` at least those of the largest one, `entries` how many there are: as of
    the last `refresh`.
    """

    def __init__(self, files: Map[Any]) -> None:
        self._files = files
        self._bytes: dict[str, int] = {}
        self._texts: dict[str, Text] = {}
        self._stale = set(files.keys())
        self._edited: set[str] = set()
        self.total = 0
        self.largest = 0

    @property
    def entries(self) -> int:
        """How many files there are, and entries that could become one."""
        return len(self._bytes)

    def mark(self, file_ids: Iterable[str]) -> None:
        """These entries may have changed."""
        self._stale.update(file_ids)

    def mark_text(self, file_id: str) -> None:
        """This entry's text was edited."""
        self._edited.add(file_id)

    def refresh(self) -> int:
        """Read what changed. Answers the bytes of the largest text that grew, 0 if none did."""
        grown = 0
        for file_id in self._stale:
            self._edited.discard(file_id)
            grown = max(grown, self._count(file_id, self._read(file_id)))
        for file_id in self._edited:
            # Looking the entry up again would take longer than all the rest.
            text = self._texts.get(file_id)
            grown = max(grown, self._count(file_id, None if text is None else len(text)))
        self._stale.clear()
        self._edited.clear()
        return grown

    def find_largest(self) -> int:
        """`largest`, found anew by a pass over all files."""
        self.largest = max(self._bytes.values(), default=0)
        return self.largest

    def _count(self, file_id: str, now: int | None) -> int:
        before = self._bytes.pop(file_id, 0)
        self.total += (now or 0) - before
        if now is None:
            return 0
        self._bytes[file_id] = now
        self.largest = max(self.largest, now)
        return now if now > before else 0

    def _read(self, file_id: str) -> int | None:
        self._texts.pop(file_id, None)
        entry = self._files.get(file_id)
        if not isinstance(entry, Map) or not is_id(file_id):
            return None
        text = entry.get("text")
        if not isinstance(text, Text):
            return 0
        self._texts[file_id] = text
        return len(text)
