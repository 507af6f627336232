"""The hands of a model: one stream of its text becomes edits of the room's documents.

A stream is written tick by tick. Everything of one tick that needs no search is one transaction; a listener is told of
it afterwards. Between ticks people write too: the open hunk's region follows what they do.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Final, Literal, Protocol

from ide.domain.documents import BadPath, SizeLimits, check_path
from ide.domain.edits.events import (
    Broken,
    Closed,
    Deleted,
    Dialect,
    Event,
    Malformed,
    Moved,
    Opened,
    Prose,
    Target,
    Typed,
)
from ide.domain.edits.hunks import HunkRecord, Kind
from ide.domain.edits.lines import content_of, split_lines
from ide.domain.edits.locator import Miss, Place, locate, locate_exactly
from ide.domain.edits.parser import EditParser
from ide.domain.units import byte_length, well_formed
from ide.live.pen import Pen
from ide.live.replica import Document, Replica
from ide.wire.codes import HunkState, Reason

__all__ = ["HunkRecord", "Typist", "TypistEvents"]

REMOVED: Final = "Somebody removed the place that was being written."


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


class Typist:
    """Writes one stream of a turn. Calls follow one another; `withdraw` alone may come at any time.

    `origin` is the typist's alone as long as it writes: what else comes of it would be taken for its own doing.
    """

    def __init__(
        self,
        replica: Replica,
        *,
        origin: object,
        limits: SizeLimits,
        events: TypistEvents,
        dialect: Dialect | None = None,
    ) -> None:
        self._replica = replica
        self._origin = origin
        self._limits = limits
        self._listener = events
        self._dialect = dialect or EditParser()
        self._records: dict[str, HunkRecord] = {}
        self._open: HunkRecord | None = None  # the block that is open, unless it was refused
        self._hint: int | None = None
        self._pen: Pen | None = None  # once its place is known
        self._elsewhere = 0  # bytes of the room's other documents
        self._transaction: ExitStack | None = None
        self._news: list[Callable[[], None]] = []
        self._caret_file: str | None = None
        self._over = False

    @property
    def records(self) -> list[HunkRecord]:
        """Every hunk of this stream as it stands, in the order of its blocks."""
        return list(self._records.values())

    async def write(self, text: str) -> None:
        """Write one tick's text, in one transaction wherever that is possible."""
        if not self._over:
            await self._perform(self._dialect.feed(well_formed(text)))

    async def finish(self, *, cut: bool = False) -> None:
        """The stream ended. An open block is withdrawn (`malformed`).

        `cut` says that the answer was cut short: a DELETE or MOVE without its line's end is then not carried out.
        """
        if self._over:
            return
        await self._perform(self._dialect.finish(cut=cut))
        self._over = True
        self._leave()
        self._tell()

    def withdraw(self) -> None:
        """Stop: take the open hunk back at once and write nothing more. What was closed stays."""
        if self._over:
            return
        self._over = True
        self._take_back(HunkState.WITHDRAWN)
        self._commit()
        self._leave()
        self._tell()

    # --- one tick ----------------------------------------------------------------------------------------------------

    async def _perform(self, events: Sequence[Event]) -> None:
        try:
            for event in events:
                if isinstance(event, Target):
                    await self._locate(event.lines)
                    if self._over:
                        return
                else:
                    self._handle(event)
        finally:
            self._commit()
            if self._pen is not None:
                self._show_caret(self._pen)
            self._tell()

    def _handle(self, event: Event) -> None:
        match event:
            case Prose(text):
                self._news.append(lambda: self._listener.prose(text))
            case Opened(kind, path, hint):
                self._begin(kind, path, hint)
            case Typed(text):
                self._type(text)
            case Closed():
                self._close()
            case Broken(message, ended):
                state = HunkState.WITHDRAWN if ended else HunkState.REFUSED
                self._take_back(state, Reason.MALFORMED, message)
            case Deleted(path):
                self._delete(path)
            case Moved(path, to):
                self._move(path, to)
            case Malformed(kind, path, message):
                self._refuse(self._new(kind, path), Reason.MALFORMED, message)

    def _write(self) -> None:
        """Open this tick's transaction, if it is not open yet."""
        if self._transaction is None:
            self._transaction = ExitStack()
            self._transaction.enter_context(self._replica.transaction(self._origin))

    def _commit(self) -> None:
        transaction, self._transaction = self._transaction, None
        if transaction is not None:
            transaction.close()

    def _tell(self) -> None:
        news, self._news = self._news, []
        for tell in news:
            tell()

    def _show_caret(self, pen: Pen) -> None:
        """Tell where the caret went, if it did."""
        file_id, position = pen.document.id, pen.caret
        pen.caret = None
        if position is not None:
            self._caret_file = file_id
            self._news.append(lambda: self._listener.cursor(file_id, position))

    def _leave(self) -> None:
        file_id, self._caret_file = self._caret_file, None
        if file_id is not None:
            self._news.append(lambda: self._listener.cursor(file_id, None))

    # --- blocks ------------------------------------------------------------------------------------------------------

    def _begin(self, kind: Literal["edit", "create"], path: str, hint: int | None) -> None:
        record = self._new(kind, path)
        document = self._find(record, path, needed=kind == "edit")
        if record.id in self._records:
            return
        if document is None:
            self._create(record)
            return
        self._open, self._hint = replace(record, file_id=document.id), hint
        if kind == "create":
            text = self._text(document)
            if text is not None:
                lines = [content_of(line) for line in split_lines(text)]
                self._set_down(document, text, Place(0, len(lines)), lines)

    def _create(self, record: HunkRecord) -> None:
        """Add the file that the block is to fill."""
        if len(self._replica.documents()) >= self._limits.documents:
            self._refuse(record, Reason.TOO_LARGE, f"The room takes {self._limits.documents:,} files.")
            return
        self._write()
        try:
            file_id = self._replica.create(record.path, origin=self._origin)
        except BadPath as error:
            self._refuse(record, Reason.PATH, str(error))
            return
        self._open = replace(record, file_id=file_id, created=True)
        document = self._replica.document_by_id(file_id)
        if document is not None:
            self._set_down(document, "", Place(0, 0), [])

    async def _locate(self, target: Sequence[str]) -> None:
        """Find the open edit's place; if that takes a search, away from the loop."""
        record, hint = self._open, self._hint
        if record is None or record.file_id is None:
            return
        document = self._replica.document_by_id(record.file_id)
        text = self._text(document)
        if document is None or text is None:
            return
        found = locate_exactly(text, target, hint)
        if found is None:
            self._commit()
            self._tell()
            found = await asyncio.to_thread(locate, text, target, hint)
            if self._over:
                return
            document = self._replica.document_by_id(record.file_id)
            now = self._text(document)
            if document is None or now is None:
                return
            if now != text and isinstance(found, Place):
                found = _again(text, now, found)
            text = now
        if isinstance(found, Miss):
            self._take_back(HunkState.REFUSED, found.reason, found.message)
        else:
            self._set_down(document, text, found, target[: found.count])

    def _set_down(self, document: Document, text: str, place: Place, target: Sequence[str]) -> None:
        if self._open is None:
            return
        self._pen = Pen(self._replica, document, text, place, target, origin=self._origin)
        self._elsewhere = sum(size for file_id, _, size in self._replica.files() if file_id != document.id)
        self._open = replace(self._open, line=place.first + 1, before=self._pen.before)
        self._report(self._open)

    def _type(self, text: str) -> None:
        pen = self._pen
        if pen is None or self._lost():
            return
        size = pen.size + byte_length(text)
        if size > self._limits.document_bytes:
            message = f"A file takes {self._limits.document_bytes:,} bytes."
            self._take_back(HunkState.REFUSED, Reason.TOO_LARGE, message)
        elif size + self._elsewhere > self._limits.room_bytes:
            message = f"The room takes {self._limits.room_bytes:,} bytes."
            self._take_back(HunkState.REFUSED, Reason.TOO_LARGE, message)
        elif splices := pen.feed(text):
            self._write()
            pen.write(splices)

    def _close(self) -> None:
        pen, record = self._pen, self._open
        if pen is None or record is None or self._lost():
            return
        self._write()
        after, start, end = pen.close()
        self._put_down()
        key = pen.document.key
        self._report(replace(record, state=HunkState.APPLIED, after=after, start=start, end=end, key=key))
        self._show_caret(pen)

    def _lost(self) -> bool:
        """True, and the hunk is over, if somebody removed its place."""
        if self._pen is None or not self._pen.lost:
            return False
        self._take_back(HunkState.REFUSED, Reason.TARGET_REMOVED, REMOVED)
        return True

    def _take_back(self, state: HunkState, reason: Reason | None = None, message: str | None = None) -> None:
        """End the open block without its hunk. What is still to come of the block is passed over."""
        pen, record = self._pen, self._open
        if record is None:
            return
        if pen is not None:
            if pen.lost:
                state, reason, message = HunkState.REFUSED, Reason.TARGET_REMOVED, REMOVED
            self._write()
            pen.withdraw()
            still = self._replica.document_by_id(pen.document.id)
            if record.created and still is not None and not len(still.text):
                self._replica.delete(still.id, self._origin)
        self._put_down()
        self._report(replace(record, state=state, reason=reason, message=message, after=record.before))

    def _put_down(self) -> None:
        if self._pen is not None:
            self._pen.lift()
        self._pen = self._open = None

    def _delete(self, path: str) -> None:
        record = self._new("delete", path)
        document = self._find(record, path)
        if document is None:
            return
        before = str(document.text)
        self._write()
        self._replica.delete(document.id, self._origin)
        self._report(replace(record, state=HunkState.APPLIED, file_id=document.id, line=1, before=before))

    def _move(self, path: str, to: str) -> None:
        record = self._new("move", path)
        document = self._find(record, path)
        if document is None:
            return
        self._write()
        try:
            self._replica.rename(document.id, to, self._origin)
        except BadPath as error:
            self._refuse(record, Reason.PATH, f"{to}: {error}")
            return
        self._report(replace(record, state=HunkState.APPLIED, path=to, file_id=document.id, before=path, after=to))

    def _find(self, record: HunkRecord, path: str, *, needed: bool = True) -> Document | None:
        """The document at `path`. Refuses the block if the path cannot be, or nothing stands there though `needed`."""
        try:
            document = self._replica.document(check_path(path))
        except BadPath as error:
            self._refuse(record, Reason.PATH, str(error))
            return None
        if document is None and needed:
            self._refuse(record, Reason.PATH, f"There is no file {path}.")
        return document

    def _text(self, document: Document | None) -> str | None:
        """A document's text. Refuses the open block if it cannot be edited, because it is gone or more than text."""
        if document is None:
            self._take_back(HunkState.REFUSED, Reason.TARGET_REMOVED, REMOVED)
            return None
        text = str(document.text)
        if len(document.text) != byte_length(text):
            message = "The file holds something other than text and cannot be edited."
            self._take_back(HunkState.REFUSED, Reason.NO_MATCH, message)
            return None
        return text

    # --- records -----------------------------------------------------------------------------------------------------

    def _new(self, kind: Kind, path: str) -> HunkRecord:
        return HunkRecord(id=secrets.token_hex(6), kind=kind, path=path, state=HunkState.WRITING)

    def _report(self, record: HunkRecord) -> None:
        self._records[record.id] = record
        self._news.append(lambda: self._listener.hunk(record))

    def _refuse(self, record: HunkRecord, reason: Reason, message: str) -> None:
        self._report(replace(record, state=HunkState.REFUSED, reason=reason, message=message))


def _again(text: str, now: str, place: Place) -> Place | Miss:
    """Where the lines found in `text` stand now, after it changed."""
    lines = [content_of(line) for line in split_lines(text)][place.first : place.first + place.count]
    found = locate_exactly(now, lines, place.first + 1)
    if found is None:
        return Miss(Reason.NO_MATCH, "The place changed while it was looked for.")
    return replace(found, shift=place.shift) if isinstance(found, Place) else found
