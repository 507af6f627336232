"""The lines between a worker and a sandboxed program. None of them ever waits."""

from __future__ import annotations

import codecs
import os
import termios
from collections.abc import Iterator
from dataclasses import dataclass

from ide.wire.run_shapes import Terminal
from workers.sandboxes.sandbox import in_words

# Written by the prologue: when it waits for the word to begin, and as its last act. What comes before is the set-up's
# own complaint; what comes after is the program's, which cannot have run before.
WAITING, READY = b"\x1ewaiting\x1e", b"\x1eready\x1e"
WAITING_IN_SHELL, READY_IN_SHELL = r"\036waiting\036", r"\036ready\036"
BEGIN = b"\n"
# Output beyond what is kept is read and counted, so that the program goes on; not for ever.
OUTPUT_FACTOR = 100

_CHUNK = 65_536
_COMPLAINT_BYTES = 4_096
_WAITING_INPUT_BYTES = 262_144
REPORT_BYTES = 32_768
TALK_BYTES = 1_048_576
# Every line costs the worker's time, also one that says nothing: what our modules say in earnest is far less.
MOST_REPORT_BYTES, MOST_REPORTS = 64_000_000, 50_000
MOST_TALK_BYTES, MOST_TALK = 64_000_000, 200_000
_WAITING_TALK_BYTES = 4 * TALK_BYTES
_END_OF_INPUT = "\x04"


class Channel:
    """One descriptor, owned until `close`."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.open = True

    def close(self) -> None:
        """Give the descriptor back; a second time does nothing."""
        if self.open:
            self.open = False
            os.close(self.descriptor)

    def _received(self) -> bytes:
        """What is there to read. At its end the channel closes."""
        try:
            data = os.read(self.descriptor, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError:  # EIO: nobody holds the terminal any more
            data = b""
        if not data:
            self.close()
        return data


class Output(Channel):
    """What the program writes, as text: the first `limit` bytes of it; the rest is counted."""

    def __init__(self, descriptor: int, limit: int) -> None:
        super().__init__(descriptor)
        self.bytes = 0
        self._limit = limit
        self._markers = [WAITING, READY]
        self._before = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    @property
    def waits(self) -> bool:
        """True once all is set up, and nothing executed."""
        return len(self._markers) < 2

    @property
    def ready(self) -> bool:
        """True once the program runs."""
        return not self._markers

    @property
    def truncated(self) -> bool:
        """True if there was more than is kept."""
        return self.bytes > self._limit

    @property
    def overflow(self) -> str | None:
        """The limit that even what is only counted has passed, in words."""
        most = OUTPUT_FACTOR * self._limit
        return f"output limit of {in_words(most)}" if self.bytes > most else None

    @property
    def complaint(self) -> str:
        """The last line of what the set-up said, if the program never began."""
        lines = self._before.decode("utf-8", "replace").strip().splitlines()
        return "".join(character for character in (lines or [""])[-1][:200] if character.isprintable())

    def receive(self) -> str:
        """More text, perhaps none. U+0000 becomes U+FFFD: databases cannot keep it."""
        data = self._received()
        if self._markers:
            data = self._after_markers(data)
        kept = data[: max(0, self._limit - self.bytes)]
        self.bytes += len(data)
        return self._decoder.decode(kept, final=not self.open).replace("\0", "\ufffd")

    def _after_markers(self, data: bytes) -> bytes:
        self._before += data
        while self._markers:
            before, found, after = self._before.partition(self._markers[0])
            if not found:
                self._before = before[-_COMPLAINT_BYTES:]
                return b""
            self._markers.pop(0)
            self._before = after
        return self._before


class Lines(Channel):
    """Lines from a pipe of our own modules, which `name` says. A line of more than `longest` bytes is left out.

    Beyond `most_bytes` or `most_lines` in all, empty and left out ones too, nothing is handed out any more.
    """

    def __init__(self, descriptor: int, name: str, longest: int, most_bytes: int, most_lines: int) -> None:
        super().__init__(descriptor)
        self._name = name
        self._longest = longest
        self._most_bytes, self._most_lines = most_bytes, most_lines
        self._bytes = self._lines = 0
        self._rest = bytearray()

    @property
    def overflow(self) -> str | None:
        """The limit that was passed, in words."""
        if self._bytes > self._most_bytes:
            return f"{self._name} limit of {in_words(self._most_bytes)}"
        return f"{self._name} limit of {self._most_lines:,} lines" if self._lines > self._most_lines else None

    def receive(self) -> list[bytes]:
        """The lines that have been completed."""
        data = self._received()
        self._bytes += len(data)
        self._lines += data.count(b"\n")
        if self.overflow:
            return []
        *complete, rest = data.split(b"\n")
        lines = []
        for part in complete:
            self._keep(part)
            if 0 < len(self._rest) <= self._longest:
                lines.append(bytes(self._rest))
            self._rest.clear()
        self._keep(rest)
        return lines

    def _keep(self, part: bytes) -> None:
        """One byte over is enough to know that a line is too long; no more of it is kept."""
        self._rest += part[: self._longest + 1 - len(self._rest)]


class Told(Channel):
    """Lines for the program, waiting until it takes them."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._waiting = bytearray()

    @property
    def waiting(self) -> bool:
        """True if `send` has something to do as soon as the program reads."""
        return self.open and bool(self._waiting)

    def write(self, line: bytes) -> bool:
        """Take a line. False, and nothing is taken, if too much waits already or nobody reads."""
        if not self.open or len(self._waiting) + len(line) >= _WAITING_TALK_BYTES:
            return False
        self._waiting += line + b"\n"
        return True

    def send(self) -> None:
        """Pass on what the program has room for."""
        try:
            del self._waiting[: os.write(self.descriptor, self._waiting)]
        except BlockingIOError:
            return
        except OSError:  # EPIPE: nobody will read it
            self._waiting.clear()
            self.close()


