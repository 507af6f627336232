"""What the room is told of a turn, and the database keeps: its row, its prose and its hunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ide.domain.edits.hunks import HunkRecord
from ide.store import turns
from ide.wire import shapes
from ide.wire.messages import Prose

if TYPE_CHECKING:
    from ide.live.room import LiveRoom


class Card:
    """One turn's. It is stored in the order in which it changes."""

    def __init__(self, room: LiveRoom, turn: shapes.Turn) -> None:
        self.turn = turn
        """Without its prose and its hunks."""
        self.hunks: dict[str, HunkRecord] = {}
        self._room = room
        self._prose: list[str] = []
        self._prose_length = 0
        self._anew = False
        self._told = False

    def shape(self) -> shapes.Turn:
        """All of it, as it is now."""
        hunks = [record.shape() for record in self.hunks.values()]
        return self.turn.model_copy(update={"text": "".join(self._prose), "hunks": hunks})

    def set(self, **fields: object) -> None:
        """Change it, to be told with what follows."""
        self.turn = self.turn.model_copy(update=fields)

    def change(self, **fields: object) -> None:
        """Change it and tell so."""
        self.set(**fields)
        self.record()

    def record(self) -> None:
        """Store it as it is, and tell the room."""
        self._room.feed.record(turns.record, self._room.id, self.shape(), self._room.services.bus.process)

    async def end(self) -> None:
        """Store how the turn ended, and return once that is stored."""
        await self._room.feed.commit(turns.record, self._room.id, self.shape(), self._room.services.bus.process)

    def put(self, record: HunkRecord) -> None:
        """A hunk came to be, or changed."""
        self.hunks[record.id] = record
        self._room.feed.record(turns.record_hunk, self._room.id, self.turn.id, record)

    def say(self, text: str) -> None:
        """The model said something to people."""
        if self._anew and text.strip():
            self._anew = False
            if self._prose:
                text = f"\n\n{text.lstrip()}"
        if self._told:
            # An offset counts code points, as Python's strings do.
            self._room.outbox.delta(Prose(turn=self.turn.id, offset=self._prose_length, text=text))
        self._prose.append(text)
        self._prose_length += len(text)

    def told(self) -> None:
        """The room has heard of the turn: before, nobody would have known whose words these are."""
        if not self._told:
            self._told = True
            if self._prose:
                self._room.outbox.delta(Prose(turn=self.turn.id, offset=0, text="".join(self._prose)))

    def paragraph(self) -> None:
        """What the model says next begins another answer."""
        self._anew = True
