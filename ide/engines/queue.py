"""Hands work to the Celery workers. Messages carry ids, never text."""

from __future__ import annotations

import asyncio

from celery import Celery


def broker_url(redis_url: str) -> str:
    """The address of Redis as Celery wants it: it spells Unix sockets in its own way."""
    return redis_url.replace("unix://", "redis+socket://", 1)


class Queue:
    """The web processes' end of Celery."""

    def __init__(self, redis_url: str) -> None:
        self._celery = Celery(broker=broker_url(redis_url), set_as_current=False)
        self._celery.conf.update(
            broker_transport_options={"socket_connect_timeout": 2, "socket_timeout": 5},
            task_ignore_result=True,
        )

    async def send_run(self, run_id: str, queue: str) -> None:
        """Hand a run to the workers of a queue (`ide.domain.queues`). Raises kombu's OperationalError when the broker
        is away."""
        await asyncio.to_thread(self._celery.send_task, "workers.tasks.run", [run_id], queue=queue, retry=False)

    def close(self) -> None:
        """Release the connections."""
        self._celery.close()
