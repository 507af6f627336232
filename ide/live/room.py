"""A room that is open in this process: its replica, its members, its turns and runs. The only performer of effects.

Everything that happens to a room goes through here and through one event loop. Text is broadcast at once and
acknowledged when it is committed; events are committed first and then broadcast, in the order of their numbers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ide.domain.edits.difference import Edit, difference
from ide.domain.state import bounded
from ide.domain.units import byte_length
from ide.domain.updates import Surveyed
from ide.live.assets import Assets
from ide.live.capacity import Capacity
from ide.live.compaction import Compaction
from ide.live.connection import Connection, Person
from ide.live.context import Context
from ide.live.feed import Feed
from ide.live.history import History
from ide.live.members import Members
from ide.live.neighbours import Neighbours
from ide.live.outbox import Outbox
from ide.live.presence import GONE, PresenceBook
from ide.live.replica import Replica
from ide.live.runs import Runs
from ide.live.services import Services
from ide.live.turns import Turns
from ide.store import history, journal, messages, requests, runs, turns, updates
from ide.store.rooms import StoredRoom
from ide.wire.codes import Role
from ide.wire.frames import EMPTY_UPDATE, Presence, Step, encode_awareness, encode_sync
from ide.wire.messages import (
    Event,
    HunkEvent,
    MemberEvent,
    Prose,
    RoomEvent,
    State,
    TurnEvent,
)
from ide.wire.shapes import File, Member, Message, Room, Turn

RECENT_TURNS = 50
RECENT_RUNS = 20
RECENT_MESSAGES = 100
# Two texts of so many characters in all are compared in a thread.
LONG = 20_000
# Where text comes from that is read from the database while the room is open: no process is called so.
STORED = "the database"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read of a room before it is open: its row, its snapshot and the updates since, its turns, its members,
    and who was removed."""

    room: StoredRoom
    updates: list[Surveyed]
    turns: list[Turn]
    members: list[Member] = field(default_factory=list)
    removed: frozenset[str] = frozenset()


