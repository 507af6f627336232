"""Which workers are alive, and what each says of itself: a set of names, and a key for each that expires."""

from __future__ import annotations

from typing import Any

import redis
import redis.asyncio
from pydantic import ValidationError

from ide.wire.shapes import Shape

LEASE_SECONDS = 5
BEAT_SECONDS = 1.5
WORKERS_KEY = "sparkroom:workers"


class WorkerStatus(Shape):
    """One worker: which queue it serves, and why it cannot ("not available here: …"), if so."""

    queue: str
    lack: str | None


def status_key(worker: str) -> str:
    """String that expires unless the worker keeps renewing it."""
    return f"sparkroom:worker:{worker}"


def report(client: redis.Redis, worker: str, status: WorkerStatus) -> None:
    """Say that a worker is alive. Raises RedisError when Redis is away."""
    with client.pipeline(transaction=False) as pipeline:
        pipeline.sadd(WORKERS_KEY, worker)
        pipeline.set(status_key(worker), status.model_dump_json(), ex=LEASE_SECONDS)
        pipeline.execute()


def leave(client: redis.Redis, worker: str) -> None:
    """Say that a worker is gone. Raises RedisError when Redis is away."""
    with client.pipeline(transaction=False) as pipeline:
        pipeline.srem(WORKERS_KEY, worker)
        pipeline.delete(status_key(worker))
        pipeline.execute()


async def alive(client: redis.asyncio.Redis) -> list[WorkerStatus]:
    """Those that are alive; the names of those that died are forgotten. Raises RedisError when Redis is away."""
    # redis-py's types leave open what these answer.
    members: Any = await client.smembers(WORKERS_KEY)
    names = sorted(name.decode() for name in members)
    if not names:
        return []
    values: Any = await client.mget([status_key(name) for name in names])
    if dead := [name for name, value in zip(names, values, strict=True) if value is None]:
        await client.srem(WORKERS_KEY, *dead)
    found = []
    for value in values:
        try:
            found.append(WorkerStatus.model_validate_json(value or b""))
        except ValidationError:
            continue
    return found


def lack_of(workers: list[WorkerStatus], queue: str) -> str | None:
    """Why runs of this queue are not carried out now, in one line; None if they are."""
    lacks = [worker.lack for worker in workers if worker.queue == queue]
    if not lacks:
        return "not available here: no worker is running"
    return None if None in lacks else lacks[0]
