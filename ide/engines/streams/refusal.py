"""What it means that a model's server answered a request, or the opening of a socket, with no stream."""

from __future__ import annotations

import orjson

from ide.engines.model import Failed
from ide.engines.streams.errors import describe_error, kind_of_status, may_pass, retry_after, retry_delay


def refusal(status: int, body: bytes, later: str | None, secret: str | None) -> Failed:
    """The failure that status and body of an HTTP answer stand for. `later` is its `Retry-After`."""
    try:
        said: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        said = None
    if status == 200 and not (isinstance(said, dict) and said.get("error")):
        return Failed("protocol", "the model's server did not answer with a stream", status=status)
    kind, sentence = describe_error(said, secret)
    # A refused key may come as a bad request, and any error with a status that says nothing.
    if status != 200 and not (status == 400 and kind == "auth"):
        kind = kind_of_status(status)
    seconds = retry_after(later)
    return Failed(
        kind,
        f"the model's server answered {status}" + (f": {sentence}" if sentence else ""),
        retryable=may_pass(kind),
        status=status,
        retry_after_seconds=retry_delay(said) if seconds is None else seconds,
    )
