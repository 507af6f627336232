"""The thread beside every sandbox that ends it when it uses more than it may.

It does not depend on anybody reading the output: a worker that waits for its database still has its limits kept.
"""

from __future__ import annotations

import json
import math
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ide.wire.shapes import RunLimits
from workers.sandboxes.sandbox import Cause, in_words
from workers.sandboxes.usage import measure

INTERVAL = 0.05
FILES = 20_000
SOCKETS = 256
_STATUS_BYTES = 4096


@dataclass(frozen=True)
class Verdict:
    """Why the sandbox was ended from outside."""

    cause: Cause
    reason: str | None = None


class Watchdog(threading.Thread):
    """Watches one bubblewrap process until it ends.

    `status` is the reading end of its `--json-status-fd`, which the watchdog owns; `folders` are the sandbox's tmpfs;
    `done` is called once, when every process is gone and `exit_code`, `verdict` and `seconds` are final.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        status: int,
        limits: RunLimits,
        folders: tuple[str, ...],
        done: Callable[[], None],
    ) -> None:
        super().__init__(name=f"watchdog-{process.pid}", daemon=True)
        self.verdict: Verdict | None = None
        self.exit_code: int | None = None
        self.seconds = 0.0
        self._process = process
        self._status = status
        self._limits = limits
        self._folders = folders
        self._done = done
        self._first_pid: int | None = None
        self._first: int | None = None
        self._lock = threading.Lock()
        self._began = time.monotonic()

    def end(self, verdict: Verdict) -> None:
        """Kill every process of the sandbox, for this reason unless there was one before. Any thread may call it."""
        with self._lock:
            if self.exit_code is not None:
                return
            self.verdict = self.verdict or verdict
            self._kill()

    def _kill(self) -> None:
        """End both processes; the rest goes with the inner one.

        Not before both exist: an inner one whose parent dies before it has asked for the signal would wait for ever.
        """
        if self._first is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            self._process.kill()

    def run(self) -> None:
        """Watch until bubblewrap has closed its status pipe, then collect it."""
        try:
            self._watch()
        except OSError as error:
            # Somebody who cannot see what the sandbox uses cannot keep its limits.
            self.end(Verdict(Cause.REFUSED, f"the sandbox could not be watched: {error}"))
            self._process.kill()  # also if it is still being set up
        finally:
            self._process.wait()
            self._await_the_first()
            self.seconds = time.monotonic() - self._began
            os.close(self._status)
            self._done()

    def _await_the_first(self) -> None:
        """Wait for the sandbox's first process, which ends when every other one has."""
        if self._first is not None:
            poll = select.poll()
            poll.register(self._first, select.POLLIN)
            poll.poll()
            with self._lock:
                os.close(self._first)
                self._first = None

    def _watch(self) -> None:
        rest = b""
        deadline = self._began + self._limits.seconds
        poll = select.poll()
        poll.register(self._status, select.POLLIN)
        while True:
            wait = INTERVAL if self.verdict else max(0.0, min(INTERVAL, deadline - time.monotonic()))
            if poll.poll(wait * 1000):
                chunk = os.read(self._status, _STATUS_BYTES)
                if not chunk:
                    return
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._take(line)
            if self.exit_code is None and self.verdict is None:
                self._judge(deadline)

    def _take(self, line: bytes) -> None:
        """One line of bubblewrap's own: {"child-pid": …} at the start, {"exit-code": …} at the end."""
        status = json.loads(line)
        if "child-pid" in status:
            with self._lock, suppress(ProcessLookupError):
                self._first_pid = int(status["child-pid"])
                self._first = os.pidfd_open(self._first_pid)
                if self.verdict is not None:
                    self._kill()
        if "exit-code" in status:
            with self._lock:
                if self.verdict is None:
                    self.exit_code = int(status["exit-code"])

    def _judge(self, deadline: float) -> None:
        """End the sandbox if it is over a limit."""
        if time.monotonic() >= deadline:
            seconds = self._limits.seconds
            spoken = int(seconds) if math.isclose(seconds, round(seconds)) else seconds
            self._over(f"time limit of {spoken} s")
            self._process.kill()  # also if it is still being set up
        elif self._first_pid is not None:
            with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
                usage = measure(self._first_pid, self._folders)
                if usage is None:
                    return
                if usage.memory > self._limits.memory_bytes:
                    self._over(f"memory limit of {in_words(self._limits.memory_bytes)}")
                elif usage.files > FILES:
                    self._over(f"limit of {FILES:,} files")
                elif usage.sockets > SOCKETS:
                    self._over(f"limit of {SOCKETS} sockets")

    def _over(self, reason: str) -> None:
        self.end(Verdict(Cause.LIMIT, reason))
