"""What people decide about a turn once it is over: to accept a hunk, to reject it, or to undo the whole turn."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING

from ide.domain.edits.hunks import HunkRecord
from ide.domain.refusals import Refusal
from ide.domain.rights import require
from ide.live.connection import Person
from ide.live.remains import take_remains
from ide.live.reversal import Outcome, Reversal
from ide.store import decisions, turns
from ide.wire.codes import Code, Role

if TYPE_CHECKING:
    from ide.live.room import LiveRoom


class Decisions:
    """One room's. Each raises Refusal where it may not be."""

    def __init__(self, room: LiveRoom) -> None:
        self._room = room
        self._begun: set[asyncio.Task[None]] = set()

    async def accept(self, person: Person, turn_id: str, hunk_id: str) -> None:
        """Clear a hunk's mark."""
        require(person.role, Role.EDITOR)
        now_ms = self._room.services.now_ms()
        await self._room.feed.commit(decisions.accept, self._room.id, turn_id, hunk_id, person.name, now_ms)

    async def accept_open(self, person: Person) -> None:
        """Accept all that is still open of somebody's own turns, since they asked for something else."""
        services = self._room.services
        for turn_id in await services.writer.do(decisions.open_turns, self._room.id, person.id):
            await self._room.feed.commit(decisions.accept_all, self._room.id, turn_id, person.name, services.now_ms())

    async def reject(self, person: Person, turn_id: str, hunk_id: str) -> None:
        """Take one hunk back."""
        require(person.role, Role.EDITOR)
        await self._whole(self._reject(person, turn_id, hunk_id))

    async def undo(self, person: Person, turn_id: str) -> None:
        """Take all hunks of a turn back, or as many as can be: the others say why not."""
        require(person.role, Role.EDITOR)
        await self._whole(self._undo(person, turn_id))

    async def take_remains(self, turn_id: str, hunk: HunkRecord) -> None:
        """Take back what a hunk had typed that was open when its process died."""
        # Of what that one wrote last, this room may have heard nothing.
        await self._room.read_again()
        self._room.history.settle()
        taken = take_remains(self._room.replica, hunk, self)
        self._room.history.wrote("")
        await self._room.services.appender.flush()
        await self._room.feed.commit(turns.record_hunk, self._room.id, turn_id, taken)

    async def _reject(self, person: Person, turn_id: str, hunk_id: str) -> None:
        claim = await self._claim(turn_id, hunk_id)
        outcome = await self._take_back(person, turn_id, claim)
        await self._room.feed.commit(decisions.reject, self._room.id, turn_id, hunk_id, person.name, outcome.moved)

    async def _undo(self, person: Person, turn_id: str) -> None:
        claim = await self._claim(turn_id, None)
        left = (await self._take_back(person, turn_id, claim)).left
        taken = [hunk.id for hunk in claim.hunks if hunk.id not in left]
        await self._room.feed.commit(decisions.undo, self._room.id, turn_id, person.name, taken, left)

    async def _claim(self, turn_id: str, hunk_id: str | None) -> decisions.Claim:
        services = self._room.services
        await self._room.turns.stored(turn_id)
        return await services.writer.do(decisions.claim, self._room.id, turn_id, hunk_id, services.now_ms())

    async def _take_back(self, person: Person, turn_id: str, claim: decisions.Claim) -> Outcome:
        """Take back what is claimed, as far as it can be. Raises Refusal if nothing can."""
        services = self._room.services
        self._room.history.settle()
        try:
            outcome = Reversal(self._room.replica, self._room.capacity).perform(claim.hunks, claim.beside)
            if len(outcome.left) == len(claim.hunks):
                raise Refusal(Code.CONFLICT, "\n".join(dict.fromkeys(outcome.left.values())))
        except BaseException:
            await services.writer.keep(decisions.release, turn_id, [hunk.id for hunk in claim.hunks])
            raise
        self._room.history.wrote(person.name)
        # Nobody is told that it is done before it is stored.
        await services.appender.flush()
        return outcome

    async def _whole(self, work: Coroutine[None, None, None]) -> None:
        """Carry out to its end what was begun, even if whoever asked for it goes away."""
        task = asyncio.get_running_loop().create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        await asyncio.shield(task)
