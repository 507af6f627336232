"""The line between a member and its session: it is late, and loses, doubles and mixes up what may be.

Towards the server frames keep their order, as on any socket; one that is lost ends the connection. Towards the member,
text may come in any order, twice, or not at all, since Yjs must stand that; events may not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Protocol

from ide.wire.codes import Close
from ide.wire.frames import Step, Sync, decode

LATEST_SECONDS = 0.012
LOST_UP = 0.01
LOST_DOWN = 0.01
DOUBLED = 0.05
LATE = 0.3


class Ends(Protocol):
    """What a line connects."""

    def arrived(self, line: Line, frame: bytes) -> None:
        """A frame of the member's came to the server."""
        ...

    def heard(self, frame: bytes) -> None:
        """A frame of the server's came to the member."""
        ...

    def ended(self, reason: str) -> None:
        """The line is no more: by whatever `reason` of the server's, or by itself ("")."""
        ...


class Line:
    """One connection: the transport of its session."""

    def __init__(self, ends: Ends, random: Random, *, rough: bool) -> None:
        self.rough = rough
        self.over = asyncio.Event()
        self._ends = ends
        self._random = random
        self._last_up = self._last_down = 0.0

    def up(self, frame: bytes) -> None:
        """From the member to the server."""
        if self.rough and self._random.random() < LOST_UP:
            self._last_up = self._at(self._last_up, self.cut)
            return
        twice = self.rough and self._random.random() < DOUBLED
        for _ in range(1 + twice):
            self._last_up = self._at(self._last_up, lambda: self._ends.arrived(self, frame))

    def send(self, frame: bytes) -> None:
        """From the server to the member."""
        decoded = decode(frame) if self.rough and frame[0] == 0 else None
        if isinstance(decoded, Sync) and decoded.step != Step.STATE_VECTOR:
            if self._random.random() < LOST_DOWN:
                return
            for _ in range(1 + (self._random.random() < DOUBLED)):
                self._at(0.0, lambda: self._ends.heard(frame))
        else:
            self._last_down = self._at(self._last_down, lambda: self._ends.heard(frame))

    def close(self, code: Close, reason: str) -> None:
        """The server closes it, behind what is on its way."""
        self._last_down = self._at(self._last_down, lambda: self.cut(f"closed with {code}: {reason}"))

    def cut(self, reason: str = "") -> None:
        """End it at once: whatever is on its way is lost."""
        if not self.over.is_set():
            self.over.set()
            self._ends.ended(reason)

    def _at(self, not_before: float, act: Callable[[], None]) -> float:
        """Let something happen soon, but not before what came earlier. Answers when."""
        loop = asyncio.get_running_loop()
        late = self.rough and self._random.random() < LATE
        # A loop does not keep the order of what is due at the same time.
        due = max(loop.time() + late * self._random.random() * LATEST_SECONDS, not_before + 1e-6)

        def happen() -> None:
            if not self.over.is_set():
                act()

        loop.call_at(due, happen)
        return due
