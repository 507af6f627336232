"""The stretch of a document that a hunk is writing in: what stood there, what the hunk typed, and what others typed.

While a hunk is open it only inserts: new lines go in front of the first old line that is not decided yet. So taking it
back is removing what was inserted, and the old text was never away. When it closes, the old lines that were replaced
go. Only characters that stood there from the start or that the hunk typed are ever deleted.

Everything counts UTF-8 bytes, as pycrdt does. The region is told of every change that others make, in the order in
which they happen; the splices that it answers must be carried out at once, each list from its end.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import not_
from typing import Any, Final, Literal

from ide.domain.edits.delta import steps_of
from ide.domain.edits.difference import difference
from ide.domain.edits.lines import content_of, ending_of, split_lines
from ide.domain.edits.weave import Keep, Step
from ide.domain.units import byte_length, byte_offset

# Bytes of old and typed text up to which a closing hunk is made minimal, character by character.
SMALL: Final = 2_000

Owner = Literal["old", "typed", "foreign"]


@dataclass(frozen=True, slots=True)
class Splice:
    """At byte `at` of the document remove `length` bytes, then put `text` there.

    The caret stands behind the first `caret` code points of what was typed; 0 if it stays where it is.
    """

    at: int
    length: int
    text: str
    caret: int = 0


@dataclass(slots=True)
class _Piece:
    """`length` bytes of one owner, never none. `old` counts where they began in the region as it was."""

    owner: Owner
    length: int
    old: int = 0


_END: Final = _Piece("old", 0)


class Region:
    """One hunk's stretch of a document, which begins at byte `start`. `eol` is how typed lines end.

    `foreign` are stretches, counted from there, that others wrote in the old text before: they are no part of `old`.
    """

    def __init__(self, start: int, old: str, *, eol: str = "\n", foreign: Sequence[tuple[int, int]] = ()) -> None:
        self.start = start
        self.at = start  # the caret: where the next typed character goes
        self.typed = 0  # bytes that the hunk inserted, whatever became of them
        self.kept = 0  # bytes of the old lines that stay
        self.old = old
        self._eol = eol
        self._lines = split_lines(old)
        self._offsets = [0]
        for line in self._lines:
            self._offsets.append(self._offsets[-1] + byte_length(line))
        self._unended = bool(old) and not old.endswith("\n")
        self._pieces = _laid(self._offsets[-1], foreign)
        self._caret = 0  # index of the first piece behind the caret
        self._next = 0  # the first old line that is neither kept nor passed over
        self._in_run = False  # typed lines stand right before the caret
        self._in_line = False  # the last of them is not whole yet

    @property
    def length(self) -> int:
        """Bytes that the region takes now."""
        return sum(piece.length for piece in self._pieces)

    @property
    def removed(self) -> bool:
        """True if others deleted all of it."""
        had_something = bool(self.old) or self.typed > 0
        return had_something and all(piece.owner == "foreign" for piece in self._pieces)

    # --- what the hunk does ------------------------------------------------------------------------------------------

    def take(self, step: Step) -> Splice | None:
        """Carry out a step of the weave. None: nothing to change in the document."""
        if isinstance(step, Keep):
            self._move_behind(step.index)
            return None
        return self._type(step.text)

    def withdraw(self) -> list[Splice]:
        """What takes the hunk back."""
        return [Splice(self.start + at, piece.length, "") for at, piece in self._laid_out() if piece.owner == "typed"]

    def close(self, lines: Collection[int | str], current: bytes) -> list[Splice]:
        """What makes the region hold the new lines: indices of kept lines and typed ones. `current` stands there now.

        A small region is made minimal: its old text is edited where it differs, and what was typed goes again. In
        any other the old lines that are not kept go.
        """
        kept = {line for line in lines if isinstance(line, int)}
        if len(kept) == len(self._lines):
            return []
        if self._offsets[-1] + self.typed <= SMALL and self._undisturbed():
            return self._reduce(self.new_text(lines))
        return self._prune(kept, bool(lines), current)

    def new_text(self, lines: Iterable[int | str]) -> str:
        """The region's text if nobody else writes in it. Whether its last line has an ending stays as it was."""
        parts = []
        for line in lines:
            if isinstance(line, str):
                parts.append(line + self._eol)
            else:
                kept = self._lines[line]
                parts.append(kept if kept.endswith("\n") else kept + self._eol)
        if parts and self._unended:
            parts[-1] = content_of(parts[-1])
        return "".join(parts)

    def _move_behind(self, index: int) -> None:
        """Put the caret behind the old line `index`, or what is left of it, and behind all that was typed so far."""
        self.kept += self._offsets[index + 1] - self._offsets[index]
        self._next = index + 1
        self._in_run = self._in_line = False
        behind = self._offsets[index + 1]
        at, caret = self.at, self._caret
        while caret < len(self._pieces):
            piece = self._pieces[caret]
            if piece.owner == "old" and piece.old >= behind:
                break
            if piece.owner == "old" and piece.old + piece.length > behind:
                self._split(caret, behind - piece.old)
                piece = self._pieces[caret]
            at += piece.length
            caret += 1
            if piece.owner != "foreign":
                self.at, self._caret = at, caret

    def _type(self, text: str) -> Splice | None:
        """Insert text of lines that each end with \\n. The ending of the last one stands behind the caret from the
        start, so that a line that is still being typed never runs into the text behind it."""
        # Behind a last line without an ending, a typed line begins with one instead.
        leading = self._unended and self._next == len(self._lines)
        parts: list[str] = []
        behind = ""
        for index, line in enumerate(text.split("\n")):
            if index > 0:
                if not self._in_line:
                    behind = self._begin_line(parts, leading) or behind
                self._in_line = False
            if line:
                if not self._in_line:
                    behind = self._begin_line(parts, leading) or behind
                parts.append(line)
        before = "".join(parts)
        if not before and not behind:
            return None
        splice = Splice(self.at, 0, before + behind, len(before))
        self._insert_typed(byte_length(before), byte_length(behind))
        return splice

    def _begin_line(self, parts: list[str], leading: bool) -> str:
        """Begin a typed line. Answers the line ending that goes behind the caret, if there is none yet."""
        first, self._in_run, self._in_line = not self._in_run, True, True
        if first and not leading:
            return self._eol
        parts.append(self._eol)
        return ""

    def _insert_typed(self, before: int, behind: int) -> None:
        self.typed += before + behind
        if behind:
            self._pieces.insert(self._caret, _Piece("typed", behind))
        if not before:
            return
        self.at += before
        if self._caret and self._pieces[self._caret - 1].owner == "typed":
            self._pieces[self._caret - 1].length += before
        else:
            self._pieces.insert(self._caret, _Piece("typed", before))
            self._caret += 1

    # --- what others do ----------------------------------------------------------------------------------------------

    def changed(self, delta: Iterable[Mapping[str, Any]]) -> None:
        """Follow a change of the document's text by somebody else: a Yjs delta counted in bytes."""
        for what, at, length in steps_of(delta):
            if what == "delete":
                self._deleted(at, length)
            else:
                self._inserted(at, length)

    def _inserted(self, at: int, length: int) -> None:
        if at < self.start:
            self.start += length
            self.at += length
            return
        if at == self.at:
            # It stands behind the caret: the hunk's line goes on where it was.
            index = self._caret
            if index == len(self._pieces):
                return
        else:
            index = 0
            offset = at - self.start
            while index < len(self._pieces) and self._pieces[index].length <= offset:
                offset -= self._pieces[index].length
                index += 1
            if index == len(self._pieces):
                return
            if offset:
                self._split(index, offset)
                index += 1
            if at < self.at:
                self.at += length
                self._caret += 1
        self._pieces.insert(index, _Piece("foreign", length))

    def _deleted(self, at: int, length: int) -> None:
        in_front = min(length, max(0, self.start - at))
        first = max(at, self.start) - self.start
        last = first + length - in_front
        self.start -= in_front
        self.at -= in_front
        left: list[_Piece] = []
        caret = 0
        begin = 0
        for index, piece in enumerate(self._pieces):
            end = begin + piece.length
            low, high = max(first, begin), min(last, end)
            remains = [piece]
            if low < high:
                remains = []
                if low > begin:
                    remains.append(_Piece(piece.owner, low - begin, piece.old))
                if high < end:
                    remains.append(_Piece(piece.owner, end - high, piece.old + high - begin))
                if index < self._caret:
                    self.at -= high - low
            left += remains
            if index < self._caret:
                caret = len(left)
            begin = end
        self._pieces, self._caret = left, caret

    # --- how it closes -----------------------------------------------------------------------------------------------

    def own(self, splices: Sequence[Splice], current: bytes) -> str:
        """What will stand in the region, where `current` stands now, once `splices` are carried out: without what
        others wrote."""
        octets, theirs = bytearray(current), bytearray()
        for piece in self._pieces:
            theirs += bytes([piece.owner == "foreign"]) * piece.length
        for splice in reversed(splices):
            at, text = splice.at - self.start, splice.text.encode()
            octets[at : at + splice.length] = text
            theirs[at : at + splice.length] = bytes(len(text))
        return bytes(compress(octets, map(not_, theirs))).decode(errors="replace")

    def _undisturbed(self) -> bool:
        """True if all that was typed is still there and nobody wrote in the middle of it."""
        typed = 0
        interrupted = False
        last: Owner = "old"
        for piece in self._pieces:
            if piece.owner == "typed":
                typed += piece.length
                interrupted = interrupted or last == "foreign"
                last = "typed"
            elif piece.owner == "old" or last == "typed":
                last = piece.owner
        return typed == self.typed and not interrupted

    def _reduce(self, new: str) -> list[Splice]:
        """Edit the old text in place and remove what was typed."""
        splices = self.withdraw()
        for edit in difference(self.old, new):
            first, last = byte_offset(self.old, edit.start), byte_offset(self.old, edit.end)
            place = 0
            for at, piece in self._laid_out():
                if piece.owner != "old":
                    continue
                if piece.old < first:
                    place = at + min(piece.length, first - piece.old)
                low, high = max(first, piece.old), min(last, piece.old + piece.length)
                if low < high:
                    splices.append(Splice(self.start + at + low - piece.old, high - low, ""))
            if edit.text:
                splices.append(Splice(self.start + place, 0, edit.text))
        # What is put at a place goes in front of what is removed there.
        return sorted(splices, key=lambda splice: (splice.at, splice.length > 0))

    def _prune(self, kept: Collection[int], any_lines: bool, current: bytes) -> list[Splice]:
        """Remove the old lines that are not kept; of those that others wrote in, all but what they wrote."""
        foreign = self._foreign_lines(current)
        gone: list[tuple[int, int]] = []
        for index, line in enumerate(self._lines):
            if index not in kept:
                ending = byte_length(ending_of(line)) if foreign.get(index) else 0
                gone.append((self._offsets[index], self._offsets[index + 1] - ending))
        stays: list[tuple[int, int]] = []
        last_owner: Owner = "foreign"
        for at, piece in self._laid_out():
            parts = _without(gone, piece.old, piece.length) if piece.owner == "old" else [(0, piece.length)]
            stays += [(at + low, at + high) for low, high in parts]
            if parts:
                last_owner = piece.owner
        last_line = len(self._lines) - 1
        if (
            self._unended
            and any_lines
            and last_line not in kept
            and last_line not in foreign
            and last_owner != "foreign"
        ):
            low, high = stays.pop()
            stays.append((low, low + len(_unended(current[low:high]))))
        return [Splice(self.start + low, high - low, "") for low, high in _between(stays, self.length)]

    def _foreign_lines(self, current: bytes) -> dict[int, bool]:
        """Old lines that others wrote in, and whether what they wrote there needs the line's ending behind it."""
        found: dict[int, bool] = {}
        reached = 0
        written: bytes | None = None
        for at, piece in [*self._laid_out(), (self.length, _END)]:
            if piece.owner == "foreign":
                written = current[at : at + piece.length]
                continue
            # What stands in front of typed text belongs to that.
            if piece.owner == "old" and written is not None:
                line = min(bisect_right(self._offsets, reached), len(self._lines)) - 1
                found[line] = not written.endswith(b"\n")
            written = None
            reached = piece.old + piece.length if piece.owner == "old" else reached
        return found

    def _laid_out(self) -> Iterator[tuple[int, _Piece]]:
        """Every piece with the byte at which it begins, counted from the region's start."""
        at = 0
        for piece in self._pieces:
            yield at, piece
            at += piece.length

    def _split(self, index: int, length: int) -> None:
        """Make two pieces of one; the first has `length` bytes."""
        piece = self._pieces[index]
        self._pieces.insert(index + 1, _Piece(piece.owner, piece.length - length, piece.old + length))
        piece.length = length
        if index < self._caret:
            self._caret += 1


