from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contracts.stock import StockClients, stock_clients


@pytest.fixture
async def stock() -> AsyncIterator[StockClients]:
    """A Node process for stock y-websocket clients."""
    async with stock_clients() as clients:
        yield clients
