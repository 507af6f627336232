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
    ("bad_request", ("invalid", "bad_request", "badrequest", "notfound", "not_found", "unsupported")),
    ("bad_request", ("context_length", "too_large", "billing")),
)


def describe_error(body: object, secret: str | None) -> tuple[FailureKind, str]:
    """The kind and the sentence (empty if none) of an error. `secret` is blotted out, should it be quoted."""
    error = _innermost(body)
    if isinstance(error, str):
        return "overloaded", scrub(error, secret)
    if not isinstance(error, dict):
        return "protocol", ""
    message = error.get("message") or error.get("detail") or "an error without a sentence"
    # Gemini calls a wrong key an invalid argument, and says only in the details which one.
    said = [error.get("code"), error.get("type"), error.get("status"), *_details(error, "reason")]
    words = " ".join(str(word)[:100] for word in said if word is not None).lower()
    return _kind(words), scrub(message if isinstance(message, str) else json.dumps(message)[:2000], secret)


def retry_delay(body: object) -> float | None:
    """Seconds, at most an hour, that an error asks to wait in its details, as Google's do: `"retryDelay": "37s"`."""
    error = _innermost(body)
    delays = _details(error, "retryDelay") if isinstance(error, dict) else []
    return next((retry_after(delay.removesuffix("s")) for delay in delays if isinstance(delay, str)), None)


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


def _innermost(body: object) -> object:
    for _ in range(2):
        if isinstance(body, list) and body:
            body = body[0]
        if isinstance(body, dict) and body.get("error"):
            body = body["error"]
    return body


def _details(error: dict[str, object], field: str) -> list[object]:
    details = error.get("details")
    listed = details[:10] if isinstance(details, list) else ()
    return [detail[field] for detail in listed if isinstance(detail, dict) and field in detail]


def _kind(words: str) -> FailureKind:
    if "api_key_invalid" in words:
        return "auth"
    for word in words.split():
        if word.isdigit() and len(word) == 3 and int(word) >= 400:
            return kind_of_status(int(word))
    for kind, signs in _SIGNS:
        if any(sign in words for sign in signs):
            return kind
    return "overloaded"
