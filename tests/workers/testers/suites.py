"""Runs the tests of a room's files in a real sandbox, as a worker does, without the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ide.domain import selection, suites
from ide.wire.run_shapes import Test
from tests.workers.transcript import Transcript, order
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Ended, Order
from workers.testers import orders
from workers.testers.results import Results


def order_of(files: Mapping[str, bytes], only: Sequence[str] = (), select: str | None = None) -> Order:
    """The order for the tests of `files`."""
    plan = suites.plan(files, only, selection.parse(select) if select else None)
    return order(orders.command(plan), files, modules=orders.modules(plan))


class Outcome:
    """What came of the tests of `files`: `told` is each state of each test, in the order in which they were told."""

    def __init__(
        self, backend: Bubblewrap, files: Mapping[str, bytes], only: Sequence[str] = (), select: str | None = None
    ) -> None:
        transcript = Transcript()
        self.results = Results()
        with backend.start(order_of(files, only, select)) as sandbox:
            self.ended: Ended = transcript.to_the_end(sandbox)
        self.told = [test for line in transcript.reports if (test := self.results.take(line))]
        self.text = transcript.text
        self.verdict = self.results.verdict(self.ended.exit_code)

    @property
    def outcomes(self) -> dict[str, str]:
        """How each test ended, by id."""
        return {test.id: test.outcome.value for test in self.results.tests.values()}

    def __getitem__(self, identity: str) -> Test:
        return self.results.tests[identity]

    def states(self, identity: str) -> list[str]:
        """How a test was told to stand, one after the other."""
        return [test.outcome.value for test in self.told if test.id == identity]
