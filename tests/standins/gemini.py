"""A stand-in for a server of Gemini's protocol. `sse.py` says how it is used and which faults it knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.standins.sse import CACHED_TOKENS, INPUT_TOKENS, MODEL, SseScript, SseStandIn

_STATUSES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


@dataclass(frozen=True)
class GeminiScript(SseScript):
    """One answer in Gemini's chunks. The stream has no opening and no marker."""

    finish_reason: str | None = "STOP"
    block_reason: str | None = None
    """Why the prompt was refused, in place of an answer."""
    bare_error: bool = False
    """The error in the stream comes line by line, without `data:`."""

    @classmethod
    def errors(cls, message: str, status: int) -> list[object]:
        """As Google words them, also in a list; a wrong key is an invalid argument there."""
        error: dict[str, object] = {"code": status, "message": message, "status": _STATUSES.get(status, "INTERNAL")}
        if status == 401:
            reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
            error |= {"code": 400, "status": "INVALID_ARGUMENT", "details": [reason]}
        if status == 429:
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}]
        return [{"error": error}, [{"error": error}]]

    def failing(self) -> bytes:
        # Only what comes without `data:` is ever a list.
        bare = json.dumps(self.error, indent=2).replace("\n", self.line_end) + self.line_end
        return bare.encode() if self.bare_error or isinstance(self.error, list) else super().failing()

    def _frames(self) -> list[bytes]:
        if self.block_reason:
            return [self.event({"promptFeedback": {"blockReason": self.block_reason}, **self._rest(0, 0)})]
        thoughts = [
            self._chunk({"text": text, "thought": True}, 0, number) for number, text in enumerate(self.reasoning, 1)
        ]
        deltas = [
            self._chunk({"text": text}, number, len(self.reasoning)) for number, text in enumerate(self.deltas, 1)
        ]
        return [b"", *thoughts, *deltas]

    def _ending(self) -> list[bytes]:
        if not self.finish_reason or self.block_reason:
            return []
        # The last chunk has a signature in place of text.
        candidate = {
            "content": {"parts": [{"text": "", "thoughtSignature": "c2lnbmVk"}], "role": "model"},
            "finishReason": self.finish_reason,
            "index": 0,
        }
        return [self.event({"candidates": [candidate], **self._rest(len(self.deltas), len(self.reasoning))})]

    def _chunk(self, part: dict[str, object], said: int, thought: int) -> bytes:
        candidate: dict[str, object] = {"content": {"parts": [part], "role": "model"}, "index": 0}
        if self.unknown_fields:
            candidate |= {"tokenWeather": [0.5]}
        return self.event({"candidates": [candidate], **self._rest(said, thought)})

    def _rest(self, said: int, thought: int) -> dict[str, object]:
        """What every chunk carries; its counts are those of the answer so far."""
        rest: dict[str, object] = {"modelVersion": MODEL, "responseId": "gemini-standin"}
        if self.usage:
            usage = {
                "promptTokenCount": INPUT_TOKENS,
                "cachedContentTokenCount": CACHED_TOKENS,
                "candidatesTokenCount": said,
                "totalTokenCount": INPUT_TOKENS + said + thought,
            }
            rest["usageMetadata"] = usage | ({"thoughtsTokenCount": thought} if thought else {})
        if self.unknown_fields:
            rest["serverMood"] = {"calm": True}
        return rest


@dataclass
class GeminiStandIn(SseStandIn[GeminiScript]):
    """The server."""

    script: GeminiScript | Callable[[int], GeminiScript] = field(default_factory=GeminiScript)

    base_path = "/v1beta"
    answer_path = f"/models/{MODEL}:streamGenerateContent"
    key_header = "x-goog-api-key"
    refused_key_status = 400

    def models(self) -> dict[str, object]:
        """The list, as Google words it."""
        listed = {"name": f"models/{MODEL}", "displayName": "Stand-in", "inputTokenLimit": 1_048_576}
        return {"models": [listed | {"outputTokenLimit": 65_536, "supportedGenerationMethods": ["generateContent"]}]}
