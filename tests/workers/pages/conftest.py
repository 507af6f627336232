"""Looks at pages with a real browser in its real sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ide.settings import FRONTEND_DIST
from ide.wire.codes import PageLevel
from ide.wire.run_shapes import PageMessage, PageReport, RunLimits
from tests.workers.limits import LIMITS
from workers.pages.check import PageCheck, PageChecks
from workers.sandboxes.browser import BrowserSandbox
from workers.sandboxes.sandbox import Ended, Order, Report
from workers.sandboxes.usage import tree

PAGE_LIMITS = LIMITS.model_copy(
    update={"seconds": 60, "cpu_seconds": 60, "memory_bytes": 1_000_000_000, "processes": 400}
)
PATIENCE = 90.0
HEAD = "<!doctype html><title>Page</title><h1>A page</h1>\n"


@dataclass
class Looked:
    """What a check handed out."""

    report: PageReport | None
    ended: Ended

    @property
    def page(self) -> PageReport:
        assert self.report, self.ended
        return self.report

    def said(self, level: PageLevel) -> list[str]:
        """The texts of one level."""
        return [message.text for message in self.page.messages if message.level is level]

    @property
    def errors(self) -> list[PageMessage]:
        return [message for message in self.page.messages if message.level is PageLevel.ERROR]


def follow(check: PageCheck) -> Looked:
    """Read a check to its end."""
    report = None
    while not isinstance(piece := check.read(PATIENCE), Ended):
        assert isinstance(piece, Report), piece
        report = PageReport.model_validate_json(piece.line)
    return Looked(report, piece)


Look = Callable[..., Looked]


@pytest.fixture(scope="session")
def checks() -> PageChecks:
    backend = PageChecks(BrowserSandbox(), (FRONTEND_DIST / "runtime.js").read_bytes)
    assert backend.availability() is None
    return backend


@pytest.fixture(scope="session")
def look(checks: PageChecks) -> Look:
    """Looks at a page: its body, and other files of its room."""

    def look(body: str, files: Mapping[str, str | bytes] | None = None, limits: RunLimits = PAGE_LIMITS) -> Looked:
        given = {"index.html": HEAD + body, **(files or {})}
        encoded = {path: text.encode() if isinstance(text, str) else text for path, text in given.items()}
        with checks.start(Order(encoded, ["index.html"], limits)) as check:
            return follow(check)

    return look


def browsers_of(pid: int = os.getpid()) -> list[str]:
    """Command lines of browsers that run below a process."""
    found = []
    for child in tree(pid):
        try:
            line = Path(f"/proc/{child}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"remote-debugging-pipe" in line:
            found.append(line.decode())
    return found
