"""A room that is open in this process: its replica, its members, its turns and runs. The only performer of effects.

Everything that happens to a room goes through here and through one event loop. Text is broadcast at once and
acknowledged when it is committed; events are committed first and then broadcast, in the order of their numbers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from ide.domain.refusals import Refusal
from ide.domain.state import bounded
from ide.live.connection import Connection, Person
from ide.live.outbox import Outbox
from ide.live.presence import PresenceBook
from ide.live.replica import Replica
from ide.live.runs import Runs
from ide.live.services import Services
from ide.live.turns import Turns
from ide.store import journal, messages, runs, turns, updates
from ide.store.rooms import StoredRoom
from ide.wire.codes import Close, Code, Role
from ide.wire.messages import Event, JournaledEvent, MemberEvent, Output, RoomEvent, State
from ide.wire.shapes import File, Member, Message, Room, Turn

P = ParamSpec("P")
EventT = TypeVar("EventT", bound=JournaledEvent)

RECENT_TURNS = 50
RECENT_RUNS = 20
RECENT_MESSAGES = 100
COMPACT_AFTER_UPDATES = 500
REMEMBERED_MEMBERS = 300
REVOKED = "The link you came in by was revoked."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read of a room before it is open: its row, its updates with the number of types in each, its turns."""

    room: StoredRoom
    updates: list[tuple[bytes, int]]
    turns: list[Turn]


