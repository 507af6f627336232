"""Chat Completions over server-sent events: the protocol of most model servers."""

from __future__ import annotations

from typing import Any, Final, Literal

from ide.engines.model import ModelRequest, Usage
from ide.engines.protocols.model_wire import ModelWire
from ide.engines.streams.answer import Answer, tokens

_REASONS: Final[dict[str, Literal["stop", "length", "filter"]]] = {"length": "length", "content_filter": "filter"}
# What OpenRouter and DeepSeek say of an answer that broke off.
_BROKEN: Final = ("error", "insufficient_system_resource")


class Chat(ModelWire):
    """How a Chat Completions server is asked for one model. Implements `Wire`.

    A limit is sent as `max_tokens`, if there is one.
    """

    path = "/chat/completions"

    def body(self, request: ModelRequest) -> dict[str, Any]:
        """See `Wire`."""
        messages = [{"role": "system", "content": request.system}] if request.system else []
        messages += [{"role": message.role, "content": message.text} for message in request.messages]
        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self._output_tokens is not None:
            body["max_tokens"] = self._most(request)
        if self._effort is not None:
            body["reasoning_effort"] = self._effort
        return body

    def answer(self, request: ModelRequest) -> Answer:
        """See `Wire`."""
        return ChatAnswer(self._most(request), self.secret)


class ChatAnswer(Answer):
    """Reads chunks until `[DONE]`, or until the stream closes after a finish reason."""

    def read(self, data: bytes | str) -> None:
        """Read one chunk's JSON, or the end marker."""
        if data == b"[DONE]":
            self.whole = True
            self.done()
        else:
            super().read(data)

    def _event(self, event: dict[str, Any]) -> None:
        if event.get("error") or event.get("object") == "error":
            self.refuse(event)
            return
        self.start(event.get("id"))
        choices = event.get("choices")
        # The chunk with the usage has no choices.
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            self._choice(choices[0])
        if isinstance(usage := event.get("usage"), dict):
            self.count(_usage(usage))

    def _choice(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self.say(delta.get("content"))
            if thought := delta.get("reasoning") or delta.get("reasoning_content"):
                self.think(thought)
            if self.spent:
                self.finish("length")
                self.done()
                return
        reason = choice.get("finish_reason")
        if reason in _BROKEN:
            self.fail("lost" if self.begun else "overloaded", f"the model's server ended the answer with {reason!r}")
        elif isinstance(reason, str) and reason:
            self.finish(_REASONS.get(reason, "stop"))


def _usage(usage: dict[str, Any]) -> Usage:
    inputs = usage.get("prompt_tokens_details")
    outputs = usage.get("completion_tokens_details")
    cached = tokens(inputs.get("cached_tokens")) if isinstance(inputs, dict) else 0
    return Usage(
        input=tokens(usage.get("prompt_tokens")),
        output=tokens(usage.get("completion_tokens")),
        cached=cached or tokens(usage.get("prompt_cache_hit_tokens")),
        reasoning=tokens(outputs.get("reasoning_tokens")) if isinstance(outputs, dict) else 0,
    )
