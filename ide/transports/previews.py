"""The other site: what a room's page and everything it loads are answered with, straight from the room as it is now.

Nobody signs in here and no cookie is read or set: an unguessable grant names the room, and a page gets no right in it.
"""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import escape
from django.views.decorators.http import require_safe

from ide.domain.access import Grant
from ide.domain.assets import type_of
from ide.domain.previews import as_served, content_security_policy, content_type, find, is_page
from ide.domain.refusals import Refusal
from ide.live.replica import AssetFile, Replica
from ide.live.room import LiveRoom
from ide.store import members
from ide.transports.access import grant_of
from ide.transports.answers import bytes_answer, not_modified
from ide.transports.assets import read_asset
from ide.transports.composition import hub


@require_safe
async def page(request: HttpRequest, grant: str, path: str) -> HttpResponse:
    """`/preview/<grant>/<path>`: a document of the room, as it is this moment."""
    granted = grant_of(grant)
    if granted is None:
        return _missing(request, "There is no preview at this address.")
    try:
        async with hub.visit(granted.room) as room:
            if not await _holds(room, granted):
                return _missing(request, "This address is not valid any more.")
            asset = room.replica.assets().get(path)
            if asset is not None:
                return await _asset(request, room, asset)
            return _document(request, room.replica, grant, path)
    except Refusal as refusal:
        return _missing(request, refusal.message)


@require_safe
async def runtime(request: HttpRequest) -> HttpResponse:
    """`/preview-runtime.js`: the first script of every page."""
    script = read_asset("runtime.js")
    if script is None:
        return _missing(request, "The preview's runtime was not built.")
    return _answer(request, script.data, content_type("runtime.js"))


async def _holds(room: LiveRoom, grant: Grant) -> bool:
    """Whether the link does that the grant came with; where that was replaced, the member's own place in the room."""
    if grant.member in room.members.removed:
        return False
    if room.members.generations[grant.claim.role] == grant.claim.generation:
        return True
    return await room.services.writer.do(members.is_in, room.id, grant.member)


async def _asset(request: HttpRequest, room: LiveRoom, asset: AssetFile) -> HttpResponse:
    response = not_modified(request, asset.hash)
    if response is None:
        data = await room.assets.read(asset)
        if data is None:
            return _missing(request, f"The bytes of “{asset.path}” are missing.")
        response = bytes_answer(request, data, type_of(asset.path, data), asset.hash)
    return _with_headers(request, response)


def _document(request: HttpRequest, replica: Replica, grant: str, path: str) -> HttpResponse:
    found = find(path, replica.documents())
    text = None if found is None else replica.read(found.path)
    if found is None or text is None:
        return _missing(request, f"This room has no “{path}”." if path else "This room has no page yet.")
    if found.redirect:
        return _with_headers(request, HttpResponseRedirect(f"/preview/{grant}/{quote(found.path)}"))
    return _answer(request, as_served(text) if is_page(found.path) else text, content_type(found.path))


def _missing(request: HttpRequest, reason: str) -> HttpResponse:
    """A plain page that says so. It has the runtime too, so that the IDE does not take it for a page that hangs."""
    style = "font:15px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:40ch;padding:0 1em;color:#5b5f67"
    text = f'<!doctype html><title>Not found</title><p style="{style}">{escape(reason)}</p>'
    return _answer(request, as_served(text), "text/html; charset=utf-8", 404)


def _answer(request: HttpRequest, content: str | bytes, kind: str, status: int = 200) -> HttpResponse:
    return _with_headers(request, HttpResponse(content, content_type=kind, status=status))


def _with_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    scheme = request.scheme or "http"
    origin = f"{scheme}://{request.get_host()}"
    match = request.resolver_match
    grant = match.kwargs.get("grant") if match else None
    # Outside a room there is nothing to load, and this folder is none.
    folder = f"/preview/{grant}/" if grant and grant_of(grant) else "/preview/-/"
    ide_origins = _ide_origins(request.get_host(), scheme)
    response["Content-Security-Policy"] = content_security_policy(origin, folder, ide_origins)
    # Modules, fonts and fetch ask across origins, since the page's own is opaque.
    response["Access-Control-Allow-Origin"] = "*"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _ide_origins(host: str, scheme: str) -> list[str]:
    """Who may frame a preview that is served on `host`: the IDE, under each name that it answers to."""
    if not settings.PREVIEW_ORIGIN:
        return [settings.SITES.ide_origin_for(host, scheme)]
    names = [
        form for name in settings.ALLOWED_HOSTS for form in ((f"*{name}", name[1:]) if name[0] == "." else (name,))
    ]
    return [f"{scheme}://{name}:*" for name in names]
