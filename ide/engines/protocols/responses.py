"""OpenAI's Responses over server-sent events. What is said is the same over a socket: `responses_ws.py`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Literal

from ide.engines.model import Failed, ModelRequest, Usage
from ide.engines.protocols.model_wire import ModelWire
from ide.engines.streams.answer import Answer, tokens
from ide.engines.streams.errors import retry_after

_REASONS: Final[dict[str, Literal["stop", "length", "filter"]]] = {
    "completed": "stop",
    "content_filter": "filter",
    "steered": "stop",
}
_CONVERSATION_LENGTH: Final = 64


class Responses(ModelWire):
    """How a server of the Responses protocol is asked for one model. Implements `Wire`.

    A limit is sent as `max_output_tokens`, if there is one. Reasoning counts as output there.
    """

    path = "/responses"

    def body(self, request: ModelRequest) -> dict[str, Any]:
        """See `Wire`."""
        body: dict[str, Any] = {
            "model": self._model,
            "input": [item(message.role, message.text) for message in request.messages],
            "stream": True,
            "store": False,
            "stream_options": {"include_obfuscation": False},
        }
        if request.system:
            body["instructions"] = request.system
        if request.conversation:
            body["prompt_cache_key"] = request.conversation[:_CONVERSATION_LENGTH]
        if self._output_tokens is not None:
            body["max_output_tokens"] = self._most(request)
        if self._effort is not None:
            body["reasoning"] = {"effort": self._effort}
        return body

    def greeting(self) -> dict[str, Any]:
        """What prepares the server for the model, and generates nothing. Over a socket only."""
        return {"model": self._model, "input": [], "store": False, "generate": False}

    def answer(self, request: ModelRequest) -> ResponsesAnswer:
        """See `Wire`."""
        return ResponsesAnswer(self._most(request), self.secret)


class ResponsesAnswer(Answer):
    """Reads events until the one that ends its response. A stream that closes without one is lost."""

    def __init__(self, max_output_tokens: int, secret: str | None = None) -> None:
        super().__init__(max_output_tokens, secret)
        self.ending = ""
        """How the response ended: `completed`, or the reason why it is incomplete."""
        self._item: object = None
        self._last = ""

    def accept(self, event: dict[str, Any]) -> None:
        """Read one event that was decoded already."""
        kind = event.get("type")
        if kind == "response.output_text.delta" or kind == "response.refusal.delta":
            self._write(event)
        elif kind == "response.reasoning_summary_text.delta" or kind == "response.reasoning_text.delta":
            self.think(event.get("delta"))
            self._check()
        elif kind == "error" or (event.get("error") and "type" not in event):
            self.whole = True
            self.refuse(event)
        else:
            response = event.get("response")
            if isinstance(response, dict):
                self._respond(kind, response)

    _event = accept

    def refuse(self, error: object) -> None:
        """The server reports an error. Over a socket, status and headers of a refusal stand in the event."""
        if self.over:
            return
        inner = error.get("error") if isinstance(error, dict) else None
        if not (isinstance(error, dict) and isinstance(inner, dict)):
            super().refuse(error)
            return
        status, headers = error.get("status"), inner.get("headers")
        status = status if isinstance(status, int) and 400 <= status < 600 else None
        super().refuse({**inner, "status": status} if status else inner)
        if isinstance(failed := self._found[-1], Failed) and failed.kind != "lost":
            self._found[-1] = replace(failed, status=status, retry_after_seconds=_delay(headers))

    def _write(self, event: dict[str, Any]) -> None:
        delta, item_id = event.get("delta"), event.get("item_id")
        if not isinstance(delta, str) or not delta:
            return
        if item_id != self._item:
            # A message of its own: what it begins with, a marker perhaps, begins a line.
            if self._last and not self._last.endswith("\n"):
                self.say("\n")
            self._item = item_id
        self._last = delta
        self.say(delta)
        self._check()

    def _check(self) -> None:
        if self.spent and not self.over:
            self.finish("length")
            self.done()

    def _respond(self, kind: object, response: dict[str, Any]) -> None:
        """Read an event that carries the response: its beginning or its end."""
        self.start(response.get("id"))
        if kind not in ("response.completed", "response.incomplete", "response.failed"):
            return
        self.whole = True
        if isinstance(usage := response.get("usage"), dict):
            self.count(_usage(usage))
        if kind == "response.failed":
            self.refuse(response.get("error"))
            return
        self.ending = "completed" if kind == "response.completed" else _reason(response.get("incomplete_details"))
        self.finish(_REASONS.get(self.ending, "length"))
        self.done()


def item(role: str, text: str) -> dict[str, Any]:
    """A message, as it stands in `input`."""
    return {"role": role, "content": text}


def _reason(details: object) -> str:
    reason = details.get("reason") if isinstance(details, dict) else None
    return reason if isinstance(reason, str) else ""


def _delay(headers: object) -> float | None:
    if not isinstance(headers, dict):
        return None
    values = [value for name, value in headers.items() if isinstance(name, str) and name.lower() == "retry-after"]
    return retry_after(str(values[0])[:100]) if values else None


def _usage(usage: dict[str, Any]) -> Usage:
    inputs, outputs = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    return Usage(
        input=tokens(usage.get("input_tokens")),
        output=tokens(usage.get("output_tokens")),
        cached=tokens(inputs.get("cached_tokens")) if isinstance(inputs, dict) else 0,
        reasoning=tokens(outputs.get("reasoning_tokens")) if isinstance(outputs, dict) else 0,
    )
