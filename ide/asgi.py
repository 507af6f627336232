"""The web process's application: pages and API by Django, rooms' sockets by Channels."""

from __future__ import annotations

import os
import sys

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ide.settings")
http = get_asgi_application()

from ide.transports.composition import hub  # noqa: E402 - models need Django set up first
from ide.transports.sites import sockets_of_the_ide  # noqa: E402
from ide.urls import websocket_urlpatterns  # noqa: E402

# Python hands the interpreter from one thread to another after 5 ms: as long would a frame wait for the database's
# thread, whenever that is busy.
sys.setswitchinterval(0.002)
application = ProtocolTypeRouter({"http": http, "websocket": sockets_of_the_ide(URLRouter(websocket_urlpatterns))})


async def shut_down() -> None:
    """What a server does before it ends: stop the turns, commit what was written, release everything."""
    await hub.close()
