"""A room's turns: asked for, stopped and redirected here, each carried out by a `RunningTurn`.

A turn runs in the process in which it was asked for. The others know it by what that one tells, and pass commands on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ide.domain.refusals import Refusal
from ide.domain.rights import require
from ide.domain.turns.instructions import Exchange
from ide.live.connection import Person
from ide.live.decisions import Decisions
from ide.live.turn import Question, RunningTurn
from ide.store import turns
from ide.wire import shapes
from ide.wire.codes import Code, Mode, Role
from ide.wire.messages import HunkEvent, Prose, SteerTurn, StopTurn, TurnEvent

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

REMEMBERED_TURNS = 20


class Turns:
    """One room's."""

    def __init__(self, room: LiveRoom, earlier: Iterable[shapes.Turn]) -> None:
        self._room = room
        self.decisions = Decisions(room)
        self._turns: dict[str, RunningTurn] = {}
        self._elsewhere: dict[str, shapes.Turn] = {}
        """The turns that run in other processes, as far as they were told of."""
        self._processes: dict[str, str] = {}
        """In which process each of them runs."""
        self._earlier = {turn.id: exchange(turn) for turn in earlier if turn.state.over}

    @property
    def running(self) -> bool:
        """True while a model writes."""
        return any(not turn.over for turn in self._turns.values())

    @property
    def running_anywhere(self) -> bool:
        """True while a model writes in this room, in whichever process."""
        return self.running or bool(self._elsewhere)

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
        for over in [turn for turn in self._turns.values() if turn.over]:
            self.remember(over.shape())
        if len(self.running_here()) + len(self._elsewhere) >= services.turns_at_once:
            raise Refusal(Code.TOO_MANY, f"{services.turns_at_once} turns are running in this room already.")
        question = Question(person, ask, chosen, services.catalogue.engine(chosen.name), tuple(self._earlier.values()))
        # What people typed is a state of its own, before a model adds to it.
        self._room.history.settle()
        turn = RunningTurn(self._room, question)
        self._turns[turn.id] = turn
        self._room.background(self.decisions.accept_open(person))
        return turn.id

    async def stop(self, person: Person, turn_id: str) -> None:
        """End a turn: one's own, or anybody's for who may edit. The turn says who did."""
        require(person.role, Role.EDITOR)
        process = self._processes.get(turn_id)
        if process is not None:
            await self._room.neighbours.call(process, person, StopTurn(type="stop_turn", id="-", turn=turn_id))
        elif (turn := await self._find(turn_id)) is not None:
            turn.stop(person.name)

    async def steer(self, person: Person, turn_id: str, prompt: str) -> None:
        """Redirect one's own running turn."""
        require(person.role, Role.EDITOR)
        self._check_prompt(prompt)
        process = self._processes.get(turn_id)
        if process is not None:
            command = SteerTurn(type="steer_turn", id="-", turn=turn_id, prompt=prompt)
            await self._room.neighbours.call(process, person, command)
            return
        turn = await self._find(turn_id)
        if turn is None or turn.over:
            raise Refusal(Code.CONFLICT, "That turn has ended; ask anew.")
        if turn.member != person.id:
            raise Refusal(Code.ROLE_MAY_NOT, "Only who asked can redirect a turn. Ask beside it, or stop it.")
        turn.steer(prompt)

    def latest(self, stored: shapes.Turn) -> shapes.Turn:
        """A turn as it is now, which its row may not say yet."""
        turn = self._turns.get(stored.id)
        return turn.shape() if turn else self._elsewhere.get(stored.id, stored)

    async def read(self, turn_id: str) -> shapes.Turn:
        """One turn of this room. Raises Refusal if there is none."""
        if turn_id in self._turns:
            return self._turns[turn_id].shape()
        if turn_id in self._elsewhere:
            return self._elsewhere[turn_id]
        stored = await self._room.services.writer.do(turns.read, self._room.id, turn_id)
        if stored is None:
            raise Refusal(Code.NOT_FOUND, "There is no such turn in this room.")
        return stored

    async def stored(self, turn_id: str) -> None:
        """Return once the turn's row says what is known here, unless it still runs."""
        turn = self._turns.get(turn_id)
        if turn is not None and turn.over:
            await turn.stored.wait()

    def ended(self, turn: shapes.Turn) -> None:
        """A turn that ran here is over, and its row says so."""
        if self._turns.pop(turn.id, None) is not None:
            self.remember(turn)

    def lost(self, turn: shapes.Turn) -> None:
        """A turn that runs here was said to be over by another process."""
        if turn.id in self._turns:
            self._turns[turn.id].lost(turn)

    def close(self) -> None:
        """End every turn, since the room goes away."""
        for turn in self._turns.values():
            turn.stop(None)

    # --- the turns of other processes ---

    def running_here(self) -> list[shapes.Turn]:
        """What another process must know of the turns that run in this one."""
        return [turn.shape() for turn in self._turns.values() if not turn.over]

    def hear_standing(self, process: str, running: Iterable[shapes.Turn]) -> None:
        """These run in another process, and no others."""
        self.forget(process)
        for turn in running:
            self._hear_running(turn, process)

    def hear(self, event: TurnEvent | HunkEvent | Prose, process: str) -> None:
        """Take what another process tells of a turn."""
        if isinstance(event, TurnEvent):
            if not event.turn.state.over:
                self._hear_running(event.turn, process)
            else:
                self._forget(event.turn.id)
                self.remember(event.turn)
            return
        turn = self._elsewhere.get(event.turn)
        if turn is None:
            return
        if isinstance(event, Prose):
            # An offset counts code points, as Python's strings do.
            self._elsewhere[turn.id] = turn.model_copy(update={"text": turn.text[: event.offset] + event.text})
        else:
            others = [hunk for hunk in turn.hunks if hunk.id != event.hunk.id]
            self._elsewhere[turn.id] = turn.model_copy(update={"hunks": [*others, event.hunk]})

    def _hear_running(self, turn: shapes.Turn, process: str) -> None:
        self._elsewhere[turn.id] = turn
        self._processes[turn.id] = process

    def forget(self, process: str) -> None:
        """A process left or died. The database says what became of its turns."""
        for turn_id in [turn_id for turn_id, home in self._processes.items() if home == process]:
            self._forget(turn_id)

    def _forget(self, turn_id: str) -> None:
        self._elsewhere.pop(turn_id, None)
        self._processes.pop(turn_id, None)

    def remember(self, turn: shapes.Turn) -> None:
        """Keep what a turn was about, for the models of later ones."""
        self._earlier[turn.id] = exchange(turn)
        for turn_id in list(self._earlier)[:-REMEMBERED_TURNS]:
            del self._earlier[turn_id]

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
    undone = "\n\n[undone: its changes were taken back]" if turn.undone else ""
    return Exchange("\n".join(turn.prompts), turn.text + undone)
