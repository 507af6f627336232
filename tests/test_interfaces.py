"""The addresses of this machine, whichever it has."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from django.http.request import validate_host

from ide.interfaces import OwnHosts, is_loopback, reachable_hosts


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.7", False),
        ("no.such.host.invalid", False),
    ],
)
def test_what_only_this_computer_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
    assert (reachable_hosts(host) == []) == loopback or host in ("0.0.0.0", "::")


def test_one_address_that_is_listened_on_is_the_one_that_is_reached() -> None:
    assert reachable_hosts("192.0.2.7") == ["192.0.2.7"]
    assert reachable_hosts("2001:db8::7") == ["[2001:db8::7]"]


def test_every_address_that_is_offered_is_one_of_this_machine() -> None:
    for host in reachable_hosts("::"):
        address = ipaddress.ip_address(host.strip("[]"))
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        with socket.socket(family) as probe:
            probe.bind((str(address), 0))
    assert all(":" not in host for host in reachable_hosts("0.0.0.0")), "which is IPv4 alone"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_answers_to_its_own_names_alone(host: str) -> None:
    own = OwnHosts(host)
    for name in ("localhost", "127.0.0.1", "[::1]", socket.gethostname().lower(), *reachable_hosts(host)):
        assert validate_host(name, own)
    for name in (
        "rebound.example",
        "203.0.113.9",
        "[2001:db8::bad]",
        "0.0.0.0",
        f"{socket.gethostname()}.evil.example",
        "*",
    ):
        assert not validate_host(name, own)


def test_a_server_on_loopback_answers_to_no_other_name() -> None:
    assert list(OwnHosts("127.0.0.1")) == ["localhost", "127.0.0.1", "[::1]"]
