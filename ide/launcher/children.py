"""The processes that Sparkroom is made of: Redis, the web process and the workers."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from ide.domain.queues import CHECKS, RUNS
from ide.engines.queue import broker_url
from ide.launcher import redis
from ide.launcher.supervisor import Child

ANSWER_SECONDS = 2.0
WORKERS = {RUNS: "The worker", CHECKS: "The worker of page checks"}


def redis_child(path: Path) -> Child:
    """Redis on the private socket `path`."""

    async def answers() -> bool:
        return await redis.answers(path)

    words = f"its log is {path.with_suffix('.log')}"
    return Child("Redis", redis.command(path), answers, environment={}, seconds_to_answer=10, words=words)


def web_child(
    server: str, name: str, listeners: Sequence[int], probe: socket.socket, host: str, environment: Mapping[str, str]
) -> Child:
    """A web process on `listeners`, which others may share, and on `probe`, its own; `host` is a Host that it takes."""

    async def answers() -> bool:
        return await ready(probe.getsockname(), host)

    inherited = (*listeners, probe.fileno())
    command = [sys.executable, "-m", f"ide.launcher.servers.{server}", *map(str, inherited)]
    # autobahn would compile a check of text messages at each start, of which a room's socket takes none.
    return Child(name, command, answers, {**environment, "AUTOBAHN_USE_NVX": "0"}, inherited=inherited)


def worker_children(redis_url: str, environment: Mapping[str, str]) -> list[Child]:
    """A Celery worker for each queue, so that none waits for another's runs."""
    return [worker_child(name, queue, redis_url, environment) for queue, name in WORKERS.items()]


def worker_child(name: str, queue: str, redis_url: str, environment: Mapping[str, str]) -> Child:
    """The worker of one queue: threads, since one process owns the terminals and the warm sandboxes."""
    node = f"sparkroom-{queue}-{os.getpid()}@{socket.gethostname()}"

    async def answers() -> bool:
        return await asyncio.to_thread(worker_answers, redis_url, node)

    options = ["--pool", "threads", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "workers.app", "worker", "--hostname", node]
    return Child(name, [*command, *options], answers, {**environment, "SPARKROOM_WORKER": queue})


async def ready(address: tuple[str, int], host: str) -> bool:
    """Whether `/readyz` at this address answers 200 within two seconds."""
    request = f"GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(*address)
            try:
                writer.write(request.encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def worker_answers(redis_url: str, node: str) -> bool:
    """Whether the worker called `node` answers a ping within a second."""
    try:
        # A connection of its own: those of kombu's pools do not notice that Redis was started again.
        with (
            Celery(broker=broker_url(redis_url), set_as_current=False) as celery,
            celery.connection_for_write() as connection,
        ):
            return bool(celery.control.ping(destination=[node], timeout=1.0, limit=1, connection=connection))
    except (OperationalError, RedisError):
        return False
