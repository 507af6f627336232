"""A room at work: people type, delete and talk, a model writes; and what must be true of it at any time."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

from tests.faults.member import Lost, Member
from tests.faults.stored import Database, texts
from tests.peer import Refused, call, join, new_room
from tests.stack import Stack

PATHS = ("a.txt", "b.txt", "c.txt")
PEOPLE = ("ann", "bob", "cid", "dora", "eve")
PROMPT = "Make a snake game"
OVER = ("settled", "stopped", "failed")


class Work:
    """One room of a stack and everybody in it. `members` are those who stay to the end."""

    def __init__(self, stack: Stack, database: Database, room: dict[str, Any], epoch: str, seed: str) -> None:
        self.stack = stack
        self.database = database
        self.room = room
        self.random = random.Random(seed)
        self._epoch = epoch
        self.members = [self.new_member(name) for name in PEOPLE]
        self.gone: list[Member] = []
        """Those who went without a word, and never came back."""
        self.endings: dict[str, tuple[str, ...]] = {}
        """How turns may have ended whose process was killed, or taken for dead. All others settle."""
        self.said: list[str] = []
        """The messages of which the server said that they were posted, by their ids."""
        self.figures: dict[str, list[float]] = {}
        """How long what took, in seconds."""
        self._tasks: list[asyncio.Task[None]] = []

    def new_member(self, name: str) -> Member:
        """Somebody who comes in."""
        return Member(self.stack, self.room, self._epoch, name, self.random.random())

    def begin(self) -> None:
        """Everybody goes to work."""
        chores = [self._type(member) for member in self.members] + [self._talk(member) for member in self.members]
        self._tasks = [asyncio.create_task(chore) for chore in (*chores, self._ask(self.members[0]))]

    async def rest(self) -> None:
        """Everybody stops, the turns end, and what was typed is acknowledged. Raises what went wrong at work."""
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
        for member in self.members:
            await member.until(lambda m: m.level and not m.waiting)
        await self.members[0].until(lambda _: all(turn["state"] in OVER for turn in self.turns().values()))

    async def leave(self) -> None:
        """Everybody goes."""
        for task in self._tasks:
            task.cancel()
        for member in (*self.members, *self.gone):
            await member.leave()

    async def command(self, kind: str, **fields: Any) -> str:
        """Have somebody who is connected carry a command out, and answer what it made."""
        while True:
            with suppress(Lost):
                made = await self.random.choice(self.members).command(kind, **fields)
                assert made
                return made
            await asyncio.sleep(0.05)

    def type(self, member: Member) -> str:
        """A member types a word somewhere. Answers the word."""
        return member.type(member.random.choice(PATHS))

    def has_paths(self, member: Member) -> bool:
        """Whether a member has seen the documents in which people type."""
        return set(PATHS) <= set(member.texts())

    def took(self, what: str, began: float) -> None:
        """Note how long something took from `began`."""
        self.figures.setdefault(what, []).append(time.monotonic() - began)

    async def all_saved(self) -> None:
        """Everything that was typed until now is acknowledged."""
        typed = {change for member in self.members for change in member.waiting}
        for member in self.members:
            await member.until(lambda m: typed.isdisjoint(m.waiting))

    def turns(self) -> dict[str, dict[str, Any]]:
        """The last word about every turn that one member heard of."""
        return {event["turn"]["id"]: event["turn"] for event in self.members[0].events if event["type"] == "turn"}

    async def in_sync(self, seconds: float) -> None:
        """Everybody types a word, and everybody has all of them, which may take so long."""
        words = [self.type(member) for member in self.members]
        # Words may be taken away again once they are saved; these were typed, and are seen, before that.
        seen: dict[Member, set[str]] = {member: set() for member in self.members}

        def has_all(member: Member) -> bool:
            lines = member.lines()
            seen[member].update(word for word in words if lines[word])
            return member.level and len(seen[member]) == len(words)

        try:
            await asyncio.gather(*(member.until(has_all, seconds) for member in self.members))
        except TimeoutError:
            late = {member.name: set(words) - seen[member] if member.level else "away" for member in self.members}
            raise AssertionError(f"not in sync after {seconds:.1f} s: {late}") from None

    # --- what must be true ---

    def check_stored(self) -> None:
        """What was acknowledged until now is in the database, once; what was acknowledged as taken away is not."""
        saved = [(member.name, member.saved) for member in (*self.members, *self.gone)]
        lines = lines_of(texts(self.database, self.room["id"]))
        for name, words in saved:
            wrong = {word: lines[word] for word, there in words.items() if lines[word] != there}
            assert not wrong, f"{name}: acknowledged, and in the database that often: {wrong}"

    async def check_end(self) -> None:
        """Everybody has the same, which is what they typed, and so has the API."""
        for member in self.members:
            await member.until(lambda m: m.texts() == self.members[0].texts())
        first = self.members[0].texts()
        async with join(self.stack, self.room) as peer:
            assert {path: peer.text(path) for path in peer.paths()} == first
        for path in PATHS:
            assert await self.file(path) == first[path]
        self.check_stored()
        self._check_words(lines_of({path: first[path] for path in PATHS}))
        self._check_chat()

    async def check_alone(self, expected: dict[str, str]) -> None:
        """Without anybody who could remember it, the room is still the same."""
        async with join(self.stack, self.room) as peer:
            assert {path: peer.text(path) for path in peer.paths()} == expected
        for path in PATHS:
            assert await self.file(path) == expected[path]

    def check_turns(self) -> None:
        """Turns ended well unless something happened to their process."""
        for name, turn in self.turns().items():
            assert turn["state"] in self.endings.get(name, ("settled",)), turn
            states = self.members[0].states(name)
            over = [state for state in states if state in OVER]
            assert len(set(over)) == 1 and states[-len(over) :] == over, f"{name} was {states}"

    async def file(self, path: str) -> str:
        """A document as the API gives it."""
        headers = {"Authorization": f"Bearer {self.room['tokens']['edit']}"}
        async with (
            aiohttp.ClientSession(self.stack.base_url, headers=headers) as session,
            session.get(f"/api/rooms/{self.room['id']}/files/{path}") as answer,
        ):
            assert answer.ok
            return await answer.text()

    def _check_words(self, lines: Counter[str]) -> None:
        expected: Counter[str] = Counter()
        for member in self.members:
            expected.update(word for word, there in member.saved.items() if there)
        for member in self.gone:
            expected.update(word for word, there in member.saved.items() if there)
            # What they had not heard about may have been saved all the same.
            for change in member.waiting:
                expected[change.word] += min(1, lines[change.word])
        expected[""] = lines[""] = len(PATHS)
        assert lines == expected, {word: (lines[word], expected[word]) for word in lines - expected | expected - lines}

    def _check_chat(self) -> None:
        lists = [member.messages() for member in self.members]
        assert all(messages == lists[0] for messages in lists)
        ids = [message["id"] for message in lists[0]]
        assert len(set(ids)) == len(ids)
        assert not set(self.said) - set(ids), "said to be posted, and nobody has it"
        for name in PEOPLE:
            numbers = [int(words.split()[1]) for words in _texts(lists[0]) if words.startswith(name)]
            assert numbers == sorted(set(numbers))

    # --- what everybody does ---

    async def _type(self, member: Member) -> None:
        while True:
            await asyncio.sleep(member.random.uniform(0.05, 0.4))
            if member.random.random() < 0.75:
                self.type(member)
            else:
                member.take_away()

    async def _talk(self, member: Member) -> None:
        number = 0
        while True:
            await asyncio.sleep(member.random.uniform(0.5, 1.5))
            number += 1
            with suppress(Lost):
                said = await member.command("say", text=f"{member.name} {number}")
                assert said
                self.said.append(said)

    async def _ask(self, member: Member) -> None:
        while True:
            with suppress(Lost, Refused, TimeoutError):
                turn = await member.command("ask", prompt=PROMPT)
                assert turn
                # One that was asked for in a process which then died may never have been.
                await self.until_over(turn, seconds=10)
            await asyncio.sleep(0.1)

    async def until_over(self, turn: str, seconds: float) -> dict[str, Any]:
        """Wait until everybody knows that a turn is over, and answer it."""

        def over(member: Member) -> dict[str, Any] | None:
            latest = member.latest("turn", turn)
            return latest if latest and latest["state"] in OVER else None

        ended = await asyncio.gather(*(member.until(over, seconds) for member in self.members))
        first: dict[str, Any] = ended[0]
        return first


@asynccontextmanager
async def at_work(stack: Stack, database: Database, seed: str) -> AsyncIterator[Work]:
    """A room in which everybody has begun."""
    room = await new_room(stack)
    epoch = (await call(stack, "GET", f"/api/rooms/{room['id']}", token=room["tokens"]["edit"]))["epoch"]
    async with join(stack, room) as peer:
        for path in PATHS:
            await peer.create(path)
        await peer.until(lambda: peer.saved == peer.sent_frames)
    work = Work(stack, database, room, epoch, seed)
    try:
        for member in work.members:
            await member.until(lambda m: m.level and work.has_paths(m))
        work.begin()
        yield work
    finally:
        await work.leave()


def lines_of(documents: dict[str, str]) -> Counter[str]:
    """How often each line stands in these documents."""
    return Counter(line for text in documents.values() for line in text.split("\n"))


def _texts(messages: Iterable[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in messages]
