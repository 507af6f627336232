from __future__ import annotations

import pytest

from ide.interfaces import reachable_hosts
from ide.launcher.addresses import Addresses


@pytest.mark.parametrize(
    ("host", "public", "probe"),
    [
        ("127.0.0.1", "http://localhost:8000", "127.0.0.1"),
        ("localhost", "http://localhost:8000", "localhost"),
        ("0.0.0.0", "http://localhost:8000", "127.0.0.1"),
        ("::", "http://localhost:8000", "::1"),
        ("::1", "http://localhost:8000", "::1"),
        ("127.0.0.2", "http://127.0.0.2:8000", "127.0.0.2"),
        ("192.0.2.7", "http://192.0.2.7:8000", "192.0.2.7"),
        ("2001:db8::7", "http://[2001:db8::7]:8000", "2001:db8::7"),
        ("rooms.example", "http://rooms.example:8000", "rooms.example"),
    ],
)
def test_where_a_server_is_reached(host: str, public: str, probe: str) -> None:
    addresses = Addresses(host, 8000, ["localhost"])
    assert (addresses.public, addresses.probe) == (public, (probe, 8000))


def test_other_devices_are_told_an_address_where_the_server_has_one_for_them() -> None:
    assert Addresses("0.0.0.0", 8000, []).elsewhere in ["", *(f"http://{host}:8000" for host in reachable_hosts("::"))]
    assert Addresses("127.0.0.1", 8000, []).elsewhere == ""
    assert Addresses("192.0.2.7", 8000, []).elsewhere == "", "the public one is theirs too"


@pytest.mark.parametrize(
    ("allowed", "header"),
    [(["localhost"], "localhost:8000"), (["*"], "localhost:8000"), ([".rooms.example"], "rooms.example:8000")],
)
def test_the_launcher_asks_under_an_allowed_host(allowed: list[str], header: str) -> None:
    assert Addresses("127.0.0.1", 8000, allowed).host_header == header
