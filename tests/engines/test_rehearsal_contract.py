from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from ide.engines.model import CodeModel
from ide.engines.rehearsal import Rehearsal
from tests.engines.contract import EngineContract


class TestContract(EngineContract):
    @pytest.fixture
    async def engine(self) -> AsyncIterator[CodeModel]:
        engine = Rehearsal(20_000)
        yield engine
        await engine.close()

    @pytest.fixture
    async def idle(self) -> Callable[[], bool]:
        """It has no upstream, so what it could leave behind are tasks."""
        before = asyncio.all_tasks()
        test = asyncio.current_task
        return lambda: asyncio.all_tasks() <= {*before, test()}
