"""Gemini's `streamGenerateContent` over server-sent events."""

from __future__ import annotations

from typing import Any, Final, Literal
from urllib.parse import quote

from ide.engines.model import ModelEvent, ModelRequest, Usage
from ide.engines.protocols.model_wire import ModelWire
from ide.engines.streams.answer import Answer, loads, tokens

_REASONS: Final[dict[str, Literal["stop", "length", "filter"]]] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
}
# The answer is no good, but nobody withheld it. Every other reason, also a new one, is one for withholding.
_BROKEN: Final = frozenset(
    (
        "FINISH_REASON_UNSPECIFIED",
        "OTHER",
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
        "TOO_MANY_TOOL_CALLS",
        "UNEXPECTED_TOOL_CALL",
    )
)
_BARE_BYTES: Final = 65_536


class Gemini(ModelWire):
    """How a server of Gemini's protocol is asked for one model. Implements `Wire`."""

    def __init__(
        self, model: str, key: str | None = None, output_tokens: int | None = None, effort: str | None = None
    ) -> None:
        """See `ModelWire`. Thinking counts as output there."""
        super().__init__(model, key, output_tokens, effort)
        # As the vendor's clients have it: a name with a folder stands for itself (`models/x`, `tunedModels/x`).
        name = model if "/" in model else f"models/{model}"
        self.path = f"/{quote(name)}:streamGenerateContent?alt=sse"

    def headers(self) -> dict[str, str]:
        """See `Wire`."""
        return {"x-goog-api-key": self.secret} if self.secret else {}

    def body(self, request: ModelRequest) -> dict[str, Any]:
        """See `Wire`."""
        body: dict[str, Any] = {
            "contents": [
                {"role": "model" if message.role == "assistant" else "user", "parts": [{"text": message.text}]}
                for message in request.messages
            ]
        }
        if request.system:
            body["systemInstruction"] = {"parts": [{"text": request.system}]}
        settings: dict[str, Any] = {}
        if self._output_tokens is not None:
            settings["maxOutputTokens"] = self._most(request)
        if self._effort is not None:
            settings["thinkingConfig"] = {"thinkingLevel": self._effort}
        if settings:
            body["generationConfig"] = settings
        return body

    def answer(self, request: ModelRequest) -> Answer:
        """See `Wire`."""
        return GeminiAnswer(self._most(request), self.secret)


class GeminiAnswer(Answer):
    """Reads chunks until the stream closes, which is how it ends."""

    def __init__(self, max_output_tokens: int, secret: str | None = None) -> None:
        super().__init__(max_output_tokens, secret)
        self._bare = b""
        self._at_line_start = True

    def feed(self, chunk: bytes) -> list[ModelEvent]:
        """See `Answer`. An error in the middle of a stream comes as bare JSON, without `data:` before its lines."""
        if self._bare:
            self._bare = (self._bare + chunk)[:_BARE_BYTES]
        elif self._at_line_start and chunk.startswith((b"{", b"[")):
            self._bare = chunk[:_BARE_BYTES]
        elif (at := max(chunk.find(b"\n{"), chunk.find(b"\n["))) >= 0:
            self._bare = chunk[at + 1 :][:_BARE_BYTES]
        self._at_line_start = chunk.endswith(b"\n")
        return super().feed(chunk)

    def end(self, broken: str | None = None) -> list[ModelEvent]:
        """See `Answer`."""
        said = loads(self._bare) if self._bare and not self.over else None
        first = said[0] if isinstance(said, list) and said else said
        if isinstance(first, dict) and first.get("error"):
            self.refuse(first)
            return self.take()
        return super().end(broken)

    def _event(self, event: dict[str, Any]) -> None:
        if event.get("error"):
            self.refuse(event)
            return
        self.start(event.get("responseId"))
        if isinstance(usage := event.get("usageMetadata"), dict):
            self.count(_usage(usage))
        feedback = event.get("promptFeedback")
        if isinstance(feedback, dict) and feedback.get("blockReason"):
            self.finish("filter")
        candidates = event.get("candidates")
        # A chunk that only counts has none.
        if isinstance(candidates, list) and candidates and isinstance(candidates[0], dict):
            self._candidate(candidates[0])

    def _candidate(self, candidate: dict[str, Any]) -> None:
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict):
                (self.think if part.get("thought") is True else self.say)(part.get("text"))
        reason = candidate.get("finishReason")
        if self.spent:
            self.finish("length")
            self.done()
        elif isinstance(reason, str) and reason in _BROKEN:
            self.fail("lost" if self.begun else "overloaded", f"the model's server gave the answer up: {reason}")
        elif isinstance(reason, str) and reason:
            self.finish(_REASONS.get(reason, "filter"))


def _usage(usage: dict[str, Any]) -> Usage:
    reasoning = tokens(usage.get("thoughtsTokenCount"))
    return Usage(
        input=tokens(usage.get("promptTokenCount")),
        output=tokens(usage.get("candidatesTokenCount")) + reasoning,
        cached=tokens(usage.get("cachedContentTokenCount")),
        reasoning=reasoning,
    )
