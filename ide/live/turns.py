"""A room's turns: asked for, stopped and redirected here, each carried out by a `RunningTurn`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ide.domain.refusals import Refusal
from ide.domain.rights import require
from ide.domain.turns.instructions import Exchange
from ide.live.connection import Person
from ide.live.turn import Question, RunningTurn
from ide.store import turns
from ide.wire import shapes
from ide.wire.codes import Code, Mode, Role

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

REMEMBERED_TURNS = 20


class Turns:
    """One room's."""

    def __init__(self, room: LiveRoom, earlier: Iterable[shapes.Turn]) -> None:
        self._room = room
        self._turns: dict[str, RunningTurn] = {}
        self._earlier = deque((exchange(turn) for turn in earlier), maxlen=REMEMBERED_TURNS)

    @property
    def running(self) -> bool:
        """True while a model writes."""
        return any(not turn.over for turn in self._turns.values())

    def ask(self, person: Person, ask: shapes.Ask) -> str:
        """Begin a turn. Returns its id."""
        require(person.role, Role.EDITOR)
        services = self._room.services
        self._check_prompt(ask.prompt)
        if ask.mode != Mode.EDIT:
            raise Refusal(Code.UNAVAILABLE, f'The mode "{ask.mode}" is not available in this version; "edit" is.')
        name = ask.model or services.catalogue.default()
        chosen = next((known for known in services.catalogue.models() if known.name == name), None)
        if chosen is None:
            raise Refusal(Code.NOT_FOUND, f'No model is called "{name}" here.')
        if chosen.needs is not None:
            raise Refusal(Code.UNAVAILABLE, f"{chosen.name}: {chosen.needs}.")
        for turn in [turn for turn in self._turns.values() if turn.over]:
            self._earlier.append(exchange(self._turns.pop(turn.id).shape()))
        if len(self._turns) >= services.turns_at_once:
            raise Refusal(Code.TOO_MANY, f"{services.turns_at_once} turns are running in this room already.")
        question = Question(person, ask, chosen, services.catalogue.engine(chosen.name), tuple(self._earlier))
        turn = RunningTurn(self._room, question)
        self._turns[turn.id] = turn
        return turn.id

    async def stop(self, person: Person, turn_id: str) -> None:
        """End a turn: one's own, or anybody's for who may edit. The turn says who did."""
        require(person.role, Role.EDITOR)
        turn = await self._find(turn_id)
        if turn is not None:
            turn.stop(person.name)

    async def steer(self, person: Person, turn_id: str, prompt: str) -> None:
        """Redirect one's own running turn."""
        require(person.role, Role.EDITOR)
        self._check_prompt(prompt)
        turn = await self._find(turn_id)
        if turn is None or turn.over:
            raise Refusal(Code.CONFLICT, "That turn has ended; ask anew.")
        if turn.member != person.id:
            raise Refusal(Code.ROLE_MAY_NOT, "Only who asked can redirect a turn. Ask beside it, or stop it.")
        turn.steer(prompt)

    def latest(self, stored: shapes.Turn) -> shapes.Turn:
        """A turn as it is now, which its row may not say yet."""
        turn = self._turns.get(stored.id)
        return turn.shape() if turn else stored

    async def read(self, turn_id: str) -> shapes.Turn:
        """One turn of this room. Raises Refusal if there is none."""
        if turn_id in self._turns:
            return self._turns[turn_id].shape()
        stored = await self._room.services.writer.do(turns.read, self._room.id, turn_id)
        if stored is None:
            raise Refusal(Code.NOT_FOUND, "There is no such turn in this room.")
        return stored

    def close(self) -> None:
        """End every turn, since the room goes away."""
        for turn in self._turns.values():
            turn.stop(None)

    async def _find(self, turn_id: str) -> RunningTurn | None:
        """The turn if it runs here; None if it is over. Raises Refusal if there is none."""
        if turn_id not in self._turns:
            await self.read(turn_id)
        return self._turns.get(turn_id)

    def _check_prompt(self, prompt: str) -> None:
        if len(prompt.encode()) > self._room.services.limits.prompt_bytes:
            raise Refusal(Code.TOO_LARGE, f"A prompt is at most {self._room.services.limits.prompt_bytes:,} bytes.")
        if not prompt.strip():
            raise Refusal(Code.BAD_REQUEST, "The prompt is empty.")


def exchange(turn: shapes.Turn) -> Exchange:
    """A turn as the next one's model is told of it."""
    return Exchange("\n".join(turn.prompts), turn.text)
