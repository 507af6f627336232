"""Hunks of a turn taken back in one transaction: what people typed in them since stays.

It works from what is stored, so that it may happen long after the process is gone in which the hunks were written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ide.domain.documents import BadPath, fold_path, numbered
from ide.domain.edits.difference import Edit
from ide.domain.edits.hunks import HunkRecord
from ide.domain.edits.takeback import take_back
from ide.domain.refusals import Refusal
from ide.domain.units import byte_length, byte_offset, byte_slice
from ide.live.capacity import Capacity
from ide.live.positions import anchor, decode_range, encode
from ide.live.replica import Document, Replica

GONE = "The file of this change is gone."
REWRITTEN = "Nothing of this change is left: people have rewritten it since."


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hunks that were left as they are, and why; and new anchors, encoded, of hunks beside them that took text in."""

    left: dict[str, str]
    moved: dict[str, tuple[bytes, bytes]]


class _Left(Exception):
    """A hunk cannot be taken back; the message says why."""


class Reversal:
    """One transaction of its own origin, so that it is no step in anybody's own undo."""

    def __init__(self, replica: Replica, capacity: Capacity) -> None:
        self._replica = replica
        self._capacity = capacity
        self._places: dict[str, tuple[Document, int, int]] = {}  # hunk → its file, and where in that, in bytes
        self._stretched: set[str] = set()  # hunks at an end of which something was put

    def perform(self, hunks: Sequence[HunkRecord], beside: Sequence[HunkRecord] = ()) -> Outcome:
        """Take hunks back, the last one first. `beside` are others of their turn, which stay."""
        left: dict[str, str] = {}
        for hunk in (*hunks, *beside):
            self._find(hunk)
        with self._replica.transaction(self):
            for hunk in reversed(hunks):
                try:
                    self._take(hunk)
                except (_Left, BadPath) as error:
                    left[hunk.id] = str(error)
                except Refusal as refusal:
                    left[hunk.id] = refusal.message
                self._places.pop(hunk.id, None)
            moved = {hunk_id: self._anchor(hunk_id) for hunk_id in self._stretched & self._places.keys()}
        return Outcome(left, moved)

    def _find(self, hunk: HunkRecord) -> None:
        """Where an edit stands, as long as nothing is changed: inside a transaction positions tell of before it."""
        document = self._document(hunk)
        # Positions in a text that is gone are not looked up: pycrdt panics over them.
        if document is not None and hunk.start and hunk.key == document.key:
            try:
                self._places[hunk.id] = (document, *decode_range(document.text, hunk.start, hunk.end))
            except ValueError:
                return

    def _take(self, hunk: HunkRecord) -> None:
        document = self._document(hunk)
        if hunk.kind == "delete":
            if document is None:
                self._bring_back(hunk)
        elif hunk.kind == "create" and hunk.created:
            if document is not None:
                self._empty(hunk, document)
        elif document is None:
            raise _Left(GONE)
        elif hunk.kind == "move":
            self._move_back(hunk, document)
        else:
            self._edit_back(hunk, document)

    def _bring_back(self, hunk: HunkRecord) -> None:
        """The file with the id that it had, at its path or, if that is taken, at a numbered one."""
        self._capacity.check({hunk.path: byte_length(hunk.before)})
        path, number = hunk.path, 2
        taken = {fold_path(path) for path in (*self._replica.documents(), *self._replica.assets())}
        while fold_path(path) in taken:
            path, number = numbered(hunk.path, number), number + 1
        self._replica.create(path, hunk.before, self, file_id=hunk.file_id)

    def _empty(self, hunk: HunkRecord, document: Document) -> None:
        """A file that was made goes, unless people typed in it: then it stays with what they typed."""
        text = _text(document)
        edits = take_back("", hunk.after, text)
        if sum(edit.end - edit.start for edit in edits) == len(text):
            self._replica.delete(document.id, self)
        elif edits:
            self._write(document, text, 0, edits)
        else:
            raise _Left(REWRITTEN)

    def _move_back(self, hunk: HunkRecord, document: Document) -> None:
        if document.path == hunk.before:
            return
        if document.path != hunk.after:
            raise _Left(f"Somebody has renamed {hunk.after} to {document.path} since.")
        self._replica.rename(document.id, hunk.before, self)

    def _edit_back(self, hunk: HunkRecord, document: Document) -> None:
        text = _text(document)
        start, end = self._place(hunk, text)
        present = byte_slice(text, start, end)
        edits = take_back(hunk.before, hunk.after, present)
        if not edits and present != hunk.before:
            raise _Left(REWRITTEN)
        grown = sum(byte_length(edit.text) - byte_length(present[edit.start : edit.end]) for edit in edits)
        if grown > 0:
            self._capacity.check({document.path: byte_length(text) + grown})
        self._write(document, text, start, edits)

    def _place(self, hunk: HunkRecord, text: str) -> tuple[int, int]:
        """Where the hunk stands now, in bytes."""
        if hunk.id in self._places:
            return self._places[hunk.id][1:]
        # The text is another one than that which the hunk was written in: its file was deleted and brought back.
        at = text.find(hunk.after)
        if not hunk.after or at < 0 or text.find(hunk.after, at + 1) >= 0:
            raise _Left("The place of this change is gone.")
        return byte_offset(text, at), byte_offset(text, at + len(hunk.after))

    def _write(self, document: Document, text: str, start: int, edits: Sequence[Edit]) -> None:
        """Carry out edits of what stands from byte `start` of `text` on, the last one first."""
        behind = len(byte_slice(text, 0, start))
        for edit in reversed(edits):
            first, put = behind + edit.start, edit.text
            at, removed = byte_offset(text, first), byte_length(text[first : behind + edit.end])
            if put and not removed and edit.start > 0 and text[first - 1] == put[-1]:
                # Behind a place's last letter it would stand outside of that place. In front of an equal letter it
                # stands inside, and what is shown is the same.
                document.text.insert(at - byte_length(put[-1]), put[-1] + put[:-1])
            elif put:
                document.text.insert(at, put)
            # First in, then out: so it stands inside as well.
            added = byte_length(put)
            if removed:
                del document.text[at + added : at + added + removed]
            self._shift(document, at, added, removed)

    def _shift(self, document: Document, at: int, added: int, removed: int) -> None:
        """Move the other places. One that an edit only touches takes it in: nothing is lost by that."""
        inserted = at + added

        def shrunk(byte: int) -> int:
            return byte if byte <= inserted else max(inserted, byte - removed)

        for hunk_id, (its_file, first, last) in self._places.items():
            if its_file.key == document.key:
                if at in (first, last):
                    self._stretched.add(hunk_id)
                shifted = first + added if at < first else first
                grown = last + added if at <= last else last
                self._places[hunk_id] = (its_file, shrunk(shifted), shrunk(grown))

    def _anchor(self, hunk_id: str) -> tuple[bytes, bytes]:
        """A place's new anchors: what is put at its very end comes to stand behind the old ones."""
        document, first, last = self._places[hunk_id]
        end = encode(anchor(document.text, last))
        return encode(anchor(document.text, first)), end

    def _document(self, hunk: HunkRecord) -> Document | None:
        return self._replica.document_by_id(hunk.file_id) if hunk.file_id is not None else None


def _text(document: Document) -> str:
    text = str(document.text)
    if len(document.text) != byte_length(text):
        raise _Left("The file holds something other than text and cannot be edited.")
    return text
