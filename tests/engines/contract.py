"""What every engine must do, whatever it speaks: subclass `EngineContract` and give it the fixtures it names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from ide.engines.model import CodeModel, Done, Failed, Message, ModelEvent, ModelRequest, Started, TextDelta

REQUEST = ModelRequest("You write code.", (Message("user", "Make a snake game"),))


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for `condition`; fail if it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def all_of(stream: AsyncGenerator[ModelEvent, None]) -> list[ModelEvent]:
    """Every event of `stream`."""
    return [event async for event in stream]


def text_of(events: list[ModelEvent]) -> str:
    """The answer's text."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def first_text(stream: AsyncGenerator[ModelEvent, None]) -> TextDelta:
    """Read on to the first text, and no further."""
    while True:
        event = await anext(stream)
        if isinstance(event, TextDelta):
            return event


class EngineContract:
    """Needs fixtures: `engine` answers in some hundred deltas over some tenths of a second; `idle` says that it holds
    nothing upstream for a stream any more."""

    @pytest.fixture
    def engine(self) -> CodeModel:
        raise NotImplementedError

    @pytest.fixture
    def idle(self) -> Callable[[], bool]:
        raise NotImplementedError

    async def test_an_answer_starts_once_and_ends_once(self, engine: CodeModel) -> None:
        events = await all_of(engine.stream(REQUEST))
        assert isinstance(events[0], Started)
        assert isinstance(events[-1], Done)
        assert sum(isinstance(event, Started) for event in events) == 1
        assert sum(isinstance(event, Done | Failed) for event in events) == 1
        assert text_of(events)
        assert all(event.text for event in events if isinstance(event, TextDelta))

    async def test_the_same_request_gets_the_same_kind_of_stream_again(self, engine: CodeModel) -> None:
        for _ in range(2):
            assert isinstance((await all_of(engine.stream(REQUEST)))[-1], Done)

    async def test_two_streams_run_side_by_side(self, engine: CodeModel) -> None:
        one, two = engine.stream(REQUEST), engine.stream(REQUEST)
        first = [(await first_text(stream)).text for stream in (one, two)]
        rest = await asyncio.gather(all_of(one), all_of(two))
        answers = [text + text_of(events) for text, events in zip(first, rest, strict=True)]
        assert answers[0] == answers[1]
        assert all(isinstance(events[-1], Done) for events in rest)

    async def test_closing_a_stream_releases_the_upstream(self, engine: CodeModel, idle: Callable[[], bool]) -> None:
        stream = engine.stream(REQUEST)
        await first_text(stream)
        await stream.aclose()
        await until(idle)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    async def test_cancelling_the_reader_releases_the_upstream(
        self, engine: CodeModel, idle: Callable[[], bool]
    ) -> None:
        begun = asyncio.Event()

        async def read() -> None:
            async with aclosing(engine.stream(REQUEST)) as stream:
                async for event in stream:
                    if isinstance(event, TextDelta):
                        begun.set()

        reader = asyncio.create_task(read())
        await begun.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await until(idle)
        assert isinstance((await all_of(engine.stream(REQUEST)))[-1], Done)

    async def test_stopping_one_stream_leaves_the_other_alone(self, engine: CodeModel) -> None:
        whole = text_of(await all_of(engine.stream(REQUEST)))
        stopped, other = engine.stream(REQUEST), engine.stream(REQUEST)
        first = await first_text(other)
        await first_text(stopped)
        await stopped.aclose()
        assert first.text + text_of(await all_of(other)) == whole

    async def test_a_stream_that_nobody_reads_costs_nothing(self, engine: CodeModel, idle: Callable[[], bool]) -> None:
        await engine.stream(REQUEST).aclose()
        await until(idle)

    async def test_leaving_at_the_last_event_is_fine(self, engine: CodeModel, idle: Callable[[], bool]) -> None:
        async with aclosing(engine.stream(REQUEST)) as stream:
            async for event in stream:
                if isinstance(event, Done):
                    break
        await until(idle)
        assert isinstance((await all_of(engine.stream(REQUEST)))[-1], Done)

    async def test_warming_and_closing_may_come_at_any_time(self, engine: CodeModel) -> None:
        await engine.warm()
        await asyncio.gather(engine.warm(), all_of(engine.stream(REQUEST)))
        await engine.warm()
        await engine.close()
        await engine.close()