class LiveRoom:
    """One open room. Made by the hub, which gates everything on its load."""

    def __init__(self, loaded: Loaded, replica: Replica, services: Services) -> None:
        stored = loaded.room
        self.id = stored.id
        self.title = stored.title
        self.epoch = stored.epoch
        self.generations = dict(stored.generations)
        self.replica = replica
        self.services = services
        self.connections: dict[Connection, Person] = {}
        self.presence = PresenceBook()
        self.outbox = Outbox(self.connections.keys(), self.presence)
        self.turns = Turns(self, loaded.turns)
        self.runs = Runs(self)
        self._seq = self._newest = stored.seq
        self._catching_up = False
        self._members: dict[str, Member] = {}
        self._bytes = sum(file.bytes for file in self.files())
        self._written_since_compaction = 0
        self._events: set[asyncio.Task[object]] = set()
        replica.on_update(self._written)

    # --- members ---

    def join(self, connection: Connection, person: Person) -> None:
        """Let somebody in. Refused when the room is full, or when their link was revoked while they were coming."""
        if person.generation < self.generations[person.role]:
            raise Refusal(Code.NOT_AUTHORISED, REVOKED)
        if len(self.connections) >= self.services.limits.members:
            raise Refusal(
                Code.TOO_MANY, f"This room is full: it takes {self.services.limits.members} people at a time."
            )
        self.connections[connection] = person
        self._see(person, here=True)

    def leave(self, connection: Connection) -> None:
        """Let somebody go."""
        person = self.connections.pop(connection, None)
        if person is None:
            return
        self.outbox.farewell(self.presence.leave(connection))
        if all(other.id != person.id for other in self.connections.values()):
            self._see(person, here=False)

    def rename(self, person: Person, name: str) -> None:
        """Give somebody a new name, in all of their sockets."""
        for connection, other in self.connections.items():
            if other.id == person.id:
                renamed = Person(other.id, name, other.colour, other.role, other.generation)
                self.connections[connection] = renamed
                self._see(renamed, here=True)

    def expel(self, role: Role, below: int) -> None:
        """Close the sockets that came in by tokens of `role` of a generation below `below`, and let no more in."""
        self.generations[role] = below
        for connection, person in list(self.connections.items()):
            if person.role == role and person.generation < below:
                connection.close(Close.NOT_AUTHORISED, REVOKED)

    def members(self) -> list[Member]:
        """Everybody who has been here since the room was opened."""
        return list(self._members.values())

    # --- text ---

    def merge(self, update: bytes, origin: Connection) -> asyncio.Future[None]:
        """Merge what a member wrote. The future is done once it is committed. Raises BadUpdate or Refusal."""
        if self._bytes + len(update) > self.services.limits.room_bytes:
            # The running sum counts what was deleted too: look before refusing.
            self._bytes = len(self.replica.diff())
            if self._bytes + len(update) > self.services.limits.room_bytes:
                raise Refusal(Code.TOO_LARGE, f"The room is full: it takes {self.services.limits.room_bytes:,} bytes.")
        self.replica.apply(update, origin)
        # The update is stored as it came: what it builds on may arrive later, and until then the replica holds it back.
        return self._store(update)

    def put(self, path: str, text: str) -> bool:
        """Make a document equal `text`, creating it if missing: then True. Raises BadPath or Refusal."""
        limits, size = self.services.limits, len(text.encode())
        files = {file.path: file for file in self.files()}
        others = sum(file.bytes for file in files.values()) - (files[path].bytes if path in files else 0)
        if size > limits.document_bytes:
            raise Refusal(Code.TOO_LARGE, f"A document is at most {limits.document_bytes:,} bytes.")
        if others + size > limits.room_bytes:
            raise Refusal(Code.TOO_LARGE, f"A room holds at most {limits.room_bytes:,} bytes of text.")
        if path not in files and len(files) >= limits.documents:
            raise Refusal(Code.TOO_MANY, f"A room holds at most {limits.documents:,} documents.")
        self.replica.write(path, text)
        return path not in files

    def files(self) -> list[File]:
        """The room's documents, without their text."""
        return [File(id=file_id, path=path, bytes=size) for file_id, path, size in self.replica.files()]

    def _written(self, update: bytes, origin: object) -> None:
        self._bytes += len(update)
        self.outbox.update(update, origin)
        if origin not in self.connections:
            self._store(update)

    def _store(self, update: bytes) -> asyncio.Future[None]:
        self._written_since_compaction += 1
        committed = self.services.appender.append(self.id, update)
        if self._written_since_compaction >= COMPACT_AFTER_UPDATES:
            self._written_since_compaction = 0
            self.background(self.compact())
        return committed

    async def compact(self) -> None:
        """Merge what is committed into the room's snapshot."""
        await self.services.appender.flush()
        await self.services.writer.do(updates.compact, self.id)

    # --- events ---

    async def commit(self, store: Callable[P, EventT | None], *args: P.args, **kwargs: P.kwargs) -> EventT | None:
        """Let a store function journal an event, then send it. The text written before it goes out first."""
        event = await self.services.writer.do(store, *args, **kwargs)
        if event is not None:
            self.deliver(event)
        return event

    def record(self, store: Callable[P, EventT | None], *args: P.args, **kwargs: P.kwargs) -> None:
        """As `commit`, without waiting for it."""
        self.background(self.commit(store, *args, **kwargs))

    def deliver(self, event: Event) -> None:
        """Send an event that is already journaled, or needs not be.

        Events go out in the order of their numbers. One that comes too early (another process journaled the one before
        it, whose news is still under way or was lost) waits until the journal was read.
        """
        if isinstance(event, Output):
            self.outbox.delta(event)
        elif isinstance(event, JournaledEvent):
            self._newest = max(self._newest, event.seq)
            if event.seq == self._seq + 1:
                self._send(event)
            elif event.seq > self._seq and not self._catching_up:
                self._catching_up = True
                self.background(self._catch_up())
        else:
            self.outbox.event(event.model_dump_json())

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
        self.outbox.event(event.model_dump_json())

    def say(self, person: Person, text: str) -> str:
        """Post a message to the room's chat. Returns its id."""
        message = Message(
            id=self.services.new_id(),
            member=person.id,
            member_name=person.name,
            text=text,
            sent_at=self.services.now_ms(),
        )
        self.record(messages.create, self.id, message)
        return message.id

    def retitle(self, title: str) -> None:
        """Tell everybody the room's new title."""
        self.title = title
        self.record(journal.append, self.id, lambda seq: RoomEvent(seq=seq, title=title))

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
        stored_turns = await do(turns.recent, self.id, RECENT_TURNS)
        return bounded(
            State(
                room=self.shape(role, preview),
                turns=[self.turns.latest(turn) for turn in stored_turns],
                runs=await do(runs.recent, self.id, RECENT_RUNS),
                messages=await do(messages.recent, self.id, RECENT_MESSAGES),
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
        for connection in list(self.connections):
            self.leave(connection)
        while self._events:
            await asyncio.gather(*self._events, return_exceptions=True)
        self.outbox.close()
        try:
            await self.compact()
        finally:
            self.replica.close()

    def background(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine that nobody waits for; its failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._events.add(task)
        task.add_done_callback(self._ended)

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
            self._members[person.id] = member
            self._forget_members()
            self.record(journal.append, self.id, lambda seq: MemberEvent(seq=seq, member=member))
