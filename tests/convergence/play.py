"""One random session: people and a model in one room, in several processes, over lines and a bus that fail.

`random` decides everything that anybody does. When the tasks run is up to the machine, so that a seed repeats what was
done, and mostly, but not always, what came of it.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from random import Random
from typing import Any

import pycrdt
from django.db import connection
from redis.asyncio import Redis

from ide.domain.updates import read_state_vector
from ide.live.room import LiveRoom
from ide.store import journal, rooms, updates
from ide.wire.codes import Role
from ide.wire.messages import AskCommand, Say, SteerTurn, StopTurn
from tests.convergence.ledger import Content, Ledger, content, content_of
from tests.convergence.member import Member
from tests.convergence.processes import WebProcess
from tests.live.guests import until

PATIENCE_SECONDS = 60
SETTLED_SECONDS = 20
PATHS = ["index.html", "game.js", "notes.md", "src/a.py", "漢字.txt"]
PROMPTS = ["Make a snake game", "make it faster", "make the background dark blue", "Make a todo list", "add a title"]
PAUSES = [0, 0, 0, 0.001, 0.004]


class Failed(AssertionError):
    """A session did not end as it must."""


class Play:
    """One session with a seed, over the Redis at `redis_url`, which is its own."""

    def __init__(self, seed: int, redis_url: str) -> None:
        self._seed = seed
        self._random = random = Random(seed)
        self._redis_url = redis_url
        self._rough = True
        self._ledger = Ledger()
        self._trace: list[str] = []
        self._faults: list[str] = []
        self._met: set[LiveRoom] = set()
        self._stays: dict[Member, asyncio.Task[None]] = {}
        self._processes = [
            WebProcess(f"p{number}", redis_url, Random(random.getrandbits(32)), lambda: self._rough)
            for number in range(random.choice([2, 2, 2, 3]))
        ]
        self._members = [self._new_member(number) for number in range(random.randint(8, 12))]
        self._room_id = ""
        self._actions: list[tuple[float, Callable[[], Any]]] = [
            (40, self._by(lambda member: member.type(4))),
            (2, self._by(lambda member: member.type(4_000))),
            (9, self._by(lambda member: member.delete(self._random.choice([1, 3, 40])))),
            (5, self._by(lambda member: member.undo())),
            (4, self._by(lambda member: member.create(self._path()))),
            (1, self._create_twice),
            (2, self._by(lambda member: member.rename(self._path()))),
            (0.7, self._by(lambda member: member.delete_file())),
            (3, self._say),
            (1.2, self._ask),
            (0.7, self._steer),
            (0.7, self._stop),
            (6, self._disconnect),
            (14, self._connect),
            (0.7, self._lose_browser),
            (0.5, self._restart),
            (0.3, self._forget),
            (0.4, self._take_for_dead),
            (1, self._compact),
            (1, self._audit),
        ]

    async def perform(self, steps: int) -> None:
        """Play it. Raises `Failed`, with what happened."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._begin()
                for _ in range(steps):
                    await self._step()
                await self._settle()
                await self._close()
        except Exception as error:
            if not isinstance(error, Failed):
                raise Failed(self._report("".join(traceback.format_exception(error)))) from error
            raise
        finally:
            for stay in self._stays.values():
                stay.cancel()
            for process in self._processes:
                await process.end()

    # --- the parts of it ---

    async def _begin(self) -> None:
        for process in self._processes:
            await process.start()
        services = await self._processes[0].hub.services()
        self._room_id = (await services.writer.do(rooms.create, f"Seed {self._seed}")).id
        for member in self._members:
            self._enter(member)
        self._members[0].create("index.html")

    async def _step(self) -> None:
        weights, actions = zip(*self._actions, strict=True)
        action = self._random.choices(actions, weights)[0]
        did = action()
        if asyncio.iscoroutine(did):
            did = await did
        if did:
            self._trace.append(did)
        self._check()
        await asyncio.sleep(self._random.choice(PAUSES))

    async def _settle(self) -> None:
        """Everything works from here on; everybody comes back and ends with the same."""
        self._rough = False
        self._cut(self._members)
        await self._gone()
        for member in self._members:
            self._enter(member)
        await self._until(lambda: all(member.line is not None for member in self._members), "not everybody came back")
        await self._until(lambda: not any(room.turns.running_anywhere for room in self._rooms()), "a turn does not end")
        await self._until(lambda: not self._differences(), self._differences)
        services = await self._processes[0].hub.services()
        last = await services.writer.do(journal.last, self._room_id)
        await self._until(lambda: not self._behind(last), lambda: self._behind(last))
        self._faults += self._ledger.faults(self._members[0].content())
        self._check()

    async def _close(self) -> None:
        """What the database holds in the end is the same."""
        agreed = self._members[0].content()
        self._cut(self._members)
        await self._gone()
        for process in self._processes:
            await process.end()
        stored = content_of(await asyncio.to_thread(_stored, self._room_id))
        if stored != agreed:
            raise Failed(self._report(f"the database holds something else: {_difference(stored, agreed)}"))

    # --- what happens ---

    def _by(self, act: Callable[[Member], str | None]) -> Callable[[], str | None]:
        """Let somebody who may write do something."""

        def did() -> str | None:
            member = self._writer()
            what = act(member)
            return what and f"{member} {what}"

        return did

    async def _create_twice(self) -> str:
        path, one, other = self._path(), self._writer(), self._writer()
        return f"{one} {one.create(path)}; {other} {other.create(path)}"

    def _say(self) -> str:
        member = self._speaker()
        member.command(lambda number: Say(type="say", id=number, text="hello"))
        return f"{member} says hello"

    def _ask(self) -> str:
        member, prompt = self._speaker(), self._random.choice(PROMPTS)
        member.command(lambda number: AskCommand(type="ask", id=number, prompt=prompt))
        return f"{member} asks: {prompt}"

    def _steer(self) -> str | None:
        member, prompt = self._speaker(), self._random.choice(PROMPTS)
        own = [turn for turn in member.turns.values() if turn.member == member.person.id and not turn.state.over]
        if not own:
            return None
        turn = own[-1].id
        member.command(lambda number: SteerTurn(type="steer_turn", id=number, turn=turn, prompt=prompt))
        return f"{member} redirects a turn: {prompt}"

    def _stop(self) -> str | None:
        member = self._speaker()
        running = [turn.id for turn in member.turns.values() if not turn.state.over]
        if not running:
            return None
        member.command(lambda number: StopTurn(type="stop_turn", id=number, turn=running[-1]))
        return f"{member} stops a turn"

    def _disconnect(self) -> str | None:
        member = self._random.choice(self._members)
        if member.line is None:
            return None
        member.leave()
        return f"{member} is cut off"

    def _connect(self) -> str | None:
        away = [member for member in self._members if self._stays[member].done()]
        if not away:
            return None
        member = self._random.choice(away)
        self._enter(member)
        return f"{member} comes back by {member.process.name}"

    def _lose_browser(self) -> str | None:
        member = self._random.choice(self._members)
        if not self._stays[member].done():
            return None
        member.begin_anew(self._random.getrandbits(31))
        return f"{member} has another browser"

    async def _restart(self) -> str:
        process = self._random.choice(self._processes)
        here = [member for member in self._members if not self._stays[member].done() and member.process is process]
        cut_before = self._random.random() < 0.5
        process.closing = True
        if cut_before:
            self._cut(here)
        await process.end()
        self._cut(here)
        await asyncio.gather(*(self._stays[member] for member in here))
        await process.start()
        return f"{process.name} ends and starts again, {'after' if cut_before else 'before'} its sockets"

    async def _forget(self) -> str:
        async with Redis.from_url(self._redis_url) as client:
            await client.flushdb()
        return "Redis forgets everything"

    def _take_for_dead(self) -> str | None:
        one, other = self._random.sample(self._processes, 2)
        room = one.hub.opened(self._room_id)
        there = other.hub.opened(self._room_id)
        if room is None or there is None:
            return None
        room.neighbours.lost(there.services.bus.process)
        return f"{one.name} takes {other.name} for dead"

    async def _compact(self) -> str | None:
        room = self._random.choice(self._processes).hub.opened(self._room_id)
        if room is None:
            return None
        await room.compact()
        return "the room is compacted"

    async def _audit(self) -> str:
        """What the server said is saved is in the database."""
        saved = self._ledger.standing()
        for process in self._processes:
            # What it builds on may have come by way of another process, which is about to commit it.
            await (await process.hub.services()).appender.flush()
        services = await self._processes[0].hub.services()
        stored = content_of(await services.writer.do(updates.load, self._room_id))
        text = "".join(text for _, text in stored.values())
        for token in sorted((saved & self._ledger.standing()) - set(text)):
            self._faults.append(f"t{ord(token) - 0xF0000} was said to be saved and is not in the database")
        return f"{len(saved)} saved tokens are looked for"

    # --- who and where ---

    def _new_member(self, number: int) -> Member:
        role = Role.VIEWER if number in (6, 7) else Role.EDITOR
        random = Random(self._random.getrandbits(32))
        return Member(f"m{number}", role, random, self._ledger, self._faults.append, speaks_events=number not in (4, 7))

    def _writer(self) -> Member:
        return self._random.choice([member for member in self._members if member.may_write])

    def _speaker(self) -> Member:
        return self._random.choice([member for member in self._members if member.may_write and member.speaks_events])

    def _path(self) -> str:
        return self._random.choice(PATHS)

    def _enter(self, member: Member) -> None:
        process = self._random.choice(self._processes)
        member.process = process
        self._stays[member] = asyncio.get_running_loop().create_task(
            member.stay(process, self._room_id, self._meet, rough=self._rough)
        )

    def _meet(self, room: LiveRoom) -> None:
        if room not in self._met:
            self._met.add(room)
            self._ledger.watch(room)

    def _cut(self, members: list[Member]) -> None:
        for member in members:
            member.leave()

    async def _gone(self) -> None:
        await asyncio.gather(*self._stays.values())

    # --- what must be ---

    def _rooms(self) -> list[LiveRoom]:
        opened = (process.hub.opened(self._room_id) for process in self._processes)
        return [room for room in opened if room is not None]

    def _differences(self) -> str:
        """What they do not all agree about: whose text is another one than the first member's, and how."""
        first = self._members[0]
        text, clocks = first.content(), read_state_vector(first.doc.get_state())
        documents = {f"{member} by {member.process.name}": member.doc for member in self._members}
        documents |= {room.services.bus.process: room.replica.doc for room in self._rooms()}
        others = {name: content(doc.get("files", type=pycrdt.Map)) for name, doc in documents.items()}
        if apart := [name for name, other in others.items() if other != text]:
            return (
                f"{', '.join(apart)} differ from {first} by {first.process.name}: {_difference(others[apart[0]], text)}"
            )
        apart = [name for name, doc in documents.items() if read_state_vector(doc.get_state()) != clocks]
        return f"{', '.join(apart)} have other clocks than {first}" if apart else ""

    def _behind(self, last: int) -> str:
        """Who has not got the event of this number."""
        speakers = [member for member in self._members if member.speaks_events]
        behind = [member for member in speakers if (member.seq or 0) < last]
        return ", ".join(f"{member} by {member.process.name} has {member.seq} of {last} events" for member in behind)

    async def _until(self, condition: Callable[[], object], otherwise: str | Callable[[], str]) -> None:
        try:
            await until(lambda: self._faults or condition(), SETTLED_SECONDS)
        except TimeoutError:
            raise Failed(self._report(otherwise if isinstance(otherwise, str) else otherwise())) from None
        self._check()

    def _check(self) -> None:
        if self._faults:
            raise Failed(self._report("\n".join(self._faults)))

    def _report(self, fault: str) -> str:
        lines = [f"{number}. {line}" for number, line in enumerate(self._trace, 1)]
        command = f"SEED={self._seed} .venv/bin/python -m pytest tests/convergence"
        return "\n".join([*lines, fault, f"This was seed {self._seed}. To repeat it alone: {command}"])


def _stored(room_id: str) -> list[bytes]:
    try:
        return updates.load(room_id)
    finally:
        # The thread's own.
        connection.close()


def _difference(one: Content, other: Content) -> str:
    return "; ".join(
        f"{file_id}: {_apart(one.get(file_id), other.get(file_id))}"
        for file_id in sorted({*one, *other})
        if one.get(file_id) != other.get(file_id)
    )


def _apart(one: tuple[str, str] | None, other: tuple[str, str] | None) -> str:
    """Two documents from where they begin to differ."""
    if one is None or other is None or one[0] != other[0]:
        return f"{one!r:.100} against {other!r:.100}"
    same = (a == b for a, b in zip(one[1], other[1], strict=False))
    start = next((at for at, is_same in enumerate(same) if not is_same), min(len(one[1]), len(other[1])))
    return f"at {start}, {one[1][start : start + 60]!r} against {other[1][start : start + 60]!r}"
