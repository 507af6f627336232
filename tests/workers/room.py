"""A room with nobody's browser in it: runs are queued into its rows, and its events are heard as a web process does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar

from ide.engines.bus import Control
from ide.engines.entries import Entry
from ide.engines.web_bus import WebBus
from ide.store import rooms, runs
from ide.wire.codes import Outcome, RunKind, RunState
from ide.wire.frames import Json, decode
from ide.wire.messages import EVENTS, Event, Output, RunEvent, TestsEvent
from ide.wire.run_shapes import DebugState, Run, RunLimits, Terminal
from tests.workers.limits import LIMITS, PATIENCE

T = TypeVar("T")

MOST_WAITING = 16


class HeardRoom:
    """A stored room, held on the bus while the context lasts. `events` are in the order in which they came."""

    def __init__(self, redis_url: str) -> None:
        self.id = rooms.create("runs").id
        self.events: list[Event] = []
        self._url = redis_url
        self._changed = threading.Condition()
        self._held = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._listen()])

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._held.wait(PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The client of Redis can lose a cancellation that comes together with an answer.
        while self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._listening.cancel)
            self._thread.join(0.2)
        self._loop.close()

    async def _listen(self) -> None:
        self._bus = WebBus(self._url, f"tests-{self.id}")
        await self._bus.hold(self.id)
        self._listening = asyncio.ensure_future(self._bus.listen(self._take))
        self._held.set()
        await asyncio.wait([self._listening])
        await self._bus.close()

    def _take(self, entry: Entry) -> None:
        assert entry.room == self.id
        events = [decode(frame) for frame in entry.frames]
        with self._changed:
            self.events += [EVENTS.validate_json(event.text) for event in events if isinstance(event, Json)]
            self._changed.notify_all()

    def queue(
        self,
        command: list[str],
        files: Mapping[str, str] | None = None,
        *,
        tests: bool = False,
        debug: DebugState | None = None,
        select: str | None = None,
        terminal: Terminal | None = None,
        limits: RunLimits = LIMITS,
    ) -> str:
        """Store a queued run and answer its id."""
        run = Run(
            id=rooms.fresh_id(),
            member="ann",
            member_name="Ann",
            command=command,
            kind=RunKind.DEBUG if debug else RunKind.TESTS if tests else RunKind.PROGRAM,
            debug=debug,
            state=RunState.QUEUED,
            terminal=terminal is not None,
            limits=limits,
            created_at=0,
        )
        runs.create(self.id, run, select, terminal, runs.packed(files or {}), MOST_WAITING)
        return run.id

    def tell(self, run_id: str, control: Control) -> None:
        """What a web process does when somebody stops a run or types into it."""
        asyncio.run_coroutine_threadsafe(self._bus.control(run_id, control), self._loop).result(PATIENCE)

    def until(self, condition: Callable[[], T | None]) -> T:
        """Wait until events have made `condition` answer something true, and answer that."""
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE), self.events
            value = condition()
        assert value
        return value

    def output(self, run_id: str) -> str:
        """The output as a browser puts it together, by offsets."""
        text = ""
        for event in self.events:
            if isinstance(event, Output) and event.run == run_id:
                assert event.offset == len(text)
                text += event.text
        return text

    def states(self, run_id: str) -> list[RunState]:
        """The states of a run as its events told them."""
        return [event.run.state for event in self.events if isinstance(event, RunEvent) and event.run.id == run_id]

    def tests(self, run_id: str) -> list[str]:
        """The ids of the tests that ended, as they came."""
        told = [event.tests for event in self.events if isinstance(event, TestsEvent) and event.run == run_id]
        unfinished = (Outcome.WAITING, Outcome.RUNNING)
        return [test.id for tests in told for test in tests if test.outcome not in unfinished]

    def until_said(self, run_id: str, words: str) -> None:
        """Wait until a run has said `words`."""
        self.until(lambda: words in self.output(run_id))

    def until_over(self, run_id: str) -> Run:
        """Wait for the last event of a run and answer its stored row."""
        self.until(lambda: any(state.over for state in self.states(run_id)))
        run = runs.read(self.id, run_id)
        assert run
        return run
