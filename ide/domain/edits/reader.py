"""Cutting a stream into lines, some of which are markers: what the dialects share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, cast

from ide.domain.edits.events import Event, Prose, Typed

# Two paths of 1,024 bytes and what stands around them; a longer line is no marker.
MARKER_LENGTH: Final = 2_200
# What is kept of one block until it is whole.
TARGET_LENGTH: Final = 1_000_000


class LineReader(ABC):
    """Reads one stream line by line. A line that can be no marker is passed on before it is whole.

    A dialect says by `_undecided` how long the start of a line is held back, and takes lines by the other three.
    """

    def __init__(self) -> None:
        self._rest = ""  # what was fed and is not dealt with yet: the start of a line, unless _inside
        self._inside = False  # the current line is known to be no marker: its text passes through
        self._events: list[Event] = []

    def feed(self, text: str) -> list[Event]:
        """What `text` adds."""
        self._rest += text
        at = 0
        while at < len(self._rest):
            newline = self._rest.find("\n", at)
            if newline >= 0:
                line = self._rest[at : newline + 1]
                at = newline + 1
                if self._inside:
                    self._inside = False
                    self._pass(line)
                else:
                    self._line(line)
                continue
            if not self._inside and self._undecided(self._rest[at:]):
                break
            # \r may turn out to belong to a line ending.
            end = len(self._rest) - self._rest.endswith("\r")
            if end > at:
                if self._inside:
                    self._pass(self._rest[at:end])
                else:
                    self._inside = True
                    self._start(self._rest[at:end])
            at = end
            break
        self._rest = self._rest[at:]
        return self._take()

    @abstractmethod
    def _undecided(self, start: str) -> bool:
        """True while a line that begins with `start` could still become a marker."""

    @abstractmethod
    def _line(self, line: str) -> None:
        """Take a whole line, with its ending."""

    @abstractmethod
    def _start(self, text: str) -> None:
        """Take the start of a line that is no marker."""

    @abstractmethod
    def _pass(self, text: str) -> None:
        """Take more of a line that is no marker. Ends with \\n or \\r\\n if that is its end."""

    def _take(self) -> list[Event]:
        events, self._events = self._events, []
        return list(_joined(events))

    def _append(self, kind: type[Prose] | type[Typed], text: str) -> None:
        if text:
            self._events.append(kind(text))


def _joined(events: Iterable[Event]) -> Iterator[Event]:
    """The same, with texts of one kind that follow on as one."""
    for kind, some in groupby(events, type):
        if kind is Prose or kind is Typed:
            yield kind("".join([event.text for event in cast("Iterator[Prose | Typed]", some)]))
        else:
            yield from some
