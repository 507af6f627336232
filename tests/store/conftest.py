from __future__ import annotations

import pytest

from ide.store import rooms


@pytest.fixture
def room(transactional_db: None) -> str:
    """A fresh room's id, in a real database."""
    return rooms.create("Test").id
