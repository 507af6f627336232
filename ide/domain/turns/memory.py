"""What was asked, answered and decided in a room, numbered, so that each conversation is told what it has not heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from ide.domain.turns.context import Exchange, one_line
from ide.wire.codes import HunkState
from ide.wire.shapes import Hunk, Turn

# Those that are read when a room opens, and those that are kept while it is open.
LOADED_TURNS: Final = 20
REMEMBERED_TURNS: Final = 200
_DECISIONS: Final = 50
_KEPT: Final = 4_000
_CHANGED: Final = 12
_UNDONE: Final = "\n\n[undone: its changes were taken back]"


@dataclass(frozen=True, slots=True)
class Noted:
    """One turn that is over, one decision about it, or what came of its tests. `number` grows with what happened."""

    number: int
    turn: str
    said: Exchange | str


class Memory:
    """One room's, in this process. What was there before it opened comes from the stored turns."""

    def __init__(self, earlier: Iterable[Turn]) -> None:
        self.newest = 0
        """The number of what was noted last."""
        self._turns: dict[str, Noted] = {}
        self._undone: set[str] = set()
        self._decisions: deque[Noted] = deque(maxlen=_DECISIONS)
        for turn in earlier:
            if turn.state.over:
                self.remember(turn)

    def remember(self, turn: Turn) -> None:
        """Keep what a turn that is over was about, and that it was undone."""
        known = self._turns.get(turn.id)
        if turn.undone and known is not None and turn.id not in self._undone:
            self._decide(turn.id, f"{turn.undone_by or 'Somebody'} took back all that the turn changed")
        if turn.undone:
            self._undone.add(turn.id)
        number = known.number if known else self._next()
        self._turns[turn.id] = Noted(number, turn.id, _exchange(turn))
        while len(self._turns) > REMEMBERED_TURNS:
            oldest = next(iter(self._turns))
            del self._turns[oldest]
            self._undone.discard(oldest)

    def decided(self, turn_id: str, hunk: Hunk) -> None:
        """Keep that somebody rejected a hunk."""
        if hunk.state == HunkState.REJECTED:
            self._decide(turn_id, f"{hunk.decided_by or 'Somebody'} took back the change of {_place(hunk)}")

    def tested(self, turn_id: str, what: str) -> None:
        """Keep what came of the tests that a turn asked for."""
        self._decisions.append(Noted(self._next(), turn_id, what))

    def copy(self) -> Memory:
        """As it is now, for another thread."""
        copied = Memory(())
        copied.newest = self.newest
        copied._turns, copied._decisions = self._turns.copy(), self._decisions.copy()
        return copied

    def since(self, number: int, own: Iterable[str]) -> Iterator[Noted]:
        """What was noted after `number`, oldest first, without the turns `own`; with what was decided about them."""
        own = set(own)
        found = [noted for noted in self._turns.values() if noted.number > number and noted.turn not in own]
        found += [noted for noted in self._decisions if noted.number > number]
        yield from sorted(found, key=lambda noted: noted.number)

    def exchanges(self) -> list[Exchange]:
        """Every turn that is remembered, oldest first."""
        return [noted.said for noted in self._turns.values() if isinstance(noted.said, Exchange)]

    def _decide(self, turn_id: str, what: str) -> None:
        known = self._turns.get(turn_id)
        asked = known.said.prompt if known is not None and isinstance(known.said, Exchange) else ""
        about = f' (asked: "{one_line(asked)}")' if asked else ""
        self._decisions.append(Noted(self._next(), turn_id, f"{what}{about}. Do not do it again unless asked."))

    def _next(self) -> int:
        self.newest += 1
        return self.newest


def _exchange(turn: Turn) -> Exchange:
    """A turn as models are told of it."""
    said = Exchange("\n".join(turn.prompts)[:_KEPT], turn.text.strip()[-_KEPT:], turn.member_name, turn.model)
    if turn.undone:
        return replace(said, answer=said.answer + _UNDONE)
    standing = (HunkState.APPLIED, HunkState.ACCEPTED)
    changed = dict.fromkeys(hunk.path for hunk in turn.hunks if hunk.state in standing)
    return replace(said, changed=tuple(changed)[:_CHANGED])


def _place(hunk: Hunk) -> str:
    return f"{hunk.path}:{hunk.line}" if hunk.line else hunk.path
