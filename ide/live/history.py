"""A room's history as it is made: a step after each burst of typing, hunk and turn, and when somebody asks for one.

Only the process in which something was written makes a step of it. What a step holds is read at once, on the loop;
hashing, packing and storing happen beside it, one step after the other. A small step that cannot be stored is lost and
logged; nothing waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError

from ide.domain.history import (
    NAME_LENGTH,
    Burst,
    Thinned,
    Weighed,
    interned,
    label_of,
    pack_manifest,
    text_hashes,
    thin,
    too_much,
    unpack_manifest,
)
from ide.live.connection import Person
from ide.live.snapshots import Snapshot, Snapshots, packed
from ide.store import history
from ide.store.journal import NoRoom
from ide.wire import shapes
from ide.wire.codes import StepKind
from ide.wire.history import Checkpoint

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

# Hunks that close faster than this make one step together.
HUNKS_SECONDS = 0.25
# Small steps that wait for the database beyond which no more are made.
MOST_WAITING = 8
# The share of the budget after which a history is weighed again; a step counts for at least the second share.
WEIGHED_EACH = 0.05
LEAST_SHARE = 0.0005
# Of the budget, what hunks may take, with which people take back what a model did.
HUNKS_SHARE = 0.25

log = logging.getLogger(__name__)


class History:
    """One room's."""

    def __init__(self, room: LiveRoom) -> None:
        self._room = room
        self._snapshots = Snapshots(room.replica)
        self._burst: Burst | None = None
        self._burst_timer: asyncio.TimerHandle | None = None
        self._hunks: dict[str, None] = {}
        self._hunk_turn: tuple[str, str] | None = None
        self._hunk_timer: asyncio.TimerHandle | None = None
        self._last_hunk = 0.0
        self._waiting = 0
        self._order = asyncio.Lock()
        self._unweighed = 0.0

    # --- what happens in the room ---

    def written(self, origin: object) -> None:
        """Text was changed: by a member or a script, or by what makes its own steps."""
        if origin is None:
            self.wrote("")
        elif isinstance(origin, Person):
            self.wrote(origin.name)
        elif (person := self._room.connections.get(origin)) is not None:  # type: ignore[call-overload]
            self.wrote(person.name)

    def wrote(self, name: str) -> None:
        """Somebody wrote something."""
        now = asyncio.get_running_loop().time()
        if self._burst is None:
            self._burst = Burst(now)
            self._await_burst(self._burst)
        self._burst.type(name, now)

    def hunk(self, turn: str, model: str, path: str) -> None:
        """A hunk of a turn was applied."""
        if self._hunk_turn is not None and self._hunk_turn[0] != turn:
            self._end_hunks()
        self._hunk_turn = (turn, model[:NAME_LENGTH])
        self._hunks[path] = None
        loop = asyncio.get_running_loop()
        if loop.time() - self._last_hunk >= HUNKS_SECONDS:
            self._end_hunks()
        elif self._hunk_timer is None:
            self._hunk_timer = loop.call_at(self._last_hunk + HUNKS_SECONDS, self._end_hunks)

    def turn(self, turn: shapes.Turn) -> None:
        """A turn ended."""
        if self._hunk_turn is not None and self._hunk_turn[0] == turn.id:
            self._drop_hunks()
        self.settle()
        label, by = label_of(turn.prompts[0]), turn.member_name[:NAME_LENGTH]
        self._begin(self._store(self._snapshots.take(), StepKind.TURN, label, by, turn.id))

    def settle(self) -> None:
        """Make a step of what was typed and written so far, before something else happens."""
        self._end_hunks()
        self._end_burst()

    # --- what people ask for ---

    async def start(self, by: str = "") -> None:
        """The room was made: what it holds is the first step. Returns once that is stored."""
        self._drop_burst()
        await self._store(self._snapshots.take(), StepKind.START, "", by)

    async def checkpoint(
        self, kind: StepKind, label: str, person: Person, *, unless_known: bool = False
    ) -> Checkpoint | None:
        """Make the room as it is now a step. Answers it, or the last one if that says the same; None: no history.

        `unless_known`: the last one will do, if it holds the same files and is not typing, which goes early.
        """
        self.settle()
        by = person.name[:NAME_LENGTH]
        stored = await self._store(self._snapshots.take(), kind, label_of(label), by, unless_known=unless_known)
        return stored or await self._room.services.writer.do(history.newest, self._room.id)

    async def present(self) -> Snapshot:
        """The files as they are now, hashed but for those that were changed meanwhile."""
        await asyncio.to_thread(self._snapshots.take().manifest)
        return self._snapshots.take()

    # --- steps ---

    def _await_burst(self, burst: Burst) -> None:
        self._burst_timer = asyncio.get_running_loop().call_at(burst.ends_at, self._look_at_burst)

    def _look_at_burst(self) -> None:
        if self._burst is not None and self._burst.ends_at > asyncio.get_running_loop().time():
            self._await_burst(self._burst)
        else:
            self._end_burst()

    def _end_burst(self) -> None:
        if (burst := self._drop_burst()) is not None:
            self._small_step(StepKind.TYPING, "", burst.by)

    def _drop_burst(self) -> Burst | None:
        burst, self._burst = self._burst, None
        if self._burst_timer is not None:
            self._burst_timer.cancel()
            self._burst_timer = None
        return burst

    def _end_hunks(self) -> None:
        if self._hunk_turn is not None:
            (turn, model), label = self._hunk_turn, label_of(", ".join(self._hunks))
            self._drop_hunks()
            self._last_hunk = asyncio.get_running_loop().time()
            self._small_step(StepKind.HUNK, label, model, turn)

    def _drop_hunks(self) -> None:
        self._hunks, self._hunk_turn = {}, None
        if self._hunk_timer is not None:
            self._hunk_timer.cancel()
            self._hunk_timer = None

    def _small_step(self, kind: StepKind, label: str, by: str, turn: str | None = None) -> None:
        if self._waiting < MOST_WAITING:
            # Of this moment, not of the one at which it comes to be stored: runs are older or younger than a step.
            at = self._room.services.now_ms()
            self._begin(self._store(self._snapshots.take(), kind, label, by, turn, at=at))

    def _begin(self, step: Coroutine[Any, Any, object]) -> None:
        self._waiting += 1
        self._room.background(self._finish(step))

    async def _finish(self, step: Coroutine[Any, Any, object]) -> None:
        try:
            await step
        except DatabaseError as error:
            log.error("room %s: a step of its history was not stored: %s", self._room.id, error)
        finally:
            self._waiting -= 1

    async def _store(
        self,
        snapshot: Snapshot,
        kind: StepKind,
        label: str,
        by: str,
        turn: str | None = None,
        *,
        at: int | None = None,
        unless_known: bool = False,
    ) -> Checkpoint | None:
        """Store a step and tell of it. Answers it, or None if it said nothing new or was too small to tell of."""
        services = self._room.services
        at = services.now_ms() if at is None else at
        step = Checkpoint(id=services.new_id(), kind=kind, label=label, by=by, turn=turn, at=at)
        async with self._order:
            try:
                return await self._try(snapshot, step, unless_known)
            except history.MissingTexts:
                # What was let go of here was thinned by another process.
                self._snapshots.forget()
                return await self._try(self._snapshots.take(), step, unless_known)
            except NoRoom:
                return None

    async def _try(self, snapshot: Snapshot, step: Checkpoint, unless_known: bool) -> Checkpoint | None:
        do = self._room.services.writer.do
        files, named = await asyncio.to_thread(_manifest, snapshot)
        unstored = snapshot.unstored()
        missing = await do(history.missing, self._room.id, unstored)
        texts = await packed(unstored[name] for name in missing)
        stored = history.StoredStep(step, files, unless_known)
        event = await self._room.feed.commit(history.append, self._room.id, stored, named, texts)
        for held in unstored.values():
            held.was_stored()
        await self._keep_budget(len(files) + sum(map(len, texts.values())))
        return event.checkpoint if event is not None else None

    # --- the budget ---

    async def _keep_budget(self, added: int) -> None:
        """Thin the history once it has outgrown its budget."""
        room_id, do, budget = self._room.id, self._room.services.writer.do, self._room.services.history_bytes
        self._unweighed -= max(added, budget * LEAST_SHARE)
        if self._unweighed > 0:
            return
        self._unweighed = budget * WEIGHED_EACH
        budget -= await do(history.keep_hunks, room_id, int(budget * HUNKS_SHARE))
        size, count = await do(history.weigh, room_id)
        if too_much(size, count, int(budget * (1 - WEIGHED_EACH))):
            stored, sizes = await do(history.everything, room_id)
            known: dict[str, str] = {}

            def decide() -> Thinned:
                return thin([_weighed(step, known) for step in stored], sizes, budget)

            thinned = await asyncio.to_thread(decide)
            await do(history.drop, room_id, thinned, [step.checkpoint.id for step in stored])


def _manifest(snapshot: Snapshot) -> tuple[bytes, frozenset[str]]:
    manifest = snapshot.manifest()
    return pack_manifest(manifest), text_hashes(manifest)


def _weighed(step: history.StoredStep, known: dict[str, str]) -> Weighed:
    names = interned(text_hashes(unpack_manifest(step.files)), known)
    return Weighed(step.checkpoint.id, step.checkpoint.kind, len(step.files), names)
