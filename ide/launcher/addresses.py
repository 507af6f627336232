"""Where a server is reached: by people, and by the launcher that asks whether it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ide.domain.sites import bracketed
from ide.interfaces import EVERYWHERE, reachable_hosts


@dataclass(frozen=True)
class Addresses:
    """What follows from HOST, PORT and ALLOWED_HOSTS."""

    host: str
    port: int
    allowed_hosts: Sequence[str]

    @property
    def public(self) -> str:
        """The address to open: `localhost` whenever the server listens there."""
        here = self.host in ("localhost", "127.0.0.1", "::1", *EVERYWHERE)
        return f"http://{'localhost' if here else bracketed(self.host)}:{self.port}"

    @property
    def elsewhere(self) -> str:
        """The address for other devices, if there is one beside the public one; empty otherwise."""
        hosts = reachable_hosts(self.host) if self.host in EVERYWHERE else []
        return f"http://{hosts[0]}:{self.port}" if hosts else ""

    @property
    def probe(self) -> tuple[str, int]:
        """Host and port at which this machine reaches the server."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host), self.port  # noqa: S104

    @property
    def host_header(self) -> str:
        """A Host that the settings allow."""
        first = next(iter(self.allowed_hosts), "*")
        return f"{'localhost' if first == '*' else first.removeprefix('.')}:{self.port}"
