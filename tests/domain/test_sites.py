from __future__ import annotations

import pytest

from ide.domain.sites import Site, ide_origin_for, preview_origin_for, site_of, split_host


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


def test_on_loopback_the_sites_are_told_apart_by_name() -> None:
    assert site_of("localhost:8000", "") == Site.IDE
    assert site_of("127.0.0.1:8000", "") == Site.PREVIEW
    assert preview_origin_for("localhost:8000", "http", "") == "http://127.0.0.1:8000"
    assert ide_origin_for("127.0.0.1:8000", "http") == "http://localhost:8000"


def test_a_configured_origin_is_the_only_preview() -> None:
    origin = "https://preview.example"
    assert site_of("preview.example", origin) == Site.PREVIEW
    assert site_of("127.0.0.1:8000", origin) == Site.IDE
    assert preview_origin_for("ide.example", "https", origin + "/") == origin


def test_other_hosts_have_no_preview_of_their_own() -> None:
    assert preview_origin_for("192.168.1.5:8000", "http", "") == ""
