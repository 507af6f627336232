"""Who counts as the operator: what a request says, and what the settings allow."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from ide.transports.operator import why_not_operator


def refusal(headers: Mapping[str, str] = {}) -> str | None:
    request = RequestFactory().get("/models", headers={"Host": "localhost:8000", **headers})
    return why_not_operator(request)


def test_a_browser_on_this_computer_is_the_operators() -> None:
    assert refusal() is None


def test_nobody_is_the_operator_where_the_page_is_switched_off(settings: Settings) -> None:
    settings.OPERATOR_PAGE = False
    assert "SPARKROOM_OPERATOR_PAGE is 0" in (refusal() or "")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7"])
def test_where_other_devices_reach_the_server_no_setting_makes_anybody_the_operator(
    settings: Settings, host: str
) -> None:
    settings.HOST = host
    settings.OPERATOR_PAGE = True
    assert "Other devices" in (refusal() or "")


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"])
def test_a_proxy_that_says_so_is_not_the_operator(header: str) -> None:
    assert "without a proxy" in (refusal({header: "x"}) or "")
