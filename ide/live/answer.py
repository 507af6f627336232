"""One answer of a turn's model while it comes in, handed on a tick's worth at a time, and at once at its start.

A model that can be steered may be given another prompt meanwhile. From that moment on nothing of the old answer is
handed on; if the model takes the prompt, what it says then is handed on as a new answer. If it does not, or says
nothing of it for a while, the answer ends `unsteered`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from ide.engines import model
from ide.live.pace import Pace

# Shorter than an HTTP stream is left unread (`engines/streams/body.py`): its text would otherwise wait for a tick too.
TICK_SECONDS = 0.012
# A stream begins with the head of a block, which shows nothing: pacing begins when something must be there to see.
UNPACED_TICKS = 24
# A model that takes a redirection says so at once. Asking anew costs the time to a first token, and no more.
STEER_SECONDS = 3.0

Ended = model.Done | model.Failed


class Answer:
    """One stream of an engine, which begins to be read at once. `began` is called when a first token comes.

    More than `most_characters` in all of the turn end it.
    """

    def __init__(
        self,
        engine: model.CodeModel,
        request: model.ModelRequest,
        pace: Pace,
        began: Callable[[], None],
        *,
        most_characters: int,
    ) -> None:
        self.begun = False
        """True once the model has said or thought something."""
        self.unsteered = False
        """The model did not take a redirection: it is to be asked anew."""
        self._pace = pace
        self._began = began
        self._most_characters = most_characters
        self._said: list[str] = []
        self._waiting: list[str] = []
        self._wake = asyncio.Event()
        steered = engine if isinstance(engine, model.SteeredModel) and engine.steers else None
        self._steers = steered is not None
        self._redirections: asyncio.Queue[str] = asyncio.Queue()
        self._pending = 0  # redirections of which the model has not said yet what became of them
        self._patience: asyncio.TimerHandle | None = None
        events = steered.stream_steered(request, self._redirections) if steered else engine.stream(request)
        self._reader = asyncio.get_running_loop().create_task(self._read(events))
        self._reader.add_done_callback(lambda _: self._wake.set())

    @property
    def said(self) -> str:
        """All that the model has said, since it was redirected if it was."""
        return "".join(self._said)

    async def ticks(self) -> AsyncIterator[str]:
        """What the model says, as it is to be written."""
        loop = asyncio.get_running_loop()
        ticks = 0
        while not self.unsteered:
            await self._wake.wait()
            self._wake.clear()
            began = loop.time()
            if text := self._take():
                yield text
                ticks += 1
            elif self._reader.done():
                return
            if self._reader.done():
                self._wake.set()
            elif ticks > UNPACED_TICKS:
                await asyncio.sleep(max(0.0, began + TICK_SECONDS - loop.time()))

    def end(self) -> Ended:
        """How the stream ended, once all of it was handed on."""
        return self._reader.result()

    def steer(self, text: str) -> bool:
        """Give the model another prompt, and pass over what it still says of the old one. False if it cannot be."""
        if not self._steers or self.unsteered or self._reader.done():
            return False
        self._waiting.clear()
        self._said.clear()
        self._pending += 1
        self._redirections.put_nowait(text)
        self._watch(STEER_SECONDS)
        return True

    def close(self) -> None:
        """Read no more, and let go of the upstream."""
        self._watch(None)
        self._reader.cancel()

    async def _read(self, events: AsyncGenerator[model.ModelEvent, None]) -> Ended:
        async with aclosing(events):
            async for event in events:
                match event:
                    case model.Started():
                        self._pace.take()
                    case model.TextDelta(text):
                        self._hear(text)
                    case model.ReasoningDelta():
                        self.begun = True
                    case model.Usage():
                        self._pace.count(event)
                    case model.Steered():
                        self._steered()
                    case model.SteerFailed():
                        self._give_up()
                    case model.Done() | model.Failed():
                        # An answer that ended before its model took the redirection was not about that.
                        self.unsteered = self.unsteered or self._pending > 0
                        return event
                if self._pace.characters > self._most_characters:
                    return model.Failed("protocol", "The model's answer is larger than the room may be.")
        return model.Failed("protocol", "The model's stream ended without saying so.")

    def _hear(self, text: str) -> None:
        self.begun = True
        self._pace.beat(len(text))
        if self._pending:
            return
        if not self._said:
            self._began()
        self._said.append(text)
        self._waiting.append(text)
        self._wake.set()

    def _take(self) -> str:
        text = "".join(self._waiting)
        self._waiting.clear()
        return text

    def _steered(self) -> None:
        self._pace.begin()
        self._pace.take()
        self._pending = max(0, self._pending - 1)
        if not self._pending:
            self._watch(None)

    def _watch(self, seconds: float | None) -> None:
        """Give up when so much time has passed; None: wait no more."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if seconds is not None:
            self._patience = asyncio.get_running_loop().call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self.unsteered = True
        self._waiting.clear()
        self._wake.set()
