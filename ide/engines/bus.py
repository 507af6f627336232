"""Between processes: one inbox (a Redis Stream) per web process, and one control stream per run.

A set names the web processes that hold a room, and a lease of each says whether it is alive; what happens to the room
elsewhere goes to their inboxes. Redis holds nothing that may not be lost: everything sent here is also a row or in
another replica, and can be asked for again. This is the workers' end; `web_bus.py` is the web processes'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import redis
from pydantic import Field, TypeAdapter, ValidationError

from ide.engines import workforce
from ide.engines.entries import Entry, Kind
from ide.engines.workforce import WorkerStatus
from ide.wire.frames import encode_json
from ide.wire.messages import Event
from ide.wire.run_shapes import Debugging
from ide.wire.shapes import Shape

INBOX_ENTRIES = 10_000
INBOX_SECONDS = 60
CONTROL_SECONDS = 3_600
NOTHING_SEEN = "0"


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


class Debug(Shape):
    """Somebody moves the program on under the debugger, or looks into it."""

    type: Literal["debug"] = "debug"
    asked: Debugging


class Repeat(Shape):
    """Somebody came who knows the run's output up to `offset`, in code points: tell the rest again."""

    type: Literal["repeat"] = "repeat"
    offset: int


Control = Stop | Input | Resize | Debug | Repeat
_CONTROLS: TypeAdapter[Control] = TypeAdapter(Annotated[Control, Field(discriminator="type")])


def alive_key(process: str) -> str:
    """String that expires unless the web process keeps renewing it."""
    return f"sparkroom:alive:{process}"


def holders_key(room_id: str) -> str:
    """Set: the web processes that hold a room, some of which may have died."""
    return f"sparkroom:holders:{room_id}"


def inbox_key(process: str) -> str:
    """Stream: what a web process is told."""
    return f"sparkroom:inbox:{process}"


def controls_key(run_id: str) -> str:
    """Stream: what a run is told."""
    return f"sparkroom:run:{run_id}"


def wake_key(worker: str) -> str:
    """Stream: a worker whose reader of controls must look again."""
    return f"sparkroom:wake:{worker}"


def entries_of(answer: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The entries of an XREAD of one stream; redis-py's types leave open what it answers."""
    if not answer:
        return []
    entries: list[tuple[bytes, dict[bytes, bytes]]] = answer[0][1]
    return entries


class WorkerBus:
    """The workers' end. Synchronous; safe to use from several threads. Raises RedisError when Redis is away."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url)

    def publish(self, room_id: str, event: Event) -> None:
        """Send an event to every web process that holds the room; to none if nobody has it open."""
        # redis-py's types leave open what it answers here.
        holders: Any = self._redis.smembers(holders_key(room_id))
        entry = Entry(room_id, "", 0, Kind.EVENT, (encode_json(event.model_dump_json()),))
        with self._redis.pipeline(transaction=False) as pipeline:
            for process in holders:
                # What a dead one is sent is forgotten with its inbox.
                inbox = inbox_key(process.decode())
                pipeline.xadd(inbox, entry.fields(), maxlen=INBOX_ENTRIES, approximate=True)
                pipeline.expire(inbox, INBOX_SECONDS)
            pipeline.execute()

    def controls(
        self, worker: str, woken: str, seen: Mapping[str, str], wait_seconds: float
    ) -> tuple[list[tuple[str, str, Control]], str]:
        """What people tell the runs of a worker: run, place in its stream, control; each run's in their order.

        `seen` says up to which place each run has heard (`NOTHING_SEEN`: it has heard nothing). Waits until there is
        something, `wake` is called, or the time is over; `woken` is the place that the last call answered.
        """
        wake = wake_key(worker)
        runs = {controls_key(run_id): run_id for run_id in seen}
        streams: dict[Any, Any] = {wake: woken, **{key: seen[run_id] for key, run_id in runs.items()}}
        answer: Any = self._redis.xread(streams, count=64, block=int(wait_seconds * 1000))
        told = []
        for key, entries in answer or ():
            for entry_id, fields in entries:
                if key.decode() == wake:
                    woken = entry_id.decode()
                    continue
                try:
                    control = _CONTROLS.validate_json(fields[b"control"])
                except (KeyError, ValidationError):
                    continue
                told.append((runs[key.decode()], entry_id.decode(), control))
        return told, woken

    def wake(self, worker: str) -> None:
        """End what `controls` waits for: the worker has another run."""
        with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.xadd(wake_key(worker), {"": ""}, maxlen=1, approximate=False)
            pipeline.expire(wake_key(worker), CONTROL_SECONDS)
            pipeline.execute()

    def report(self, worker: str, status: WorkerStatus) -> None:
        """Say that a worker is alive."""
        workforce.report(self._redis, worker, status)

    def leave(self, worker: str) -> None:
        """Say that a worker is gone."""
        workforce.leave(self._redis, worker)

    def forget(self, run_id: str) -> None:
        """Drop the control stream of a run that ended."""
        self._redis.delete(controls_key(run_id))

    def close(self) -> None:
        """Release the connections."""
        self._redis.close()
