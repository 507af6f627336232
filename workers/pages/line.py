"""The line to a browser: the Chrome DevTools Protocol over two pipes, JSON between zero bytes.

What a page says comes through here, and a page may have taken its browser over: messages are bounded in length and
number, and whoever reads them checks every field.
"""

from __future__ import annotations

import os
import select
import time
from collections import deque
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic_core import to_json

from workers.sandboxes.browser import last_line

# A picture of a page is the longest that is waited for. What is longer is left out.
MESSAGE_BYTES = 16_000_000
# Of one check: then it is over.
MOST_BYTES = 128_000_000
MOST_MESSAGES = 50_000
# As long as so much waits to be written nothing more is read, so that a page cannot have us keep its answers.
_WAITING_BYTES = 16_000_000
_CHUNK = 1 << 18
_COMPLAINT_BYTES = 4_096


class Gone(Exception):
    """The browser has closed its end. The text is its last words, perhaps none."""


class TooMuch(Exception):
    """The browser says more than is listened to."""


class Message(BaseModel):
    """An answer (`id`, with `result` or `error`) or an event (`method`, with `params`): hostile."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: int | None = None
    method: str = ""
    sessionId: str | None = None
    params: dict[str, JsonValue] = {}
    result: dict[str, JsonValue] = {}
    error: dict[str, JsonValue] | None = None


class Line:
    """`commands` is written, `answers` and `complaints` are read; whoever gave the descriptors closes them."""

    def __init__(self, commands: int, answers: int, complaints: int) -> None:
        self._commands, self._answers, self._complaints = commands, answers, complaints
        for descriptor in (commands, answers, complaints):
            os.set_blocking(descriptor, False)
        self._last_id = 0
        self._outgoing = bytearray()
        self._incoming = bytearray()
        self._skipping = False
        self._words = b""
        self._bytes = 0
        self._messages = 0
        self._complains = True
        self._came: deque[Message] = deque()

    def send(self, method: str, session: str | None = None, **params: Any) -> int:
        """Send a command. Answers its number, which its answer carries."""
        self._last_id += 1
        command: dict[str, Any] = {"id": self._last_id, "method": method, "params": params}
        if session is not None:
            command["sessionId"] = session
        self._outgoing += to_json(command) + b"\0"
        return self._last_id

    def receive(self, until: float) -> Message | None:
        """The next message, or None if there is none `until` then (monotonic). Raises `Gone` and `TooMuch`."""
        while not self._came:
            left = until - time.monotonic()
            if left <= 0:
                return None
            self._pump(left)
        return self._came.popleft()

    def _pump(self, seconds: float) -> None:
        """Wait for any of the three, and do what can be done."""
        poll = select.poll()
        if len(self._outgoing) < _WAITING_BYTES:
            poll.register(self._answers, select.POLLIN)
        if self._complains:
            poll.register(self._complaints, select.POLLIN)
        if self._outgoing:
            poll.register(self._commands, select.POLLOUT)
        ready = {descriptor for descriptor, _ in poll.poll(seconds * 1000)}
        if self._complaints in ready:
            self._hear()
        if self._commands in ready:
            self._write()
        if self._answers in ready:
            self._read()

    def _hear(self) -> None:
        said = self._chunk(self._complaints)
        self._complains = said != b""
        self._words = (self._words + (said or b""))[-_COMPLAINT_BYTES:]

    def _write(self) -> None:
        try:
            del self._outgoing[: os.write(self._commands, self._outgoing[:_CHUNK])]
        except BlockingIOError:
            return
        except BrokenPipeError:
            raise Gone(last_line(self._words)) from None

    def _read(self) -> None:
        data = self._chunk(self._answers)
        if data is None:
            return
        if not data:
            self._hear()
            raise Gone(last_line(self._words))
        self._bytes += len(data)
        *ended, rest = data.split(b"\0")
        for part in ended:
            self._keep(part)
            if not self._skipping:
                self._take(bytes(self._incoming))
            self._incoming.clear()
            self._skipping = False
        self._keep(rest)
        if self._bytes > MOST_BYTES or self._messages > MOST_MESSAGES:
            raise TooMuch

    def _keep(self, part: bytes) -> None:
        self._incoming += part
        if len(self._incoming) > MESSAGE_BYTES:
            self._skipping = True
        if self._skipping:
            self._incoming.clear()

    def _take(self, data: bytes) -> None:
        self._messages += 1
        try:
            self._came.append(Message.model_validate_json(data))
        except ValidationError:
            return

    def _chunk(self, descriptor: int) -> bytes | None:
        """What is there; None if there is nothing now, empty if there never will be."""
        try:
            return os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return None
