"""How an answer is played: the rate, the cuts, and stopping."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.engines.model import Done, Message, ModelEvent, ModelRequest, Started, TextDelta, Usage
from ide.engines.rehearsal import Rehearsal
from ide.engines.rehearsal.pacing import tokens

SNAKE = ModelRequest("", (Message("user", "Make a snake game"),))


class Time:
    """A clock that only sleeping moves, and that oversleeps."""

    def __init__(self, late: float = 0.0) -> None:
        self.now = 100.0
        self.late = late
        self.sleeps = 0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.sleeps += 1
        self.now += seconds + self.late
        await asyncio.sleep(0)


async def play(engine: Rehearsal, request: ModelRequest = SNAKE) -> list[ModelEvent]:
    return [event async for event in engine.stream(request)]


async def test_an_answer_begins_counts_and_ends() -> None:
    time = Time()
    events = await play(Rehearsal(1_200, time.clock, time.sleep))
    assert isinstance(events[0], Started)
    assert events[-1] == Done("stop")
    text = [event.text for event in events if isinstance(event, TextDelta)]
    [usage] = [event for event in events if isinstance(event, Usage)]
    assert usage.output == len(text)
    assert "".join(text).startswith("<<<<<<< CREATE index.html\n<!doctype html>\n")
    assert 3 < sum(map(len, text)) / len(text) < 6


@pytest.mark.parametrize("late", [0.0, 0.003, 0.2])
@pytest.mark.parametrize("rate", [7, 1_200, 100_000])
async def test_the_mean_rate_is_exact_however_late_sleeps_end(rate: float, late: float) -> None:
    time = Time(late)
    began = time.now
    events = await play(Rehearsal(rate, time.clock, time.sleep))
    count = sum(isinstance(event, TextDelta) for event in events)
    took = time.now - began
    slack = max(0.005, 1 / rate) + late
    assert (count - 1) / rate - 1e-6 <= took <= (count - 1) / rate + slack + 1e-6


async def test_no_more_than_is_due_is_ever_ahead() -> None:
    time = Time()
    began, count = time.now, 0
    async for event in Rehearsal(1_200, time.clock, time.sleep).stream(SNAKE):
        if isinstance(event, TextDelta):
            count += 1
            assert count <= (time.now - began) * 1_200 + 1 + 1e-6


async def test_the_first_token_does_not_wait() -> None:
    time = Time()
    async with aclosing(Rehearsal(1, time.clock, time.sleep).stream(SNAKE)) as events:
        assert isinstance(await anext(events), Started)
        assert isinstance(await anext(events), TextDelta)
        assert time.sleeps == 0


async def test_closing_stops_at_once() -> None:
    time = Time()
    events = Rehearsal(1_200, time.clock, time.sleep).stream(SNAKE)
    for _ in range(20):
        await anext(events)
    slept = time.sleeps
    await events.aclose()
    assert time.sleeps == slept
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_a_task_that_waits_for_a_token_can_be_cancelled() -> None:
    first = asyncio.Event()

    async def listen() -> None:
        async for event in Rehearsal(0.001).stream(SNAKE):
            if isinstance(event, TextDelta):
                first.set()

    task = asyncio.create_task(listen())
    await first.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_limit_of_a_request_cuts_the_answer() -> None:
    time = Time()
    request = ModelRequest("", SNAKE.messages, max_output_tokens=10)
    events = await play(Rehearsal(1_200, time.clock, time.sleep), request)
    assert sum(isinstance(event, TextDelta) for event in events) == 10
    assert events[-1] == Done("length")


async def test_half_a_surrogate_pair_is_never_said() -> None:
    time = Time()
    documents = '<document path="a.md" lines="1">\n# \ud83d title\n</document>'
    messages = (Message("user", documents), Message("assistant", "Read."), Message("user", "change the title to Hello"))
    events = await play(Rehearsal(1_200, time.clock, time.sleep), ModelRequest("", messages))
    for event in events:
        if isinstance(event, TextDelta):
            event.text.encode()


@given(st.text())
def test_tokens_are_the_text_cut_up(text: str) -> None:
    assert "".join(tokens(text)) == text
    assert all(0 < len(token) <= 8 for token in tokens(text))
