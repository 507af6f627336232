"""What a model's server says when it refuses or fails, in any shape in use, and what kind of failure that is."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from time import time
from typing import Final

from ide.engines.model import FailureKind
from ide.engines.scrub import scrub

LONGEST_WAIT_SECONDS: Final = 3600.0
_SIGNS: tuple[tuple[FailureKind, tuple[str, ...]], ...] = (
    ("rate_limit", ("rate_limit", "quota", "too_many", "resource_exhausted")),
    ("auth", ("auth", "api_key", "permission", "forbidden")),
    ("bad_request", ("invalid", "bad_request", "badrequest", "not_found", "notfound", "context_length", "unsupported")),
)


def describe_error(body: object, secret: str | None) -> tuple[FailureKind, str]:
    """The kind and the sentence (empty if none) of an error. `secret` is blotted out, should it be quoted."""
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


def kind_of_status(status: int) -> FailureKind:
    """The kind of failure that an HTTP status stands for."""
    if status in (401, 403):
        return "auth"
    if status == 429:
        return "rate_limit"
    if status >= 500 or status == 408:
        return "overloaded"
    return "bad_request" if status >= 400 else "protocol"


def may_pass(kind: FailureKind) -> bool:
    """Whether asking again later may help."""
    return kind in ("rate_limit", "overloaded")


def retry_after(value: str | None) -> float | None:
    """Seconds, at most an hour, from a `Retry-After` header, which holds seconds or a date."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS) if seconds == seconds else None


def _kind(words: str) -> FailureKind:
    for word in words.split():
        if word.isdigit() and len(word) == 3 and int(word) >= 400:
            return kind_of_status(int(word))
    for kind, signs in _SIGNS:
        if any(sign in words for sign in signs):
            return kind
    return "overloaded"
