"""Server-sent events, read from bytes as they arrive, however they were cut.

Only what model servers use is kept: the `data` of each event. Comments, names, ids and retry times are passed over.
"""

from __future__ import annotations

import re

_BOM = b"\xef\xbb\xbf"
# An event of one line of data and nothing else, and how many bytes of it are not data.
_PLAIN = re.compile(rb"data: ([^\n]+)\n\n")
_AROUND = 8


class TooLong(ValueError):
    """One line or one event is longer than allowed."""


class EventStream:
    """Turns bytes into the data of whole events. Nothing it returns depends on how the bytes were cut."""

    def __init__(self, most_bytes: int = 1_048_576) -> None:
        """`most_bytes` bounds one line, and the data of one event."""
        self._most = most_bytes
        self._tail = bytearray()
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._after_return = False
        self._begun = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of every event that `chunk` completes, in order. Raises `TooLong`."""
        if self._after_return or b"\r" in chunk:
            chunk = self._plain_ends(chunk)
        end = chunk.rfind(b"\n")
        if end < 0:
            self._tail += chunk
            if len(self._tail) > self._most:
                raise TooLong(f"a line of over {self._most} bytes")
            return []
        whole = bytes(self._tail) + chunk[: end + 1]
        self._tail = bytearray(chunk[end + 1 :])
        if self._begun and not self._data and len(whole) <= self._most:
            # As nearly all of a stream is: taken together, at a third of the cost.
            plain: list[bytes] = _PLAIN.findall(whole)
            if sum(map(len, plain)) + _AROUND * len(plain) == len(whole):
                return plain
        lines = whole[:-1].split(b"\n")
        if not self._begun:
            self._begun = True
            lines[0] = lines[0].removeprefix(_BOM)
        return self._events(lines)

    def end(self) -> bytes | None:
        """The data of an event that the stream ended in without its empty line, or None."""
        # One end for a CR to swallow, one for the line, one for the event.
        found = self.feed(b"\n\n\n")
        return found[0] if found else None

    def _events(self, lines: list[bytes]) -> list[bytes]:
        found: list[bytes] = []
        most = self._most
        data = self._data
        for line in lines:
            if not line:
                if data:
                    found.append(data[0] if len(data) == 1 else b"\n".join(data))
                    data.clear()
                    self._data_bytes = 0
            elif line.startswith(b"data:"):
                self._data_bytes += len(line)
                if self._data_bytes > most:
                    raise TooLong(f"an event of over {most} bytes")
                data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            elif len(line) > most:
                raise TooLong(f"a line of over {most} bytes")
        return found

    def _plain_ends(self, chunk: bytes) -> bytes:
        """CRLF and CR as LF. A CR ends its line at once, so an LF that opens the next chunk belongs to it."""
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._after_return = False
        if chunk:
            self._after_return = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
