"""Anthropic's Messages over server-sent events."""

from __future__ import annotations

from typing import Any, Final, Literal

from ide.engines.model import ModelRequest, Usage
from ide.engines.protocols.model_wire import ModelWire
from ide.engines.streams.answer import Answer, tokens

VERSION: Final = "2023-06-01"
_CACHED: Final = {"type": "ephemeral"}
_REASONS: Final[dict[str, Literal["stop", "length", "filter"]]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    # The server rests in the middle of an answer: what is there is not all of it.
    "pause_turn": "length",
    "refusal": "filter",
}


class Anthropic(ModelWire):
    """How a server of Anthropic's protocol is asked for one model. Implements `Wire`."""

    path = "/messages"

    def headers(self) -> dict[str, str]:
        """See `Wire`."""
        headers = {"anthropic-version": VERSION}
        return headers | {"x-api-key": self.secret} if self.secret else headers

    def body(self, request: ModelRequest) -> dict[str, Any]:
        """See `Wire`. The server caches the instructions, and the messages up to the last that stays as it is."""
        messages: list[dict[str, Any]] = []
        for number, message in enumerate(request.messages, 1):
            # The server refuses a request with blank text in it.
            if message.text.strip():
                messages.append({"role": message.role, "content": message.text})
            if messages and number == request.stable_messages:
                messages[-1]["content"] = _marked(messages[-1]["content"])
        body: dict[str, Any] = {
            "model": self._model,
            "max_tokens": self._most(request),
            "messages": messages,
            "stream": True,
        }
        if request.system.strip():
            body["system"] = _marked(request.system)
        return body

    def answer(self, request: ModelRequest) -> Answer:
        """See `Wire`."""
        return AnthropicAnswer(self._most(request), self.secret)


class AnthropicAnswer(Answer):
    """Reads events until `message_stop`, or until the stream closes after a stop reason."""

    def __init__(self, max_output_tokens: int, secret: str | None = None) -> None:
        super().__init__(max_output_tokens, secret)
        self._counts: dict[str, int] = {}

    def _event(self, event: dict[str, Any]) -> None:
        match event.get("type"):
            case "content_block_delta":
                self._write(event.get("delta"))
            case "content_block_start":
                self._write(event.get("content_block"))
            case "message_start":
                message = event.get("message")
                if isinstance(message, dict):
                    self.start(message.get("id"))
                    self._count(message.get("usage"))
            case "message_delta":
                self._count(event.get("usage"))
                delta = event.get("delta")
                reason = delta.get("stop_reason") if isinstance(delta, dict) else None
                if isinstance(reason, str) and reason:
                    self.finish(_REASONS.get(reason, "stop"))
            case "message_stop":
                self.start()
                self.whole = True
                self.done()
            case "error":
                self.refuse(event)

    def _write(self, part: object) -> None:
        if not isinstance(part, dict):
            return
        self.start()
        match part.get("type"):
            case "text_delta" | "text":
                self.say(part.get("text"))
            case "thinking_delta" | "thinking":
                self.think(part.get("thinking"))
        if self.spent:
            self.finish("length")
            self.done()

    def _count(self, usage: object) -> None:
        """What is counted so far: each event repeats what it knows, and what it leaves out stays as it was."""
        if not isinstance(usage, dict):
            return
        self._counts |= {name: tokens(value) for name, value in usage.items() if isinstance(value, int)}
        if isinstance(details := usage.get("output_tokens_details"), dict):
            self._counts["thinking_tokens"] = tokens(details.get("thinking_tokens"))
        counts = self._counts.get
        cached = counts("cache_read_input_tokens", 0)
        self.count(
            Usage(
                # What was read from the cache, or written to it, is not among the input tokens here.
                input=counts("input_tokens", 0) + cached + counts("cache_creation_input_tokens", 0),
                output=counts("output_tokens", 0),
                cached=cached,
                reasoning=counts("thinking_tokens", 0),
            )
        )


def _marked(text: str) -> list[dict[str, Any]]:
    """`text` as the last part of what the server shall keep for the next request."""
    return [{"type": "text", "text": text, "cache_control": _CACHED}]
