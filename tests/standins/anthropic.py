"""A stand-in for a server of Anthropic's Messages. `sse.py` says how it is used and which faults it knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.standins.sse import CACHED_TOKENS, INPUT_TOKENS, MODEL, SseScript, SseStandIn

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


@dataclass(frozen=True)
class AnthropicScript(SseScript):
    """One answer in Anthropic's named events."""

    finish_reason: str | None = "end_turn"
    pings: bool = True
    """Pings stand between any two events."""

    @classmethod
    def errors(cls, message: str, status: int) -> list[object]:
        """As Anthropic words them, and as gateways before it do."""
        error = {"type": _TYPES.get(status, "api_error"), "message": message}
        return [{"type": "error", "error": error, "request_id": "req_standin"}, {"type": "error", "error": error}]

    def failing(self) -> bytes:
        return self.event(self.error, "error")

    def _frames(self) -> list[bytes]:
        opening: dict[str, object] = {
            "type": "message_start",
            "message": {
                "id": "msg_standin",
                "type": "message",
                "role": "assistant",
                "model": MODEL,
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                # The first token is counted before it comes.
                "usage": self._input() | {"output_tokens": 1},
            },
        }
        return [
            self._said(opening),
            *self._block(0, {"type": "thinking", "thinking": "", "signature": ""}, "thinking", self.reasoning),
            *self._block(int(bool(self.reasoning)), {"type": "text", "text": ""}, "text", self.deltas),
        ]

    def _block(self, index: int, empty: dict[str, object], word: str, texts: tuple[str, ...]) -> list[bytes]:
        """A block of the answer. Its start goes with its first delta, and its stop with its last."""
        frames = [
            self._said({"type": "content_block_delta", "index": index, "delta": {"type": f"{word}_delta", word: text}})
            for text in texts
        ]
        if frames:
            frames[0] = self._said({"type": "content_block_start", "index": index, "content_block": empty}) + frames[0]
            if word == "thinking":
                signature = {"type": "signature_delta", "signature": "c2lnbmVk"}
                frames[-1] += self._said({"type": "content_block_delta", "index": index, "delta": signature})
            frames[-1] += self._said({"type": "content_block_stop", "index": index})
        return frames

    def _ending(self) -> list[bytes]:
        parts = []
        if self.finish_reason:
            delta = {"stop_reason": self.finish_reason, "stop_sequence": None}
            parts.append(self._said({"type": "message_delta", "delta": delta, "usage": self._usage()}))
        if self.done:
            parts.append(self._said({"type": "message_stop"}))
        return parts

    def _said(self, event: dict[str, object]) -> bytes:
        name = str(event["type"])
        said = self.event(event | {"padding": "abc"} if self.unknown_fields else event, name)
        if self.pings:
            said += self.event({"type": "ping"}, "ping")
        if self.unknown_fields:
            said += self.event(
                {"type": "content_block_hint", "index": 9, "delta": {"text": "no"}}, "content_block_hint"
            )
        return said

    def _input(self) -> dict[str, object]:
        """Counts in which the cached tokens are not among the input tokens."""
        if not self.usage:
            return {"input_tokens": 0}
        return {
            "input_tokens": INPUT_TOKENS - CACHED_TOKENS - 1,
            "cache_creation_input_tokens": 1,
            "cache_read_input_tokens": CACHED_TOKENS,
        }

    def _usage(self) -> dict[str, object]:
        if not self.usage:
            return {"output_tokens": 0}
        details = {"output_tokens_details": {"thinking_tokens": len(self.reasoning)}} if self.reasoning else {}
        return {"output_tokens": len(self.deltas) + len(self.reasoning), **details}


@dataclass
class AnthropicStandIn(SseStandIn[AnthropicScript]):
    """The server."""

    script: AnthropicScript | Callable[[int], AnthropicScript] = field(default_factory=AnthropicScript)

    versions: list[str | None] = field(default_factory=list)
    """The version of the protocol that each request named."""

    answer_path = "/messages"
    key_header = "x-api-key"

    def note(self, request: web.Request) -> None:
        super().note(request)
        self.versions.append(request.headers.get("anthropic-version"))

    def models(self) -> dict[str, object]:
        """The list, as Anthropic words it."""
        listed = {"type": "model", "id": MODEL, "display_name": "Stand-in", "created_at": "2026-01-01T00:00:00Z"}
        return {"data": [listed], "first_id": MODEL, "last_id": MODEL, "has_more": False}
