"""One answer of a model while it is read: bytes in, events out, no I/O. Each protocol fills in what its events mean.

The stream is hostile: every field may be missing or of another type, and a sentence of an error may quote a key.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, Final, Literal

import orjson

from ide.engines.model import Done, Failed, FailureKind, ModelEvent, ReasoningDelta, Started, TextDelta, Usage
from ide.engines.streams.errors import describe_error, may_pass
from ide.engines.streams.sse import EventStream, TooLong
from ide.engines.streams.surrogates import Surrogates

# A token is rarely longer: a model that writes more than this a token has ignored its limit.
CHARACTERS_A_TOKEN: Final = 16
NAME_LENGTH: Final = 200
NOT_JSON: Final = "the model's server sent something that is not JSON"
CLOSED: Final = "the model's server closed the stream before the answer was whole"


class Answer(ABC):
    """Reads one answer. After `over`, nothing more is to be fed."""

    def __init__(self, max_output_tokens: int, secret: str | None = None) -> None:
        self.over = False
        self.whole = False
        """The upstream ended the answer itself, so that its connection is good for another."""
        self.begun = False
        """The model has written or thought something."""
        self.finishing = False
        """The model has ended, and only its usage and the end marker may follow."""
        self._secret = secret
        self._found: list[ModelEvent] = []
        self._said: list[str] = []
        self._events = EventStream()
        self._left = max_output_tokens * CHARACTERS_A_TOKEN
        self._started = False
        self._reason: Literal["stop", "length", "filter"] = "stop"
        self._usage: Usage | None = None
        self._text = Surrogates()
        self._reasoning = Surrogates()

    def feed(self, chunk: bytes) -> list[ModelEvent]:
        """The events that `chunk` of a stream of server-sent events completes."""
        try:
            for data in self._events.feed(chunk):
                self.read(data)
                if self.over:
                    break
        except TooLong as error:
            self.fail("protocol", f"the model's server sent {error}")
        return self.take()

    def end(self, broken: str | None = None) -> list[ModelEvent]:
        """The last events, once the upstream closed (or broke off, for the reason in `broken`)."""
        if self.over:
            return []
        try:
            data = self._events.end() if broken is None else None
        except TooLong:
            data = None
        # A last event without its empty line counts if it is whole; if it is cut short, the stream broke off.
        if data and loads(data) is not None:
            self.read(data)
        self._close(broken)
        return self.take()

    def read(self, data: bytes | str) -> None:
        """Read one event's JSON."""
        event = loads(data) if data else {}
        if not isinstance(event, dict):
            self.fail("protocol", NOT_JSON)
        elif event:
            self._event(event)

    def take(self) -> list[ModelEvent]:
        """What was found since the last time, text that follows on as one event."""
        self._join()
        found, self._found = self._found, []
        return found

    # --- for the protocols -------------------------------------------------------------------------------------------

    @abstractmethod
    def _event(self, event: dict[str, Any]) -> None:
        """Read one event, which is not empty."""

    def start(self, name: object = "") -> None:
        """The upstream accepted the request. Only the first time counts."""
        if not self._started:
            self._started = True
            self._add(Started(name[:NAME_LENGTH] if isinstance(name, str) else ""))

    def say(self, text: object) -> None:
        """Some more of the answer, if it is text."""
        if isinstance(text, str) and text:
            self._spend(len(text))
            self._said.append(text)

    def think(self, text: object) -> None:
        """Some more of what the model thinks, if it is text."""
        if isinstance(text, str) and (text := self._reasoning.join(text)):
            self._spend(len(text))
            self._add(ReasoningDelta(text))

    def count(self, usage: Usage) -> None:
        """What the upstream counted."""
        self._usage = usage

    def finish(self, reason: Literal["stop", "length", "filter"] = "stop") -> None:
        """The model has ended; the end of the stream is still to come."""
        self._reason = reason
        self.finishing = True

    def done(self) -> None:
        """The answer is over, as `finish` said."""
        if self.over:
            return
        self._flush()
        if self._usage is not None:
            self._add(self._usage)
        self._add(Done(self._reason))
        self.over = True

    def fail(self, kind: FailureKind, message: str) -> None:
        """The answer broke off."""
        if self.over:
            return
        self._flush()
        self._add(Failed(kind, message, retryable=may_pass(kind)))
        self.over = True

    def refuse(self, error: object) -> None:
        """The upstream reports an error in the stream."""
        kind, message = describe_error(error, self._secret)
        # Once there is output the turn has something to keep, whatever the upstream's reason is.
        self.fail("lost" if self.begun else kind, message or "the model's server reports an error")

    # --- ours --------------------------------------------------------------------------------------------------------

    def _spend(self, characters: int) -> None:
        self.begun = True
        self._left -= characters

    @property
    def spent(self) -> bool:
        """Whether the model has ignored its limit."""
        return self._left < 0

    def _close(self, broken: str | None) -> None:
        if self.over:
            return
        if self.finishing:
            self.whole = broken is None
            self.done()
        elif self._started:
            self.fail("lost", broken or CLOSED)
        elif broken:
            self.fail("unreachable", broken)
        else:
            self.fail("protocol", "the model's server sent an empty answer")

    def _flush(self) -> None:
        self._join()
        if rest := self._reasoning.flush():
            self._found.append(ReasoningDelta(rest))
        if rest := self._text.flush():
            self._found.append(TextDelta(rest))

    def _add(self, event: ModelEvent) -> None:
        self._join()
        self._found.append(event)

    def _join(self) -> None:
        if self._said:
            text = self._text.join("".join(self._said))
            self._said.clear()
            if text:
                self._found.append(TextDelta(text))


def loads(data: bytes | str) -> Any | None:
    """The JSON in `data`; None if it is none. Half surrogate pairs stay in, since their other half may follow."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # orjson refuses half pairs and broken UTF-8; both occur when a server cuts a token in a character's middle.
        try:
            return json.loads(data if isinstance(data, str) else data.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None


def tokens(value: object) -> int:
    """A count of tokens in an upstream's usage; 0 if it is none."""
    return value if isinstance(value, int) and 0 <= value < 2**53 else 0
