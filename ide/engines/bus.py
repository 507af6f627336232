"""Between processes: one inbox (a Redis Stream) per web process, and one control stream per run.

A leased set names the web processes that hold a room; what happens to the room elsewhere goes to their inboxes.
Redis holds nothing that may not be lost: everything sent here is also a row, and readers can ask for it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Generator
from typing import Annotated, Any, Literal

import orjson
import redis
import redis.asyncio
from pydantic import Field, TypeAdapter
from redis.exceptions import RedisError

from ide.wire.messages import EVENTS, Event
from ide.wire.shapes import Shape

log = logging.getLogger(__name__)

HOLD_SECONDS = 30
INBOX_ENTRIES = 10_000
CONTROL_SECONDS = 3_600


class Stop(Shape):
    """Kill the run."""

    type: Literal["stop"] = "stop"


class Input(Shape):
    """Type into the run."""

    type: Literal["input"] = "input"
    data: str


class Resize(Shape):
    """The run's terminal has another size."""

    type: Literal["resize"] = "resize"
    columns: int
    rows: int


Control = Stop | Input | Resize
_CONTROLS: TypeAdapter[Control] = TypeAdapter(Annotated[Control, Field(discriminator="type")])


def _entries(answer: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The entries of an XREAD of one stream; redis-py's types leave open what it answers."""
    if not answer:
        return []
    entries: list[tuple[bytes, dict[bytes, bytes]]] = answer[0][1]
    return entries


def _holders(room_id: str) -> str:
    return f"sparkroom:holders:{room_id}"


def _inbox(process: str) -> str:
    return f"sparkroom:inbox:{process}"


def _controls(run_id: str) -> str:
    return f"sparkroom:run:{run_id}"


class WorkerBus:
    """The workers' end. Synchronous; safe to use from several threads. Raises RedisError when Redis is away."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url)

    def publish(self, room_id: str, event: Event) -> None:
        """Send an event to every web process that holds the room; to none if nobody has it open."""
        # redis-py's types leave open what it answers here.
        holders: Any = self._redis.zrangebyscore(_holders(room_id), time.time(), "+inf")
        entry: Any = {"room": room_id, "event": event.model_dump_json()}
        for process in holders:
            self._redis.xadd(_inbox(process.decode()), entry, maxlen=INBOX_ENTRIES, approximate=True)

    def controls(self, run_id: str, wait_seconds: float = 1.0) -> Generator[Control | None, None, None]:
        """What people tell a run, in order, from its beginning; None whenever nothing came for `wait_seconds`."""
        seen: bytes | str = "0"
        while True:
            answer = self._redis.xread({_controls(run_id): seen}, count=64, block=int(wait_seconds * 1000))
            if not answer:
                yield None
                continue
            for entry_id, fields in _entries(answer):
                seen = entry_id
                yield _CONTROLS.validate_json(fields[b"control"])

    def forget(self, run_id: str) -> None:
        """Drop the control stream of a run that ended."""
        self._redis.delete(_controls(run_id))

    def close(self) -> None:
        """Release the connections."""
        self._redis.close()


class WebBus:
    """The web processes' end, on one event loop."""

    def __init__(self, url: str, process: str) -> None:
        self._redis = redis.asyncio.Redis.from_url(url)
        self._process = process
        self._held: set[str] = set()
        self._control = asyncio.Lock()

    async def hold(self, room_id: str) -> None:
        """Ask for the room's events from now on."""
        self._held.add(room_id)
        await self._lease([room_id])

    async def release(self, room_id: str) -> None:
        """Ask for them no more."""
        self._held.discard(room_id)
        with contextlib.suppress(RedisError):
            await self._redis.zrem(_holders(room_id), self._process)

    async def control(self, run_id: str, control: Control) -> None:
        """Tell a run something. Raises RedisError when Redis is away."""
        key = _controls(run_id)
        # One after the other: each would take a connection of its own, and what is typed must not change its order.
        async with self._control, self._redis.pipeline(transaction=False) as pipeline:
            pipeline.xadd(key, {"control": control.model_dump_json()}, maxlen=INBOX_ENTRIES, approximate=True)
            pipeline.expire(key, CONTROL_SECONDS)
            await pipeline.execute()

    async def listen(self, deliver: Callable[[str, Event], None]) -> None:
        """Hand every event that arrives to `deliver(room_id, event)`, until cancelled; outlives Redis going away."""
        seen: bytes | str = "$"
        while True:
            try:
                if seen == "$":
                    # "$" alone would miss what arrives between two reads.
                    last: Any = await self._redis.xrevrange(_inbox(self._process), count=1)
                    seen = last[0][0] if last else "0"
                answer = await self._redis.xread({_inbox(self._process): seen}, count=256, block=2_000)
            except RedisError:
                await asyncio.sleep(0.3)
                continue
            for entry_id, fields in _entries(answer):
                seen = entry_id
                try:
                    deliver(fields[b"room"].decode(), EVENTS.validate_python(orjson.loads(fields[b"event"])))
                except Exception as error:
                    # One entry that cannot be read must not silence the others.
                    log.error("an entry of the inbox was passed over: %s", type(error).__name__)

    async def keep_leases(self) -> None:
        """Renew what this process holds, until cancelled."""
        while True:
            await asyncio.sleep(HOLD_SECONDS / 3)
            await self._lease(list(self._held))

    async def ping(self) -> bool:
        """True if Redis answers."""
        try:
            return bool(await self._redis.ping())
        except RedisError:
            return False

    async def close(self) -> None:
        """Give up every lease, the inbox and the connections."""
        for room_id in list(self._held):
            await self.release(room_id)
        with contextlib.suppress(RedisError):
            await self._redis.delete(_inbox(self._process))
        await self._redis.aclose()

    async def _lease(self, rooms: list[str]) -> None:
        until = time.time() + HOLD_SECONDS
        with contextlib.suppress(RedisError):
            async with self._redis.pipeline(transaction=False) as pipeline:
                for room_id in rooms:
                    pipeline.zadd(_holders(room_id), {self._process: until})
                    pipeline.expire(_holders(room_id), HOLD_SECONDS * 2)
                await pipeline.execute()
