"""The Celery application: `celery -A workers.app worker --pool threads`.

One process with threads, since it owns the terminals of its sandboxes; messages are JSON and carry ids alone.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

import django
from celery import Celery
from celery.signals import worker_init, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ide.settings")
django.setup()

from ide import settings  # noqa: E402 -- models can only be imported after the set-up
from ide.engines.queue import broker_url  # noqa: E402
from workers import tasks  # noqa: E402

# Sandboxes of a worker that is root run as an ordinary user, and only JSON is accepted.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

# What people type goes first; programs, which give way further, inherit it.
NICENESS = 5

# Celery's own Django fix-up would run the checks of the whole web process here; the runner closes its connections.
app = Celery("workers", broker=broker_url(settings.REDIS_URL), fixups=[])
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    # A worker that dies loses its lease, not the message; a run that was claimed once is never carried out again.
    task_acks_late=True,
    # A worker serves this one.
    task_default_queue=settings.WORKER,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    # Most of its threads only wait: for programs, which are held to their share of the processors, and for people.
    worker_concurrency=settings.WORKER_THREADS[settings.WORKER],
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)
app.task(name="workers.tasks.run")(tasks.run)


@worker_init.connect
def prepare(**_: Any) -> None:
    """Give way to the web process, look once whether sandboxes can be set up here, and say so."""
    os.nice(NICENESS)
    tasks.RUNNER.prepare()
    tasks.HEARTBEAT.start()


@worker_shutting_down.connect
def leave(**_: Any) -> None:
    """End what runs: a worker that was told to stop does not wait for people's programs."""
    tasks.HEARTBEAT.end()
    tasks.leave()
