"""One turn by each of several paths from the same model server to somebody's screen.

- ours: a command on the room's open socket; the text arrives as updates of the shared document;
- a plain relay (`relay.py`) with a new HTTP request both ways for each turn, over new connections or kept ones, by the
  vendor's client library or the one that costs least.
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
from tests.benchmarks.upstream import Expected
from tests.peer import Peer

PROMPT = "Write down the totals."
# What a turn leaves to be done (history, commits) belongs to it, and not to the next one.
REST_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn took. Moments are seconds of the monotonic clock."""

    asked: float
    accepted: float
    """The server said that it took the prompt."""
    first: float
    """The first character of the file was there."""
    last: float
    """The last one was."""
    messages: int
    """How many updates or events brought the text."""
    cpu_seconds: float
    """Of the process that serves, with what it did right after."""


class Path(Protocol):
    """One way of asking."""

    name: str

    async def turn(self, expected: Expected) -> Turn:
        """Ask, and wait until all of `expected` has arrived. Raises AssertionError if something else does."""
        ...


class Ours:
    """The room's socket, and which model to ask. `pid` is the web process's id."""

    name = "Sparkroom, one socket"

    def __init__(self, peer: Peer, model: str, pid: int) -> None:
        self._peer = peer
        self._model = model
        self._pid = pid

    async def turn(self, expected: Expected) -> Turn:
        """See `Path.turn`."""
        peer = self._peer
        messages = 0

        def count(_: object) -> None:
            nonlocal messages
            messages += 1

        before = cpu_seconds(self._pid)
        subscription = peer.doc.observe(count)
        asked = perf_counter()

        async def moment(condition: Callable[[], bool]) -> float:
            await peer.until(condition)
            return perf_counter()

        async def accepted() -> tuple[str | None, float]:
            turn_id = await peer.command("ask", prompt=PROMPT, model=self._model)
            return turn_id, perf_counter()

        (turn_id, taken), first, last = await asyncio.gather(
            accepted(),
            moment(lambda: _length(peer, expected.path) > 0),
            # A file ends with a line's end: whether the model wrote one or not, there is one.
            moment(lambda: _length(peer, expected.path) >= len(expected.text.rstrip("\n")) + 1),
        )
        peer.doc.unobserve(subscription)
        assert turn_id
        over = await peer.until_over(turn_id)
        assert over["state"] == "settled", over["error"]
        assert (peer.text(expected.path) or "").rstrip("\n") == expected.text.rstrip("\n"), "not the model's text"
        await asyncio.sleep(REST_SECONDS)
        used = cpu_seconds(self._pid) - before
        # The next turn's model is told of no more files than this one's.
        for file_id in list(peer.files.keys()):
            del peer.files[file_id]
        await peer.flush()
        await peer.until(lambda: peer.saved == peer.sent_frames)
        return Turn(asked, taken, first, last, messages, used)


def _length(peer: Peer, path: str) -> int:
    try:
        return len(peer.document(path))
    except KeyError:
        return 0


class Relayed:
    """The plain relay, by the view at `url`. `pid` is its process id."""

    def __init__(self, name: str, url: str, pid: int, kept: aiohttp.ClientSession | None) -> None:
        self.name = name
        self._url = url
        self._pid = pid
        self._kept = kept

    async def turn(self, expected: Expected) -> Turn:
        """See `Path.turn`."""
        before = cpu_seconds(self._pid)
        asked = perf_counter()
        async with self._session() as session, session.post(self._url, json={"prompt": PROMPT}) as response:
            accepted = perf_counter()
            texts: list[str] = []
            first = last = 0.0
            async for line in response.content:
                if line.startswith(b"data: {"):
                    texts.append(orjson.loads(line[6:])["text"])
                    # The first delta is the block's head, which is no text of the file; the last one its end.
                    if len(texts) == 2:
                        first = perf_counter()
                    if len(texts) == expected.tokens - 1:
                        last = perf_counter()
        assert "".join(texts[1:-1]) == expected.text, "the relay's text is not the model's"
        await asyncio.sleep(REST_SECONDS)
        return Turn(asked, accepted, first, last, len(texts), cpu_seconds(self._pid) - before)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        if self._kept is not None:
            yield self._kept
        else:
            async with aiohttp.ClientSession() as session:
                yield session