class Input(Channel):
    """What people type, waiting until the program takes it."""

    def __init__(self, descriptor: int, terminal: bool) -> None:
        super().__init__(descriptor)
        self._terminal = terminal
        self._waiting = bytearray()
        self._ends = False

    @property
    def waiting(self) -> bool:
        """True if `send` has something to do as soon as the program reads."""
        return self.open and (bool(self._waiting) or self._ends)

    def write(self, data: str) -> bool:
        """Take what was typed. False, and nothing is taken, if too much waits already or the input has ended."""
        if not self._terminal:
            data, end, _ = data.partition(_END_OF_INPUT)
        encoded = data.encode("utf-8", "replace")
        if not self.open or self._ends or len(self._waiting) + len(encoded) > _WAITING_INPUT_BYTES:
            return False
        self._waiting += encoded
        self._ends = not self._terminal and bool(end)
        return True

    def send(self) -> None:
        """Pass on what the program has room for."""
        try:
            del self._waiting[: os.write(self.descriptor, self._waiting)]
        except BlockingIOError:
            return
        except OSError:  # EPIPE, EIO: nobody will read it
            self._waiting.clear()
        if self._ends and not self._waiting:
            self.close()

    def resize(self, terminal: Terminal) -> None:
        """Tell the program's terminal its size; pipes have none."""
        if self._terminal and self.open:
            termios.tcsetwinsize(self.descriptor, (terminal.rows, terminal.columns))


@dataclass(frozen=True)
class Channels:
    """All that a sandbox has. `talk` and `told` are the two directions of the conversation."""

    output: Output
    keys: Input
    reports: Lines | None
    talk: Lines | None
    told: Told | None

    def heard(self) -> Iterator[Channel]:
        """Those that are still read from."""
        for channel in (self.output, self.reports, self.talk):
            if channel and channel.open:
                yield channel

    @property
    def overflow(self) -> str | None:
        """A limit of one of them that was passed, in words."""
        passed = (channel.overflow for channel in (self.output, self.reports, self.talk) if channel)
        return next(filter(None, passed), None)

    def close(self) -> None:
        """Close all of them."""
        for channel in (self.output, self.keys, self.reports, self.talk, self.told):
            if channel:
                channel.close()
