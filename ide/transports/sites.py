"""Keeps the two sites apart: a preview is never served on the IDE's host, and no page of the IDE on the preview's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.decorators import async_only_middleware

from ide.domain.sites import Site, ide_origin_for, site_of

PREVIEW_PATHS = ("/preview/", "/preview-runtime.js")
# Calls without a cookie work under any name: a script may well say 127.0.0.1.
ANY_SITE_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")

Handler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def sites_middleware(get_response: Handler) -> Handler:
    """Django middleware."""

    async def handle(request: HttpRequest) -> HttpResponseBase:
        host = request.get_host()
        site = site_of(host, settings.PREVIEW_ORIGIN)
        if request.path.startswith(ANY_SITE_PATHS):
            return await get_response(request)
        if request.path.startswith(PREVIEW_PATHS) != (site == Site.PREVIEW):
            if site == Site.PREVIEW and not settings.PREVIEW_ORIGIN and request.method in ("GET", "HEAD"):
                origin = ide_origin_for(host, request.scheme or "http")
                return HttpResponseRedirect(f"{origin}{request.get_full_path()}")
            return HttpResponse("Not found on this site.", status=404, content_type="text/plain; charset=utf-8")
        return await get_response(request)

    return handle