class LiveRoom:
    """One open room. Made by the hub, which gates everything on its load."""

    def __init__(self, loaded: Loaded, replica: Replica, services: Services) -> None:
        stored = loaded.room
        self.id = stored.id
        self.title = stored.title
        self.epoch = stored.epoch
        self.replica = replica
        self.services = services
        self.connections: dict[Connection, Person] = {}
        self.presence = PresenceBook()
        self.neighbours = Neighbours(self, services.bus)
        self.outbox = Outbox(self.connections.keys(), self.presence, self.neighbours)
        self.feed = Feed(self, stored.seq)
        self.members = Members(self, stored, loaded.members, loaded.removed)
        self.history = History(self)
        self.context = Context(self, loaded.turns)
        self.turns = Turns(self)
        self.runs = Runs(self)
        self.assets = Assets(self)
        self.capacity = Capacity(replica, services.limits, sum(len(update.data) for update in loaded.updates))
        # The first one is the snapshot, unless there is none.
        waiting = [len(update.data) for update in loaded.updates[1:]]
        self._compaction = Compaction(self.compact, self.background, waiting)
        self._events: set[asyncio.Task[object]] = set()
        self._changed_at: int | None = None
        # What the document holds beside files (breakpoints) changes nobody's text.
        self._changed_files = replica.follow()
        self._changed_files.clear()
        replica.on_update(self._written)

    # --- text ---

    def merge(self, update: bytes, origin: Connection) -> asyncio.Future[None]:
        """Merge what a member wrote. The future is done once it is committed. Raises BadUpdate or Refusal."""
        if not self.capacity.apply(update, origin):
            # If what it waits for comes from another process, it will be merged as that one's, and told to no other.
            self.neighbours.tell([encode_sync(Step.UPDATE, update)])
        # The update is stored as it came: what it builds on may arrive later, and until then the replica holds it back.
        return self._store(update)

    def merge_from(self, process: str, update: bytes) -> None:
        """Merge what was written in another process. Raises BadUpdate.

        It is stored here as well. What members of this process write next may build on it, and would be lost with it if
        the other process died before its commit.
        """
        if update != EMPTY_UPDATE:
            self.capacity.apply_admitted(update, process)
            self._store(update)

    def put(self, path: str, text: str, edits: Sequence[Edit] | None = None) -> bool:
        """Make a document equal `text`, creating it if missing: then True. Raises BadPath or Refusal.

        `edits` are the difference from what stands there, if it is known.
        """
        self.capacity.check({path: byte_length(text)})
        made = path not in self.replica.documents() and path not in self.replica.assets()
        self.replica.write(path, text, edits=edits)
        return made

    async def replace(self, path: str, text: str) -> bool:
        """As `put`; of a long document the difference is found in a thread, since that may take half a second."""
        before = self.replica.read(path)
        if before is None or len(before) + len(text) < LONG:
            return self.put(path, text)
        edits = await asyncio.to_thread(difference, before, text)
        return self.put(path, text, edits if self.replica.read(path) == before else None)

    def files(self) -> list[File]:
        """The room's documents without their text, then its binary files, as far as `assets` has learnt of them."""
        documents = [File(id=file_id, path=path, bytes=size) for file_id, path, size in self.replica.files()]
        return documents + self.assets.files()

    def _written(self, update: bytes, origin: object) -> None:
        # What waited for this update came in with it, and is news to whoever sent it.
        alone = isinstance(origin, str) or not self.replica.waits
        self.outbox.update(update, origin if alone else None)
        if self._changed_files:
            self._changed_files.clear()
            self._changed_at = self.services.now_ms()
        self.history.written(origin)
        if not isinstance(origin, str) and origin not in self.connections:
            self._store(update)

    def _store(self, update: bytes) -> asyncio.Future[None]:
        self._compaction.stored(len(update))
        return self.services.appender.append(self.id, update)

    async def compact(self) -> int:
        """Merge what was written so far into the room's snapshot. Answers the bytes of that."""
        await self.services.appender.flush()
        return await self.services.writer.do(updates.compact, self.id)

    # --- events ---

    async def say(self, person: Person, text: str) -> str:
        """Post a message to the room's chat. Returns its id once it is stored."""
        message = Message(
            id=self.services.new_id(),
            member=person.id,
            member_name=person.name,
            text=text,
            sent_at=self.services.now_ms(),
        )
        await self.feed.commit(messages.create, self.id, message)
        return message.id

    def retitle(self, title: str) -> None:
        """Tell everybody the room's new title."""
        self.title = title
        self.feed.record(journal.append, self.id, lambda seq: RoomEvent(seq=seq, title=title))

    # --- the other processes ---

    def hear_presence(self, process: str, said: Iterable[Presence], *, whole: bool = False) -> None:
        """Take what another process says of its members' cursors. `whole`: it has no others."""
        said = list(said)
        if outdated := self.presence.outdated(said):
            self.neighbours.tell_one(process, encode_awareness(outdated))
        for presence in said:
            owner = self.presence.owner(presence.client)
            if presence.state == GONE and owner in self.connections:
                # It was taken for gone over there. Whoever hears that speaks up with a higher clock.
                owner.send(encode_awareness([presence]))
                continue
            changed = self.presence.hear(process, [presence])
            if changed and presence.state == GONE:
                # Forgotten at once: its socket may come back by way of any process.
                self.outbox.farewell([self.presence.forget(presence.client)], ours=False)
            else:
                self.outbox.presence(changed)
        if whole:
            gone = set(self.presence.clients_of(process)).difference(presence.client for presence in said)
            self.outbox.farewell([self.presence.forget(client) for client in gone], ours=False)

    def hear_standing(self, process: str, seq: int, members: Iterable[Member], turns: Iterable[Turn]) -> None:
        """Take what another process says of its part of the room."""
        self.members.hear_standing(process, members)
        self.turns.hear_standing(process, turns)
        self.feed.hear_of(seq)

    def forget(self, process: str) -> None:
        """Another process left or died."""
        self.outbox.farewell(self.presence.leave(process), ours=False)
        self.turns.forget(process)
        self.members.forget(process)

    async def rejoin(self) -> None:
        """Find the others again, and what was missed, after Redis lost what it knew."""
        await self.neighbours.join()
        await self.read_again()

    async def read_again(self) -> None:
        """Take from the database what was missed of a process that nobody can ask any more."""
        do = self.services.writer.do
        missed = await do(updates.missing, self.id, self.replica.state_vector())
        # It is stored, and the other processes read for themselves.
        self.capacity.apply_admitted(missed, STORED)
        self.feed.hear_of(await do(journal.last, self.id))

    def learn(self, event: Event, sender: str) -> None:
        """Keep up with what another process, or a worker, tells."""
        if isinstance(event, MemberEvent):
            self.members.meet(event.member, sender)
        elif isinstance(event, TurnEvent | HunkEvent | Prose):
            self.turns.hear(event, sender)

    # --- reading ---

    def shape(self, role: Role, preview: str) -> Room:
        """The room as somebody with `role` sees it."""
        return Room(
            id=self.id,
            title=self.title,
            role=role,
            epoch=self.epoch,
            files=self.files(),
            members=self.members.all(),
            models=self.services.catalogue.models(),
            limits=self.services.limits,
            preview=preview,
        )

    async def changed_at(self) -> int | None:
        """When the room's files last changed, in milliseconds since 1970; None if nobody knows."""
        if self._changed_at is None:
            newest = await self.services.writer.do(history.newest, self.id)
            return newest.at if newest is not None else None
        return self._changed_at

    async def state(self, role: Role, preview: str) -> State:
        """Everything but the text."""
        do = self.services.writer.do
        await self.assets.learn()
        stored_turns = await do(turns.recent, self.id, RECENT_TURNS)
        return bounded(
            State(
                room=self.shape(role, preview),
                turns=[self.turns.latest(turn) for turn in stored_turns],
                runs=[self.runs.standing(run) for run in await do(runs.recent, self.id, RECENT_RUNS)],
                messages=await do(messages.recent, self.id, RECENT_MESSAGES),
                requests=await do(requests.waiting, self.id),
            )
        )

    # --- ending ---

    @property
    def busy(self) -> bool:
        """True while somebody is here or a model writes."""
        return bool(self.connections) or self.turns.running or bool(self._events)

    async def close(self) -> None:
        """Stop the turns, write everything down, and let go of the replica."""
        self.turns.close()
        self.history.settle()
        self._compaction.close()
        for connection in list(self.connections):
            self.members.leave(connection)
        while self._events:
            await asyncio.gather(*self._events, return_exceptions=True)
        self.outbox.flush()
        self.outbox.close()
        # Whoever missed the last of it reads it from the database when they hear the goodbye.
        await self.services.appender.flush()
        self.neighbours.leave()
        try:
            await self.compact()
            await self.assets.tidy()
        finally:
            self.replica.close()

    def background(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Run a coroutine that nobody need wait for; its failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._events.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._events.discard(task)
        error = None if task.cancelled() else task.exception()
        # A room that was deleted tells nobody that its members left.
        if error is not None and not isinstance(error, journal.NoRoom):
            log.error("room %s: %s", self.id, type(error).__name__, exc_info=error)
