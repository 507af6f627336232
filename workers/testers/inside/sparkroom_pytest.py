"""Runs pytest inside the sandbox, and tells of each test when it was found, begins and is over."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import sparkroom_tests as tests  # type: ignore[import-not-found]


class Reporter:
    """A plugin of pytest."""

    def __init__(self) -> None:
        self._root = Path.cwd()
        self._others = tests.others("pytest")
        self._only = tests.only_files()
        self._found: dict[str, tuple[str, list[str], int | None]] = {}
        self._phases: dict[str, list[pytest.TestReport]] = {}

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out the files that are another framework's, or that nobody asked for."""
        if collection_path.is_dir() or not collection_path.is_relative_to(self._root):
            return None
        path = collection_path.relative_to(self._root).as_posix()
        asked = self._only is None or path in self._only or collection_path.name == "__init__.py"
        return None if asked and path not in self._others else True

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out the tests that were not chosen, and tell of the others."""
        left_out = []
        for item in items[:]:
            path, names, line = _place(item)
            if tests.chosen(path, names):
                self._found[item.nodeid] = path, names, line
            else:
                items.remove(item)
                left_out.append(item)
        if left_out:
            config.hook.pytest_deselected(items=left_out)
        for item in items:
            path, names, line = self._found[item.nodeid]
            tests.report(path, names, "waiting", line)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        if nodeid in self._found:
            path, names, line = self._found[nodeid]
            tests.report(path, names, "running", line)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Three reports a test: set up, call, tear down. The last one is told for all three."""
        phases = self._phases.setdefault(report.nodeid, [])
        phases.append(report)
        if report.when != "teardown":
            return
        del self._phases[report.nodeid]
        path, names, line = self._found.get(report.nodeid) or (*_split(report.nodeid), None)
        seconds = sum(phase.duration for phase in phases)
        failed = [phase for phase in phases if phase.failed]
        skipped = [phase for phase in phases if phase.skipped]
        outcome, message = "passed", ""
        if failed:
            outcome = "failed" if failed[0].when == "call" else "error"
            message = "\n".join(phase.longreprtext for phase in failed)
        elif skipped:
            outcome, message = "skipped", _skip_reason(skipped[0])
        output = "".join(text for phase in phases[-1:] for text in (phase.capstdout, phase.capstderr))
        tests.report(path, names, outcome, line, seconds, message, output)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that could not be collected is an error of its own: its tests are not known."""
        if report.failed:
            path, names = _split(report.nodeid or "collection")
            tests.report(path, names, "error", message=report.longreprtext)


def _place(item: pytest.Item) -> tuple[str, list[str], int | None]:
    """A test's file, its names, and the line where it begins."""
    path = item.nodeid.split("::")[0]
    names = [node.name for node in item.listchain() if isinstance(node, pytest.Class | pytest.Item)]
    line = item.location[1]
    return path, names, None if line is None else line + 1


def _split(nodeid: str) -> tuple[str, list[str]]:
    path, *names = nodeid.split("::")
    return path, names


def _skip_reason(report: pytest.TestReport) -> str:
    """Why a test was skipped, or expected to fail."""
    if hasattr(report, "wasxfail"):
        return str(report.wasxfail)
    place: Any = report.longrepr
    return str(place[2]) if isinstance(place, tuple) else ""


if __name__ == "__main__":
    ended = pytest.main(["-p", "no:cacheprovider"], plugins=[Reporter()])
    sys.stdout.flush()
    # Threads that a test left behind are no reason to wait.
    os._exit(int(ended))
