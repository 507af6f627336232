"""Runs as a room sees them: asked here, carried out by a worker, told to everybody as they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from ide.domain.refusals import Refusal
from ide.domain.runs import check_command
from ide.engines.bus import Control, Input, Resize, Stop
from ide.live.connection import Person
from ide.store import runs
from ide.wire import shapes
from ide.wire.codes import Code, RunKind, RunState

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

UNAVAILABLE = "not available here: no worker can be reached"


class Runs:
    """One room's."""

    def __init__(self, room: LiveRoom) -> None:
        self._room = room

    async def start(self, person: Person, asked: shapes.AskForRun) -> str:
        """Queue a run of the room's files as they are now. Returns its id."""
        services = self._room.services
        command = check_command(asked)
        if await services.writer.do(runs.unfinished, self._room.id) >= services.runs_at_once:
            raise Refusal(Code.TOO_MANY, f"{services.runs_at_once} runs of this room are waiting or running already.")
        run = shapes.Run(
            id=services.new_id(),
            member=person.id,
            member_name=person.name,
            command=command,
            kind=RunKind.TESTS if asked.tests else RunKind.PROGRAM,
            state=RunState.QUEUED,
            terminal=asked.terminal is not None,
            limits=services.terminal_limits if asked.terminal else services.run_limits,
            created_at=services.now_ms(),
        )
        replica = self._room.replica
        texts = {path: str(document.text) for path, document in replica.documents().items()}
        binary = {path: file.hash for path, file in replica.assets().items()}
        await self._room.feed.commit(runs.create, self._room.id, run, asked.select, asked.terminal, texts, binary)
        try:
            await services.queue.send_run(run.id)
        except OperationalError:
            await self._room.feed.commit(runs.withdraw, run.id, RunState.REFUSED, UNAVAILABLE)
        return run.id

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

    async def resize(self, run_id: str, terminal: shapes.Terminal) -> None:
        """Give a run's terminal another size."""
        await self._tell_running(run_id, Resize(columns=terminal.columns, rows=terminal.rows))

    async def read(self, run_id: str) -> shapes.Run:
        """One run of this room. Raises Refusal if there is none."""
        run = await self._room.services.writer.do(runs.read, self._room.id, run_id)
        if run is None:
            raise Refusal(Code.NOT_FOUND, "There is no such run in this room.")
        return run

    async def _tell_running(self, run_id: str, control: Control) -> None:
        if (await self.read(run_id)).state.over:
            raise Refusal(Code.CONFLICT, "That run has ended.")
        await self._tell(run_id, control)

    async def _tell(self, run_id: str, control: Control) -> None:
        try:
            await self._room.services.bus.control(run_id, control)
        except RedisError:
            raise Refusal(Code.UNAVAILABLE, "The workers cannot be reached right now.") from None
