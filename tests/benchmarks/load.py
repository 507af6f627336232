"""A crowd of members, in a process of its own: writes into one room, and times when each write reaches each member.

Every member speaks y-websocket's protocol, with updates that were made beforehand: a write inserts one token of fixed
width into one shared text, each writer at a place of its own, so that a server may merge updates without cutting a
token in two. What arrives is not merged here but searched for tokens, which costs a few microseconds whatever it is: a
token counts at a reader when it is there for the first time, in whichever message. One's own do not count.

    python -m tests.benchmarks.load JSON        takes a `Load`, prints a `Measured`
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import re
import sys
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import orjson
import psutil
import uvloop
from pycrdt import Doc, Map, Text, TransactionEvent

from ide.wire.frames import Step, encode_sync
from tests.benchmarks.processes import cpu_seconds

BASE = "<here>"
TOKEN = re.compile(rb"<(\d{6})>")
TOKEN_BYTES = 8
JOINING_AT_ONCE = 20
SECONDS_TO_JOIN = 20.0
# After the last write. What has not arrived then is lost.
SECONDS_TO_ARRIVE = 5.0
# Left out of the latencies: compilers and caches warm up.
FIRST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """Who does what, and where."""

    url: str
    """Of the room's socket."""
    document: str
    """The room's name, if every message must carry it (Hocuspocus); otherwise empty."""
    pid: int
    """Of the server's process."""
    members: int
    writers: int
    rate: float
    """Writes a second of each writer."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it. Latencies are milliseconds from a write to its arrival at a reader, over all readers."""

    expected: int
    """How many arrivals there are if every reader gets every write."""
    arrived: int
    p50_ms: float
    p99_ms: float
    longest_ms: float
    reads: int
    """How often something came off the readers' sockets."""
    server_cpu: float
    """Processor seconds a second."""
    load_cpu: float
    server_bytes: int
    """The server's resident memory at the end."""


class Member(asyncio.Protocol):
    """One socket, which reads no frames but finds the tokens in them."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd = crowd
        self._number = number
        self._tail = b""
        self._seen = bytearray(crowd.writes)
        self._awaited: tuple[bytes, asyncio.Future[None]] | None = None
        self._transport: asyncio.Transport

    async def join(self) -> None:
        """Open the socket and sync until the room's text is there."""
        url = urlsplit(self._crowd.load.url)
        assert url.hostname
        assert url.port
        upgrade = (
            f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}\r\n\r\n"
        )
        async with asyncio.timeout(SECONDS_TO_JOIN):
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_connection(lambda: self, url.hostname, url.port)
            await self._exchange(upgrade.encode(), b"\r\n\r\n")
            await self._exchange(b"".join(self._crowd.greeting(first=self._number == 0)), BASE.encode())

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._transport.write(data)

    def leave(self) -> None:
        """Drop the socket."""
        self._transport.abort()

    async def _exchange(self, said: bytes, answer: bytes) -> None:
        awaited = asyncio.get_running_loop().create_future()
        self._tail, self._awaited = b"", (answer, awaited)
        self.write(said)
        await awaited
        self._tail, self._awaited = b"", None

    def connection_lost(self, _: Exception | None) -> None:
        """Called by the loop."""
        self._crowd.lost()

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        now = perf_counter()
        data = self._tail + data
        if self._awaited is not None:
            self._tail = data
            answer, awaited = self._awaited
            if answer in data and not awaited.done():
                awaited.set_result(None)
            return
        self._tail = data[1 - TOKEN_BYTES :]
        seen, crowd = self._seen, self._crowd
        crowd.reads += 1
        for found in TOKEN.finditer(data):
            write = int(found[1])
            if not seen[write]:
                seen[write] = 1
                crowd.arrived(write, self._number, now)


