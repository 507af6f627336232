"""A running bubblewrap sandbox: its channels read and written, its end put into words."""

from __future__ import annotations

import os
import select
import threading
import time
from collections import deque
from types import TracebackType
from typing import Self

from ide.wire.shapes import Terminal
from workers.sandboxes.channels import Input, Output, Reports
from workers.sandboxes.sandbox import Cause, Ended, Piece, Report, Text
from workers.sandboxes.watchdog import Verdict, Watchdog


class BubblewrapSandbox:
    """The `Sandbox` of a bubblewrap process. It owns the channels and `wake`, an eventfd. `begin` comes first."""

    def __init__(self, output: Output, keys: Input, reports: Reports | None, wake: int) -> None:
        self._output = output
        self._keys = keys
        self._reports = reports
        self._watchdog: Watchdog
        self._gone = False
        self._closed = False
        self._pieces: deque[Piece] = deque()
        self._lock = threading.Lock()
        self._wake = wake

    def begin(self, watchdog: Watchdog) -> None:
        """The process runs; from now on its limits are kept."""
        self._watchdog = watchdog
        watchdog.start()

    def on_gone(self) -> None:
        """The watchdog's last word: every process is gone."""
        self._gone = True
        os.eventfd_write(self._wake, 1)

    def read(self, timeout: float) -> Piece | None:
        """See `Sandbox.read`."""
        deadline = time.monotonic() + timeout
        while not self._pieces:
            if self._gone and not self._output.open and not (self._reports and self._reports.open):
                return self._end()
            if not self._receive(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                return None
        return self._pieces.popleft()

    def write(self, data: str) -> bool:
        """See `Sandbox.write`."""
        with self._lock:
            taken = self._keys.write(data)
            if taken:
                os.eventfd_write(self._wake, 1)
            return taken

    def resize(self, terminal: Terminal) -> None:
        """See `Sandbox.resize`."""
        with self._lock:
            self._keys.resize(terminal)

    def kill(self) -> None:
        """See `Sandbox.kill`."""
        self._watchdog.end(Verdict(Cause.KILLED))

    def close(self) -> None:
        """See `Sandbox.close`."""
        self.kill()
        self._watchdog.join()
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._output.close()
            self._keys.close()
            if self._reports:
                self._reports.close()
            os.close(self._wake)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _receive(self, timeout: float) -> bool:
        """Wait for any channel and pass on what it has. False if there was nothing for `timeout` seconds."""
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        if self._output.open:
            poll.register(self._output.descriptor, select.POLLIN)
        if self._reports and self._reports.open:
            poll.register(self._reports.descriptor, select.POLLIN)
        with self._lock:
            if self._typing:
                poll.register(self._keys.descriptor, select.POLLOUT)
        ready = {descriptor for descriptor, _ in poll.poll(timeout * 1000)}
        if self._wake in ready:
            os.eventfd_read(self._wake)
        # Reports first: what a test printed belongs after the news that the one before it has ended.
        if self._reports and self._reports.open and self._reports.descriptor in ready:
            self._pieces += [Report(line) for line in self._reports.receive()]
        if self._output.open and self._output.descriptor in ready:
            self._take_output()
        with self._lock:
            if self._typing and self._keys.descriptor in ready:
                self._keys.send()
        return bool(ready)

    @property
    def _typing(self) -> bool:
        """True if there is input for the program, and the program: a terminal would echo it into the set-up."""
        return self._output.ready and self._keys.waiting

    def _take_output(self) -> None:
        if text := self._output.receive():
            self._pieces.append(Text(text))
        if self._output.truncated:
            self._watchdog.end(Verdict(Cause.LIMIT, self._output.limit_in_words))

    def _end(self) -> Ended:
        """What happened, once nothing more can."""
        watchdog, output = self._watchdog, self._output
        verdict = watchdog.verdict
        if verdict is None and output.truncated:  # it ended by itself before it could be killed
            verdict = Verdict(Cause.LIMIT, output.limit_in_words)
        elif verdict is None and not (output.ready and watchdog.exit_code is not None):
            complaint = output.complaint or "it ended while it was being set up"
            verdict = Verdict(Cause.REFUSED, f"the sandbox could not be set up: {complaint}")
        verdict = verdict or Verdict(Cause.EXITED)
        code = watchdog.exit_code if verdict.cause is Cause.EXITED else None
        return Ended(verdict.cause, code, verdict.reason, output.truncated, watchdog.seconds)