def _laid(length: int, foreign: Sequence[tuple[int, int]]) -> list[_Piece]:
    """Old text of so many bytes, with foreign stretches in it."""
    pieces: list[_Piece] = []
    old = reached = 0
    for start, end in foreign:
        if start > reached:
            pieces.append(_Piece("old", start - reached, old))
            old += start - reached
        pieces.append(_Piece("foreign", end - start))
        reached = end
    if old < length:
        pieces.append(_Piece("old", length - old, old))
    return pieces


def _without(gone: list[tuple[int, int]], start: int, length: int) -> list[tuple[int, int]]:
    """What is left of a range without the ascending ranges `gone`, counted from its own start."""
    index = max(0, bisect_left(gone, (start, start)) - 1)
    left = []
    reached = start
    while index < len(gone) and gone[index][0] < start + length:
        low, high = max(start, gone[index][0]), min(start + length, gone[index][1])
        if high > low:
            if low > reached:
                left.append((reached - start, low - start))
            reached = max(reached, high)
        index += 1
    if reached < start + length:
        left.append((reached - start, length))
    return left


def _between(stays: list[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """The ranges of 0 to `length` that the ascending ranges leave out."""
    reached = 0
    for low, high in [*stays, (length, length)]:
        if low > reached:
            yield reached, low
        reached = max(reached, high)


def _unended(line: bytes) -> bytes:
    return line[:-2] if line.endswith(b"\r\n") else line.removesuffix(b"\n")
