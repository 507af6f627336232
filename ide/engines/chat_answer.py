"""What a Chat Completions stream says, as the engine's events: bytes in, events out, no I/O.

The stream is hostile: every field may be missing or of another type, and a sentence of an error may quote a key.
"""

from __future__ import annotations

import json
from typing import Any, Literal

import orjson

from ide.engines.model import Done, Failed, ModelEvent, ReasoningDelta, Started, TextDelta, Usage
from ide.engines.scrub import scrub
from ide.engines.sse import EventStream, TooLong

Kind = Literal["auth", "rate_limit", "overloaded", "bad_request", "unreachable", "lost", "protocol"]

# A token is rarely longer: a model that writes more than this a token has ignored its limit.
_CHARACTERS_A_TOKEN = 16
_REASONS: dict[str, Literal["stop", "length", "filter"]] = {"length": "length", "content_filter": "filter"}
_NOT_JSON = "the model's server sent something that is not JSON"


class Answer:
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
        self._events = EventStream()
        self._left = max_output_tokens * _CHARACTERS_A_TOKEN
        self._started = False
        self._reason: Literal["stop", "length", "filter"] = "stop"
        self._usage: Usage | None = None
        self._text = Surrogates()
        self._reasoning = Surrogates()

    def feed(self, chunk: bytes) -> list[ModelEvent]:
        """The events that `chunk` completes."""
        found: list[ModelEvent] = []
        try:
            for data in self._events.feed(chunk):
                self._read(data, found)
                if self.over:
                    break
        except TooLong as error:
            self._fail(found, "protocol", f"the model's server sent {error}")
        return found

    def end(self, broken: str | None = None) -> list[ModelEvent]:
        """The last events, once the upstream closed (or broke off, for the reason in `broken`)."""
        found: list[ModelEvent] = []
        if self.over:
            return found
        try:
            data = self._events.end() if broken is None else None
        except TooLong:
            data = None
        # A last event without its empty line counts if it is whole; if it is cut short, the stream broke off.
        if data and _loads(data) is not None:
            self._read(data, found)
        self._close(found, broken)
        return found

    def _close(self, found: list[ModelEvent], broken: str | None) -> None:
        if self.over:
            return
        if self.finishing:
            self.whole = broken is None
            self._done(found)
        elif self._started:
            self._fail(found, "lost", broken or "the model's server closed the stream before the answer was whole")
        elif broken:
            self._fail(found, "unreachable", broken)
        else:
            self._fail(found, "protocol", "the model's server sent an empty answer")

    def _read(self, data: bytes, found: list[ModelEvent]) -> None:
        if data == b"[DONE]":
            self.whole = True
            self._done(found)
            return
        if not data:
            return
        event = _loads(data)
        if not isinstance(event, dict):
            self._fail(found, "protocol", _NOT_JSON)
            return
        if event.get("error") or event.get("object") == "error":
            kind, message = describe_error(event, self._secret)
            # Once there is output the turn has something to keep, whatever the upstream's reason is.
            self._fail(found, "lost" if self.begun else kind, message)
            return
        if not self._started:
            self._started = True
            name = event.get("id")
            found.append(Started(name[:200] if isinstance(name, str) else ""))
        choices = event.get("choices")
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            self._choice(choices[0], found)
        if isinstance(usage := event.get("usage"), dict):
            self._usage = _usage(usage)

    def _choice(self, choice: dict[str, Any], found: list[ModelEvent]) -> None:
        delta = choice.get("delta")
        if isinstance(delta, dict):
            text = delta.get("content")
            if isinstance(text, str) and (text := self._text.join(text)):
                self.begun = True
                self._left -= len(text)
                found.append(TextDelta(text))
            thought = delta.get("reasoning") or delta.get("reasoning_content")
            if isinstance(thought, str) and (thought := self._reasoning.join(thought)):
                self.begun = True
                self._left -= len(thought)
                found.append(ReasoningDelta(thought))
            if self._left < 0:
                self._reason = "length"
                self._done(found)
                return
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self._reason = _REASONS.get(reason, "stop")
            self.finishing = True

    def _done(self, found: list[ModelEvent]) -> None:
        self._flush(found)
        if self._usage is not None:
            found.append(self._usage)
        found.append(Done(self._reason))
        self.over = True

    def _fail(self, found: list[ModelEvent], kind: Kind, message: str) -> None:
        self._flush(found)
        found.append(Failed(kind, message, retryable=kind in ("rate_limit", "overloaded")))
        self.over = True

    def _flush(self, found: list[ModelEvent]) -> None:
        if rest := self._reasoning.flush():
            found.append(ReasoningDelta(rest))
        if rest := self._text.flush():
            found.append(TextDelta(rest))


