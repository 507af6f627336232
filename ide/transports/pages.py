"""The IDE's own pages: each a shell that loads one entry of the frontend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ide.engines.rehearsal import EXAMPLES
from ide.store.starters import starters
from ide.transports.api.models import model_reports
from ide.transports.assets import entry
from ide.transports.composition import hub
from ide.transports.operator import why_not_operator


async def home(request: HttpRequest) -> HttpResponse:
    """`/`: a prompt bar, examples and templates."""
    catalogue = (await hub.services()).catalogue
    await catalogue.look()
    templates = [
        {"name": starter.name, "title": starter.title, "description": starter.description}
        for starter in starters().values()
    ]
    boot: dict[str, object] = {
        "page": "home",
        "starters": templates,
        "examples": list(EXAMPLES),
        "models": [model.model_dump(mode="json") for model in catalogue.models()],
    }
    return _page(request, "src/app/home.tsx", "Sparkroom", boot)


async def models(request: HttpRequest) -> HttpResponse:
    """`/models`: the models beside each other, keys and tests."""
    services = await hub.services()
    boot: dict[str, object] = {
        "page": "models",
        "models": [report.model_dump(mode="json") for report in await model_reports(services, request)],
        "daily": (await services.allowance.look()).model_dump(mode="json"),
        "refusal": why_not_operator(request),
    }
    return _page(request, "src/app/models.tsx", "Models · Sparkroom", boot)


async def room(request: HttpRequest, room_id: str) -> HttpResponse:
    """`/r/{id}`: the room. Who may see what is in it, the API and the socket decide."""
    return _page(request, "src/app/room.tsx", "Room · Sparkroom", {"page": "room", "room": room_id})


def _page(request: HttpRequest, source: str, title: str, boot: Mapping[str, object]) -> HttpResponse:
    context = {"title": title, "entry": asdict(entry(source)), "boot": boot}
    response = render(request, "page.html", context)
    response["Content-Security-Policy"] = _policy(request)
    response["Cache-Control"] = "no-store"
    return response


def _policy(request: HttpRequest) -> str:
    scheme, host = request.scheme or "http", request.get_host()
    # A host that is no plain name and port could end the directive and begin another.
    if not re.fullmatch(r"[A-Za-z0-9.\[\]:-]+", host):
        host = "localhost"
    preview = settings.SITES.preview_origin_for(host, scheme) or "'none'"
    socket = f"{'wss' if scheme == 'https' else 'ws'}://{host}"
    return "; ".join(
        [
            "default-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            f"connect-src 'self' {socket}",
            f"frame-src {preview}",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
