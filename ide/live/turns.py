"""A room's turns: asked for, stopped and redirected here, each carried out by a `RunningTurn`.

A turn runs in the process in which it was asked for. The others know it by what that one tells, and pass commands on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ide.domain.refusals import Refusal
from ide.domain.rights import require
from ide.live.connection import Person
from ide.live.decisions import Decisions
from ide.live.question import Question
from ide.live.turn import RunningTurn
from ide.store import turns
from ide.wire import shapes
from ide.wire.codes import Code, Role
from ide.wire.messages import AskCommand, HunkEvent, Prose, SteerTurn, StopTurn, TurnEvent

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

# Prompts that wait in one room for turns of this process.
MOST_WAITING = 8


class Turns:
    """One room's."""

    def __init__(self, room: LiveRoom) -> None:
        self._room = room
        self.decisions = Decisions(room)
        self._turns: dict[str, RunningTurn] = {}
        self._elsewhere: dict[str, shapes.Turn] = {}
        """The turns that run in other processes, as far as they were told of."""
        self._processes: dict[str, str] = {}
        """In which process each of them runs."""

    @property
    def running(self) -> bool:
        """True while a model writes."""
        return any(not turn.over for turn in self._turns.values())

    @property
    def running_anywhere(self) -> bool:
        """True while a model writes in this room, in whichever process."""
        return self.running or bool(self._elsewhere)

    async def ask(self, person: Person, ask: shapes.Ask) -> str:
        """Begin a turn, or let it wait for another one. Returns its id."""
        require(person.role, Role.EDITOR)
        services = self._room.services
        self._check_prompt(ask.prompt)
        if (process := self._processes.get(ask.after or "")) is not None:
            # It waits where the other one runs.
            command = AskCommand.model_validate({**ask.model_dump(), "type": "ask", "id": "-"})
            return await self._room.neighbours.call(process, person, command) or ""
        before = self._last(await self._find(ask.after)) if ask.after else None
        question = Question.of(person, ask, services.catalogue)
        services.allowance.check(question.chosen)
        self._check_room(before)
        turn = RunningTurn(self._room, question, before)
        self._turns[turn.id] = turn
        if before is None:
            # One that waits was asked before its asker could see what they would accept.
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
        if turn.waits:
            raise Refusal(Code.CONFLICT, "That turn has not begun. Stop it, and ask anew.")
        turn.steer(prompt)

    def told(self, turn_id: str) -> None:
        """The room has heard of a turn, which may run here."""
        if turn_id in self._turns:
            self._turns[turn_id].told()

    def latest(self, stored: shapes.Turn) -> shapes.Turn:
        """A turn as it is now, which its row may not say yet; but what is over there is over."""
        if stored.id in self._turns:
            return self._turns[stored.id].shape()
        return stored if stored.state.over else self._elsewhere.get(stored.id, stored)

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
        self._turns.pop(turn.id, None)

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

    def _last(self, before: RunningTurn | None) -> RunningTurn | None:
        """The end of the queue behind a turn: who waits for the same one begins one after the other."""
        while before is not None:
            behind = next((turn for turn in self._turns.values() if turn.waits and turn.waits_for == before.id), None)
            if behind is None:
                break
            before = behind
        return None if before is None or before.over else before

    def _check_room(self, before: RunningTurn | None) -> None:
        """Raise Refusal if as many turns run as may, or wait if this one is to wait."""
        at_once = self._room.services.turns_at_once
        if before is not None:
            if sum(turn.waits for turn in self._turns.values()) >= MOST_WAITING:
                raise Refusal(Code.TOO_MANY, f"{MOST_WAITING} prompts are waiting in this room already.")
            return
        here = sum(not turn.over and not turn.waits for turn in self._turns.values())
        if here + sum(turn.waits_for is None for turn in self._elsewhere.values()) >= at_once:
            raise Refusal(Code.TOO_MANY, f"{at_once} turns are running in this room already.")

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
