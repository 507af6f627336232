"""One turn by each of three paths from the same model server to somebody's screen.

- ours: a command on the room's open socket; the text arrives as updates of the shared document;
- relay, new connections: a plain relay (`relay.py`) with a new HTTP request and connection both ways for each turn;
- relay, kept connections: the same relay with both connections kept open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import aiohttp
import orjson

from tests.benchmarks.processes import cpu_seconds
from tests.peer import Peer
from tests.standins.chat import Script

PROMPT = "Write down the totals."


@dataclass(frozen=True, slots=True)
class Expected:
    """What the model is going to write: a path, its text, and how many tokens that takes."""

    path: str
    text: str
    tokens: int

    @classmethod
    def of(cls, script: Script) -> Expected:
        """What a numbered script writes."""
        head, *body, _ = script.deltas
        return cls(head.split()[-1], "".join(body), len(script.deltas))


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn took, from the moment of asking. Times in milliseconds."""

    accepted: float
    """Until the server said that it took the prompt."""
    first: float
    """Until the first character of the file was there."""
    last: float
    """Until the last one was."""
    messages: int
    """How many updates or events brought the text."""
    cpu_seconds: float
    all_cpu_seconds: float


class Path(Protocol):
    """One way of asking."""

    name: str

    async def turn(self, expected: Expected) -> Turn:
        """Ask, and wait until all of `expected` has arrived. Raises AssertionError if something else does."""
        ...


class Ours:
    """The room's socket, and which model to ask. `web` and `launcher` are process ids."""

    name = "Sparkroom, one socket"

    def __init__(self, peer: Peer, model: str, web: int, launcher: int) -> None:
        self._peer = peer
        self._model = model
        self._web = web
        self._launcher = launcher

    async def turn(self, expected: Expected) -> Turn:
        """See `Path.turn`."""
        peer = self._peer
        messages = 0

        def count(_: object) -> None:
            nonlocal messages
            messages += 1

        before = cpu_seconds(self._web), cpu_seconds(self._launcher, children=True)
        subscription = peer.doc.observe(count)
        began = perf_counter()

        async def since(condition: Callable[[], bool]) -> float:
            await peer.until(condition)
            return (perf_counter() - began) * 1000

        async def accepted() -> tuple[str | None, float]:
            turn_id = await peer.command("ask", prompt=PROMPT, model=self._model)
            return turn_id, (perf_counter() - began) * 1000

        (turn_id, taken), first, last = await asyncio.gather(
            accepted(),
            since(lambda: bool(peer.text(expected.path))),
            since(lambda: (peer.text(expected.path) or "").rstrip("\n") == expected.text.rstrip("\n")),
        )
        peer.doc.unobserve(subscription)
        assert turn_id
        over = await peer.until_over(turn_id)
        assert over["state"] == "settled", over["error"]
        after = cpu_seconds(self._web), cpu_seconds(self._launcher, children=True)
        return Turn(taken, first, last, messages, after[0] - before[0], after[1] - before[1])


class Relayed:
    """The plain relay at `address`. `pid` is its process id."""

    def __init__(self, address: str, pid: int, kept: aiohttp.ClientSession | None) -> None:
        self.name = "Plain relay, kept connections" if kept else "Plain relay, new connections"
        self._url = f"{address}/{'kept' if kept else 'fresh'}/ask"
        self._pid = pid
        self._kept = kept

    async def turn(self, expected: Expected) -> Turn:
        """See `Path.turn`."""
        before = cpu_seconds(self._pid)
        began = perf_counter()
        async with self._session() as session, session.post(self._url, json={"prompt": PROMPT}) as response:
            taken = perf_counter()
            text, messages = "", 0
            first = last = None
            async for line in response.content:
                if not line.startswith(b"data: {"):
                    continue
                text += orjson.loads(line[6:])["text"]
                messages += 1
                # The first delta is the block's head, which is no text of the file.
                if first is None and messages > 1:
                    first = perf_counter()
                if last is None and len(text) >= len(expected.text) and expected.text in text:
                    last = perf_counter()
        assert first is not None and last is not None, "the relay's text is not the model's"
        used = cpu_seconds(self._pid) - before
        accepted, first, last = ((at - began) * 1000 for at in (taken, first, last))
        return Turn(accepted, first, last, messages, used, used)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        if self._kept is not None:
            yield self._kept
        else:
            async with aiohttp.ClientSession() as session:
                yield session
