"""Under which addresses this machine is reached. They are read anew each time: a laptop changes its network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from functools import cache
from typing import Final

import psutil

from ide.domain.sites import bracketed

EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - recognised here, not listened on
# Each leads to a place on which no packet is ever sent: the route alone is asked for.
_SOMEWHERE: Final = ((socket.AF_INET, "198.51.100.1"), (socket.AF_INET6, "2001:db8::1"))
_OF_CONTAINERS: Final = ("docker", "br-", "veth", "virbr")


class OwnHosts(list[str]):
    """The hosts under which a server that listens on `host` answers: this machine's own, and no others.

    A page elsewhere can make a name of its own lead here (DNS rebinding), but it cannot be called by an address or by
    this machine's name. Django wants a list; what it holds is found out whenever it is gone through.
    """

    def __init__(self, host: str) -> None:
        super().__init__(("localhost", "127.0.0.1", "[::1]"))
        self._host = host

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        if is_loopback(self._host):
            return
        name = socket.gethostname().lower()
        yield from (name, f"{name.partition('.')[0]}.local")
        yield from map(bracketed, _addresses(with_containers=True) if self._host in EVERYWHERE else (self._host,))


@cache
def is_loopback(host: str) -> bool:
    """Whether a server that listens on `host` is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        return host == "localhost" or ipaddress.ip_address(socket.gethostbyname(host)).is_loopback
    except OSError:
        return False


def reachable_hosts(host: str) -> list[str]:
    """The hosts under which other devices reach a server that listens on `host`, the likeliest first."""
    if is_loopback(host):
        return []
    if host not in EVERYWHERE:
        return [bracketed(host)]
    found = [ipaddress.ip_address(address) for address in _addresses(with_containers=False)]
    first = _routed()
    # Behind them: addresses that only the same wire knows, and IPv6, which a page's policy cannot name.
    found.sort(key=lambda address: (address.is_link_local, address.version, str(address) not in first))
    return [bracketed(str(address)) for address in found if address.version == 4 or host == "::"]


def _addresses(*, with_containers: bool) -> Iterator[str]:
    """The addresses of the interfaces that are up, apart from loopback ones."""
    states = psutil.net_if_stats()
    for name, interface in psutil.net_if_addrs().items():
        if name not in states or not states[name].isup or (name.startswith(_OF_CONTAINERS) and not with_containers):
            continue
        for entry in interface:
            # Browsers cannot say through which interface a link-local IPv6 address is meant.
            of_the_net = entry.family in (socket.AF_INET, socket.AF_INET6) and "%" not in entry.address
            if of_the_net and not ipaddress.ip_address(entry.address).is_loopback:
                yield entry.address


def _routed() -> set[str]:
    """The addresses from which this machine would speak to the rest of the world."""
    found = set()
    for family, somewhere in _SOMEWHERE:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((somewhere, 9))
            except OSError:
                continue
            found.add(probe.getsockname()[0])
    return found
