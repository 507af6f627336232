"""Who operates this server: somebody at this very computer, where the server answers nobody else.

Only they may paste keys and spend tokens on trying models out. A page elsewhere that makes a name of its own lead here
(DNS rebinding), or sends a form (CSRF), has another Host or another Origin.

A proxy on this computer, behind which anybody may be, is known only by what it sends: a header of proxies, or another
Host. One that sends neither (nginx's plain `proxy_pass http://localhost:8000`, an SSH or container tunnel) looks like
a browser here, and makes everybody behind it the operator. Nothing in a request tells the two apart, so whoever sets up
such a proxy sets `SPARKROOM_OPERATOR_PAGE=0`, with which nobody is the operator.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from ide.domain.refusals import Refusal
from ide.domain.sites import Site, is_loopback_name
from ide.interfaces import is_loopback
from ide.wire.codes import Code

_OF_PROXIES: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
_OTHERS: Final = (
    "Other devices can reach this server, so keys are set where it is started: as environment variables. "
    "Then start it again."
)
_SWITCHED_OFF: Final = (
    "SPARKROOM_OPERATOR_PAGE is 0, so keys are set where Sparkroom is started: as environment variables. "
    "Then start it again."
)
_ELSEWHERE: Final = (
    "Keys are set at the computer on which Sparkroom runs, in a browser that opened it as localhost, without a proxy."
)


def why_not_operator(request: HttpRequest) -> str | None:
    """Why whoever sent this request may not operate the server, in a sentence; None if they may."""
    if not is_loopback(settings.HOST):
        return _OTHERS
    if not settings.OPERATOR_PAGE:
        return _SWITCHED_OFF
    host = request.get_host()
    here = is_loopback_name(host) and settings.SITES.site_of(host, on_own_port=False) == Site.IDE
    if not (here and _is_loopback_address(request.META.get("REMOTE_ADDR", ""))):
        return _ELSEWHERE
    return _ELSEWHERE if any(header in request.headers for header in _OF_PROXIES) else None


def check_operator(request: HttpRequest) -> None:
    """Refuse a change unless the operator's own page asks for it. Raises Refusal."""
    if (refusal := why_not_operator(request)) is not None:
        raise Refusal(Code.NOT_AUTHORISED, refusal)
    # Browsers send it with every change, whoever's page asks for it.
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        raise Refusal(Code.NOT_AUTHORISED, "Only a page of this server can do that.")


def _is_loopback_address(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
