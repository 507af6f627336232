"""What is asked of which model, and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from ide.domain.refusals import Refusal
from ide.engines.catalogue import Catalogue, ModelNotUsable, UnknownModel
from ide.engines.model import CodeModel
from ide.live.connection import Person
from ide.wire import shapes
from ide.wire.codes import Code, TurnState


@dataclass(frozen=True, slots=True)
class Question:
    """One turn's. `engine` is that of the model that was `chosen`."""

    person: Person
    ask: shapes.Ask
    chosen: shapes.Model
    engine: CodeModel

    @classmethod
    def of(cls, person: Person, ask: shapes.Ask, catalogue: Catalogue) -> Self:
        """A question to the model that is asked for, or the default. Raises Refusal if it cannot be asked."""
        name = ask.model or catalogue.default()
        try:
            chosen = catalogue.model(name)
            engine = catalogue.engine(name)
        except UnknownModel:
            raise Refusal(Code.NOT_FOUND, f'No model is called "{name}" here.') from None
        except ModelNotUsable as error:
            raise Refusal(Code.UNAVAILABLE, f"{error}.") from None
        return cls(person, ask, chosen, engine)

    def renewed(self, catalogue: Catalogue) -> Self:
        """The same question to the same model, as it can be asked now. Raises Refusal."""
        return self.of(self.person, self.ask.model_copy(update={"model": self.chosen.name}), catalogue)

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
