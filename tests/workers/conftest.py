"""Real sandboxes for the tests of the workers: nothing here stands in for bubblewrap, Redis or pytest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ide.engines.bus import WorkerBus
from tests.workers.room import HeardRoom
from workers.runner import Runner
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.groups import Groups
from workers.sandboxes.toolchain import Toolchain, install, locate


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    found = locate()
    install(found)
    return found


@pytest.fixture(scope="session")
def backend(toolchain: Toolchain) -> Bubblewrap:
    bubblewrap = Bubblewrap(toolchain)
    assert bubblewrap.availability() is None
    return bubblewrap


@pytest.fixture(params=["control groups", "no control groups"])
def either_backend(request: pytest.FixtureRequest, toolchain: Toolchain, backend: Bubblewrap) -> Bubblewrap:
    """With the machine's control groups, where the tests may make any, and as if they might not."""
    return backend if request.param == "control groups" else Bubblewrap(toolchain, groups=Groups([]))


@pytest.fixture(scope="module")
def bus(redis_url: str) -> Iterator[WorkerBus]:
    bus = WorkerBus(redis_url)
    yield bus
    bus.close()


@pytest.fixture(scope="module")
def runner(backend: Bubblewrap, bus: WorkerBus) -> Runner:
    runner = Runner(backend, bus, "worker")
    runner.prepare()
    return runner


@pytest.fixture
def room(redis_url: str) -> Iterator[HeardRoom]:
    with HeardRoom(redis_url) as room:
        yield room
