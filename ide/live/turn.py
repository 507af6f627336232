"""One turn while it runs: asks its engine, hands what comes to a typist, and tells the room how it goes.

Stopping and redirecting act on the spot: the open hunk is taken back and nothing is written after it, before anybody is
told. Blocks that failed go back to the model, and a server that is busy is asked again, as parts of the same turn.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError

from ide.domain.edits.dialects import dialect
from ide.domain.edits.feedback import render_feedback
from ide.domain.edits.hunks import HunkRecord
from ide.domain.refusals import Refusal
from ide.domain.rights import require
from ide.domain.turns.asked import PAGE, TESTS, Asked
from ide.domain.turns.intent import asks_for_page_check, asks_for_tests
from ide.domain.turns.modes import why_not
from ide.domain.turns.repair import Repairs
from ide.engines import model
from ide.live.answer import Answer, Ended
from ide.live.card import Card
from ide.live.hands import Hands
from ide.live.others import Others
from ide.live.pace import Pace
from ide.live.question import Question
from ide.live.retry import retry_after
from ide.live.typist import Typist
from ide.wire import shapes
from ide.wire.codes import Code, HunkState, Mode, Role, TurnState

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

MOST_HUNKS = 500
# Seconds that a turn's run may wait for a worker, beside what it may run.
RUN_PATIENCE = 60.0
WITHHELD = "The model's server withheld the answer, or its rest."
CUT = "\n\nThe answer ends here, at the most that this model writes at once."

log = logging.getLogger(__name__)


class RunningTurn:
    """One turn, from asked to settled, stopped or failed. It begins when the turn `after` is over, or at once."""

    def __init__(self, room: LiveRoom, question: Question, after: RunningTurn | None = None) -> None:
        self.stored = asyncio.Event()
        """Set once the turn is over and that is stored."""
        self._over = asyncio.Event()
        self._room = room
        self._question = question
        self._after = after
        self._pace = Pace()
        self._repairs = Repairs()
        self._prompt = question.ask.prompt  # what the model is told last: a person's words, or what failed
        self._mends = False  # whether it is what failed
        self._answer: Answer | None = None
        turn = question.turn(room.services.new_id(), room.services.now_ms(), after.id if after else None)
        self._card = Card(room, turn)
        self._hands = Hands(room, self.id, question.chosen.name)
        self._talk = room.context.talk(self.id, question.ask, question.chosen)
        self._typist = self._new_typist()
        self._task = self._begin() if after is None else self._follow(after)

    @property
    def id(self) -> str:
        """The turn's id."""
        return self._card.turn.id

    @property
    def member(self) -> str:
        """Who asked."""
        return self._question.person.id

    @property
    def over(self) -> bool:
        """True once nothing more will be written."""
        return self._card.turn.state.over

    @property
    def waits(self) -> bool:
        """True as long as a turn before it runs."""
        ahead = self._after
        while ahead is not None and ahead.over:
            ahead = ahead._after
        return ahead is not None and not self.over

    @property
    def waits_for(self) -> str | None:
        """The turn that it waits for."""
        return self._card.turn.waits_for

    def told(self) -> None:
        """The room has heard of the turn."""
        self._card.told()

    def shape(self) -> shapes.Turn:
        """The turn as it is now."""
        return self._card.shape()

    def stop(self, by: str | None) -> None:
        """End the turn now. What it finished stays; what it was writing is taken back."""
        if self.over:
            return
        try:
            self._silence()
        finally:
            self._end(TurnState.STOPPED, stopped_by=by)

    def lost(self, ended: shapes.Turn) -> None:
        """Write nothing more: this process was taken for dead meanwhile, and `ended` is what became of the turn."""
        if self.over:
            return
        try:
            self._silence()
        finally:
            self._over.set()
            self._talk.close()
            self._hands.leave()
            self._card.set(state=ended.state, error=ended.error, usage=self._pace.usage(), timing=self._pace.timing())
            self._room.turns.ended(ended)
            self.stored.set()
            self._room.background(self._room.services.allowance.ended(self.shape(), self._question.chosen))

    def steer(self, prompt: str) -> None:
        """Redirect the turn: keep what is finished, tell the model what was applied, and go on with `prompt`."""
        unasked = self._answer is None and not self._mends
        words = f"{self._prompt}\n\n{prompt}" if unasked else prompt
        self._talk.check(words)
        self._room.services.allowance.check(self._question.chosen)
        others = self._typist.hand_over()
        self._room.outbox.flush()
        self._repairs.note(self._typist.records)
        feedback = render_feedback(record for record in self._card.hunks.values() if not record.superseded)
        if self._answer is not None:
            self._talk.answered(self._answer.said, self._typist.records, cut=True)
        self._card.set(prompts=[*self._card.turn.prompts, prompt], notice=None)
        self._next_answer(words, others)
        redirection = f"{feedback}\n\n{prompt}".strip()
        if self._answer is None or not self._answer.steer(redirection):
            # Nothing that the old stream still says may reach the new typist.
            self._task.cancel()
            self._answer = None
            self._task = self._begin()
        else:
            self._talk.redirected(redirection)
            self._card.record()

    # --- what the typist tells ---

    def prose(self, text: str) -> None:
        """The model said something to people."""
        self._card.say(text)

    def hunk(self, record: HunkRecord) -> None:
        """A hunk was located, applied, withdrawn or refused."""
        self._card.put(record)
        if record.state == HunkState.APPLIED:
            self._room.history.hunk(self.id, self._question.chosen.name, record.path)
        if (old := self._repairs.supersede(record)) is not None:
            self._card.put(old)

    def cursor(self, file_id: str, position: dict[str, Any] | None) -> None:
        """The model's cursor moved within a file, or left it."""
        self._hands.move(file_id, position)

    # --- the stream ---

    def _follow(self, before: RunningTurn) -> asyncio.Task[None]:
        async def follow() -> None:
            ahead: RunningTurn | None = before
            while ahead is not None:
                if ahead is not before and not ahead.over:
                    # The turn before was taken out of the queue: what it waited for is not over by that.
                    self._after = ahead
                    self._card.change(waits_for=ahead.id)
                await ahead._over.wait()
                ahead = ahead._after
            self._after = None
            self._pace = Pace()
            self._card.set(waits_for=None)
            try:
                self._check_asker()
                # Its key may be another one by now, or none.
                self._question = self._question.renewed(self._room.services.catalogue)
            except Refusal as refusal:
                self._typist.withdraw()
                self._fail(refusal.code, refusal.message)
                return
            await self._run()

        self._card.record()
        return asyncio.get_running_loop().create_task(follow())

    def _check_asker(self) -> None:
        """Raise Refusal if who asked may not do it any more: much may have happened while the turn waited."""
        person, members = self._question.person, self._room.members
        if person.id in members.removed or person.generation < members.generations[person.role]:
            raise Refusal(Code.NOT_AUTHORISED, f"{person.name} is not in this room any more.")
        require(next((known.role for known in members.all() if known.id == person.id), person.role), Role.EDITOR)
        self._room.services.allowance.check(self._question.chosen)

    def _begin(self) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            # What people typed is a state of its own, before a model adds to it.
            self._room.history.settle()
            while True:
                last = await self._hear()
                if last is None:
                    continue
                await self._typist.finish(cut=not isinstance(last, model.Done) or last.reason != "stop")
                if isinstance(last, model.Failed):
                    self._fail(Code.MODEL_FAILED, last.message)
                    return
                if last.reason == "filter":
                    self._fail(Code.MODEL_FAILED, WITHHELD)
                    return
                if last.reason == "length":
                    self.prose(CUT)
                elif self._repair():
                    continue
                else:
                    await self._run_what_was_asked()
                break
            self._end(TurnState.SETTLED)
        except Refusal as refusal:
            self._silence()
            self._fail(refusal.code, refusal.message)
        except Exception:
            self._silence()
            self._fail(Code.INTERNAL, "Something went wrong on the server; see its log.")
            raise

    async def _hear(self) -> Ended | None:
        """Write one answer of the model. Returns how its stream ended; None if the model is to be asked anew."""
        loop = asyncio.get_running_loop()
        self._answer = None
        request, sent = await self._talk.request(self._prompt, self._typist.told, repair=self._mends)
        self._card.set(sent=sent)
        for tried in count():
            asked = loop.time()
            answer = self._answer = self._ask(request, sent.tokens)
            try:
                # The request is on its way before anything is written down: the database's thread would hold it up.
                await asyncio.sleep(0)
                self._card.record()
                async for text in answer.ticks():
                    await self._typist.write(text)
                    if len(self._card.hunks) > MOST_HUNKS:
                        return model.Failed("protocol", "The model's answer has more blocks than a turn may have.")
                if answer.unsteered:
                    return None
                ended = answer.end()
            finally:
                answer.close()
            retry = None if answer.begun else retry_after(ended, tried, loop.time() - asked)
            if retry is None:
                break
            self._card.change(notice=retry.notice)
            await asyncio.sleep(retry.seconds)
            self._card.set(notice=None)
        return ended

    def _ask(self, request: model.ModelRequest, told: int) -> Answer:
        self._pace.begin(told)
        most_characters = self._room.services.limits.room_bytes
        return Answer(self._question.engine, request, self._pace, self._began, most_characters=most_characters)

    def _began(self) -> None:
        if self._card.turn.state == TurnState.ASKED or self._card.turn.notice is not None:
            self._card.change(state=TurnState.STREAMING, notice=None)

    def _repair(self) -> bool:
        """Make the next answer one that puts right what failed in the last. False if there is nothing to put right."""
        records = self._typist.records
        # A prepared answer would not change.
        prompt = None if self._question.chosen.rehearsal or self._has_spent() else self._repairs.prompt(records)
        if prompt is None or self._answer is None:
            return False
        self._talk.answered(self._answer.said, records)
        self._card.set(notice="telling the model which changes could not be applied, and why")
        self._next_answer(prompt, mends=True)
        return True

    def _has_spent(self) -> bool:
        try:
            self._room.services.allowance.check(self._question.chosen)
        except Refusal:
            return True
        return False

    def _next_answer(self, prompt: str, others: Others | None = None, *, mends: bool = False) -> None:
        self._prompt, self._mends = prompt, mends
        self._typist = self._new_typist(others)
        self._card.paragraph()

    async def _run_what_was_asked(self) -> None:
        """Run the tests and check the page if the request for it was clear, and never otherwise."""
        prompt = self._card.turn.prompts[-1]
        if self._question.ask.run_tests or asks_for_tests(prompt):
            await self._run_for_turn(TESTS)
        if asks_for_page_check(prompt):
            await self._run_for_turn(PAGE)

    async def _run_for_turn(self, asked: Asked) -> None:
        try:
            # A run that is stored must be sent as well, even if the turn is stopped in between.
            started = asyncio.create_task(self._room.runs.start(self._question.person, asked.run))
            await self._hear_of_run(started, asked)
        except Refusal as refusal:
            self.prose(f"\n\n{asked.not_run}: {refusal.message}")
        except DatabaseError:
            # What the turn wrote stands, whatever becomes of the run.
            log.exception("a turn's run could not be started")
            self.prose(f"\n\n{asked.not_run}: the database does not answer.")

    async def _hear_of_run(self, started: asyncio.Task[str], asked: Asked) -> None:
        """Wait until it is over, and tell people and the model how it ended. It mends nothing by itself."""
        try:
            run_id = await asyncio.shield(started)
            self._card.change(run=run_id, notice=asked.notice)
            run = await self._room.runs.ended(run_id, self._room.services.run_limits.seconds + RUN_PATIENCE)
        except asyncio.CancelledError:
            # The turn was stopped or redirected: this is of a state that nobody asked about.
            self._room.background(self._stop_run(started))
            raise
        self.prose(f"\n\n{asked.for_people(run)}")
        self._room.context.memory.tested(self.id, asked.for_model(run))

    async def _stop_run(self, started: asyncio.Task[str]) -> None:
        with suppress(Refusal, DatabaseError):
            await self._room.runs.stop(await started)

    # --- endings ---

    def _silence(self) -> None:
        """Nothing of what the model says is written after this."""
        self._typist.withdraw()
        if self._task is not asyncio.current_task():
            self._task.cancel()

    def _fail(self, code: Code, message: str) -> None:
        self._end(TurnState.FAILED, error=shapes.Problem(code=code, message=message))

    def _end(self, state: TurnState, **fields: object) -> None:
        if self.over:
            return
        try:
            self._hands.leave()
            self._room.outbox.flush()
        finally:
            self._over.set()
            self._settle(state, **fields)

    def _settle(self, state: TurnState, **fields: object) -> None:
        ended = {"waits_for": None, "notice": None, "usage": self._pace.usage(), "timing": self._pace.timing()}
        self._card.set(state=state, **ended, **fields)
        if self._answer is not None and self._answer.said:
            self._talk.answered(self._answer.said, self._typist.records, cut=state != TurnState.SETTLED)
        self._talk.close()
        self._room.context.remember(self.shape())
        self._room.background(self._store())
        self._room.history.turn(self._card.turn)

    async def _store(self) -> None:
        """Store how the turn ended. From then on its row speaks for it."""
        try:
            await self._card.end()
        finally:
            self._room.turns.ended(self.shape())
            self.stored.set()
            await self._room.services.allowance.ended(self.shape(), self._question.chosen)

    def _new_typist(self, others: Others | None = None) -> Typist:
        question, replica = self._question, self._room.replica
        only_path = question.only_path(replica.documents()) if question.ask.mode == Mode.EDIT else None
        return Typist(
            replica,
            origin=self,
            limits=self._room.services.limits,
            events=self,
            dialect=dialect(question.chosen.dialect, only_path=only_path),
            forbids=partial(why_not, question.ask.mode),
            others=others,
        )
