"""The backends that ship keep the contract."""

from __future__ import annotations

import pytest

from tests.workers.sandboxes.contract import SandboxContract
from workers.sandboxes.bubblewrap import Bubblewrap


class TestBubblewrap(SandboxContract):
    """With and without control groups."""

    @pytest.fixture
    def backend(self, either_backend: Bubblewrap) -> Bubblewrap:
        return either_backend
