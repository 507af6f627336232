"""An answer in the events of OpenAI's Responses, as they come by HTTP and over a socket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from tests.standins.sse import CACHED_TOKENS, INPUT_TOKENS, MODEL, SseScript

_CODES = {400: "invalid_prompt", 401: "invalid_api_key", 429: "rate_limit_exceeded", 503: "server_error"}
Event = dict[str, Any]
Steer = Literal["accepted", "after", "failed", "unsupported", "pending", "dropped", "silent"]
"""What becomes of a redirection: the response is cut for a successor; the successor comes after its whole; it is
refused; the model cannot be steered; it waits for a tool's result; it is accepted and then fails; nothing is said."""


@dataclass(frozen=True)
class ResponsesScript(SseScript):
    """One answer in Responses' events. `finish_reason` is `completed`, `failed`, or why it is incomplete."""

    finish_reason: str | None = "completed"
    messages: tuple[int, ...] = ()
    """At which deltas another message of the answer begins."""
    steer: Steer = "unsupported"
    successor: tuple[str, ...] = ("New", " answer", ".")
    """What is said to a redirection."""
    other_lane: bool = False
    """Over a socket, events of a lane that nobody asked in stand between those of the answer."""

    @classmethod
    def errors(cls, message: str, status: int) -> list[object]:
        """Both shapes: as the socket words them, and as the stream does."""
        kind = "invalid_request_error" if status < 429 else "error"
        error: Event = {"type": kind, "code": _CODES.get(status, str(status)), "message": message, "param": None}
        return [{"type": "error", "status": status, "error": error}, {**error, "type": "error", "sequence_number": 9}]

    def failing(self) -> bytes:
        return self.event(self.error, "error")

    @cached_property
    def steps(self) -> list[list[Event]]:
        """For each delta, its reasoning first, the event that carries it and those that go with it."""
        steps = [self._thought(text) for text in self.reasoning]
        if steps:
            item = {"id": "rs_standin", "type": "reasoning", "summary": []}
            steps[0] = [{"type": "response.output_item.added", "output_index": 0, "item": item}, *steps[0]]
            steps[-1] += [{"type": "response.output_item.done", "output_index": 0, "item": item}]
        for at, text in enumerate(self.deltas):
            number = sum(at >= begin for begin in self.messages)
            opening = self._message(number) if at == 0 or at in self.messages else []
            steps.append([*opening, {**self._place(number), **self._type("output_text.delta"), "delta": text}])
        return steps

    def opening(self, name: str) -> list[Event]:
        """How the response of this name begins."""
        response = self.response(name, "in_progress")
        return [{**self._type(kind), "response": response} for kind in ("created", "in_progress")]

    def closing(self, name: str) -> list[Event]:
        """How it ends."""
        events: list[Event] = []
        text, number = "".join(self.deltas), len(self.messages)
        if self.deltas and self.finish_reason:
            place = self._place(number)
            item = self._item(number, "completed", text)
            events = [
                {**place, **self._type("output_text.done"), "text": text, "logprobs": []},
                {**place, **self._type("content_part.done"), "part": item["content"][0]},
                {"type": "response.output_item.done", "output_index": place["output_index"], "item": item},
            ]
        if self.finish_reason in ("completed", "failed"):
            ended = self.response(name, self.finish_reason)
            events.append({**self._type(self.finish_reason), "response": ended})
        elif self.finish_reason:
            events.append({**self._type("incomplete"), "response": self.response(name, "incomplete")})
        return events

    def response(self, name: str, status: str) -> Event:
        """The response itself, as its events carry it."""
        done = status != "in_progress"
        text = "".join(self.deltas)
        reason = self.finish_reason if status == "incomplete" else None
        return {
            "id": name,
            "object": "response",
            "created_at": 1_750_000_000,
            "status": status,
            "model": MODEL,
            "output": [self._item(len(self.messages), "completed", text)] if done and text else [],
            "error": {"code": "server_error", "message": "the engine died"} if status == "failed" else None,
            "incomplete_details": {"reason": reason} if reason else None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "store": False,
            "usage": self._usage() if done and self.usage else None,
        }

    def numbered(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events with their numbers, and with what nobody knows if the script wants that."""
        for number, event in enumerate(events):
            yield event | {"sequence_number": number} | ({"padding": "abc"} if self.unknown_fields else {})
            if self.unknown_fields:
                yield {"type": "response.output_hint.delta", "item_id": "x", "delta": "no", "sequence_number": number}

    def _frames(self) -> list[bytes]:
        return [self._said(step) for step in (self.opening("resp_standin"), *self.steps)]

    def _ending(self) -> list[bytes]:
        return [self._said(self.closing("resp_standin"))]

    def _said(self, events: list[Event]) -> bytes:
        return b"".join(self.event(event, event["type"]) for event in self.numbered(events))

    def _thought(self, text: str) -> list[Event]:
        place = {"item_id": "rs_standin", "output_index": 0, "summary_index": 0}
        return [{**place, **self._type("reasoning_summary_text.delta"), "delta": text}]

    def _message(self, number: int) -> list[Event]:
        place, item = self._place(number), self._item(number, "in_progress", "")
        part = {"type": "output_text", "text": "", "annotations": []}
        return [
            {"type": "response.output_item.added", "output_index": place["output_index"], "item": item},
            {**place, **self._type("content_part.added"), "part": part},
        ]

    def _place(self, number: int) -> Event:
        index = number + bool(self.reasoning)
        return {"item_id": f"msg_{number}", "output_index": index, "content_index": 0, "logprobs": []}

    def _item(self, number: int, status: str, text: str) -> Event:
        content = [{"type": "output_text", "text": text, "annotations": []}] if status == "completed" else []
        return {"id": f"msg_{number}", "type": "message", "status": status, "role": "assistant", "content": content}

    def _usage(self) -> Event:
        output = len(self.deltas) + len(self.reasoning)
        return {
            "input_tokens": INPUT_TOKENS,
            "input_tokens_details": {"cached_tokens": CACHED_TOKENS, "cache_write_tokens": 0},
            "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": len(self.reasoning)},
            "total_tokens": INPUT_TOKENS + output,
        }

    @staticmethod
    def _type(kind: str) -> Event:
        return {"type": f"response.{kind}"}
