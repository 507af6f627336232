"""The seam between a turn and whatever writes it: one small Protocol, one file a wire protocol.

An engine turns a `ModelRequest` into a stream of `ModelEvent`s and knows nothing of rooms or documents. Closing the
iterator (`aclose`) is how a turn stops its model; the engine then releases the upstream at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

FailureKind = Literal["auth", "rate_limit", "overloaded", "bad_request", "unreachable", "lost", "protocol"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation. The last one of a request is always the person's prompt, word for word."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model is asked. `system` is the stable part and comes first, for the sake of prompt caches.

    `conversation` names what this request goes on with, for an upstream's caches and lanes: requests of one name follow
    one another and mostly begin alike. It tells nothing about people. `stable_messages` is how many of the first
    messages the next one will most likely begin with too, for upstreams that must be told what to keep.
    """

    system: str
    messages: tuple[Message, ...]
    max_output_tokens: int = 32_768
    conversation: str = ""
    stable_messages: int = 0


@dataclass(frozen=True, slots=True)
class Started:
    """The upstream accepted the request."""

    response_id: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more of the answer, cut wherever the upstream cut it; never an unpaired surrogate."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Some more of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the upstream counted them."""

    input: int
    output: int
    cached: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is whole (`stop`), was cut at its limit (`length`), or was withheld (`filter`)."""

    reason: Literal["stop", "length", "filter"]


@dataclass(frozen=True, slots=True)
class Failed:
    """The stream ended badly. The last event of its stream; `message` holds no secret.

    `kind`: `auth` (key refused), `rate_limit`, `overloaded`, `bad_request`, `unreachable` (nothing was answered),
    `lost` (broken off after it began), `protocol` (an answer that is none).
    """

    kind: FailureKind
    message: str
    retryable: bool = False
    status: int | None = None
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Steered:
    """The model took a redirection: what follows is a new answer, and what came before is all of the old one."""

    response_id: str


@dataclass(frozen=True, slots=True)
class SteerFailed:
    """The model did not take a redirection; its answer goes on as it was. `message` holds no secret."""

    message: str


ModelEvent = Started | TextDelta | ReasoningDelta | Usage | Steered | SteerFailed | Done | Failed


class CodeModel(Protocol):
    """A model that can be asked. Several streams of one instance may run side by side."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Answer `request`. Ends with exactly one `Done` or `Failed`; raises nothing but `CancelledError`."""
        ...

    async def warm(self) -> None:
        """Open whatever makes the first token of the next stream come sooner. Never raises."""
        ...

    async def close(self) -> None:
        """Release every connection."""
        ...


@runtime_checkable
class SteeredModel(CodeModel, Protocol):
    """A model whose server can take redirections while it answers. Whether this one does, `steers` says."""

    steers: bool

    def stream_steered(
        self, request: ModelRequest, redirections: asyncio.Queue[str]
    ) -> AsyncGenerator[ModelEvent, None]:
        """As `stream`. Says of each text put into `redirections` what became of it: `Steered` or `SteerFailed`."""
        ...
