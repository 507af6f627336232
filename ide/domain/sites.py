"""Which site an address belongs to. A page that a room builds is never served by the IDE's own origin.

The two are told apart by the first of these that is there:
- a domain of the previews' own, which is configured;
- on this computer, a second name: `localhost` is the IDE, `127.0.0.1` the previews, on one port;
- under any other name, a port of the previews' own.

Another name is another *site*. Another port is another origin of the same site, to which browsers send the host's
cookies. It holds because nothing that is served there reads or sets one, and because a preview's origin is opaque: what
its page sends counts as another site's, so the cookie (SameSite=Lax) stays behind, and the IDE reads `Origin: null`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

LOOPBACK_PREVIEW: Final = "127.0.0.1"
LOOPBACK_IDE: Final = "localhost"
USUAL_PORTS: Final = {"http": 80, "https": 443}


class Site(StrEnum):
    """What a host serves."""

    IDE = "ide"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of one server."""

    port: int
    """On which it listens."""
    preview_origin: str = ""
    """The configured one; empty where there is none."""
    preview_port: int = 0
    """On which it listens for previews alone; 0 where there is none."""
    second_name: bool = True
    """Whether it is reached as `localhost` and as `127.0.0.1`."""

    def site_of(self, host: str, on_own_port: bool) -> Site | None:
        """What a request with the Host header `host` is for; None: nothing is served there.

        `on_own_port` says whether it came in on `preview_port`.
        """
        name = split_host(host)[0]
        if self.preview_origin:
            return Site.PREVIEW if urlsplit(self.preview_origin).netloc.lower() == host.lower() else Site.IDE
        if on_own_port:
            return Site.PREVIEW if self._has_own_port(name) else None
        return Site.PREVIEW if self.second_name and name == LOOPBACK_PREVIEW else Site.IDE

    def preview_origin_for(self, host: str, scheme: str) -> str:
        """The origin that serves the previews of pages on `host`. Empty if there is none: it has to be configured."""
        if self.preview_origin:
            return self.preview_origin.rstrip("/")
        name, port = split_host(host)
        if self._has_second_name(name):
            return f"{scheme}://{LOOPBACK_PREVIEW}{port}"
        # Behind a proxy, the port that people see is not this server's: nothing says how they would reach the other.
        if self._has_own_port(name) and int(port[1:] or USUAL_PORTS.get(scheme, 0)) == self.port:
            return f"{scheme}://{name}:{self.preview_port}"
        return ""

    def ide_origin_for(self, host: str, scheme: str) -> str:
        """The origin of the IDE for somebody who is on `host`, the IDE's or the previews'."""
        name, port = split_host(host)
        if self._has_second_name(name):
            return f"{scheme}://{LOOPBACK_IDE}{port}"
        if port == f":{self.preview_port}":
            port = "" if self.port == USUAL_PORTS.get(scheme) else f":{self.port}"
        return f"{scheme}://{name}{port}"

    def _has_second_name(self, name: str) -> bool:
        return self.second_name and name in (LOOPBACK_IDE, LOOPBACK_PREVIEW)

    def _has_own_port(self, name: str) -> bool:
        # A content security policy cannot name an IPv6 address, and previews are nothing without one.
        return self.preview_port > 0 and not self._has_second_name(name) and not name.startswith("[")


def split_host(host: str) -> tuple[str, str]:
    """`name:port` as (name, ":port"); the port is empty where none is named. IPv6 keeps its brackets."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host.lower(), ""
    return name.lower(), f":{port}"


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def is_loopback_name(host: str) -> bool:
    """Whether the Host header `host` means the computer that the browser runs on."""
    name = split_host(host)[0]
    return name in (LOOPBACK_IDE, "[::1]") or name.startswith("127.")
