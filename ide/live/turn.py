"""One turn while it runs: asks its engine, hands what comes to a typist, and tells the room how it goes.

Text is written once a tick, and at once for the first token. Stopping and redirecting act on the spot: the open hunk
is taken back and nothing is written after it, before anybody is told.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ide.domain.edits.feedback import render_feedback
from ide.domain.edits.hunks import HunkRecord
from ide.domain.refusals import Refusal
from ide.domain.turns.context import DocumentText
from ide.domain.turns.instructions import Exchange, build_request
from ide.domain.turns.intent import asks_for_tests
from ide.engines import model
from ide.live.connection import Person
from ide.live.typist import Typist
from ide.store import turns
from ide.wire import shapes
from ide.wire.codes import Code, HunkState, TurnState
from ide.wire.messages import Prose

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

TICK_SECONDS = 0.016
# A stream begins with the head of a block, which shows nothing: pacing begins when something must be there to see.
UNPACED_WRITES = 24
CHARACTERS_A_TOKEN = 4
MOST_HUNKS = 500
MODEL_COLOUR = "#7c3aed"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which model. `earlier` is the room's conversation so far, oldest first."""

    person: Person
    ask: shapes.Ask
    chosen: shapes.Model
    engine: model.CodeModel
    earlier: tuple[Exchange, ...]


