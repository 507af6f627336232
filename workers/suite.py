"""A run of the tests: what the reporters say of each is stored and told as it comes."""

from __future__ import annotations

import time
from dataclasses import replace

from ide.domain import selection, suites
from ide.store import runs
from ide.store.runs import RunInput
from ide.wire.codes import RunState
from ide.wire.run_shapes import Test
from workers.broadcast import Broadcast
from workers.execution import Execution
from workers.lease import Lease
from workers.sandboxes.sandbox import Cause, Ended, Order, Report, Talk
from workers.testers import orders
from workers.testers.results import Results

# News of tests go out at most so often: a commit for each would hold up fast tests.
TELL_SECONDS = 0.1


class SuiteExecution(Execution):
    """The tests of a room's files."""

    def __init__(self, lease: Lease, given: RunInput, broadcast: Broadcast) -> None:
        super().__init__(lease, given, broadcast)
        self._results = Results()
        self._untold: dict[str, Test] = {}
        self._tell_at = time.monotonic()

    def order(self) -> Order:
        """See `Execution.order`."""
        given = self._given
        select = selection.parse(given.select) if given.select else None
        plan = suites.plan(given.files, given.only, select)
        return replace(super().order(), command=orders.command(plan), modules=orders.modules(plan))

    @property
    def tells_in(self) -> float | None:
        """See `Execution.tells_in`."""
        return max(0.0, self._tell_at - time.monotonic()) if self._untold else None

    def take(self, piece: Report | Talk) -> None:
        """See `Execution.take`."""
        test = self._results.take(piece.line)
        if test is not None:
            # What happened to a test in the meantime is no news any more.
            self._untold[test.id] = test

    def tell(self) -> None:
        """See `Execution.tell`."""
        untold, self._untold = list(self._untold.values()), {}
        if untold:
            for event in self._lease.write(lambda run, worker: runs.record_tests(run, worker, untold)):
                self._broadcast.send(event)
            self._tell_at = time.monotonic() + TELL_SECONDS

    def finish(self, ended: Ended, leaving: bool) -> None:
        """See `Execution.finish`. A test that had begun ended with its run."""
        if ended.cause is not Cause.REFUSED:
            self._untold |= {test.id: test for test in self._results.cut_short(ended.reason)}
            self.tell()
        super().finish(ended, leaving)

    def verdict(self, ended: Ended) -> tuple[RunState, str | None]:
        """See `Execution.verdict`."""
        return self._results.verdict(ended.exit_code)
