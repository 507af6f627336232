"""A model that answers by what it is asked: a stand-in server in a thread of its own, beside a browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.stack import Stack
from tests.standins.chat import ChatStandIn, Script, tokens_of

MODELS = """
[[model]]
name = "standin"
protocol = "chat"
base_url = "{address}"
model = "standin-1"

[[model]]
name = "locked"
protocol = "chat"
base_url = "{address}"
model = "standin-2"
key_env = "LOCKED_API_KEY"
"""


class ScriptedModel:
    """What it says to whoever asks with certain words; the newest entry that fits counts."""

    def __init__(self) -> None:
        self._answers: list[tuple[str, Script]] = []
        self._server = ChatStandIn(self._answer)

    def say(self, words: str, answer: str, rate: float | None = None) -> None:
        """Answer so when these words stand in what is asked; `rate` is tokens a second."""
        self._answers.append((words, Script(tokens_of(answer), rate)))

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The bodies of all requests."""
        return self._server.requests

    def asked(self) -> str:
        """All that it was told last, the instructions apart."""
        return "\n\n".join(message["content"] for message in self.requests[-1]["messages"][1:])

    @contextmanager
    def running(self) -> Iterator[str]:
        """Answer until the block ends. Gives the address."""
        ready, stop = threading.Event(), asyncio.Event()
        loop = asyncio.new_event_loop()

        async def serve() -> None:
            async with self._server:
                ready.set()
                await stop.wait()

        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
        thread.start()
        try:
            assert ready.wait(20), "the stand-in did not start"
            yield self._server.base_url
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()

    def _answer(self, number: int) -> Script:
        last = self.requests[number]["messages"][-1]["content"]
        return next((script for words, script in reversed(self._answers) if words in last), Script())


@contextmanager
def scripted_stack(folder: Path) -> Iterator[tuple[Stack, ScriptedModel]]:
    """A started Sparkroom whose model says what it is told to say."""
    model = ScriptedModel()
    with model.running() as address:
        models = folder / "models.toml"
        models.write_text(MODELS.format(address=address))
        with Stack(folder, SPARKROOM_MODELS=str(models)) as stack:
            yield stack, model
