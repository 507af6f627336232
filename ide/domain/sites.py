"""Which site an address belongs to. The IDE and the previews must be different *sites*, not only different ports.

While developing they are told apart as `localhost` and `127.0.0.1`; in production by a domain of the preview's own.
"""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

LOOPBACK_PREVIEW = "127.0.0.1"
LOOPBACK_IDE = "localhost"


class Site(StrEnum):
    """What a host serves."""

    IDE = "ide"
    PREVIEW = "preview"


def split_host(host: str) -> tuple[str, str]:
    """`name:port` as (name, ":port"); the port is empty where none is named. IPv6 keeps its brackets."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host.lower(), ""
    return name.lower(), f":{port}"


def site_of(host: str, preview_origin: str) -> Site:
    """Which site the Host header `host` names. `preview_origin` is the configured one, or empty."""
    if preview_origin:
        return Site.PREVIEW if urlsplit(preview_origin).netloc.lower() == host.lower() else Site.IDE
    return Site.PREVIEW if split_host(host)[0] == LOOPBACK_PREVIEW else Site.IDE


def preview_origin_for(host: str, scheme: str, preview_origin: str) -> str:
    """The origin that serves the previews of pages on `host`. Empty if there is none: it has to be configured."""
    if preview_origin:
        return preview_origin.rstrip("/")
    name, port = split_host(host)
    return f"{scheme}://{LOOPBACK_PREVIEW}{port}" if name in (LOOPBACK_IDE, LOOPBACK_PREVIEW) else ""


def ide_origin_for(host: str, scheme: str) -> str:
    """The origin of the IDE for somebody who came by `host`."""
    name, port = split_host(host)
    return f"{scheme}://{LOOPBACK_IDE if name == LOOPBACK_PREVIEW else name}{port}"