class RunningTurn:
    """One turn, from asked to settled, stopped or failed."""

    def __init__(self, room: LiveRoom, question: Question) -> None:
        self.stored = asyncio.Event()
        """Set once the turn is over and that is stored."""
        self._asked = time.perf_counter()
        self._room = room
        self._question = question
        self._client = secrets.randbits(32)
        self._prose: list[str] = []
        self._prose_length = 0
        self._pace = _Pace()
        self._stream = _Stream()
        self._hunks: dict[str, HunkRecord] = {}
        self._earlier = question.earlier
        self._shape = shapes.Turn(
            id=room.services.new_id(),
            member=question.person.id,
            member_name=question.person.name,
            model=question.chosen.name,
            rehearsal=question.chosen.rehearsal,
            mode=question.ask.mode,
            prompts=[question.ask.prompt],
            state=TurnState.ASKED,
            text="",
            hunks=[],
            asked_at=room.services.now_ms(),
        )
        self._typist = self._new_typist()
        self._task = self._begin()

    @property
    def id(self) -> str:
        """The turn's id."""
        return self._shape.id

    @property
    def member(self) -> str:
        """Who asked."""
        return self._question.person.id

    @property
    def over(self) -> bool:
        """True once nothing more will be written."""
        return self._shape.state.over

    def shape(self) -> shapes.Turn:
        """The turn as it is now."""
        hunks = [record.shape() for record in self._hunks.values()]
        return self._shape.model_copy(update={"text": "".join(self._prose), "hunks": hunks})

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
            self._room.outbox.farewell(self._room.presence.leave(self))
            self._set(state=ended.state, error=ended.error)
            self._room.turns.ended(ended)
            self.stored.set()

    def steer(self, prompt: str) -> None:
        """Redirect the turn: keep what is finished, tell the model what was applied, and go on with `prompt`."""
        self._silence()
        said = "".join(self._stream.parts)
        feedback = render_feedback(self._hunks.values())
        answer = f"{said}\n\n[interrupted here]\n{feedback}"
        self._earlier = (*self._earlier, Exchange(self._shape.prompts[-1], answer))
        self._set(prompts=[*self._shape.prompts, prompt])
        # Nothing that the old stream still says may reach the new one's typist.
        self._stream = _Stream()
        self._typist = self._new_typist()
        self._task = self._begin()

    # --- what the typist tells ---

    def prose(self, text: str) -> None:
        """The model said something to people."""
        self._room.outbox.delta(Prose(turn=self.id, offset=self._prose_length, text=text))
        self._prose.append(text)
        self._prose_length += len(text)

    def hunk(self, record: HunkRecord) -> None:
        """A hunk was located, applied, withdrawn or refused."""
        self._hunks[record.id] = record
        self._room.feed.record(turns.record_hunk, self._room.id, self.id, record)
        if record.state == HunkState.APPLIED:
            self._room.history.hunk(self.id, self._question.chosen.name, record.path)

    def cursor(self, file_id: str, position: dict[str, Any] | None) -> None:
        """The model's cursor moved within a file, or left it."""
        user = {
            "id": "model",
            "name": self._question.chosen.name,
            "color": MODEL_COLOUR,
            "colorLight": f"{MODEL_COLOUR}33",
            "model": True,
            "turn": self.id,
        }
        cursor = {"anchor": position, "head": position} if position else None
        state = {"user": user, "cursor": cursor, "document": file_id}
        self._room.outbox.presence(self._room.presence.say(self, self._client, state))

    # --- the stream ---

    def _begin(self) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            last = await self._write(self._request(), self._stream)
            await self._typist.finish(cut=not isinstance(last, model.Done) or last.reason != "stop")
            if isinstance(last, model.Failed):
                self._end(TurnState.FAILED, error=shapes.Problem(code=Code.MODEL_FAILED, message=last.message))
                return
            await self._run_tests()
            self._end(TurnState.SETTLED)
        except Exception:
            self._silence()
            problem = shapes.Problem(code=Code.INTERNAL, message="Something went wrong on the server; see its log.")
            self._end(TurnState.FAILED, error=problem)
            raise

    async def _write(self, request: model.ModelRequest, stream: _Stream) -> model.Done | model.Failed:
        """Write what the model says, a tick's worth at a time. Returns how its stream ended."""
        loop = asyncio.get_running_loop()
        reader = loop.create_task(self._read(request, stream))
        reader.add_done_callback(lambda _: stream.wake.set())
        writes = 0
        try:
            # The request is on its way before anything is written down: the database's thread would hold it up.
            await asyncio.sleep(0)
            self._record()
            while True:
                await stream.wake.wait()
                stream.wake.clear()
                began = loop.time()
                if text := stream.take():
                    await self._typist.write(text)
                    writes += 1
                elif reader.done():
                    return reader.result()
                if reader.done():
                    stream.wake.set()
                elif writes > UNPACED_WRITES:
                    await asyncio.sleep(max(0.0, began + TICK_SECONDS - loop.time()))
        finally:
            reader.cancel()

    async def _read(self, request: model.ModelRequest, stream: _Stream) -> model.Done | model.Failed:
        pace = self._pace
        async with aclosing(self._question.engine.stream(request)) as events:
            async for event in events:
                if isinstance(event, model.TextDelta):
                    if self._shape.state == TurnState.ASKED:
                        self._change(state=TurnState.STREAMING)
                    pace.beat(len(event.text))
                    stream.hear(event.text)
                elif isinstance(event, model.Usage):
                    pace.usage = event
                elif isinstance(event, model.Done | model.Failed):
                    return event
                if pace.characters > self._room.services.limits.room_bytes or len(self._hunks) > MOST_HUNKS:
                    return model.Failed("protocol", "The model's answer is larger than the room may be.")
        return model.Failed("protocol", "The model's stream ended without saying so.")

    def _request(self) -> model.ModelRequest:
        """The prompt with what it is about: the files named in it first, then the others."""
        documents = self._room.replica.documents()
        first = [path for path in self._question.ask.files if path in documents]
        ordered = dict.fromkeys([*first, *sorted(documents)])
        content = build_request(
            documents=[DocumentText(path, str(documents[path].text)) for path in ordered],
            conversation=self._earlier,
            prompt=self._shape.prompts[-1],
            context_tokens=self._question.chosen.context_tokens,
        )
        messages = tuple(model.Message(message.role, message.text) for message in content.messages)
        return model.ModelRequest(content.system, messages)

    async def _run_tests(self) -> None:
        """Run the tests if the request for it was clear, and never otherwise."""
        ask = self._question.ask
        if ask.run_tests or asks_for_tests(self._shape.prompts[-1]):
            try:
                # A run that is stored must be sent as well, even if the turn is stopped in between.
                await asyncio.shield(self._room.runs.start(self._question.person, shapes.AskForRun(tests=True)))
            except Refusal as refusal:
                self.prose(f"\n\nThe tests were not run: {refusal.message}")

    # --- endings ---

    def _silence(self) -> None:
        """Nothing of what the model says is written after this."""
        self._typist.withdraw()
        if self._task is not asyncio.current_task():
            self._task.cancel()

    def _end(self, state: TurnState, **fields: object) -> None:
        self._room.outbox.farewell(self._room.presence.leave(self))
        self._room.outbox.flush()
        self._set(state=state, usage=self._usage(), timing=self._timing(), **fields)
        self._room.background(self._store(self.shape()))
        self._room.history.turn(self._shape)

    async def _store(self, ended: shapes.Turn) -> None:
        """Store how the turn ended. From then on its row speaks for it."""
        try:
            await self._room.feed.commit(turns.record, self._room.id, ended, self._room.services.bus.process)
            self._room.turns.ended(ended)
        finally:
            self.stored.set()

    def _change(self, **fields: object) -> None:
        self._set(**fields)
        self._record()

    def _set(self, **fields: object) -> None:
        self._shape = self._shape.model_copy(update=fields)

    def _record(self) -> None:
        self._room.feed.record(turns.record, self._room.id, self.shape(), self._room.services.bus.process)

    def _usage(self) -> shapes.Usage:
        # What a redirected stream had used by then, its model never said.
        if (counted := self._pace.usage) is not None and len(self._shape.prompts) == 1:
            return shapes.Usage(input=counted.input, output=counted.output)
        return shapes.Usage(input=0, output=self._pace.characters // CHARACTERS_A_TOKEN, estimated=True)

    def _timing(self) -> shapes.Timing:
        total_ms = (time.perf_counter() - self._asked) * 1000
        if self._pace.first is None:
            return shapes.Timing(total_ms=total_ms)
        seconds = self._pace.last - self._pace.first
        return shapes.Timing(
            first_token_ms=(self._pace.first - self._asked) * 1000,
            tokens_per_second=self._usage().output / seconds if seconds > 0 else None,
            total_ms=total_ms,
        )

    def _new_typist(self) -> Typist:
        return Typist(self._room.replica, origin=self, limits=self._room.services.limits, events=self)


class _Stream:
    """One answer of the engine: all of it so far, and what of it is not written yet."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.wake = asyncio.Event()
        self._waiting: list[str] = []

    def hear(self, text: str) -> None:
        self.parts.append(text)
        self._waiting.append(text)
        self.wake.set()

    def take(self) -> str:
        text = "".join(self._waiting)
        self._waiting.clear()
        return text


class _Pace:
    """How much the engine said and when, over all of a turn's streams."""

    def __init__(self) -> None:
        self.characters = 0
        self.first: float | None = None
        self.last = 0.0
        self.usage: model.Usage | None = None

    def beat(self, characters: int) -> None:
        self.characters += characters
        self.last = time.perf_counter()
        if self.first is None:
            self.first = self.last
