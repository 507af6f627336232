"""Keeps the two sites apart: a preview is never served on the IDE's host, and no page of the IDE on the preview's.

Where previews have a port of their own, nothing else is answered there, whatever the Host header says: which port a
request came in on is the server's knowledge, not the browser's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.decorators import async_only_middleware

from ide.domain.sites import Site, Sites

PREVIEW_PATHS = ("/preview/", "/preview-runtime.js")
# Calls without a cookie work under any name: a script may well say 127.0.0.1.
ANY_NAME_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")

Handler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
sites: Sites = settings.SITES


@async_only_middleware
def sites_middleware(get_response: Handler) -> Handler:
    """Django middleware."""

    async def handle(request: HttpRequest) -> HttpResponseBase:
        host = request.get_host()
        on_own_port = request.META["SERVER_PORT"] == str(sites.preview_port)
        if request.path.startswith(ANY_NAME_PATHS) and not on_own_port:
            return await get_response(request)
        wanted = Site.PREVIEW if request.path.startswith(PREVIEW_PATHS) else Site.IDE
        if sites.site_of(host, on_own_port) == wanted:
            return await get_response(request)
        # Somebody typed the preview's name: the IDE has another one.
        if wanted == Site.IDE and not on_own_port and not sites.preview_origin and request.method in ("GET", "HEAD"):
            origin = sites.ide_origin_for(host, request.scheme or "http")
            return HttpResponseRedirect(f"{origin}{request.get_full_path()}")
        return HttpResponse("Not found on this site.", status=404, content_type="text/plain; charset=utf-8")

    return handle


def sockets_of_the_ide(application: ASGI3Application) -> ASGI3Application:
    """`application`, which serves sockets, without the previews' own port: rooms have none there."""

    async def handle(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "websocket" and scope["server"] and scope["server"][1] == sites.preview_port:
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": None})
        else:
            await application(scope, receive, send)

    return handle
