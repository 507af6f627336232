"""Redirections that the model's own server takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ide.engines.model import (
    Done,
    Failed,
    Message,
    ModelEvent,
    ModelRequest,
    Started,
    Steered,
    SteeredModel,
    SteerFailed,
    TextDelta,
    Usage,
)
from ide.engines.protocols.responses_ws import ResponsesSocket
from ide.engines.streams.body import Patience
from tests.engines.contract import REQUEST, all_of, first_text, text_of, until
from tests.engines.faults import KEY
from tests.standins.responses import ResponsesStandIn
from tests.standins.responses_script import ResponsesScript, Steer
from tests.standins.sse import MODEL

WORDS = tuple(f"word{number} " for number in range(100))


@pytest.fixture
async def standin() -> AsyncIterator[ResponsesStandIn]:
    async with ResponsesStandIn() as server:
        yield server


@pytest.fixture
async def engine(standin: ResponsesStandIn) -> AsyncIterator[ResponsesSocket]:
    patience = Patience(finish=0.2, idle=5)
    engine = ResponsesSocket(standin.base_url, MODEL, KEY, patience=patience, steers=True)
    yield engine
    await engine.close()


def script(steer: Steer, rate: float | None = 400, deltas: tuple[str, ...] = WORDS) -> ResponsesScript:
    return ResponsesScript(deltas, rate, steer=steer)


async def steered(engine: ResponsesSocket, *texts: str, request: ModelRequest = REQUEST) -> list[ModelEvent]:
    """All events of a stream that is redirected when its first text has come."""
    redirections: asyncio.Queue[str] = asyncio.Queue()
    events: list[ModelEvent] = []
    async for event in engine.stream_steered(request, redirections):
        events.append(event)
        if isinstance(event, TextDelta) and sum(isinstance(one, TextDelta) for one in events) == 1:
            for text in texts:
                redirections.put_nowait(text)
    assert sum(isinstance(event, Started) for event in events) == 1
    assert sum(isinstance(event, Steered | SteerFailed) for event in events) == len(texts)
    assert [event for event in events if isinstance(event, Done | Failed)] == [events[-1]]
    return events


def answers(events: list[ModelEvent]) -> list[str]:
    """The texts between redirections."""
    texts = [""]
    for event in events:
        if isinstance(event, Steered):
            texts.append("")
        elif isinstance(event, TextDelta):
            texts[-1] += event.text
    return texts


def names(standin: ResponsesStandIn) -> set[str]:
    """The responses that were redirected."""
    return {steer["previous_response_id"] for steer in standin.steers}


async def test_a_stream_that_nobody_redirects_is_as_any_other(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    assert isinstance(engine, SteeredModel)
    events = await steered(engine)
    assert (text_of(events), events[-1]) == ("Hello there.", Done("stop"))
    assert standin.steers == []


async def test_the_running_answer_is_cut_and_a_new_one_follows(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = script("accepted")
    events = await steered(engine, "Use colours")
    old, new = answers(events)
    assert "".join(WORDS).startswith(old)
    assert len(old) < len("".join(WORDS))
    assert (new, events[-1]) == ("New answer.", Done("stop"))
    started = next(event.response_id for event in events if isinstance(event, Started))
    (steer,) = standin.steers
    assert {**steer, "id": ""} == {
        "type": "response.steer",
        "previous_response_id": started,
        "input": "Use colours",
        "id": "",
    }
    # Nothing is asked again by us, and each answer is counted.
    assert len(standin.requests) == 1
    assert [type(event) for event in events if isinstance(event, Usage | Steered)] == [Usage, Steered, Usage]
    assert next(event for event in events if isinstance(event, Steered)).response_id != started


async def test_an_answer_that_ended_meanwhile_is_followed_by_a_new_one(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = script("after")
    events = await steered(engine, "Use colours")
    assert answers(events) == ["".join(WORDS), "New answer."]
    assert events[-1] == Done("stop")


async def test_several_redirections_are_all_taken_by_one_answer(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = script("after")
    events = await steered(engine, "Use colours", "and sound", "and levels")
    assert answers(events) == ["".join(WORDS), "", "", "New answer."]
    assert [steer["input"] for steer in standin.steers] == ["Use colours", "and sound", "and levels"]


async def test_the_next_turn_goes_on_from_the_new_answer(standin: ResponsesStandIn, engine: ResponsesSocket) -> None:
    standin.script = script("accepted")
    old, new = answers(await steered(engine, "Use colours"))
    told = (*REQUEST.messages, Message("assistant", old), Message("user", "Use colours"), Message("assistant", new))
    await all_of(engine.stream(ModelRequest(REQUEST.system, (*told, Message("user", "Thanks")))))
    assert standin.requests[1]["input"] == [{"role": "user", "content": "Thanks"}]
    assert standin.requests[1]["previous_response_id"] not in names(standin)


async def test_a_refused_redirection_leaves_the_answer_as_it_was(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = script("failed")
    events = await steered(engine, "Use colours")
    assert SteerFailed("no: too_many_pending_steers") in events
    assert (text_of(events), events[-1]) == ("".join(WORDS), Done("stop"))
    assert engine.steers


async def test_a_model_that_cannot_be_steered_is_not_tried_again(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = script("unsupported")
    events = await steered(engine, "Use colours")
    assert SteerFailed("no: steering_not_supported") in events
    assert (text_of(events), events[-1]) == ("".join(WORDS), Done("stop"))
    assert not engine.steers
    events = await steered(engine, "Use colours")
    assert SteerFailed("this model takes no redirections") in events
    assert len(standin.steers) == 1


async def test_what_tools_owe_is_answered_and_the_redirection_is_not_sent_again(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = script("pending")
    events = await steered(engine, "Use colours", "and sound")
    assert answers(events) == ["".join(WORDS), "", "New answer."]
    assert len(standin.steers) == 2
    first, second = standin.requests
    assert second["input"] == [
        {"type": "function_call_output", "call_id": "call_1", "output": "There are no tools here. Go on without."}
    ]
    assert {second["previous_response_id"]} == names(standin)
    assert second["stream_id"] == first["stream_id"]
    assert second["instructions"] == first["instructions"]


async def test_an_answer_that_was_cut_for_nothing_is_lost(standin: ResponsesStandIn, engine: ResponsesSocket) -> None:
    standin.script = script("dropped")
    events = await steered(engine, "Use colours")
    assert SteerFailed("no: successor_creation_failed") in events
    assert events[-1] == Failed("lost", "the model stopped for a redirection and did not go on")


async def test_a_server_that_says_nothing_of_it_is_not_waited_for(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = script("silent", rate=2_000)
    await engine.warm()
    (used,) = standin.sockets
    events = await steered(engine, "Use colours")
    assert (text_of(events), events[-1]) == ("".join(WORDS), Done("stop"))
    # It might still begin another answer over that socket, which is therefore not used again.
    await until(lambda: used not in standin.sockets)


async def test_redirections_are_lost_with_the_connection(standin: ResponsesStandIn, engine: ResponsesSocket) -> None:
    standin.script = ResponsesScript(WORDS, 400, steer="after", fault_after=50)
    events = await steered(engine, "Use colours", "and sound")
    assert events[-1] == Failed("lost", "the connection to the model's server broke")
    assert text_of(events) == "".join(WORDS[:50])


async def test_a_redirection_before_the_first_token_waits_for_the_response(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = ResponsesScript(WORDS, 400, first_token_seconds=0.1, steer="accepted")
    redirections: asyncio.Queue[str] = asyncio.Queue()
    redirections.put_nowait("Use colours")
    events = await all_of(engine.stream_steered(REQUEST, redirections))
    assert answers(events)[-1] == "New answer."
    assert events[-1] == Done("stop")


async def test_a_redirection_does_not_wait_for_the_model_to_say_something(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = script("accepted", rate=0.01)
    redirections: asyncio.Queue[str] = asyncio.Queue()
    stream = engine.stream_steered(REQUEST, redirections)
    await first_text(stream)
    reading = asyncio.create_task(anext(stream))
    redirections.put_nowait("Use colours")
    await until(lambda: len(standin.steers) == 1)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await until(lambda: standin.streaming == 0)


async def test_events_that_are_none_change_nothing(standin: ResponsesStandIn, engine: ResponsesSocket) -> None:
    standin.script = script("failed")
    stream = engine.stream_steered(REQUEST, asyncio.Queue())
    said = (await first_text(stream)).text
    kinds: tuple[object, ...] = (
        None,
        7,
        ["error"],
        {},
        "",
        "response.created",
        "response.steer.accepted",
        "response.steer.failed",
    )
    bodies: tuple[dict[str, object], ...] = (
        {},
        {"response": 7},
        {"response": {"id": "resp_1", "incomplete_details": 7, "usage": [], "output": {}}},
        {"steer": []},
        {"steer": {"id": [], "previous_response_id": {}}},
    )
    whole: tuple[dict[str, object], ...] = (
        {"stream_id": 7},
        {"type": "error", "stream_id": "nobody's"},
        {"type": "response.created", "response": {"id": "x" * 100_000}},
        {"type": "response.output_text.delta", "delta": 7, "item_id": []},
        {"type": "response.output_text.delta", "delta": ["no"], "stream_id": "1"},
        {"type": "response.reasoning_text.delta", "delta": {}},
        {"type": "response.steer.pending", "required_input": 7},
        {"type": "response.steer.failed", "error": "no", "steer": {"previous_response_id": "resp_9"}},
    )
    for event in (*whole, *({**body, "type": kind} for body in bodies for kind in kinds)):
        await standin.tell(event)
        await standin.tell({**event, "stream_id": "nobody's"})
    events = await all_of(stream)
    assert (said + text_of(events), events[-1]) == ("".join(WORDS), Done("stop"))


async def test_stopping_a_steered_stream_releases_the_upstream(
    standin: ResponsesStandIn, engine: ResponsesSocket
) -> None:
    standin.script = ResponsesScript(WORDS, 100, steer="accepted", successor=WORDS)
    redirections: asyncio.Queue[str] = asyncio.Queue()
    stream = engine.stream_steered(REQUEST, redirections)
    async for event in stream:
        if isinstance(event, TextDelta) and redirections.empty() and not standin.steers:
            redirections.put_nowait("Use colours")
        if isinstance(event, Steered):
            break
    await stream.aclose()
    await until(lambda: standin.streaming == 0)
