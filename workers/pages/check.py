"""Page checks as sandboxes: started with an order, read until they have ended, like any other.

Each has a browser of its own, which is gone when the check is: rooms share nothing. A thread visits the page; what it
saw is handed out as one report and, beside it, a picture among the files that were made.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from ide.domain.pages import PICTURE
from ide.wire.run_shapes import PageReport, RunLimits, Terminal
from workers.pages.findings import Findings
from workers.pages.line import Gone, Line, TooMuch
from workers.pages.site import Site
from workers.pages.visit import CRASHED, NoAnswer, Seen, Visit
from workers.sandboxes.browser import Browser, BrowserSandbox
from workers.sandboxes.sandbox import Cause, Ended, Order, Piece, Refused, Report
from workers.sandboxes.watchdog import Verdict

TOO_MUCH = "the page says more than a check listens to"
# The watchdog looks twenty times a second.
_LAST_WORD_SECONDS = 0.3
# A browser and its sandbox that work do this with a page: run its script, and draw it.
_PROBE_PATH = "index.html"
_PROBE = b"<!doctype html><title>as sent</title><p>A page</p><script>document.title = `seen ${6 * 7}`</script>"
_PROBE_TITLE = "seen 42"
_PROBE_LIMITS = RunLimits(
    seconds=60,
    cpu_seconds=30,
    memory_bytes=1_000_000_000,
    output_bytes=10_000,
    file_bytes=64_000_000,
    files=4_096,
    processes=400,
)

log = logging.getLogger(__name__)


class PageChecks:
    """The `SandboxBackend` of page checks: an order's command is the path of the page. `runtime` is the preview's."""

    def __init__(self, browsers: BrowserSandbox, runtime: Callable[[], bytes]) -> None:
        self._browsers = browsers
        self._runtime = runtime

    def availability(self) -> str | None:
        """Look at a page. See `SandboxBackend.availability`.

        Chromium itself does not start where its own sandbox cannot be set up.
        """
        lack = self._browsers.lack or self._failure()
        return None if lack is None else f"not available here: {lack}"

    def start(self, order: Order) -> PageCheck:
        """See `SandboxBackend.start`."""
        try:
            site = Site(order.files, self._runtime())
        except OSError as error:
            raise Refused(f"the runtime of pages could not be read: {error.strerror}") from error
        return PageCheck(self._browsers.start(order.limits), site, order.command[0])

    def _failure(self) -> str | None:
        """Why not even a page without faults can be looked at; None if it can."""
        title = ""
        try:
            with self.start(Order({_PROBE_PATH: _PROBE}, [_PROBE_PATH], _PROBE_LIMITS)) as check:
                while not isinstance(piece := check.read(_PROBE_LIMITS.seconds), Ended):
                    if isinstance(piece, Report):
                        title = PageReport.model_validate_json(piece.line).title
        except Refused as refused:
            return str(refused)
        if piece.cause is Cause.EXITED and piece.reason is None and title == _PROBE_TITLE:
            return None
        return piece.reason or "the browser does not run the scripts of pages"


class PageCheck:
    """The `Sandbox` of one check."""

    def __init__(self, browser: Browser, site: Site, path: str) -> None:
        self._browser = browser
        self._site = site
        self._path = path
        self._pieces: queue.SimpleQueue[Piece] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._visit, name=f"page-check-{browser.watchdog.name}", daemon=True)
        self._thread.start()

    def read(self, timeout: float) -> Piece | None:
        """See `Sandbox.read`."""
        try:
            return self._pieces.get(timeout=timeout)
        except queue.Empty:
            return None

    def write(self, data: str) -> bool:  # noqa: ARG002
        """See `Sandbox.write`. Nobody types into a check."""
        return False

    def tell(self, line: bytes) -> bool:  # noqa: ARG002
        """See `Sandbox.tell`. A check has no conversation."""
        return False

    def resize(self, terminal: Terminal) -> None:
        """See `Sandbox.resize`. A check has no terminal."""

    def kill(self) -> None:
        """See `Sandbox.kill`."""
        self._browser.watchdog.end(Verdict(Cause.KILLED))

    def close(self) -> None:
        """See `Sandbox.close`."""
        self.kill()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _visit(self) -> None:
        """Look at the page, end the browser, and say how it went."""
        findings = Findings()
        with self._browser as browser:
            line = Line(browser.commands, browser.answers, browser.complaints)
            seen, verdict = _visited(Visit(line, self._site, self._path, findings))
            # Whoever ended the browser has said why, or is about to.
            if seen is None or seen.trouble == CRASHED:
                browser.watchdog.join(_LAST_WORD_SECONDS)
            verdict = browser.watchdog.verdict or verdict
        watchdog = self._browser.watchdog
        picture = seen.picture if seen else None
        if verdict is None or verdict.cause is Cause.LIMIT:
            report = findings.report(self._path, PICTURE if picture else None)
            self._pieces.put(Report(report.model_dump_json().encode()))
        self._pieces.put(
            Ended(
                verdict.cause if verdict else Cause.EXITED,
                None,
                verdict.reason if verdict else (seen.trouble if seen else None),
                truncated=False,
                seconds=watchdog.seconds,
                cpu_seconds=watchdog.cpu_seconds,
                memory_bytes=watchdog.memory_bytes,
                made={PICTURE: picture} if picture else {},
            )
        )


def _visited(visit: Visit) -> tuple[Seen | None, Verdict | None]:
    """What came of a visit, or why nothing did."""
    try:
        return visit.make(), None
    except TooMuch:
        return None, Verdict(Cause.LIMIT, TOO_MUCH)
    except NoAnswer:
        reason = "the browser did not answer"
    except Gone as gone:
        reason = f"the browser ended{f': {gone}' if str(gone) else ''}"
    except Exception:
        log.exception("a page check failed")
        reason = "something went wrong in the worker; see its log"
    return None, Verdict(Cause.REFUSED, reason)
