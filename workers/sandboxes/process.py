"""A running bubblewrap sandbox: its channels read and written, its end put into words."""

from __future__ import annotations

import os
import select
import threading
import time
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from ide.wire.run_shapes import Terminal
from workers.sandboxes.channels import BEGIN, Channels, Input, Told
from workers.sandboxes.sandbox import Cause, Ended, Piece, Refused, Report, Talk, Text
from workers.sandboxes.watchdog import Verdict, Watchdog

# How often to look whether the set-up has been given up. Its end wakes the reader anyway.
_SET_UP_SECONDS = 1.0


class BubblewrapSandbox:
    """The `Sandbox` of a bubblewrap process. It owns the channels and `wake`, an eventfd.

    First comes `watch`, then `await_set_up`, and with `begin` the program.
    """

    def __init__(self, channels: Channels, wake: int) -> None:
        self._channels = channels
        self._watchdog: Watchdog
        self._gone = False
        self._closed = False
        self._pieces: deque[Piece] = deque()
        self._lock = threading.Lock()
        self._wake = wake

    def watch(self, watchdog: Watchdog) -> None:
        """The process runs; from now on its limits are kept."""
        self._watchdog = watchdog
        watchdog.start()

    def await_set_up(self) -> None:
        """Wait until all is set up and nothing executed. Raises `Refused` if it does not come to that."""
        output = self._channels.output
        while not output.waits:
            if self._gone and not output.open:
                raise Refused(self._failure())
            self._receive(_SET_UP_SECONDS)
        self._watchdog.settle()

    def begin(self, given: Mapping[str, bytes]) -> None:
        """Have the files unpacked, which are these, and the program executed."""
        self._watchdog.begin(given)
        os.write(self._channels.keys.descriptor, BEGIN)

    @property
    def memory_now(self) -> int:
        """Bytes that its processes have; 0 when they are gone."""
        return self._watchdog.memory_now

    @property
    def gone(self) -> bool:
        """True once every process is."""
        return self._gone

    def on_gone(self) -> None:
        """The watchdog's last word: every process is gone."""
        self._gone = True
        os.eventfd_write(self._wake, 1)

    def read(self, timeout: float) -> Piece | None:
        """See `Sandbox.read`."""
        deadline = time.monotonic() + timeout
        while not self._pieces:
            if self._gone and not any(self._channels.heard()):
                return self._end()
            self._receive(max(0.0, deadline - time.monotonic()))
            # Not only when nothing came: output that is no longer kept says nothing, without end.
            if not self._pieces and time.monotonic() >= deadline:
                return None
        return self._pieces.popleft()

    def write(self, data: str) -> bool:
        """See `Sandbox.write`."""
        with self._lock:
            return self._woken(self._channels.keys.write(data))

    def tell(self, line: bytes) -> bool:
        """See `Sandbox.tell`."""
        with self._lock:
            told = self._channels.told
            return told is not None and self._woken(told.write(line))

    def resize(self, terminal: Terminal) -> None:
        """See `Sandbox.resize`."""
        with self._lock:
            self._channels.keys.resize(terminal)

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
            self._channels.close()
            os.close(self._wake)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _woken(self, taken: bool) -> bool:
        """Have a reader that waits look at what was taken."""
        if taken:
            self._watchdog.noticed()
            os.eventfd_write(self._wake, 1)
        return taken

    def _receive(self, timeout: float) -> None:
        """Wait for any channel, at most `timeout` seconds, and pass on what it has."""
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        for channel in self._channels.heard():
            poll.register(channel.descriptor, select.POLLIN)
        with self._lock:
            for sender in self._senders():
                poll.register(sender.descriptor, select.POLLOUT)
        ready = {descriptor for descriptor, _ in poll.poll(timeout * 1000)}
        if self._wake in ready:
            os.eventfd_read(self._wake)
        # Reports first: what a test printed belongs after the news that the one before it has ended.
        for lines, piece in ((self._channels.reports, Report), (self._channels.talk, Talk)):
            if lines and lines.open and lines.descriptor in ready:
                self._pieces += map(piece, lines.receive())
        if self._channels.output.open and self._channels.output.descriptor in ready:
            self._take_output()
        if overflow := self._channels.overflow:
            self._watchdog.end(Verdict(Cause.LIMIT, overflow))
        with self._lock:
            for sender in self._senders():
                if sender.descriptor in ready:
                    sender.send()

    def _senders(self) -> list[Input | Told]:
        """What holds something for the program. Not before it is the program: a terminal would echo into the set-up."""
        if not self._channels.output.ready:
            return []
        senders = (self._channels.keys, self._channels.told)
        return [sender for sender in senders if sender and sender.waiting]

    def _take_output(self) -> None:
        self._watchdog.noticed()
        if text := self._channels.output.receive():
            self._pieces.append(Text(text))

    def _failure(self) -> str:
        """Why there is no program, when nothing follows any more."""
        verdict = self._watchdog.verdict
        said = (verdict and verdict.reason) or self._channels.output.complaint
        return f"the sandbox could not be set up: {said or 'it ended while it was being set up'}"

    def _end(self) -> Ended:
        """What happened, once nothing more can."""
        watchdog, output = self._watchdog, self._channels.output
        verdict, overflow = watchdog.verdict, self._channels.overflow
        if verdict is None and overflow:  # it ended by itself before it could be killed
            verdict = Verdict(Cause.LIMIT, overflow)
        elif verdict is None and not (output.ready and watchdog.exit_code is not None):
            verdict = Verdict(Cause.REFUSED, self._failure())
        verdict = verdict or Verdict(Cause.EXITED, watchdog.hit)
        return Ended(
            cause=verdict.cause,
            exit_code=watchdog.exit_code if verdict.cause is Cause.EXITED else None,
            reason=verdict.reason,
            truncated=output.truncated,
            seconds=watchdog.seconds,
            cpu_seconds=watchdog.cpu_seconds,
            memory_bytes=watchdog.memory_bytes,
            output_bytes=output.bytes,
            made=watchdog.made.files,
            left_out=watchdog.made.left_out,
        )
