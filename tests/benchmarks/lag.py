"""The second figure: how far a reader's text is behind the model's while it streams, and whether all of it arrives."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import accumulate
from time import perf_counter

from pycrdt import TextEvent

from tests.benchmarks import upstream
from tests.benchmarks.paths import PROMPT
from tests.benchmarks.processes import cpu_seconds, module, web_process
from tests.benchmarks.stream import SERVERS, sparkroom
from tests.benchmarks.tables import Row
from tests.benchmarks.upstream import Expected, Sent
from tests.peer import Peer, join, new_room

NOTES = """\
Milliseconds from the sending of a token by the model's server until a member of the room has merged it, over all
tokens of all rooms; the model writes them into the middle of a document of 20 KB. Lost are characters that are not
there at the end. One process reads for all rooms. CPU is processor seconds a second, of the process that serves."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """In each of so many rooms, one turn of so many tokens at so many a second."""

    rooms: int
    tokens: int
    rate: float

    @property
    def title(self) -> str:
        """What it is, in words."""
        return f"{self.rooms} room{'s' if self.rooms > 1 else ''} × {self.rate:,.0f} tokens/s"


SCENARIOS = (Scenario(1, 100_000, 20_000), Scenario(20, 5_000, 1_000))


async def measure() -> list[Row]:
    """A row for each scenario and server."""
    return [await _measured(scenario, server) for scenario in SCENARIOS for server in SERVERS]


async def _measured(scenario: Scenario, server: str) -> Row:
    with module("tests.benchmarks.upstream", "edit", str(scenario.tokens), str(scenario.rate)) as (_, addresses):
        model, times = addresses.split()
        with sparkroom(server, model) as stack:
            pid = web_process(stack.pid)
            async with AsyncExitStack() as leaving:
                rooms = [await new_room(stack) for _ in range(scenario.rooms)]
                readers = [Reader(await leaving.enter_async_context(join(stack, room))) for room in rooms]
                await asyncio.gather(*(reader.begin() for reader in readers))
                before, began = cpu_seconds(pid), perf_counter()
                await asyncio.gather(*(reader.ask() for reader in readers))
                cpu = (cpu_seconds(pid) - before) / (perf_counter() - began)
        late: list[float] = []
        lost = 0
        answers = upstream.editing(scenario.tokens)
        for reader in readers:
            expected = answers(reader.number)[1]
            late += reader.late(await upstream.sent(times, reader.number), expected)
            lost += len(expected.text) - len(reader.text) if reader.text != expected.text else 0
            assert reader.text == expected.text or lost, "the text is not the model's"
    late.sort()
    return {
        "scenario": scenario.title,
        "server": server,
        "tokens": len(late),
        "lost": lost,
        "p50_ms": round(late[len(late) // 2] * 1000, 1),
        "p99_ms": round(late[len(late) * 99 // 100] * 1000, 1),
        "longest_ms": round(late[-1] * 1000, 1),
        "server_cpu": round(cpu, 2),
    }


class Reader:
    """A member of a room of its own, who asks and notes how much text there is when."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._moments: list[tuple[float, int]] = []

    async def begin(self) -> None:
        """Put the document there, and wait until it is saved."""
        await self._peer.create(upstream.DOCUMENT, upstream.document())
        await self._peer.until(lambda: self._peer.saved == self._peer.sent_frames)

    async def ask(self) -> None:
        """Ask, and read until the turn is over."""
        text = self._peer.document(upstream.DOCUMENT)

        def note(_: TextEvent) -> None:
            self._moments.append((perf_counter(), len(text)))

        subscription = text.observe(note)
        turn = await self._peer.command("ask", prompt=PROMPT, model="standin")
        assert turn
        over = await self._peer.until_over(turn)
        text.unobserve(subscription)
        assert over["state"] == "settled", over["error"]

    @property
    def text(self) -> str:
        """What stands in the document."""
        return self._peer.text(upstream.DOCUMENT) or ""

    @property
    def number(self) -> int:
        """Which of the model's answers it was."""
        return next(int(line.split()[-1]) for line in self.text.splitlines() if line.startswith("  // answer "))

    def late(self, sent: Sent, expected: Expected) -> list[float]:
        """How many seconds after its sending each token of the text was here."""
        lengths = [length for _, length in self._moments]
        at = len(upstream.document()) + len(upstream.label(self.number))
        found = []
        for token, length in enumerate(accumulate(map(len, expected.body), initial=at)):
            if token:
                moment = bisect_left(lengths, length)
                found.append(self._moments[moment][0] - sent.at(token + 1))
        return found
