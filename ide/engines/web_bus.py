"""The web processes' end of the bus, on one event loop: who else holds a room, and an inbox to hear from them.

Nothing that is sent here waits for Redis. While Redis is away the rooms of each process go on by themselves; when it is
back, or has lost what it knew, everybody says hello anew and gets what was missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError

from ide.engines import workforce
from ide.engines.bus import (
    CONTROL_SECONDS,
    INBOX_ENTRIES,
    INBOX_SECONDS,
    Control,
    alive_key,
    controls_key,
    entries_of,
    holders_key,
    inbox_key,
)
from ide.engines.entries import Entry, Kind, read_entry
from ide.engines.workforce import WorkerStatus
from ide.wire.frames import encode_json
from ide.wire.messages import Event

BEAT_SECONDS = 1.0
LEASE_SECONDS = 3
HOLDERS_SECONDS = 24 * 3600
# Of what waits to be sent while Redis hangs. What is dropped is missed by the others, who notice and ask.
WAITING_BYTES = 64_000_000
PAUSE_SECONDS = 0.3

log = logging.getLogger(__name__)


class WebBus:
    """One process's. `process` is its name, which no other process ever has."""

    def __init__(self, url: str, process: str) -> None:
        self.process = process
        self._redis = redis.asyncio.Redis.from_url(url)
        self._held: set[str] = set()
        self._known: dict[str, int] = {}
        """Other processes that were heard of, and how many beats ago they were last seen alive."""
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._outgoing: list[tuple[str, Entry]] = []
        self._outgoing_bytes = 0
        self._sending = asyncio.Event()
        self._dropped = False
        """Whether something was not sent since the last beat."""
        self._stopped = False
        self._control = asyncio.Lock()
        self._seen: bytes | str = "0"

    # --- rooms ---

    async def hold(self, room_id: str) -> set[str]:
        """Hear of a room from now on. Answers who else holds it; nobody while Redis is away."""
        self._held.add(room_id)
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.sadd(holders_key(room_id), self.process)
                pipeline.expire(holders_key(room_id), HOLDERS_SECONDS)
                pipeline.smembers(holders_key(room_id))
                _, _, holders = await pipeline.execute()
            others = {holder.decode() for holder in holders} - {self.process}
            alive = await self._alive(others)
            if dead := others - alive:
                await self._redis.srem(holders_key(room_id), *dead)
        except RedisError:
            return set()
        self._known.update(dict.fromkeys(alive, 0))
        return alive

    async def release(self, room_id: str) -> None:
        """Hear of it no more."""
        self._held.discard(room_id)
        for key in [key for key in self._numbers if key[1] == room_id]:
            del self._numbers[key]
        with contextlib.suppress(RedisError):
            await self._redis.srem(holders_key(room_id), self.process)

    def send(self, process: str, room_id: str, kind: Kind, frames: Sequence[bytes] = ()) -> None:
        """Put an entry into another process's inbox, soon. What is sent to one process arrives in that order."""
        self._known.setdefault(process, 0)
        self._numbers[process, room_id] += 1
        self._put(process, Entry(room_id, self.process, self._numbers[process, room_id], kind, tuple(frames)))

    async def publish(self, room_id: str, event: Event) -> None:
        """Tell a room that is not open here of an event, in the processes in which it is."""
        frame = encode_json(event.model_dump_json())
        with contextlib.suppress(RedisError):
            holders: Any = await self._redis.smembers(holders_key(room_id))
            for holder in holders:
                self._put(holder.decode(), Entry(room_id, "", 0, Kind.EVENT, (frame,)))

    async def control(self, run_id: str, control: Control) -> None:
        """Tell a run something. Raises RedisError when Redis is away."""
        key = controls_key(run_id)
        # One after the other: each would take a connection of its own, and what is typed must not change its order.
        async with self._control, self._redis.pipeline(transaction=False) as pipeline:
            pipeline.xadd(key, {"control": control.model_dump_json()}, maxlen=INBOX_ENTRIES, approximate=True)
            pipeline.expire(key, CONTROL_SECONDS)
            await pipeline.execute()

    async def alive(self, processes: set[str]) -> set[str]:
        """Those of the processes that may be alive: all, while Redis does not say."""
        try:
            return await self._alive(processes)
        except RedisError:
            return processes

    async def workers(self) -> list[WorkerStatus] | None:
        """The workers that are alive; None while Redis does not say."""
        try:
            return await workforce.alive(self._redis)
        except RedisError:
            return None

    async def waiting(self, queue: str) -> int:
        """How many messages of a queue no worker has taken; 0 while Redis does not say."""
        try:
            # Celery's queues are lists of the same name. redis-py's types leave open what it answers.
            count: Any = await self._redis.llen(queue)
        except RedisError:
            return 0
        return int(count)

    async def ping(self) -> bool:
        """True if Redis answers."""
        try:
            return bool(await self._redis.ping())
        except RedisError:
            return False

    # --- what the process does all the time ---

    async def begin(self) -> None:
        """Be alive, before the first room is held."""
        with contextlib.suppress(RedisError):
            await self._redis.set(alive_key(self.process), 1, ex=LEASE_SECONDS)

    async def deliver(self) -> None:
        """Send what `send` was given, until stopped."""
        while not self._stopped:
            await self._sending.wait()
            self._sending.clear()
            await self._send_waiting()

    async def listen(self, hear: Callable[[Entry], None]) -> None:
        """Hand every entry that arrives to `hear`, in order, until stopped; outlives Redis going away."""
        inbox = inbox_key(self.process)
        while not self._stopped:
            try:
                answer = await self._redis.xread({inbox: self._seen}, count=256, block=2_000)
                entries = entries_of(answer)
                if entries:
                    # What was read may go. The last one stays, so that the stream keeps its place.
                    self._seen = entries[-1][0]
                    await self._redis.xtrim(inbox, minid=self._seen)
            except RedisError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            for _, fields in entries:
                try:
                    hear(read_entry(fields))
                except (KeyError, ValueError, struct.error) as error:
                    # One entry that cannot be read must not silence the others.
                    log.error("an entry of the inbox was passed over: %s", type(error).__name__)
                except Exception:
                    log.exception("an entry of the inbox was not taken")

    async def beat(self, died: Callable[[str], None], forgotten: Callable[[], None]) -> None:
        """Keep this process's lease, until stopped.

        Tells which processes `died`, and when Redis has `forgotten` what it knew, so that every room must be held anew.
        """
        while not self._stopped:
            try:
                async with self._redis.pipeline(transaction=False) as pipeline:
                    pipeline.set(alive_key(self.process), 1, ex=LEASE_SECONDS, get=True)
                    pipeline.expire(inbox_key(self.process), INBOX_SECONDS)
                    before, _ = await pipeline.execute()
                alive = await self._alive(self._known)
            except RedisError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if before is None:
                self._seen = "0"
            if before is None or self._dropped:
                # Who is told nothing more after what was dropped notices no gap.
                self._dropped = False
                forgotten()
            for process in list(self._known):
                self._known[process] = 0 if process in alive else self._known[process] + 1
                # After a restart of Redis the others may need a beat to come back.
                if self._known[process] > 1:
                    del self._known[process]
                    died(process)
            await asyncio.sleep(BEAT_SECONDS)

    def stop(self) -> None:
        """Let what the process does all the time end. Cancelling alone is not enough: redis-py swallows some of it."""
        self._stopped = True

    async def close(self) -> None:
        """Send what waits, then give up everything that this process holds, its inbox and the connections."""
        await self._send_waiting()
        with contextlib.suppress(RedisError):
            async with self._redis.pipeline(transaction=False) as pipeline:
                for room_id in self._held:
                    pipeline.srem(holders_key(room_id), self.process)
                pipeline.delete(inbox_key(self.process), alive_key(self.process))
                await pipeline.execute()
        await self._redis.aclose()

    def _put(self, process: str, entry: Entry) -> None:
        size = sum(len(frame) for frame in entry.frames)
        if self._outgoing_bytes + size <= WAITING_BYTES:
            self._outgoing.append((process, entry))
            self._outgoing_bytes += size
            self._sending.set()
        else:
            self._dropped = True

    async def _send_waiting(self) -> None:
        outgoing, self._outgoing, self._outgoing_bytes = self._outgoing, [], 0
        if not outgoing:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for process, entry in outgoing:
                    pipeline.xadd(inbox_key(process), entry.fields(), maxlen=INBOX_ENTRIES, approximate=True)
                for process in {process for process, _ in outgoing}:
                    pipeline.expire(inbox_key(process), INBOX_SECONDS)
                await pipeline.execute()
        except asyncio.CancelledError:
            # `close` sends it. Whoever got an entry already passes over the second.
            self._outgoing[:0] = outgoing
            raise
        except RedisError as error:
            # Those who should have had it notice the gap, or hear a hello when Redis is back.
            self._dropped = True
            log.warning("%d entries were not sent: %s", len(outgoing), error)

    async def _alive(self, processes: Iterable[str]) -> set[str]:
        names = list(processes)
        if not names:
            return set()
        values: Any = await self._redis.mget([alive_key(name) for name in names])
        return {name for name, value in zip(names, values, strict=True) if value is not None}
