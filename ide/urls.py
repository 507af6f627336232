"""Every address of the web process."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.views import serve
from django.urls import path, re_path

from ide.transports import assets, health, pages, previews
from ide.transports.api import api
from ide.transports.composition import hub
from ide.transports.socket import room_sockets, unknown_address

urlpatterns = [
    path("", pages.home),
    path("models", pages.models),
    path("r/<slug:room_id>", pages.room),
    path("assets/<path:path>", assets.asset),
    path("api/", api.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("preview-runtime.js", previews.runtime),
    path("preview/<slug:grant>/<path:path>", previews.page),
    path("preview/<slug:grant>/", previews.page, {"path": ""}),
    # The scripts of /api/docs come with the API library.
    path("static/<path:path>", serve, {"insecure": True}),
]

# Channels routes ASGI applications by Django's own patterns, which their types do not foresee.
websocket_urlpatterns: list[Any] = [
    re_path(r"^ws/rooms/(?P<room_id>[A-Za-z0-9-]{1,64})/?$", room_sockets(hub)),  # type: ignore[arg-type]
    re_path(r"", unknown_address),  # type: ignore[arg-type]
]
