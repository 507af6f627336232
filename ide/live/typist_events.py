"""Whom a typist tells what it does."""

from __future__ import annotations

from typing import Any, Protocol

from ide.domain.edits.hunks import HunkRecord


class TypistEvents(Protocol):
    """Told what a typist does, after each transaction, on the loop. It may write to the replica."""

    def prose(self, text: str) -> None:
        """More of the answer's prose."""
        ...

    def hunk(self, record: HunkRecord) -> None:
        """A hunk came to be or changed its state; the record replaces the earlier one with its id."""
        ...

    def cursor(self, file_id: str, position: dict[str, Any] | None) -> None:
        """The caret stands here now (a Yjs relative position in JSON), or left this file (None)."""
        ...
