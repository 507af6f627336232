"""`/healthz`: this process answers. `/readyz`: everything that it depends on does too."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse

from ide.domain.queues import QUEUES
from ide.engines.workforce import lack_of
from ide.store.models import Room
from ide.transports.composition import hub


async def healthz(request: HttpRequest) -> JsonResponse:
    """Alive."""
    return JsonResponse({"status": "alive"})


async def readyz(request: HttpRequest) -> JsonResponse:
    """200 if database and Redis answer, else 503 that names what does not.

    Of each queue of runs it says whether a worker carries it out, or why not. Rooms can be worked in without one, and
    workers wait for the web process, so that alone is no reason for a 503.
    """
    services = await hub.services()
    try:
        await services.writer.do(Room.objects.exists)
        database = True
    except DatabaseError:
        database = False
    answers = {"database": database, "redis": await services.bus.ping()}
    ready = all(answers.values())
    workers = await services.bus.workers() or []
    queues = {queue: lack_of(workers, queue) or "ready" for queue in QUEUES}
    return JsonResponse(
        {"status": "ready" if ready else "not ready", **answers, **queues}, status=200 if ready else 503
    )
