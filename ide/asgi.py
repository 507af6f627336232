"""The web process's application: pages and API by Django, rooms' sockets by Channels."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ide.settings")
http = get_asgi_application()

from ide.transports.bodies import bounded  # noqa: E402
from ide.transports.composition import hub  # noqa: E402 - models need Django set up first
from ide.transports.sites import sockets_of_the_ide  # noqa: E402
from ide.urls import websocket_urlpatterns  # noqa: E402

# Python hands the interpreter from one thread to another after 5 ms: as long would a frame wait for the database's
# thread, whenever that is busy. Measured with 1,000 frames a second: p99 3.1 ms at 2 ms, 1.6 ms at 0.5 ms.
sys.setswitchinterval(0.0005)
# Shorter than the launcher's patience, so that sockets get their close frames.
SHUT_DOWN_SECONDS = 4.0
log = logging.getLogger(__name__)
sockets = sockets_of_the_ide(URLRouter(websocket_urlpatterns))
application = ProtocolTypeRouter({"http": bounded(http), "websocket": sockets})


async def shut_down() -> None:
    """What a server does before it ends: stop the turns, commit what was written, release everything.

    A database that takes nothing any more is waited for a while. What it does not have was never acknowledged.
    """
    try:
        async with asyncio.timeout(SHUT_DOWN_SECONDS):
            await hub.close()
    except TimeoutError:
        log.error("ended before everything was written: the database did not take it")
