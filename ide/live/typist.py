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
from typing import Final, Literal

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
from ide.domain.edits.locator import Miss, locate_exactly
from ide.domain.edits.matching import Place, contents
from ide.domain.edits.parser import EditParser
from ide.domain.edits.proposal import Proposal
from ide.domain.edits.search import Search
from ide.domain.units import byte_length, byte_slice, well_formed
from ide.live.others import Others
from ide.live.pen import Pen
from ide.live.positions import decode_range
from ide.live.replica import Document, Replica
from ide.live.typist_events import TypistEvents
from ide.wire.codes import HunkState, Reason

REMOVED: Final = "Somebody removed the place that was being written."
STANDS: Final = "The new text stood there already."
REWRITTEN: Final = "Another model is writing this file anew."
MADE: Final = "Somebody else made this file meanwhile, with a text that the answer does not take into account."


class Typist:
    """Writes one stream of a turn. Calls follow one another; `withdraw` alone may come at any time.

    `origin` is the typist's alone as long as it writes: what else comes of it would be taken for its own doing.
    `forbids` says of a path why nothing may be written there (`mode`); None if it may. `others` are those of a typist
    before it that was withdrawn, if the model was told nothing since: it does not know what they wrote either.
    """

    def __init__(
        self,
        replica: Replica,
        *,
        origin: object,
        limits: SizeLimits,
        events: TypistEvents,
        dialect: Dialect | None = None,
        forbids: Callable[[str], str | None] = lambda _: None,
        others: Others | None = None,
    ) -> None:
        self._replica = replica
        self._origin = origin
        self._limits = limits
        self._listener = events
        self._dialect = dialect or EditParser()
        self._forbids = forbids
        self._records: dict[str, HunkRecord] = {}
        self._open: HunkRecord | None = None  # the block that is open, unless it was refused
        self._refused: HunkRecord | None = None  # the block that is open, if it was
        self._proposal = Proposal()  # what the open block says
        self._others = others or Others(replica, origin)
        self._search = Search()  # and how its place is looked for
        self._above: HunkRecord | None = None  # the edit that was applied last
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

    def told(self) -> None:
        """The model is told the documents as they are now: what others write from here on, it does not know of."""
        if self._over:
            return
        self._others.lift()
        self._others = Others(self._replica, self._origin)

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
        self._others.lift()
        self._leave()
        self._tell()

    def withdraw(self) -> None:
        """Stop: take the open hunk back at once and write nothing more. What was closed stays."""
        self.hand_over().lift()

    def hand_over(self) -> Others:
        """As `withdraw`. Answers what follows the others, for the next typist, which lifts it."""
        if self._over:
            return self._others
        self._over = True
        self._take_back(HunkState.WITHDRAWN)
        self._propose(whole=False)
        self._commit()
        self._leave()
        self._tell()
        return self._others

    # --- one tick ----------------------------------------------------------------------------------------------------

    async def _perform(self, events: Sequence[Event]) -> None:
        try:
            for event in events:
                if isinstance(event, Target):
                    await self._locate(event)
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
                self._proposal.type(text)
                self._type(text)
            case Closed():
                self._close()
                self._propose()
            case Broken(message, ended):
                state = HunkState.WITHDRAWN if ended else HunkState.REFUSED
                self._take_back(state, Reason.MALFORMED, message)
                self._propose(whole=not ended)
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
        self._proposal, self._search, self._refused = Proposal(), Search(hint), None
        record = self._new(kind, path)
        document = self._find(record, path, needed=kind == "edit")
        if record.id in self._records:
            self._refused = self._records[record.id]
        elif document is None:
            self._create(record)
        elif kind == "create" and document.id in self._replica.rewritten:
            self._refused = self._refuse(record, Reason.PATH, REWRITTEN)
        elif kind == "create" and self._others.made(document):
            self._refused = self._refuse(record, Reason.PATH, MADE)
        else:
            self._open = replace(record, file_id=document.id)
            if kind == "create" and (text := self._text(document)) is not None:
                lines = contents(text)
                self._replica.rewritten.add(document.id)
                self._set_down(document, text, Place(0, len(lines)), lines)

    def _create(self, record: HunkRecord) -> None:
        """Add the file that the block is to fill."""
        if len(self._replica.documents()) >= self._limits.documents:
            message = f"The room takes {self._limits.documents:,} files."
            self._refused = self._refuse(record, Reason.TOO_LARGE, message)
            return
        self._write()
        try:
            file_id = self._replica.create(record.path, origin=self._origin)
        except BadPath as error:
            self._refused = self._refuse(record, Reason.PATH, str(error))
            return
        self._open = replace(record, file_id=file_id, created=True)
        document = self._replica.document_by_id(file_id)
        if document is not None:
            self._others.follow(document)
            self._replica.rewritten.add(file_id)
            self._set_down(document, "", Place(0, 0), [])

    async def _locate(self, target: Target) -> None:
        """Find the open edit's place; if that takes a search, away from the loop."""
        self._proposal.name(target.lines)
        record = self._open
        if record is None or record.file_id is None:
            return
        document = self._replica.document_by_id(record.file_id)
        text = self._text(document)
        if document is None or text is None:
            return
        if target.chunk is not None:
            cursor = 0 if target.chunk.first else self._cursor(document)
            self._search = Search(chunk=target.chunk, cursor=cursor)
        found = self._search.exactly(text, target.lines)
        if found is None and (whole := str(document.text)) != text:
            # What others wrote may have been told to the model after all, if it quotes that.
            quoted = self._search.exactly(whole, target.lines)
            if isinstance(quoted, Place):
                found, text = quoted, whole
        if found is None:
            self._commit()
            self._tell()
            found = await asyncio.to_thread(self._search.anyhow, text, target.lines)
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
            # It is told when the block is over: the new text may turn out to stand there.
            self._open = None
            self._refused = replace(record, state=HunkState.REFUSED, reason=found.reason, message=found.message)
        elif found.below:
            # What stays is part of the place, so that new text comes to stand behind its line's ending.
            line = contents(text)[found.first]
            self._set_down(document, text, found, [line])
            self._type(f"{line}\n")
        else:
            self._set_down(document, text, found, target.lines[: found.count])

    def _cursor(self, document: Document) -> int:
        """The line below the edit that was applied last, if that was in this document; 0 otherwise."""
        above = self._above
        if above is None or above.key != document.key:
            return 0
        # Inside a transaction positions tell of before it.
        self._commit()
        _, end = decode_range(document.text, above.start, above.end)
        return self._others.wrote(document).without(byte_slice(str(document.text), 0, end)).count("\n")

    def _set_down(self, document: Document, text: str, place: Place, target: Sequence[str]) -> None:
        if self._open is None:
            return
        foreign = self._others.wrote(document)
        self._pen = Pen(self._replica, document, text, place, target, foreign=foreign, origin=self._origin)
        self._elsewhere = sum(size for file_id, _, size in self._replica.files() if file_id != document.id)
        self._write()
        start, end = self._pen.fence()
        key = document.key
        self._open = replace(self._open, line=self._pen.line, before=self._pen.before, start=start, end=end, key=key)
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
        self._above = replace(record, state=HunkState.APPLIED, after=after, start=start, end=end, key=key)
        self._report(self._above)
        self._show_caret(pen)

    def _propose(self, *, whole: bool = True) -> None:
        """The block is over. If it was refused, tell what it says, unless that stands there already."""
        record, self._refused = self._refused, None
        if record is None:
            return
        if whole:
            place = self._stands(record)
            if place is not None and self._proposal.says_where:
                self._pass_over(record, place)
                return
            said = (
                f"The new text stands at line {place.first + 1} already. {record.message}" if place else record.message
            )
            record = replace(record, message=said, before=self._proposal.before, after=self._proposal.after)
        if record != self._records.get(record.id):
            self._report(record)

    def _stands(self, record: HunkRecord) -> Place | None:
        """Where the new text of an edit stands, if its old text stands nowhere."""
        if record.reason != Reason.NO_MATCH or record.file_id is None or not self._proposal.says_something:
            return None
        document = self._replica.document_by_id(record.file_id)
        if document is None or not _is_text(document):
            return None
        found = self._search.exactly(self._known(document), self._proposal.new)
        return found if isinstance(found, Place) else None

    def _pass_over(self, record: HunkRecord, place: Place) -> None:
        """Make a hunk of new text that stands there already: it is applied, and nothing is written."""
        document = self._replica.document_by_id(record.file_id or "")
        if document is not None:
            self._open = replace(record, state=HunkState.WRITING, reason=None, message=STANDS)
            self._set_down(document, self._known(document), place, self._proposal.new)
            self._type(self._proposal.after)
            self._close()

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
        if state == HunkState.REFUSED:
            self._refused = self._refuse(replace(record, before=""), reason, message)
        else:
            self._report(replace(record, state=state, reason=reason, message=message, after=record.before))

    def _put_down(self) -> None:
        if self._pen is not None:
            self._pen.lift()
        if self._open is not None and self._open.kind == "create":
            self._replica.rewritten.discard(self._open.file_id)
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
        if (why := self._forbids(to)) is not None:
            self._refuse(record, Reason.MODE, why)
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
        if (why := self._forbids(path)) is not None:
            self._refuse(record, Reason.MODE, why)
            return None
        try:
            document = self._replica.document(check_path(path))
        except BadPath as error:
            self._refuse(record, Reason.PATH, str(error))
            return None
        if document is None and needed:
            self._refuse(record, Reason.PATH, f"There is no file {path}.")
        return document

    def _text(self, document: Document | None) -> str | None:
        """A document's text, as `_known`. Refuses the open block if that cannot be edited: gone, or more than text."""
        if document is None:
            self._take_back(HunkState.REFUSED, Reason.TARGET_REMOVED, REMOVED)
            return None
        if not _is_text(document):
            message = "The file holds something other than text and cannot be edited."
            self._take_back(HunkState.REFUSED, Reason.NO_MATCH, message)
            return None
        return self._known(document)

    def _known(self, document: Document) -> str:
        """The text as the model may know it: without what others have written since it was told."""
        return self._others.wrote(document).without(str(document.text))

    # --- records -----------------------------------------------------------------------------------------------------

    def _new(self, kind: Kind, path: str) -> HunkRecord:
        return HunkRecord(id=secrets.token_hex(6), kind=kind, path=path, state=HunkState.WRITING)

    def _report(self, record: HunkRecord) -> None:
        self._records[record.id] = record
        self._news.append(lambda: self._listener.hunk(record))

    def _refuse(self, record: HunkRecord, reason: Reason | None, message: str | None) -> HunkRecord:
        refused = replace(record, state=HunkState.REFUSED, reason=reason, message=message)
        self._report(refused)
        return refused


def _is_text(document: Document) -> bool:
    return len(document.text) == byte_length(str(document.text))


def _again(text: str, now: str, place: Place) -> Place | Miss:
    """Where the lines found in `text` stand now, after it changed."""
    lines = contents(text)[place.first : place.first + place.count]
    found = locate_exactly(now, lines, place.first + 1)
    if found is None:
        return Miss(Reason.NO_MATCH, "The place changed while it was looked for.")
    return replace(found, shift=place.shift, below=place.below) if isinstance(found, Place) else found
