"""Under which origins other devices reach this server: what links are made with."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.request import validate_host

from ide.domain.sites import USUAL_PORTS, is_loopback_name, split_host
from ide.interfaces import reachable_hosts


def reachable_origins(request: HttpRequest) -> list[str]:
    """The likeliest first; empty if this computer alone reaches the server."""
    host, scheme = request.get_host(), request.scheme or "http"
    # Whoever came by this name shows that it leads here; "localhost" leads every device to itself.
    origins = [] if is_loopback_name(host) else [f"{scheme}://{host}"]
    port = "" if USUAL_PORTS.get(scheme) == settings.PORT else f":{settings.PORT}"
    # Behind a proxy or another port's mapping, this machine's own addresses say nothing.
    if split_host(host)[1] == port:
        names = (name for name in reachable_hosts(settings.HOST) if validate_host(name, settings.ALLOWED_HOSTS))
        origins += [f"{scheme}://{name}{port}" for name in names]
    return list(dict.fromkeys(origins))
