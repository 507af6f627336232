"""The thread beside every sandbox that ends it when it uses more than it may, and that says at its end what it used.

It does not depend on anybody reading the output: a worker that waits for its database still has its limits kept.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ide.wire.run_shapes import RunLimits
from workers.sandboxes.folders import Allowance, Folder
from workers.sandboxes.groups import Group
from workers.sandboxes.made import Collector, Made
from workers.sandboxes.sandbox import Cause, in_words, seconds_in_words
from workers.sandboxes.usage import measure, processor_seconds, tree

INTERVAL = 0.05
FILES = 20_000
SOCKETS = 256
# Where the kernel holds the run to its memory and processes, so that many idle terminals cost little.
_SELDOM = 0.2
_FIRST_LOOK = 0.005
_STATUS_BYTES = 4096
# Bubblewrap has named its first process long before it waits; this thread may not have read it yet.
_KNOWN_SECONDS = 10.0
# A program that is ended by one of these has passed a limit that the kernel keeps for each process.
_SIGNAL = 128


@dataclass(frozen=True)
class Verdict:
    """Why the sandbox was ended from outside."""

    cause: Cause
    reason: str | None = None


class Watchdog(threading.Thread):
    """Watches one bubblewrap process until it ends.

    `status` is the reading end of its `--json-status-fd`, which the watchdog owns; `allowances` are of the sandbox's
    tmpfs, the working folder last; `group` is its control group, if it has one, which is given back at the end.
    `done` is called once, when every process is gone and all that is public here is final. A `patient` watchdog lets
    the sandbox wait for as long as it likes until it begins.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        status: int,
        limits: RunLimits,
        allowances: Sequence[Allowance],
        done: Callable[[], None],
        group: Group | None = None,
        *,
        patient: bool = False,
    ) -> None:
        super().__init__(name=f"watchdog-{process.pid}", daemon=True)
        self.verdict: Verdict | None = None
        self.exit_code: int | None = None
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.memory_bytes = 0
        self.made = Made()
        # A limit that the kernel kept by refusing something to the program, which went on; in words.
        self.hit: str | None = None
        self._process = process
        self._status = status
        self._limits = limits
        self._allowances = allowances
        self._done = done
        self._group = group
        self._patient = patient
        self._given: Mapping[str, bytes] | None = None
        self._folders: list[Folder] = []
        self._first_pid: int | None = None
        self._first: int | None = None
        self._lock = threading.Lock()
        self._known = threading.Event()
        self._began = time.monotonic()
        self._active_at = self._began
        # Time of processes whose parent has not collected them, so that it stands nowhere any more.
        self._uncounted = 0.0
        self._counted = 0.0

    def settle(self) -> None:
        """All is set up and waits: hold on to its folders, and have its group hold its processes. Raises OSError."""
        self._known.wait(_KNOWN_SECONDS)
        with self._lock:
            if self._first_pid is None:
                raise ProcessLookupError("the sandbox ended while it was being set up")
            if self._group:
                self._group.adopt([self._process.pid, self._first_pid])
                self._group.adopt(list(tree(self._first_pid)))  # what it started meanwhile
            self._hold_folders()

    def begin(self, given: Mapping[str, bytes]) -> None:
        """The program begins with these files: its time runs from now on."""
        self._given = given
        self._began = self._active_at = time.monotonic()
        self._patient = False

    @property
    def memory_now(self) -> int:
        """Bytes that its processes have, once it is settled; 0 when they are gone."""
        with suppress(FileNotFoundError, ProcessLookupError):
            return 0 if self._first_pid is None else measure(self._first_pid, self._group).memory
        return 0

    def noticed(self) -> None:
        """The program has said or been told something: it is not idle."""
        self._active_at = time.monotonic()

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
        """Watch until bubblewrap has closed its status pipe, then collect it and what it leaves."""
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
            self._conclude()
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
        poll = select.poll()
        poll.register(self._status, select.POLLIN)
        while True:
            if poll.poll(self._pause() * 1000):
                chunk = os.read(self._status, _STATUS_BYTES)
                if not chunk:
                    return
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._take(line)
            if self.exit_code is None and self.verdict is None and not self._patient:
                self._judge()

    @property
    def _deadline(self) -> float:
        return self._began + self._limits.seconds

    def _pause(self) -> float:
        """Seconds until the next look."""
        if self.verdict or self._patient:
            return INTERVAL
        now = time.monotonic()
        left = max(0.0, self._deadline - now)
        if self._kernel_counts:
            return min(left, _SELDOM)
        # Most programs are over soon: nobody would have seen what they used.
        return min(left, INTERVAL, _FIRST_LOOK + (now - self._began) / 2)

    @property
    def _kernel_counts(self) -> bool:
        return self._group is not None and self._group.keeps_memory

    def _take(self, line: bytes) -> None:
        """One line of bubblewrap's own: {"child-pid": …} at the start, {"exit-code": …} at the end."""
        status = json.loads(line)
        if "child-pid" in status:
            with self._lock, suppress(ProcessLookupError):
                self._first_pid = int(status["child-pid"])
                self._first = os.pidfd_open(self._first_pid)
                if self.verdict is not None:
                    self._kill()
            self._known.set()
        if "exit-code" in status:
            if self._first_pid is not None:  # which has collected the others, and is about to be killed
                self._count(processor_seconds(self._first_pid))
            with self._lock:
                if self.verdict is None:
                    self.exit_code = int(status["exit-code"])

    def _judge(self) -> None:
        """End the sandbox if it is over a limit."""
        now = time.monotonic()
        idle_seconds = self._limits.idle_seconds
        if now >= self._deadline:
            self._over(f"time limit of {seconds_in_words(self._limits.seconds)}")
            self._process.kill()  # also if it is still being set up
        elif idle_seconds is not None and now >= self._active_at + idle_seconds:
            self._over(f"idle limit of {seconds_in_words(idle_seconds)}: nothing was typed or printed")
        elif self._first_pid is not None:
            with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile, or is still being set up
                self._judge_usage(self._first_pid)

    def _judge_usage(self, first_pid: int) -> None:
        with self._lock:
            if not self._folders and not Path(f"/proc/{first_pid}/root").samefile("/"):
                self._hold_folders()
            if not self._folders:
                return
        usage = measure(first_pid, self._group)
        contents = [folder.content() for folder in self._folders]
        memory = usage.memory
        if not self._kernel_counts:  # otherwise its files are counted among it
            memory += sum(content.bytes for content in contents)
        self.memory_bytes = max(self.memory_bytes, memory)
        self._count(usage.cpu_seconds)
        if usage.tasks >= self._limits.processes:
            self.hit = self.hit or f"limit of {self._limits.processes} processes"
        for content in contents:
            self.hit = self.hit or content.hit
        if memory > self._limits.memory_bytes or (self._group and self._group.out_of_memory()):
            self._over(self._memory_limit)
        elif self.cpu_seconds >= self._limits.cpu_seconds:
            self._over(self._processor_limit)
        elif usage.sockets > SOCKETS:
            self._over(f"limit of {SOCKETS} sockets")
        else:
            for content in contents:
                if content.too_many:
                    self._over(content.too_many)

    @property
    def _memory_limit(self) -> str:
        return f"memory limit of {in_words(self._limits.memory_bytes)}"

    @property
    def _processor_limit(self) -> str:
        return f"processor time limit of {seconds_in_words(self._limits.cpu_seconds)}"

    def _count(self, cpu_seconds: float) -> None:
        """Processor time of all who can be asked. It falls when somebody ends whom nobody collects."""
        self._uncounted += max(0.0, self._counted - cpu_seconds)
        self._counted = cpu_seconds
        self.cpu_seconds = max(self.cpu_seconds, cpu_seconds + self._uncounted)

    def _over(self, reason: str) -> None:
        self.end(Verdict(Cause.LIMIT, reason))

    def _hold_folders(self) -> None:
        """Open the folders, all or none. Raises OSError."""
        if self._folders or self._first_pid is None:
            return
        try:
            for allowance in self._allowances:
                self._folders.append(Folder(self._first_pid, allowance))
        except OSError:
            self._let_go()
            raise

    def _let_go(self) -> None:
        for folder in self._folders:
            folder.close()
        self._folders.clear()

    def _conclude(self) -> None:
        """Everything is gone: the last figures, what the program has left, and which limit its end was about."""
        for folder in self._folders:
            self.hit = self.hit or folder.content().hit
        if self._group:
            self.cpu_seconds = self._group.cpu_seconds() or self.cpu_seconds
            self.memory_bytes = max(self.memory_bytes, self._group.peak_bytes())
            if self.verdict is None and self._group.out_of_memory():
                self.verdict = Verdict(Cause.LIMIT, self._memory_limit)
        if self.verdict is None and self.cpu_seconds >= self._limits.cpu_seconds:
            self.verdict = Verdict(Cause.LIMIT, self._processor_limit)
        if self.exit_code == _SIGNAL + signal.SIGXFSZ:
            self.hit = self.hit or f"limit of {in_words(self._limits.file_bytes)} for a file"
        if self._folders and self._given is not None:
            self.made = Collector(self._given).collect(self._folders[-1].descriptor)
        self._let_go()
        if self._group:
            self._group.remove()
