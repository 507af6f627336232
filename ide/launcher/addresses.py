"""Where a server is reached: by people, and by the launcher that asks whether it answers."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    """What follows from HOST, PORT and ALLOWED_HOSTS."""

    host: str
    port: int
    allowed_hosts: Sequence[str]

    @property
    def public(self) -> str:
        """The address to open: `localhost` whenever the server listens there."""
        return f"http://{bracketed('localhost' if self._on_loopback() else self.host)}:{self.port}"

    @property
    def probe(self) -> tuple[str, int]:
        """Host and port at which this machine reaches the server."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host), self.port  # noqa: S104

    @property
    def host_header(self) -> str:
        """A Host that the settings allow."""
        first = next(iter(self.allowed_hosts), "*")
        return f"{'localhost' if first == '*' else first.removeprefix('.')}:{self.port}"

    def _on_loopback(self) -> bool:
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            return self.host == "localhost"
        return address.is_loopback or address.is_unspecified


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
