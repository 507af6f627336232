"""One open hunk in one document: carries out what the weave decides, and follows what people do there meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ide.domain.edits.lines import ending_of, split_lines
from ide.domain.edits.locator import Place
from ide.domain.edits.region import Region, Splice
from ide.domain.edits.weave import Weave
from ide.domain.units import byte_length, byte_slice
from ide.live.positions import Position, anchor, behind, encode
from ide.live.replica import Delta, Document, Replica


class Pen:
    """Set down at the place where `target` was found in `text`, which is the document's.

    Whoever holds it opens the transactions, all of them of one origin, and lifts the pen at last. Sizes are bytes.
    """

    def __init__(
        self, replica: Replica, document: Document, text: str, place: Place, target: Sequence[str], *, origin: object
    ) -> None:
        self.document = document
        lines = split_lines(text)
        self.before = "".join(lines[place.first : place.first + place.count])
        start = byte_length("".join(lines[: place.first]))
        self._region = Region(start, self.before, eol=_eol(lines, place.first))
        self._weave = Weave(target, place.shift)
        self._outside = len(document.text) - byte_length(self.before)
        self._gone = False
        self.caret: Position | None = None  # behind what was typed last
        self._unwatch = replica.watch(document.id, self, but=origin)

    @property
    def lost(self) -> bool:
        """True if somebody removed the file, or all that the hunk is about."""
        return self._gone or self._region.removed

    @property
    def size(self) -> int:
        """How large the document will be if nothing more is typed."""
        return self._outside + self._region.kept + self._region.typed

    def feed(self, text: str) -> list[Splice]:
        """What to do, in this order, for some more of the new text."""
        splices = (self._region.take(step) for step in self._weave.feed(text))
        return [splice for splice in splices if splice is not None]

    def close(self) -> tuple[str, bytes, bytes]:
        """Make the document hold the new text. Answers what stands there, and encoded anchors before and behind it."""
        self.write(splice for step in self._weave.finish() if (splice := self._region.take(step)) is not None)
        text = self.document.text
        start, length = self._region.start, self._region.length
        current = byte_slice(str(text), start, start + length).encode()
        splices = self._region.close(self._weave.lines, current)
        self.write(reversed(splices))
        end = start + length + sum(byte_length(splice.text) - splice.length for splice in splices)
        after = byte_slice(str(text), start, end)
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
            if splice.text:
                text.insert(splice.at, splice.text)
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
