"""The engine: a prepared answer, streamed at a steady number of tokens a second."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from itertools import count

from ide.engines.model import Done, Message, ModelEvent, ModelRequest, Started, TextDelta, Usage
from ide.engines.rehearsal.answer import answer
from ide.engines.rehearsal.question import read_question

SLICE_SECONDS = 0.005
# White space and what follows it, in pieces of at most four characters: near what real tokenizers make of code.
_TOKEN = re.compile(r"\s*\S{1,4}|\s+", re.ASCII)


def tokens(text: str) -> list[str]:
    """`text` cut into tokens of about four characters; joined they are `text` again."""
    return [piece for match in _TOKEN.findall(text) for piece in _short(match)]


class Rehearsal:
    """Plays prepared examples and rule-based edits as if a model wrote them. Needs no key and no network."""

    def __init__(
        self,
        tokens_per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`clock` and `sleep` are in seconds."""
        self._tokens_per_second = tokens_per_second
        self._clock = clock
        self._sleep = sleep
        self._numbers = count(1)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Answer `request`; see `CodeModel`. The mean rate is exact, however long a single sleep takes."""
        yield Started(f"rehearsal-{next(self._numbers)}")
        pieces = tokens(await asyncio.to_thread(_answer, request.messages, self._tokens_per_second))
        allowed = pieces[: request.max_output_tokens]
        sent = 0
        began = self._clock()
        while sent < len(allowed):
            due = min(len(allowed), int((self._clock() - began) * self._tokens_per_second) + 1)
            for piece in allowed[sent:due]:
                yield TextDelta(piece)
            sent = max(sent, due)
            if sent < len(allowed):
                wait = began + sent / self._tokens_per_second - self._clock()
                await self._sleep(max(SLICE_SECONDS, wait))
        yield Usage(input=sum(len(message.text) for message in request.messages) // 4, output=len(allowed))
        yield Done("stop" if len(allowed) == len(pieces) else "length")

    async def warm(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to release."""


def _answer(messages: tuple[Message, ...], tokens_per_second: float) -> str:
    said = answer(read_question(messages), tokens_per_second)
    # A document may hold half a surrogate pair, which no client could read.
    return said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _short(match: str) -> Iterator[str]:
    return (match[at : at + 8] for at in range(0, len(match), 8))