class Crowd:
    """All members of one room."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.writes = int(load.seconds * load.rate) * load.writers
        self.reads = 0
        self._base, self._frames = _updates(load.writers, self.writes)
        self._sent = [0.0] * self.writes
        self._counts_from = 0.0
        self._latencies: list[float] = []
        self._arrivals = 0
        self._expected = self.writes * (load.members - 1)
        self._complete = asyncio.Event()
        self._members = [Member(self, number) for number in range(load.members)]
        self._over = False

    async def measure(self) -> Measured:
        """Join, write, and wait until all of it arrived or too long."""
        await self._members[0].join()
        for at in range(1, len(self._members), JOINING_AT_ONCE):
            await asyncio.gather(*(member.join() for member in self._members[at : at + JOINING_AT_ONCE]))
        gc.collect()
        gc.freeze()
        gc.disable()
        cpu, own_cpu, began = cpu_seconds(self.load.pid), cpu_seconds(os.getpid()), perf_counter()
        await self._write()
        took = perf_counter() - began
        cpu, own_cpu = cpu_seconds(self.load.pid) - cpu, cpu_seconds(os.getpid()) - own_cpu
        with suppress(TimeoutError):
            await asyncio.wait_for(self._complete.wait(), SECONDS_TO_ARRIVE)
        self._over = True
        memory = psutil.Process(self.load.pid).memory_info().rss
        for member in self._members:
            member.leave()
        latencies = sorted(self._latencies)
        return Measured(
            expected=self._expected,
            arrived=self._arrivals,
            p50_ms=_percentile(latencies, 0.5),
            p99_ms=_percentile(latencies, 0.99),
            longest_ms=_percentile(latencies, 1.0),
            reads=self.reads,
            server_cpu=round(cpu / took, 3),
            load_cpu=round(own_cpu / took, 3),
            server_bytes=memory,
        )

    def greeting(self, *, first: bool) -> Iterable[bytes]:
        """What a member says once its socket is open; the first one brings the room's text."""
        if self.load.document:
            yield _masked(_named(self.load.document, b"\x02\x00\x00"))
        if first:
            yield self._framed(encode_sync(Step.UPDATE, self._base))
        yield self._framed(encode_sync(Step.STATE_VECTOR, b"\x00"))

    def arrived(self, write: int, reader: int, now: float) -> None:
        """A reader has this write for the first time."""
        if write % self.load.writers == reader:
            return
        sent = self._sent[write]
        self._arrivals += 1
        if sent >= self._counts_from:
            self._latencies.append(now - sent)
        if self._arrivals == self._expected:
            self._complete.set()

    def lost(self) -> None:
        """A socket was closed: before the end, that ends everything."""
        if not self._over:
            raise SystemExit("The server closed a socket.")

    async def _write(self) -> None:
        """Write at each write's own time; writers that write equally often do so at different moments."""
        load = self.load
        shuffled = random.Random(1)
        first = [shuffled.random() / load.rate for _ in range(load.writers)]
        due = [first[number % load.writers] + number // load.writers / load.rate for number in range(self.writes)]
        frames = [self._framed(encode_sync(Step.UPDATE, update)) for update in self._frames]
        began = perf_counter()
        self._counts_from = began + FIRST_SECONDS
        for number in sorted(range(self.writes), key=due.__getitem__):
            while (wait := began + due[number] - perf_counter()) > 0:
                await asyncio.sleep(wait)
            self._sent[number] = perf_counter()
            self._members[number % load.writers].write(frames[number])

    def _framed(self, message: bytes) -> bytes:
        return _masked(_named(self.load.document, message) if self.load.document else message)


def _updates(writers: int, writes: int) -> tuple[bytes, list[bytes]]:
    """The room's first text, and an update for each write; writers take turns."""
    room: Doc[Any] = Doc(client_id=1)
    files: Map[Any] = room.get("files", type=Map)
    files["crowd"] = Map({"path": "crowd.txt", "text": Text(BASE)})
    base, made = room.get_update(), [b""] * writes
    for writer in range(writers):
        doc: Doc[Any] = Doc(client_id=2 + writer)
        doc.apply_update(base)
        mine: Map[Any] = doc.get("files", type=Map)
        text: Text = mine["crowd"]["text"]
        updates: list[bytes] = []

        def note(event: TransactionEvent, updates: list[bytes] = updates) -> None:
            updates.append(event.update)

        subscription = doc.observe(note)
        for number in range(writer, writes, writers):
            text += f"<{number:06}>"
            made[number] = updates.pop()
        doc.unobserve(subscription)
    return base, made


def _named(document: str, message: bytes) -> bytes:
    return bytes((len(document),)) + document.encode() + message


def _masked(message: bytes) -> bytes:
    """A binary WebSocket frame of a client. A mask of zeros leaves the message as it is."""
    size = len(message)
    head = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return b"\x82" + head + b"\0\0\0\0" + message


def _percentile(latencies: list[float], share: float) -> float:
    return round(latencies[int(share * (len(latencies) - 1))] * 1000, 2) if latencies else float("inf")


async def measure(load: Load) -> Measured:
    """Be a crowd."""
    return await Crowd(load).measure()


if __name__ == "__main__":
    print(orjson.dumps(asdict(uvloop.run(measure(Load(**orjson.loads(sys.argv[1])))))).decode())
