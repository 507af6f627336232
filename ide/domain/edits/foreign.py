"""What others put into a document since a model was told of it: no part of old text, though it may stand inside of it.

Without it the document is what the model knows, but for what others deleted. All counts are UTF-8 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ide.domain.edits.delta import steps_of

# Stretches beyond which all that stands in the document is taken for its own.
MOST_STRETCHES: Final = 2_000


class Foreign:
    """The stretches of one document that others wrote; each is its start and its end, ascending, none touching."""

    def __init__(self) -> None:
        self.stretches: list[tuple[int, int]] = []

    def changed(self, delta: Iterable[Mapping[str, Any]]) -> None:
        """Others changed the document: a Yjs delta counted in bytes."""
        for what, at, length in steps_of(delta):
            if what == "delete":
                self.removed(at, length)
            else:
                self.inserted(at, length)
                self._add(at, at + length)

    def inserted(self, at: int, length: int) -> None:
        """Something was put at byte `at` that is not foreign."""
        moved: list[tuple[int, int]] = []
        for start, end in self.stretches:
            if start < at < end:
                moved += [(start, at), (at + length, end + length)]
            else:
                moved.append((start + length, end + length) if start >= at else (start, end))
        self.stretches = moved

    def removed(self, at: int, length: int) -> None:
        """`length` bytes are gone that stood at byte `at`."""

        def left(byte: int) -> int:
            return byte if byte <= at else max(at, byte - length)

        moved = self.stretches
        self.stretches = []
        for start, end in moved:
            if left(start) < left(end):
                self._append(left(start), left(end))

    def without(self, text: str) -> str:
        """The document's `text` without them."""
        if not self.stretches:
            return text
        octets = text.encode()
        edges = [0, *(edge for stretch in self.stretches for edge in stretch), len(octets)]
        kept = (octets[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
        return b"".join(kept).decode(errors="replace")

    def place(self, text: str, start: int, end: int) -> tuple[int, list[tuple[int, int]]]:
        """Where bytes `start` to `end` of `without(text)` stand in `text`: at which byte, and the stretches in between.

        Those count from there. One right in front is in between as far as it stands in the same line.
        """
        first, before = start, 0  # what stands in front of the stretch at hand, foreign bytes of that
        between: list[tuple[int, int]] = []
        octets = text.encode() if self.stretches else b""
        for low, high in self.stretches:
            at = low - before
            if at < start:
                first += high - low
            elif at == start:
                first += octets[low:high].rfind(b"\n") + 1
                if start < end and first < high:
                    between.append((0, high - first))
                elif first < high:
                    first = high
            elif at < end:
                between.append((low - first, high - first))
            before += high - low
        return first, between

    def _add(self, start: int, end: int) -> None:
        stretches = sorted([*self.stretches, (start, end)])
        self.stretches = []
        if len(stretches) <= MOST_STRETCHES:
            for low, high in stretches:
                self._append(low, high)

    def _append(self, start: int, end: int) -> None:
        if self.stretches and self.stretches[-1][1] == start:
            start = self.stretches.pop()[0]
        self.stretches.append((start, end))
