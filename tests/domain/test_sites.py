from __future__ import annotations

import pytest

from ide.domain.sites import Site, Sites, is_loopback_name, split_host

HERE = Sites(port=8000)
EVERYWHERE = Sites(port=8000, preview_port=8001)
IN_THE_NETWORK = Sites(port=8000, preview_port=8001, second_name=False)
CONFIGURED = Sites(port=8000, preview_origin="https://preview.example")


@pytest.mark.parametrize(
    ("host", "parts"),
    [
        ("localhost:8000", ("localhost", ":8000")),
        ("localhost", ("localhost", "")),
        ("[::1]:8000", ("[::1]", ":8000")),
        ("[::1]", ("[::1]", "")),
        ("EXAMPLE.com:1", ("example.com", ":1")),
    ],
)
def test_a_host_is_a_name_and_a_port(host: str, parts: tuple[str, str]) -> None:
    assert split_host(host) == parts


@pytest.mark.parametrize("sites", [HERE, EVERYWHERE])
def test_on_loopback_the_sites_are_told_apart_by_name(sites: Sites) -> None:
    assert sites.site_of("localhost:8000", on_own_port=False) == Site.IDE
    assert sites.site_of("127.0.0.1:8000", on_own_port=False) == Site.PREVIEW
    assert sites.preview_origin_for("localhost:8000", "http") == "http://127.0.0.1:8000"
    assert sites.ide_origin_for("127.0.0.1:8000", "http") == "http://localhost:8000"


def test_a_configured_origin_is_the_only_preview() -> None:
    assert CONFIGURED.site_of("preview.example", on_own_port=False) == Site.PREVIEW
    assert CONFIGURED.site_of("127.0.0.1:8000", on_own_port=False) == Site.IDE
    assert CONFIGURED.preview_origin_for("ide.example", "https") == "https://preview.example"


@pytest.mark.parametrize("name", ["192.168.1.5", "mybox.local"])
def test_under_other_names_the_sites_are_told_apart_by_port(name: str) -> None:
    assert EVERYWHERE.preview_origin_for(f"{name}:8000", "http") == f"http://{name}:8001"
    assert EVERYWHERE.ide_origin_for(f"{name}:8001", "http") == f"http://{name}:8000"
    assert EVERYWHERE.site_of(f"{name}:8001", on_own_port=True) == Site.PREVIEW
    assert EVERYWHERE.site_of(f"{name}:8000", on_own_port=False) == Site.IDE


def test_the_port_that_a_request_came_in_on_counts_and_not_the_one_it_names() -> None:
    assert EVERYWHERE.site_of("192.168.1.5:8001", on_own_port=False) == Site.IDE
    assert EVERYWHERE.site_of("192.168.1.5:8000", on_own_port=True) == Site.PREVIEW


@pytest.mark.parametrize("host", ["localhost:8001", "127.0.0.1:8001", "[2001:db8::7]:8001"])
def test_names_whose_previews_are_elsewhere_get_nothing_on_the_previews_port(host: str) -> None:
    assert EVERYWHERE.site_of(host, on_own_port=True) is None


def test_a_server_that_has_no_second_name_uses_the_port_even_as_localhost() -> None:
    assert IN_THE_NETWORK.preview_origin_for("localhost:8000", "http") == "http://localhost:8001"
    assert IN_THE_NETWORK.site_of("127.0.0.1:8000", on_own_port=False) == Site.IDE


def test_the_usual_port_is_not_written() -> None:
    sites = Sites(port=80, preview_port=81)
    assert sites.preview_origin_for("192.168.1.5", "http") == "http://192.168.1.5:81"
    assert sites.ide_origin_for("192.168.1.5:81", "http") == "http://192.168.1.5"


@pytest.mark.parametrize(
    ("sites", "host", "scheme"),
    [
        (HERE, "192.168.1.5:8000", "http"),
        # Behind a proxy, or a port's mapping, nothing says how people would reach the other port.
        (EVERYWHERE, "rooms.example", "https"),
        (EVERYWHERE, "192.168.1.5:9000", "http"),
        # A content security policy cannot name it.
        (EVERYWHERE, "[2001:db8::7]:8000", "http"),
    ],
)
def test_where_nothing_keeps_previews_apart_there_are_none(sites: Sites, host: str, scheme: str) -> None:
    assert sites.preview_origin_for(host, scheme) == ""


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost:8000", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("192.168.1.5:8000", False),
        ("localhost.example:1", False),
    ],
)
def test_names_that_mean_the_browsers_own_computer(host: str, loopback: bool) -> None:
    assert is_loopback_name(host) == loopback
