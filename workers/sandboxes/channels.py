"""The three lines between a worker and a sandboxed program. None of them ever waits."""

from __future__ import annotations

import codecs
import os
import termios

from ide.wire.shapes import Terminal
from workers.sandboxes.sandbox import in_words

# Written by the prologue as its last act. What comes before it is the set-up's own complaint; what comes after it is
# the program's, which cannot have run before.
READY = b"\x1eready\x1e"
READY_IN_SHELL = r"\036ready\036"

_CHUNK = 65_536
_COMPLAINT_BYTES = 4_096
_WAITING_INPUT_BYTES = 262_144
_REPORT_BYTES = 32_768
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
    """What the program writes, as text: at most `limit` bytes of it."""

    def __init__(self, descriptor: int, limit: int) -> None:
        super().__init__(descriptor)
        self.ready = False
        self.truncated = False
        self.limit_in_words = f"output limit of {in_words(limit)}"
        self._room = limit
        self._before = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    @property
    def complaint(self) -> str:
        """The last line of what the set-up said, if the program never began."""
        lines = self._before.decode("utf-8", "replace").strip().splitlines()
        return "".join(character for character in (lines or [""])[-1][:200] if character.isprintable())

    def receive(self) -> str:
        """More text, perhaps none. U+0000 becomes U+FFFD: databases cannot keep it."""
        data = self._received()
        if not self.ready:
            data = self._after_ready(data)
        if len(data) > self._room:
            self.truncated = True
            data = data[: self._room]
        self._room -= len(data)
        return self._decoder.decode(data, final=not self.open).replace("\0", "\ufffd")

    def _after_ready(self, data: bytes) -> bytes:
        self._before += data
        before, ready, after = self._before.partition(READY)
        self.ready = bool(ready)
        self._before = before[-_COMPLAINT_BYTES:]
        return after


class Reports(Channel):
    """Lines from the reporter's pipe. A line over the bound is left out."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._rest = b""

    def receive(self) -> list[bytes]:
        """The lines that have been completed."""
        *lines, rest = (self._rest + self._received()).split(b"\n")
        # One byte over is enough to know that a line is too long; no more of it is kept.
        self._rest = rest[: _REPORT_BYTES + 1]
        return [line for line in lines if 0 < len(line) <= _REPORT_BYTES]


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
