"""The rooms that are open in this process, opened on first use and closed when nobody has needed them for a while.

All of a room's visitors wait for one load; a room whose load failed is not open and is never written.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError

from ide.domain.refusals import Refusal
from ide.domain.turns.memory import LOADED_TURNS
from ide.engines.entries import Entry, Kind
from ide.live import line
from ide.live.replica import Replica
from ide.live.room import LiveRoom, Loaded
from ide.live.services import Services
from ide.store import members, rooms, runs, turns, updates
from ide.wire.codes import Close, Code
from ide.wire.messages import JournaledEvent
from ide.wire.shapes import Problem

LINGER_SECONDS = 30
SWEEP_SECONDS = 1
# Within this, whoever is alive has noticed that the database is back: a connection takes at most 5 s to be made.
RECOVERY_SECONDS = 7

INTERRUPTED = Problem(
    code=Code.INTERNAL,
    message="The server died while this was being written. What was finished stays; the open change is taken back.",
)

NO_ROOM = "There is no such room."
DELETED = "This room was deleted."
ENDING = "The server is ending; come back in a moment."

log = logging.getLogger(__name__)


class Hub:
    """A process's open rooms. `make_services` is called on the first visit, on the loop that then owns every room.

    A room stays open for `linger_seconds` after its last visitor, who may only be reloading the page.
    """

    def __init__(
        self, make_services: Callable[[], Awaitable[Services]], *, linger_seconds: float = LINGER_SECONDS
    ) -> None:
        self._make_services = make_services
        self._linger_seconds = linger_seconds
        self._services: asyncio.Task[Services] | None = None
        self._rooms: dict[str, asyncio.Task[LiveRoom]] = {}
        self._open_rooms: dict[str, LiveRoom] = {}
        """Those that are loaded, and so can hear of what happens elsewhere."""
        self._visitors: dict[str, int] = {}
        self._closing: dict[str, asyncio.TimerHandle] = {}
        self._chores: list[asyncio.Task[None]] = []
        self._farewells: dict[str, asyncio.Task[None]] = {}
        """Rooms that are being closed."""
        self._ending = False

    async def services(self) -> Services:
        """What all rooms share, once this process has done what it does at its start."""
        failed = self._services is not None and self._services.done() and self._services.exception() is not None
        if self._services is None or failed:
            self._services = asyncio.get_running_loop().create_task(self._start())
        return await asyncio.shield(self._services)

    @contextlib.asynccontextmanager
    async def visit(self, room_id: str) -> AsyncIterator[LiveRoom]:
        """The open room, which stays open meanwhile. Raises Refusal if there is no such room, or the process ends."""
        if self._ending:
            raise Refusal(Code.UNAVAILABLE, ENDING)
        services = await self.services()
        self._visitors[room_id] = self._visitors.get(room_id, 0) + 1
        if (timer := self._closing.pop(room_id, None)) is not None:
            timer.cancel()
        try:
            if room_id not in self._rooms:
                self._rooms[room_id] = asyncio.get_running_loop().create_task(self._open(room_id, services))
            opening = self._rooms[room_id]
            try:
                room = await asyncio.shield(opening)
            except Exception:
                if self._rooms.get(room_id) is opening:
                    del self._rooms[room_id]
                raise
            # Whoever comes by way of another process next must find here what was done there.
            await room.neighbours.level()
            if self.opened(room_id) is not room:
                raise Refusal(Code.UNAVAILABLE, ENDING) if self._ending else Refusal(Code.NOT_FOUND, NO_ROOM)
            yield room
        finally:
            self._visitors[room_id] -= 1
            if not self._visitors[room_id]:
                self._close_later(room_id)

    def opened(self, room_id: str) -> LiveRoom | None:
        """The room, if it is open now."""
        return self._open_rooms.get(room_id)

    async def dismiss(self, room_id: str) -> None:
        """Close a room that was deleted, with everybody's sockets, in every process."""
        services = await self.services()
        room = self.opened(room_id)
        if room is None:
            # Others may have it open.
            for process in await services.bus.hold(room_id):
                services.bus.send(process, room_id, Kind.DELETED)
            await services.bus.release(room_id)
            return
        room.neighbours.tell_deleted()
        await self._dismiss(room_id, room)

    async def close(self) -> None:
        """Stop the turns, write everything down and release everything. Nobody is let in meanwhile."""
        self._ending = True
        try:
            await self._end()
        finally:
            self._ending = False

    async def _end(self) -> None:
        for timer in self._closing.values():
            timer.cancel()
        self._closing.clear()
        # Every turn first: what it was writing must be taken back even if closing some room takes long, or fails.
        for room in self._open_rooms.values():
            room.turns.close()
        # Rooms that are being opened, or closed already, need what is released below.
        await asyncio.gather(*self._rooms.values(), *self._farewells.values(), return_exceptions=True)
        self._rooms.clear()
        for room_id, room in list(self._open_rooms.items()):
            self._farewell(room_id, self._close(room_id, room))
        await asyncio.gather(*self._farewells.values(), return_exceptions=True)
        if self._services is not None:
            services, self._services = await self._services, None
            services.bus.stop()
            for chore in self._chores:
                chore.cancel()
            await asyncio.gather(*self._chores, return_exceptions=True)
            await services.appender.flush()
            await services.catalogue.close()
            await services.bus.close()
            services.queue.close()
            await services.writer.close()

    # --- a room ---

    async def _open(self, room_id: str, services: Services) -> LiveRoom:
        if (farewell := self._farewells.get(room_id)) is not None:
            # The others must not hear the goodbye of the room that was open before after the hello of this one.
            await asyncio.wait([farewell])
        await services.appender.flush()
        loaded = await services.writer.do(_load, room_id)
        if loaded is None:
            raise Refusal(Code.NOT_FOUND, NO_ROOM)
        await services.allowance.look()
        replica = Replica()
        replica.load_all(loaded.updates)
        services.catalogue.warm()
        room = self._open_rooms[room_id] = LiveRoom(loaded, replica, services)
        # What other processes have and the database does not have yet.
        await room.neighbours.join()
        return room

    def _close_later(self, room_id: str) -> None:
        def due() -> None:
            self._closing.pop(room_id, None)
            room = self.opened(room_id)
            if room is not None and room.busy:
                self._close_later(room_id)
            elif not self._visitors.get(room_id):
                # Taken out at once: whoever comes next opens the room anew and never gets one that is being closed.
                self._rooms.pop(room_id, None)
                self._farewell(room_id, self._close(room_id, room))

        if room_id in self._rooms and not self._ending:
            self._closing[room_id] = asyncio.get_running_loop().call_later(self._linger_seconds, due)
        else:
            self._visitors.pop(room_id, None)

    async def _dismiss(self, room_id: str, room: LiveRoom) -> None:
        for connection in list(room.connections):
            connection.close(Close.NOT_AUTHORISED, DELETED)
        self._rooms.pop(room_id, None)
        await self._close(room_id, room)

    async def _close(self, room_id: str, room: LiveRoom | None) -> None:
        """Close a room that nobody can visit any more."""
        if self._open_rooms.get(room_id) is room:
            self._open_rooms.pop(room_id, None)
        if room is not None:
            try:
                await room.close()
            except DatabaseError as error:
                log.error("room %s was closed without tidying up: %s", room_id, error)
            if room_id not in self._rooms:
                await room.services.bus.release(room_id)
        if not self._visitors.get(room_id):
            self._visitors.pop(room_id, None)

    # --- the process ---

    async def _start(self) -> Services:
        services = await self._make_services()
        await services.bus.begin()
        self._chore(services.bus.deliver())
        self._chore(services.bus.listen(lambda entry: self._hear(services, entry)))
        self._chore(services.bus.beat(self._died, self._forgotten))
        self._chore(self._sweep(services))
        self._chore(services.catalogue.keep_warm(self._is_visited))
        return services

    async def _sweep(self, services: Services) -> None:
        """Say that this process is alive while it carries out turns; fail those of processes that are not, and runs
        whose worker is gone or that nobody took."""
        time = asyncio.get_running_loop().time
        began = looked = time()
        watch = line.Watch()
        # The database may have come back the moment before: those who beat while it was away have tried again by then.
        judges_from = began + 2 * SWEEP_SECONDS
        while True:
            try:
                await self._beat(services)
                if time() - looked > turns.ALIVE_SECONDS - SWEEP_SECONDS:
                    # The database was away, or this process stood still. Others may be alive and still have to say so.
                    judges_from = time() + RECOVERY_SECONDS
                looked = time()
                ended = await self._interrupted(services) if looked >= judges_from else []
                ended += await watch.look(services, self._open_rooms, judging=looked >= judges_from)
                left = await services.writer.do(turns.left_open, services.now_ms())
                # Other processes tell of it at once, by way of Redis; but rights must end without that too.
                visited = {room_id for room_id, room in self._open_rooms.items() if room.connections}
                rights = await services.writer.do(rooms.rights_of, visited) if visited else {}
                gone = visited - rights.keys()
                if self._open_rooms:
                    # Turns of other processes use the day's tokens too.
                    await services.allowance.look()
            except (DatabaseError, InterfaceError, ObjectDoesNotExist, LookupError) as error:
                # The last two: of a room that is being deleted.
                log.error("what was interrupted was not looked for: %s", error)
                if looked == began:
                    # It was away when this process started, and nobody here knows for how long.
                    looked -= turns.ALIVE_SECONDS
                ended, left, rights, gone = [], [], {}, set()
            for room_id, event in ended:
                self._tell(services, room_id, event)
            for hunk in left:
                self._chore(self._take_remains(hunk))
            self._look_at_rights(rights)
            for room_id in gone:
                self._deleted(room_id)
            await asyncio.sleep(SWEEP_SECONDS)

    def _is_visited(self) -> bool:
        return any(room.connections for room in self._open_rooms.values())

    def _look_at_rights(self, counts: dict[str, int]) -> None:
        for room_id, rights in counts.items():
            room = self.opened(room_id)
            if room is not None and rights != room.members.rights:
                room.background(room.members.read_rights())

    def _deleted(self, room_id: str) -> None:
        """The room is no more, as another process says, or the database."""
        room = self.opened(room_id)
        if room is not None:
            self._farewell(room_id, self._dismiss(room_id, room))

    async def _beat(self, services: Services) -> None:
        running = {turn.id: room for room in self._open_rooms.values() for turn in room.turns.running_here()}
        if running:
            await services.writer.do(turns.beat, services.bus.process)
            for turn in await services.writer.do(turns.lost, list(running)):
                running[turn.id].turns.lost(turn)

    async def _interrupted(self, services: Services) -> list[tuple[str, JournaledEvent]]:
        """End what nobody carries out any more. Answers, with their rooms, the events to send."""
        silent = await services.writer.do(turns.silent)
        # Of a database that was away nobody could hear. A process that Redis has heard of is alive.
        dead = silent - await services.bus.alive(silent) if silent else silent
        return [
            *(await services.writer.do(turns.expire, dead, INTERRUPTED) if dead else []),
            *await services.writer.do(runs.expire),
        ]

    async def _take_remains(self, left: turns.LeftOpen) -> None:
        # A room that was deleted meanwhile, or a process that ends: then another one does it.
        with contextlib.suppress(Refusal):
            async with self.visit(left.room) as room:
                await room.turns.decisions.take_remains(left.turn, left.hunk)

    def _tell(self, services: Services, room_id: str, event: JournaledEvent) -> None:
        """Deliver an event to a room, wherever it is open."""
        room = self.opened(room_id)
        if room is not None:
            room.feed.deliver(event)
        else:
            self._chore(services.bus.publish(room_id, event))

    def _hear(self, services: Services, entry: Entry) -> None:
        room = self.opened(entry.room)
        if room is None:
            # One that is being closed says goodbye by itself, once everything is committed.
            gone = entry.room not in self._rooms and entry.room not in self._farewells
            if gone and entry.kind in (Kind.HELLO, Kind.LEVEL):
                services.bus.send(entry.sender, entry.room, Kind.LEFT)
        elif entry.kind == Kind.DELETED:
            self._deleted(entry.room)
        else:
            room.neighbours.hear(entry)

    def _died(self, process: str) -> None:
        for room in self._open_rooms.values():
            room.neighbours.lost(process)

    def _forgotten(self) -> None:
        for room in self._open_rooms.values():
            room.background(room.rejoin())

    def _farewell(self, room_id: str, work: Coroutine[Any, Any, None]) -> None:
        def said(done: asyncio.Task[None]) -> None:
            if self._farewells.get(room_id) is done:
                del self._farewells[room_id]
            _report(done)

        task = self._farewells[room_id] = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(said)

    def _chore(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._chores = [chore for chore in self._chores if not chore.done()] + [task]
        task.add_done_callback(_report)


def _load(room_id: str) -> Loaded | None:
    room = rooms.read(room_id)
    if room is None:
        return None
    stored = updates.load_surveyed(room_id)
    removed = standing.removed if (standing := rooms.standing(room_id)) else frozenset[str]()
    return Loaded(room, stored, turns.recent(room_id, LOADED_TURNS), members.known(room_id), removed)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s ended: %s", task.get_coro(), type(error).__name__, exc_info=error)
