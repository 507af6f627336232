"""A room that is open in this process: its replica, its members, its turns and runs. The only performer of effects.

Everything that happens to a room goes through here and through one event loop. Text is broadcast at once and
acknowledged when it is committed; events are committed first and then broadcast, in the order of their numbers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, TypeVar

from ide.domain.refusals import Refusal
from ide.domain.rights import REMOVED
from ide.domain.state import bounded
from ide.domain.units import byte_length
from ide.domain.updates import Surveyed
from ide.live.assets import Assets
from ide.live.capacity import Capacity
from ide.live.compaction import Compaction
from ide.live.connection import Connection, Person
from ide.live.history import History
from ide.live.neighbours import Neighbours
from ide.live.outbox import Outbox
from ide.live.presence import GONE, PresenceBook
from ide.live.replica import Replica
from ide.live.runs import Runs
from ide.live.services import Services
from ide.live.turns import Turns
from ide.store import journal, messages, requests, rooms, runs, turns, updates
from ide.store.rooms import Standing, StoredRoom
from ide.wire.codes import Close, Code, Role
from ide.wire.frames import EMPTY_UPDATE, Presence, encode_awareness, encode_json
from ide.wire.messages import (
    Event,
    HunkEvent,
    JournaledEvent,
    MemberEvent,
    Output,
    Prose,
    RoomEvent,
    State,
    TurnEvent,
)
from ide.wire.shapes import File, Member, Message, Room, Turn

P = ParamSpec("P")
EventT = TypeVar("EventT", bound=JournaledEvent)

RECENT_TURNS = 50
RECENT_RUNS = 20
RECENT_MESSAGES = 100
REMEMBERED_MEMBERS = 300
REVOKED = "The link you came in by was revoked."

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
        self.rights = stored.rights
        self.generations = dict(stored.generations)
        self.removed = loaded.removed
        self.replica = replica
        self.services = services
        self.connections: dict[Connection, Person] = {}
        self.presence = PresenceBook()
        self.neighbours = Neighbours(self, services.bus)
        self.outbox = Outbox(self.connections.keys(), self.presence, self.neighbours)
        self.history = History(self)
        self.turns = Turns(self, loaded.turns)
        self.runs = Runs(self)
        self.assets = Assets(self)
        self.capacity = Capacity(replica, services.limits, sum(len(update.data) for update in loaded.updates))
        self._seq = self._newest = stored.seq
        self._catching_up = False
        self._members = {member.id: member for member in loaded.members}
        self._homes: dict[str, str] = {}
        """Members who are here by way of another process: which."""
        # The first one is the snapshot, unless there is none.
        waiting = [len(update.data) for update in loaded.updates[1:]]
        self._compaction = Compaction(self.compact, self.background, waiting)
        self._events: set[asyncio.Task[object]] = set()
        self._recording: asyncio.Task[object] | None = None
        replica.on_update(self._written)

    # --- members ---

    def join(self, connection: Connection, person: Person) -> None:
        """Let somebody in. Refused when the room is full, or when their link was revoked while they were coming."""
        if person.generation < self.generations[person.role]:
            raise Refusal(Code.NOT_AUTHORISED, REVOKED)
        if len(self.connections) + len(self._homes) >= self.services.limits.members:
            raise Refusal(
                Code.TOO_MANY, f"This room is full: it takes {self.services.limits.members} people at a time."
            )
        self.connections[connection] = person
        self._see(person, here=True)
        if person.rights != self.rights:
            # They may have changed for this one, after it was read what they are and before the sockets were looked at.
            self.background(self.read_rights())

    def leave(self, connection: Connection) -> None:
        """Let somebody go."""
        person = self.connections.pop(connection, None)
        if person is None:
            return
        self.outbox.farewell(self.presence.leave(connection))
        if not self._is_here(person.id):
            self._see(person, here=person.id in self._homes)

    def rename(self, person: Person, name: str) -> None:
        """Give somebody a new name, in all of their sockets."""
        for connection, other in self.connections.items():
            if other.id == person.id:
                renamed = replace(other, name=name)
                self.connections[connection] = renamed
                self._see(renamed, here=True)

    async def rights_changed(self) -> None:
        """The rights in the database changed: apply them to the sockets in every process."""
        self.neighbours.tell_rights()
        standing = await self.read_rights()
        places = {} if standing is None else standing.places
        for member in self.members():
            role, _ = places.get(member.id, (member.role, 0))
            # Of those who are here, the process tells by way of which they are.
            if role != member.role and not member.here:
                self._announce(member.model_copy(update={"role": role}))

    async def read_rights(self) -> Standing | None:
        """Read from the database who may do what, and apply it to the sockets here. None if it is outdated already."""
        standing = await self.services.writer.do(rooms.standing, self.id)
        if standing is None or standing.rights < self.rights:
            return None
        self.rights = standing.rights
        self.generations = dict(standing.generations)
        self.removed = standing.removed
        for connection, person in list(self.connections.items()):
            role, generation = standing.places.get(person.id, (person.role, person.generation))
            if person.id in standing.removed:
                connection.close(Close.NOT_AUTHORISED, REMOVED)
                # Not when the client has read that: its cursor goes at once.
                self.leave(connection)
            elif generation < self.generations[role]:
                connection.close(Close.NOT_AUTHORISED, REVOKED)
            elif role != person.role:
                self._change_role(connection, replace(person, role=role, generation=generation))
        for member_id in standing.removed & self._members.keys():
            self._announce(self._members[member_id].model_copy(update={"here": False, "removed": True}))
        return standing

    def _change_role(self, connection: Connection, changed: Person) -> None:
        self.connections[connection] = changed
        connection.role_changed(changed.role)
        self._see(changed, here=True)

    def members(self) -> list[Member]:
        """Everybody who may come in, as far as they are known, or has been here since the room was opened."""
        return list(self._members.values())

    def members_here(self) -> list[Member]:
        """Those who are here by way of this process."""
        return [self._members[member_id] for member_id in {person.id for person in self.connections.values()}]

    # --- text ---

    def merge(self, update: bytes, origin: Connection) -> asyncio.Future[None]:
        """Merge what a member wrote. The future is done once it is committed. Raises BadUpdate or Refusal."""
        self.capacity.apply(update, origin)
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

    def put(self, path: str, text: str) -> bool:
        """Make a document equal `text`, creating it if missing: then True. Raises BadPath or Refusal."""
        self.capacity.check({path: byte_length(text)})
        made = path not in self.replica.documents() and path not in self.replica.assets()
        self.replica.write(path, text)
        return made

    def files(self) -> list[File]:
        """The room's documents without their text, then its binary files, as far as `assets` has learnt of them."""
        documents = [File(id=file_id, path=path, bytes=size) for file_id, path, size in self.replica.files()]
        return documents + self.assets.files()

    def _written(self, update: bytes, origin: object) -> None:
        self.outbox.update(update, origin)
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

    async def commit(self, store: Callable[P, EventT | None], *args: P.args, **kwargs: P.kwargs) -> EventT | None:
        """Let a store function journal an event, then send it. The text written before it goes out first."""
        event = await self.services.writer.keep(store, *args, **kwargs)
        if event is not None:
            self.deliver(event)
        return event

    def record(self, store: Callable[P, EventT | None], *args: P.args, **kwargs: P.kwargs) -> None:
        """As `commit`, without waiting for it."""
        self._recording = self.background(self.commit(store, *args, **kwargs))

    async def recorded(self) -> None:
        """Return once everything that was recorded so far is sent, or could not be."""
        if self._recording is not None:
            # The database's thread takes one after the other.
            await asyncio.wait([self._recording])

    def deliver(self, event: Event, sender: str | None = None) -> None:
        """Send an event that is already journaled, or needs not be. `sender` is the process it came from, if another.

        Events go out in the order of their numbers. One that comes too early (another process journaled the one before
        it, whose news is still under way or was lost) waits until the journal was read.
        """
        if sender is not None:
            self._learn(event, sender)
        elif isinstance(event, JournaledEvent) and not self.neighbours.alone:
            self.outbox.flush()
            self.neighbours.tell([encode_json(event.model_dump_json())])
        if isinstance(event, Output | Prose):
            self.outbox.delta(event, ours=False)
        elif isinstance(event, JournaledEvent):
            self._newest = max(self._newest, event.seq)
            if event.seq == self._seq + 1:
                self._send(event)
            else:
                self._catch_up_soon()

    def _catch_up_soon(self) -> None:
        if self._newest > self._seq and not self._catching_up:
            self._catching_up = True
            self.background(self._catch_up())

    async def _catch_up(self) -> None:
        """Send what the journal holds beyond the last event that was sent, until nothing newer was heard of."""
        try:
            while self._seq < self._newest:
                missed = await self.services.writer.do(journal.since, self.id, self._seq)
                if missed is None:  # forgotten already: clients get the whole state when they return
                    self._seq = self._newest
                for event in missed or ():
                    if event.seq == self._seq + 1:
                        self._send(event)
        finally:
            self._catching_up = False

    def _send(self, event: JournaledEvent) -> None:
        self._seq = event.seq
        self.outbox.flush()
        self.outbox.event(encode_json(event.model_dump_json()))

    async def say(self, person: Person, text: str) -> str:
        """Post a message to the room's chat. Returns its id once it is stored."""
        message = Message(
            id=self.services.new_id(),
            member=person.id,
            member_name=person.name,
            text=text,
            sent_at=self.services.now_ms(),
        )
        await self.commit(messages.create, self.id, message)
        return message.id

    def retitle(self, title: str) -> None:
        """Tell everybody the room's new title."""
        self.title = title
        self.record(journal.append, self.id, lambda seq: RoomEvent(seq=seq, title=title))

    # --- the other processes ---

    @property
    def seq(self) -> int:
        """The number of the newest event that was heard of."""
        return self._newest

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
        """Take what another process says of its part of the room. Of what ended there, the news may have been lost."""
        listed = {member.id: member for member in members}
        there = [member_id for member_id, home in self._homes.items() if home == process]
        for member_id in (member_id for member_id in there if member_id not in listed):
            del self._homes[member_id]
            if not self._is_here(member_id):
                # Journaled over there: those who are here hear of it by that.
                self._members[member_id] = self._members[member_id].model_copy(update={"here": False})
        for member in listed.values():
            self._homes[member.id] = process
            known = self._members.get(member.id)
            if known is not None and not known.here:
                # That process was taken for dead.
                self._announce(member)
            self._members[member.id] = member
        self.turns.hear_standing(process, turns)
        self._newest = max(self._newest, seq)
        self._catch_up_soon()

    def forget(self, process: str) -> None:
        """Another process left or died, and whoever was here by way of it is not here any more."""
        self.outbox.farewell(self.presence.leave(process), ours=False)
        self.turns.forget(process)
        gone = [member_id for member_id, home in self._homes.items() if home == process]
        for member_id in gone:
            del self._homes[member_id]
            if not self._is_here(member_id) and self._members[member_id].here:
                self._announce(self._members[member_id].model_copy(update={"here": False}))

    async def rejoin(self) -> None:
        """Find the others again, and what was missed, after Redis lost what it knew."""
        await self.neighbours.join()
        self._newest = max(self._newest, await self.services.writer.do(journal.last, self.id))
        self._catch_up_soon()

    def _learn(self, event: Event, sender: str) -> None:
        """Keep up with what another process, or a worker, tells."""
        if isinstance(event, MemberEvent):
            self._meet(event.member, sender)
        elif isinstance(event, RoomEvent):
            self.title = event.title
        elif isinstance(event, TurnEvent | HunkEvent | Prose):
            self.turns.hear(event, sender)

    def _meet(self, member: Member, process: str) -> None:
        if member.here:
            self._homes[member.id] = process
        elif self._homes.get(member.id) == process:
            del self._homes[member.id]
        self._keep(member)
        for connection, person in self.connections.items():
            if person.id == member.id:
                self.connections[connection] = replace(person, name=member.name, colour=member.colour)
        if self._is_here(member.id) and not member.here and not member.removed:
            self._announce(member.model_copy(update={"here": True}))

    # --- reading ---

    def shape(self, role: Role, preview: str) -> Room:
        """The room as somebody with `role` sees it."""
        return Room(
            id=self.id,
            title=self.title,
            role=role,
            epoch=self.epoch,
            files=self.files(),
            members=self.members(),
            models=self.services.catalogue.models(),
            limits=self.services.limits,
            preview=preview,
        )

    async def state(self, role: Role, preview: str) -> State:
        """Everything but the text."""
        do = self.services.writer.do
        await self.assets.learn()
        stored_turns = await do(turns.recent, self.id, RECENT_TURNS)
        return bounded(
            State(
                room=self.shape(role, preview),
                turns=[self.turns.latest(turn) for turn in stored_turns],
                runs=await do(runs.recent, self.id, RECENT_RUNS),
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
            self.leave(connection)
        while self._events:
            await asyncio.gather(*self._events, return_exceptions=True)
        self.outbox.flush()
        self.outbox.close()
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
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("room %s: %s", self.id, type(error).__name__, exc_info=error)

    def _forget_members(self) -> None:
        """A client without a browser is somebody new each time: those who left longest ago are forgotten."""
        gone = [member_id for member_id, member in self._members.items() if not member.here]
        for member_id in gone[: max(0, len(self._members) - REMEMBERED_MEMBERS)]:
            del self._members[member_id]

    def _see(self, person: Person, *, here: bool) -> None:
        member = Member(id=person.id, name=person.name, colour=person.colour, role=person.role, here=here)
        if self._members.get(person.id) != member:
            self._announce(member)

    def _announce(self, member: Member) -> None:
        self._keep(member)
        self._forget_members()
        self.record(journal.append, self.id, lambda seq: MemberEvent(seq=seq, member=member))

    def _keep(self, member: Member) -> None:
        if member.removed:
            self._members.pop(member.id, None)
        else:
            self._members[member.id] = member

    def _is_here(self, member_id: str) -> bool:
        """True if a member has a socket in this process."""
        return any(person.id == member_id for person in self.connections.values())
