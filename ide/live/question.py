"""What is asked of which model, and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ide.engines.model import CodeModel
from ide.live.connection import Person
from ide.wire import shapes
from ide.wire.codes import TurnState


@dataclass(frozen=True, slots=True)
class Question:
    """One turn's. `engine` is that of the model that was `chosen`."""

    person: Person
    ask: shapes.Ask
    chosen: shapes.Model
    engine: CodeModel

    def turn(self, turn_id: str, asked_at: int, waits_for: str | None) -> shapes.Turn:
        """The turn as it is when it was asked."""
        return shapes.Turn(
            id=turn_id,
            member=self.person.id,
            member_name=self.person.name,
            model=self.chosen.name,
            rehearsal=self.chosen.rehearsal,
            mode=self.ask.mode,
            prompts=[self.ask.prompt],
            state=TurnState.ASKED,
            waits_for=waits_for,
            text="",
            hunks=[],
            asked_at=asked_at,
        )

    def only_path(self, paths: Iterable[str]) -> str | None:
        """The file that is meant where the model names none, if it can only be one. `paths` are the room's."""
        named = self.ask.files or list(paths)
        return named[0] if len(named) == 1 else None
