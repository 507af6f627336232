"""Which lines of an edit's new text are lines that stand there already, decided as the text streams in.

The new text is compared with the old text as the model wrote it, so a line that the model repeats stays as the document
has it, even where the model's copy of it was not exact. Whatever the weave types is never retyped: a line is held back
while it could still become one of the old lines, and its place is final once the first letter of it is out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ide.domain.edits.shift import UNSHIFTED, Shift

# A line with fewer letters and digits, such as a closing bracket, tells nothing about where it belongs.
DISTINCTIVE: Final = 4


@dataclass(frozen=True, slots=True)
class Keep:
    """The old line `index` stays; what is typed next stands behind it. Old lines passed over will go."""

    index: int


@dataclass(frozen=True, slots=True)
class Type:
    """More text in front of the next old line; each of its lines ends with \\n, the last one perhaps later."""

    text: str


Step = Keep | Type


class Weave:
    """The alignment of one hunk's new lines with its old ones."""

    def __init__(self, old: Sequence[str], shift: Shift = UNSHIFTED) -> None:
        self.lines: list[int | str] = []  # the new text so far: indices of kept lines, and typed lines
        self._old = old
        self._shift = shift
        self._next = 0  # the first old line that is neither kept nor passed over
        self._typed = 0  # lines typed since the last kept one
        self._held = ""  # the current line, as long as nothing of it is typed
        self._parts: list[str] = []  # the current line, once some of it is typed
        self._steps: list[Step] = []
        self._typing: list[str] = []  # what comes behind them
        self._places: dict[str, list[int]] = {}
        for index, line in enumerate(old):
            self._places.setdefault(line, []).append(index)
        self._sorted: list[str] | None = None

    @property
    def kept(self) -> list[int]:
        """Old lines that stay, in ascending order."""
        return [line for line in self.lines if isinstance(line, int)]

    def feed(self, text: str) -> list[Step]:
        """What to do now that `text` is known."""
        *whole, partial = text.split("\n")
        for line in whole:
            self._extend(line)
            self._end_line()
        if partial:
            self._extend(partial)
            self._begin_line()
        self._type_out()
        steps, self._steps = self._steps, []
        return steps

    def finish(self) -> list[Step]:
        """What is left to do at the end of the new text."""
        return self.feed("\n") if self._held or self._parts else []

    def _extend(self, text: str) -> None:
        if self._parts:
            self._parts.append(text)
            self._typing.append(text)
        else:
            self._held += text

    def _begin_line(self) -> None:
        """Type what is there of the current line, if it can become no old line and its indentation is known."""
        if self._parts or self._may_be_kept(self._held) or not (self._shift.identity or self._held.strip()):
            return
        line, self._held = self._shift.apply(self._held), ""
        self._parts = [line]
        self._typing.append(line)

    def _end_line(self) -> None:
        if self._parts:
            self.lines.append("".join(self._parts))
            self._parts = []
        else:
            line, self._held = self._held, ""
            index = self._find(line)
            if index is not None:
                self.lines.append(index)
                self._next, self._typed = index + 1, 0
                self._type_out()
                self._steps.append(Keep(index))
                return
            line = self._shift.apply(line)
            self.lines.append(line)
            self._typing.append(line)
        self._typed += 1
        self._typing.append("\n")

    def _type_out(self) -> None:
        if text := "".join(self._typing):
            self._steps.append(Type(text))
        self._typing.clear()

    def _may_be_kept(self, start: str) -> bool:
        """True if some old line that is still to come begins with `start`."""
        if self._next < len(self._old) and self._old[self._next].startswith(start):
            return True
        if self._sorted is None:
            self._sorted = sorted(self._places)
        at = bisect_left(self._sorted, start)
        while at < len(self._sorted) and self._sorted[at].startswith(start):
            if self._places[self._sorted[at]][-1] >= self._next:
                return True
            del self._sorted[at]
        return False

    def _find(self, line: str) -> int | None:
        """The old line that a new line is: the next one, or a later one if passing over those between is plausible."""
        places = self._places.get(line, [])
        at = bisect_left(places, self._next)
        if at == len(places):
            return None
        index = places[at]
        only = at == len(places) - 1 and sum(letter.isalnum() for letter in line) >= DISTINCTIVE
        return index if only or index - self._next <= self._typed else None
