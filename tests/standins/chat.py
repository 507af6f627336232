"""A stand-in for a Chat Completions server: says what its script says, at the script's rate, with the script's faults.

In a test it runs inside the test's loop:

    async with ChatStandIn(Script(("Hello", " there"))) as server:
        ... server.base_url, server.requests, server.streaming ...

For benchmarks and browsers it runs as a process of its own, which prints its address when it is ready:

    python -m tests.standins.chat --port 8100 --rate 1000 --answer answer.txt
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.standins.sse import CACHED_TOKENS, INPUT_TOKENS, MODEL, SseScript, SseStandIn

_WORDS = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")


@dataclass(frozen=True)
class Script(SseScript):
    """One answer in chunks of Chat Completions."""

    finish_reason: str | None = "stop"
    reasoning_field: str = "reasoning"

    @classmethod
    def errors(cls, message: str, status: int) -> list[object]:
        """As OpenAI, vLLM and llama.cpp word them."""
        code = {401: "invalid_api_key", 429: "rate_limit_exceeded"}.get(status, status)
        error: dict[str, object] = {"message": message, "code": code}
        return [{"error": error}, {"object": "error", **error}]

    def _frames(self) -> list[bytes]:
        first = [self._frame({"role": "assistant", "content": ""}, None)] if self.deltas or self.reasoning else []
        thoughts = [self._frame({self.reasoning_field: text, "content": None}, None) for text in self.reasoning]
        return first + thoughts + [self._frame({"content": text}, None) for text in self.deltas]

    def _ending(self) -> list[bytes]:
        parts = [self._frame({}, self.finish_reason)] if self.finish_reason else []
        if self.usage:
            parts.append(self.event(self._chunk([], usage=self._usage())))
        if self.done:
            parts.append(f"data: [DONE]{self.line_end * 2}".encode())
        return parts

    def _frame(self, delta: dict[str, object], finish_reason: str | None) -> bytes:
        choice: dict[str, object] = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        if self.unknown_fields:
            choice |= {"logprobs": None, "token_ids": [1, 2]}
        return self.event(self._chunk([choice]))

    def _chunk(self, choices: list[dict[str, object]], **more: object) -> dict[str, object]:
        chunk: dict[str, object] = {
            "id": "chatcmpl-standin",
            "object": "chat.completion.chunk",
            "created": 1_750_000_000,
            "model": MODEL,
            "choices": choices,
        }
        if self.unknown_fields:
            more |= {"system_fingerprint": "fp", "time_info": {"queue_time": 0.1}, "timings": {"predicted_n": 1}}
        return chunk | more

    def _usage(self) -> dict[str, object]:
        return {
            "prompt_tokens": INPUT_TOKENS,
            "completion_tokens": len(self.deltas),
            "total_tokens": INPUT_TOKENS + len(self.deltas),
            "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS},
            "completion_tokens_details": {"reasoning_tokens": len(self.reasoning)},
        }


def tokens_of(text: str) -> tuple[str, ...]:
    """`text` cut about where a model's tokens end. Joined again, they are `text`."""
    return tuple(_WORDS.findall(text))


Scripts = Script | Callable[[int], Script]


@dataclass
class ChatStandIn(SseStandIn[Script]):
    """The server."""

    script: Scripts = field(default_factory=Script)

    answer_path = "/chat/completions"
    key_prefix = "Bearer "

    def models(self) -> dict[str, object]:
        """The list, as vLLM words it."""
        listed = {"id": MODEL, "object": "model", "created": 1, "owned_by": "standin", "max_model_len": 32_768}
        return {"object": "list", "data": [listed]}


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    script: Scripts = Script(rate=arguments.rate)
    if arguments.answer:
        script = Script(tokens_of(arguments.answer.read_text()), arguments.rate)
    async with ChatStandIn(script, arguments.port) as server:
        print(server.base_url, flush=True)
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standins.chat")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rate", type=float, default=None, help="tokens a second (default: as fast as it goes)")
    parser.add_argument("--answer", type=Path, default=None, help="a file that holds the answer")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
