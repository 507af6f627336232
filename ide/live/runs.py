"""Runs as a room sees them: asked here, carried out by a worker, told to everybody as they go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from ide.domain.debugging import check_debugging, check_program
from ide.domain.programs import SETTINGS
from ide.domain.queues import QUEUE_OF, lane_of
from ide.domain.refusals import Refusal
from ide.domain.runs import command_of
from ide.engines.bus import Control, Debug, Input, Repeat, Resize, Stop
from ide.engines.languages import languages
from ide.live.connection import Person
from ide.store import runs
from ide.wire import run_shapes
from ide.wire.codes import Code, RunKind, RunState
from ide.wire.frames import encode_json
from ide.wire.messages import Waiting

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

UNAVAILABLE = "not available here: no worker can be reached"


class Runs:
    """One room's."""

    def __init__(self, room: LiveRoom) -> None:
        self._room = room
        self._ahead: Mapping[str, int] = {}
        self._awaited: dict[str, asyncio.Event] = {}

    async def start(self, person: Person, asked: run_shapes.AskForRun) -> str:
        """Queue a run of the room's files as they are now. Returns its id."""
        services = self._room.services
        documents = self._room.replica.documents()
        settings = documents.get(SETTINGS)
        command = command_of(asked, documents, str(settings.text) if settings else None, languages())
        if asked.debug is not None:
            check_program(command)
        # The text that it runs on is a step of the history, which people can go back to from the run.
        self._room.history.settle()
        run = run_shapes.Run(
            id=services.new_id(),
            member=person.id,
            member_name=person.name,
            command=command,
            kind=_kind_of(asked),
            state=RunState.QUEUED,
            terminal=asked.terminal is not None,
            limits=self._limits(asked),
            debug=None if asked.debug is None else run_shapes.DebugState(breakpoints=asked.debug.breakpoints),
            created_at=services.now_ms(),
        )
        replica = self._room.replica
        texts = {path: str(document.text) for path, document in replica.documents().items()}
        binary = {path: file.hash for path, file in replica.assets().items()}
        # The one thread that writes is for all rooms.
        files = await asyncio.to_thread(runs.packed, texts, binary)
        await self._room.feed.commit(
            runs.create,
            self._room.id,
            run,
            asked.select,
            asked.terminal,
            files,
            services.runs_waiting,
            asked.only or (),
        )
        try:
            await services.queue.send_run(run.id, QUEUE_OF[lane_of(run.kind, run.terminal)])
        except OperationalError:
            await self._room.feed.commit(runs.withdraw, run.id, RunState.REFUSED, UNAVAILABLE)
        return run.id

    def _limits(self, asked: run_shapes.AskForRun) -> run_shapes.RunLimits:
        services = self._room.services
        if asked.page:
            return services.page_limits
        # Somebody sits before a debugger, as before a terminal.
        return services.terminal_limits if asked.terminal or asked.debug else services.run_limits

    def stand(self, ahead: Mapping[str, int]) -> None:
        """Say how many begin before each of this room's runs that wait, if that is news."""
        for run_id, count in ahead.items():
            if self._ahead.get(run_id) != count:
                self._room.outbox.event(encode_json(Waiting(run=run_id, ahead=count).model_dump_json()))
        self._ahead = dict(ahead)

    def standing(self, run: run_shapes.Run) -> run_shapes.Run:
        """The run with its place in the line, as far as it is known here."""
        waits = run.state == RunState.QUEUED and run.id in self._ahead
        return run.model_copy(update={"ahead": self._ahead[run.id]}) if waits else run

    def repeat(self, known: Iterable[run_shapes.Run]) -> None:
        """Have workers tell what these runs have said that their rows do not hold yet: somebody came who missed it."""
        for run in known:
            if run.state == RunState.RUNNING:
                self._room.background(self._repeat(run))

    async def _repeat(self, run: run_shapes.Run) -> None:
        with suppress(Refusal):  # the row has all of it in the end
            await self._tell(run.id, Repeat(offset=len(run.output)))

    async def stop(self, run_id: str) -> None:
        """Kill a run, or take it back if no worker has it yet."""
        run = await self.read(run_id)
        if run.state == RunState.QUEUED and await self._room.feed.commit(runs.withdraw, run_id, RunState.STOPPED):
            return
        if not run.state.over:
            await self._tell(run_id, Stop())

    async def type(self, run_id: str, data: str) -> None:
        """Type into a run."""
        await self._tell_running(run_id, Input(data=data))

    async def resize(self, run_id: str, terminal: run_shapes.Terminal) -> None:
        """Give a run's terminal another size."""
        await self._tell_running(run_id, Resize(columns=terminal.columns, rows=terminal.rows))

    async def debug(self, run_id: str, asked: run_shapes.Debugging) -> None:
        """Move on a program under the debugger, look into it, or set its breakpoints."""
        check_debugging(asked)
        if (await self.read(run_id)).kind is not RunKind.DEBUG:
            raise Refusal(Code.BAD_REQUEST, "That run is not under the debugger.")
        await self._tell_running(run_id, Debug(asked=asked))

    async def text(self, run_id: str, path: str) -> str:
        """A document as a run has it that is not over. Raises Refusal if there is none."""
        text = await self._room.services.writer.do(runs.text_of, self._room.id, run_id, path)
        if text is None:
            raise Refusal(Code.NOT_FOUND, "That run is over, or has no such file.")
        return text

    async def read(self, run_id: str) -> run_shapes.Run:
        """One run of this room. Raises Refusal if there is none."""
        run = await self._room.services.writer.do(runs.read, self._room.id, run_id)
        if run is None:
            raise Refusal(Code.NOT_FOUND, "There is no such run in this room.")
        return self.standing(run)

    async def ended(self, run_id: str, seconds: float) -> run_shapes.Run:
        """A run of this room once it is over, or as it stands after so long. Raises Refusal if there is none."""
        over = self._awaited.setdefault(run_id, asyncio.Event())
        try:
            if not (run := await self.read(run_id)).state.over:
                with suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), seconds)
                run = await self.read(run_id)
            return run
        finally:
            self._awaited.pop(run_id, None)

    def hear(self, run: run_shapes.Run) -> None:
        """A run was queued, began or ended, in whichever process."""
        if run.state.over and run.id in self._awaited:
            self._awaited[run.id].set()

    async def _tell_running(self, run_id: str, control: Control) -> None:
        if (await self.read(run_id)).state.over:
            raise Refusal(Code.CONFLICT, "That run has ended.")
        await self._tell(run_id, control)

    async def _tell(self, run_id: str, control: Control) -> None:
        try:
            await self._room.services.bus.control(run_id, control)
        except RedisError:
            raise Refusal(Code.UNAVAILABLE, "The workers cannot be reached right now.") from None


def _kind_of(asked: run_shapes.AskForRun) -> RunKind:
    if asked.debug is not None:
        return RunKind.DEBUG
    if asked.page:
        return RunKind.PAGE
    return RunKind.TESTS if asked.tests else RunKind.PROGRAM
