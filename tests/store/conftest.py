from __future__ import annotations

import pytest

from ide.store import rooms


@pytest.fixture
def room(database: str) -> str:
    """A fresh room's id, in a real database: each test runs with SQLite and with PostgreSQL."""
    return rooms.create("Test").id
