"""One open hunk in one document: carries out what the weave decides, and follows what people do there meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ide.domain.edits.foreign import Foreign
from ide.domain.edits.lines import ending_of, split_lines
from ide.domain.edits.matching import Place
from ide.domain.edits.region import Region, Splice
from ide.domain.edits.weave import Weave
from ide.domain.units import byte_length, byte_slice
from ide.live.positions import Position, anchor, behind, encode
from ide.live.replica import Delta, Document, Replica


class Pen:
    """Set down at the place where `target` was found in `text`: the document's, with or without what is foreign.

    Whoever holds it opens the transactions, all of them of one origin, and lifts the pen at last. Sizes are bytes.
    """

    def __init__(
        self,
        replica: Replica,
        document: Document,
        text: str,
        place: Place,
        target: Sequence[str],
        *,
        foreign: Foreign,
        origin: object,
    ) -> None:
        self.document = document
        lines = split_lines(text)
        self.before = "".join(lines[place.first : place.first + place.count])
        all_of_it = str(document.text) if foreign.stretches else text
        in_front = byte_length("".join(lines[: place.first]))
        start, between = in_front, list[tuple[int, int]]()
        if len(text) < len(all_of_it):
            start, between = foreign.place(all_of_it, in_front, in_front + byte_length(self.before))
        self._foreign = foreign
        self._region = Region(start, self.before, eol=_eol(lines, place.first), foreign=between)
        above = byte_slice(all_of_it, 0, start)
        below = all_of_it[len(byte_slice(all_of_it, 0, start + self._region.length)) :][:1]
        self.line = above.count("\n") + 1  # 1-based, in the document
        self._letters = byte_length(above[-1:]), byte_length(below)  # those around the place
        self._weave = Weave(target, place.shift)
        self._outside = len(document.text) - byte_length(self.before)
        self._gone = False
        self.caret: Position | None = None  # behind what was typed last
        self._unwatch = replica.watch(document.id, self, but=(origin,))

    @property
    def lost(self) -> bool:
        """True if somebody removed the file, or all that the hunk is about."""
        return self._gone or self._region.removed

    @property
    def size(self) -> int:
        """How large the document will be if nothing more is typed."""
        return self._outside + self._region.kept + self._region.typed

    def fence(self) -> tuple[bytes, bytes]:
        """Encoded anchors between which all will stand that is typed, with later clocks than theirs.

        To be asked for before anything is typed. They stand one letter before and behind the place, where there is one
        (behind: nothing, at the document's end), since what is put right at an anchor may come to stand beside it.
        """
        text, start, (before, behind) = self.document.text, self._region.start, self._letters
        end = encode(anchor(text, start + self._region.length + behind)) if behind else b""
        return encode(anchor(text, start - before)), end

    def feed(self, text: str) -> list[Splice]:
        """What to do, in this order, for some more of the new text."""
        splices = (self._region.take(step) for step in self._weave.feed(text))
        return [splice for splice in splices if splice is not None]

    def close(self) -> tuple[str, bytes, bytes]:
        """Make the document hold the new text. Answers that, without what is foreign in it, and encoded anchors before
        and behind it."""
        self.write(splice for step in self._weave.finish() if (splice := self._region.take(step)) is not None)
        text = self.document.text
        start, length = self._region.start, self._region.length
        current = byte_slice(str(text), start, start + length).encode()
        splices = self._region.close(self._weave.lines, current)
        after = self._region.own(splices, current)
        self.write(reversed(splices))
        end = start + length + sum(byte_length(splice.text) - splice.length for splice in splices)
        self.caret = anchor(text, end)
        return after, encode(anchor(text, start)), encode(self.caret)

    def withdraw(self) -> None:
        """Take out what was typed."""
        if not self._gone:
            self.write(reversed(self._region.withdraw()))

    def lift(self) -> None:
        """Follow the document no longer."""
        self._unwatch()

    def write(self, splices: Iterable[Splice]) -> None:
        """Carry out splices one after the other."""
        text = self.document.text
        for splice in splices:
            if splice.length:
                del text[splice.at : splice.at + splice.length]
                self._foreign.removed(splice.at, splice.length)
            if splice.text:
                text.insert(splice.at, splice.text)
                self._foreign.inserted(splice.at, byte_length(splice.text))
                if splice.caret:
                    self.caret = behind(text, splice.at, splice.text[: splice.caret])

    def changed(self, delta: Delta) -> None:
        """Follow others' changes; see `Watcher`."""
        self._region.changed(delta)

    def gone(self) -> None:
        """The text is no longer the file's; see `Watcher`."""
        self._gone = True


def _eol(lines: Sequence[str], first: int) -> str:
    """How lines end at a place: as the line there, else as the document's first line."""
    near = ending_of(lines[first]) if first < len(lines) else ""
    return near or (ending_of(lines[0]) if lines else "") or "\n"
