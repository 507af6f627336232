"""A run that looks at the page."""

from __future__ import annotations

from typing import Any

from ide.domain.pages import trouble
from ide.store.runs import RunInput
from ide.wire.codes import RunState
from ide.wire.run_shapes import PageReport
from workers.broadcast import Broadcast
from workers.execution import Execution
from workers.lease import Lease
from workers.sandboxes.sandbox import Ended, Report, Talk


class PageExecution(Execution):
    """A look at a page of the room's files. Its command is the path of the page."""

    def __init__(self, lease: Lease, given: RunInput, broadcast: Broadcast) -> None:
        super().__init__(lease, given, broadcast)
        self._report: PageReport | None = None

    def take(self, piece: Report | Talk) -> None:
        """See `Execution.take`. The report was put together in this process, out of what was believed."""
        self._report = PageReport.model_validate_json(piece.line)

    def verdict(self, ended: Ended) -> tuple[RunState, str | None]:
        """See `Execution.verdict`. A page passes that loads, answers and has no errors."""
        reason = ended.reason or (trouble(self._report) if self._report else None)
        return (RunState.FAILED if reason else RunState.PASSED), reason

    def results(self) -> dict[str, Any]:
        """See `Execution.results`."""
        return {"page": self._report}
