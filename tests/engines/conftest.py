from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.standins.chat import ChatStandIn


@pytest.fixture
async def standin() -> AsyncIterator[ChatStandIn]:
    """A Chat Completions server in the test's own loop."""
    async with ChatStandIn() as server:
        yield server