class Surrogates:
    """Joins UTF-16 pairs that were split across deltas. It returns no surrogate: a lone half becomes U+FFFD."""

    def __init__(self) -> None:
        self._half = ""

    def join(self, text: str) -> str:
        """`text` with what was held back before it, without a half pair at its end."""
        if not self._half and (text.isascii() or not _has_surrogate(text)):
            return text
        text = self._half + text
        self._half = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._half = text[-1]
            text = text[:-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def flush(self) -> str:
        """A replacement for a half pair that never got its other half."""
        rest = "\ufffd" if self._half else ""
        self._half = ""
        return rest


def describe_error(body: object, secret: str | None) -> tuple[Kind, str]:
    """The kind and the sentence (empty if none) of an error, in any shape that servers of this protocol use."""
    error = body
    for _ in range(2):
        if isinstance(error, list) and error:
            error = error[0]
        if isinstance(error, dict) and error.get("error"):
            error = error["error"]
    if isinstance(error, str):
        return "overloaded", scrub(error, secret)
    if not isinstance(error, dict):
        return "protocol", ""
    message = error.get("message") or error.get("detail") or "an error without a sentence"
    words = " ".join(str(error.get(field, "")) for field in ("code", "type", "status"))[:200].lower()
    return _kind(words), scrub(message if isinstance(message, str) else json.dumps(message)[:2000], secret)


def kind_of_status(status: int) -> Kind:
    """The kind of failure that an HTTP status stands for."""
    if status in (401, 403):
        return "auth"
    if status == 429:
        return "rate_limit"
    if status >= 500 or status == 408:
        return "overloaded"
    return "bad_request" if status >= 400 else "protocol"


def _kind(words: str) -> Kind:
    for word in words.split():
        if word.isdigit() and len(word) == 3 and int(word) >= 400:
            return kind_of_status(int(word))
    for kind, signs in _SIGNS:
        if any(sign in words for sign in signs):
            return kind
    return "overloaded"


_SIGNS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("rate_limit", ("rate_limit", "quota", "too_many", "resource_exhausted")),
    ("auth", ("auth", "api_key", "permission", "forbidden")),
    ("bad_request", ("invalid", "bad_request", "badrequest", "not_found", "notfound", "context_length", "unsupported")),
)


def _loads(data: bytes) -> Any | None:
    """The JSON in `data`; None if it is none. Half surrogate pairs stay in, since their other half may follow."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # orjson refuses half pairs and broken UTF-8; both occur when a server cuts a token in a character's middle.
        try:
            return json.loads(data.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None


def _usage(usage: dict[str, Any]) -> Usage:
    inputs = usage.get("prompt_tokens_details")
    outputs = usage.get("completion_tokens_details")
    cached = _count(inputs.get("cached_tokens")) if isinstance(inputs, dict) else 0
    return Usage(
        input=_count(usage.get("prompt_tokens")),
        output=_count(usage.get("completion_tokens")),
        cached=cached or _count(usage.get("prompt_cache_hit_tokens")),
        reasoning=_count(outputs.get("reasoning_tokens")) if isinstance(outputs, dict) else 0,
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**53 else 0


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
