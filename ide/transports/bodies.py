"""No request's body is taken beyond the largest that anything here takes, whoever sends it.

Django would write all of it to a temporary file before anybody asks who is there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from ide.wire.codes import Code
from ide.wire.shapes import Problem

MOST_BYTES: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
REFUSAL = Problem(code=Code.TOO_LARGE, message="The request is too large.").model_dump_json().encode()

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]


def bounded(application: Application) -> Application:
    """`application`, which serves HTTP and for which a body that is too large ends early and is answered with 413."""

    async def handle(scope: Any, receive: Receive, send: Send) -> None:
        left, answered = MOST_BYTES, False

        async def take() -> Any:
            nonlocal left
            event = await receive()
            if event["type"] == "http.request":
                left -= len(event["body"])
            return event if left >= 0 else {"type": "http.disconnect"}

        async def answer(event: Any) -> None:
            nonlocal answered
            answered = True
            await send(event)

        await application(scope, take, answer)
        if left < 0 and not answered:
            headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 413, "headers": headers})
            await send({"type": "http.response.body", "body": REFUSAL})

    return handle
