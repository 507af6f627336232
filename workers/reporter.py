"""A pytest plugin that runs inside the sandbox: one line of JSON for every test as soon as it is over.

Its source is copied into sandboxes as `sparkroom_reporter`, so it imports nothing of ours. The program beside it can
write anything to the same pipe; `workers.checks` believes none of it.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

ID_LENGTH = 300
MESSAGE_LENGTH = 4_000

_pipe = int(os.environ["SPARKROOM_REPORT"])
_phases: dict[str, list[pytest.TestReport]] = {}


def _send(identity: str, outcome: str, seconds: float, message: str) -> None:
    result = {
        "id": identity[:ID_LENGTH],
        "outcome": outcome,
        "seconds": round(seconds, 6),
        "message": message[-MESSAGE_LENGTH:],
    }
    line = json.dumps(result, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    while line:
        line = line[os.write(_pipe, line) :]


def _skip_reason(report: pytest.TestReport) -> str:
    """Why a test was skipped, or expected to fail."""
    if hasattr(report, "wasxfail"):
        return str(report.wasxfail)
    place: Any = report.longrepr
    return str(place[2]) if isinstance(place, tuple) else ""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Three reports a test: set up, call, tear down. The last one is sent for all three."""
    phases = _phases.setdefault(report.nodeid, [])
    phases.append(report)
    if report.when != "teardown":
        return
    del _phases[report.nodeid]
    seconds = sum(phase.duration for phase in phases)
    failed = [phase for phase in phases if phase.failed]
    skipped = [phase for phase in phases if phase.skipped]
    if failed:
        outcome = "failed" if failed[0].when == "call" else "error"
        _send(report.nodeid, outcome, seconds, "\n".join(phase.longreprtext for phase in failed))
    elif skipped:
        _send(report.nodeid, "skipped", seconds, _skip_reason(skipped[0]))
    else:
        _send(report.nodeid, "passed", seconds, "")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that could not be collected is an error of its own: its tests are not known."""
    if report.failed:
        _send(report.nodeid or "collection", "error", 0.0, report.longreprtext)
