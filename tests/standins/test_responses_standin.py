"""The stand-in is right if the vendor's own client accepts what it says, by HTTP and over WebSocket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import openai
import pytest
from openai.resources.responses.responses import AsyncResponsesConnection
from openai.types.responses import Response, ResponsesServerEvent, ResponseStreamEvent
from pydantic import TypeAdapter
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.standins.responses import ResponsesStandIn
from tests.standins.responses_script import ResponsesScript
from tests.standins.sse import MODEL


@pytest.fixture
async def standin() -> AsyncIterator[ResponsesStandIn]:
    async with ResponsesStandIn() as server:
        yield server


@pytest.fixture
async def client(standin: ResponsesStandIn) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=standin.base_url, api_key="secret-key", max_retries=0) as client:
        yield client


@pytest.fixture
async def connection(client: openai.AsyncOpenAI) -> AsyncIterator[AsyncResponsesConnection]:
    async with client.responses.connect() as connection:
        yield connection


async def ask(client: openai.AsyncOpenAI) -> Response:
    """The answer by HTTP, put together by the vendor's client."""
    async with client.responses.stream(model=MODEL, input="hi") as stream:
        return await stream.get_final_response()


async def rest(connection: AsyncResponsesConnection, *, ends: int = 1) -> list[ResponsesServerEvent]:
    """What comes over a socket until so many responses have ended."""
    events: list[ResponsesServerEvent] = []
    async for event in connection:
        events.append(event)
        ends -= event.type in ("response.completed", "response.incomplete", "response.failed", "error")
        if not ends:
            break
    return events


def said(events: list[ResponsesServerEvent], lane: str | None = None) -> str:
    """The text of one lane's events."""
    return "".join(
        event.delta for event in events if event.type == "response.output_text.delta" and event.stream_id == lane
    )


@pytest.mark.parametrize(
    "script",
    [
        ResponsesScript(),
        ResponsesScript(line_end="\r\n", comments=True, split_data=True),
        ResponsesScript(reasoning=("h", "m")),
        ResponsesScript(rate=20_000),
    ],
)
async def test_the_vendors_client_reads_it(
    standin: ResponsesStandIn, client: openai.AsyncOpenAI, script: ResponsesScript
) -> None:
    standin.script = script
    response = await ask(client)
    assert (response.output_text, response.status) == ("Hello there.", "completed")
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.input_tokens_details.cached_tokens) == (11, 4)
    assert response.usage.output_tokens == 3 + len(script.reasoning)


@pytest.mark.parametrize(
    "script",
    [
        ResponsesScript(),
        ResponsesScript(reasoning=("h", "m"), messages=(1,)),
        ResponsesScript(finish_reason="max_output_tokens"),
        ResponsesScript(finish_reason="failed"),
    ],
)
async def test_every_event_has_the_vendors_shape(script: ResponsesScript) -> None:
    over_http: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
    over_socket: TypeAdapter[Any] = TypeAdapter(ResponsesServerEvent)
    lines = [line for line in script.transcript.split(b"\n") if line.startswith(b"data: ")]
    assert len(lines) > 8
    for line in lines:
        event = json.loads(line.removeprefix(b"data: "))
        assert over_http.validate_python(event).type == event["type"]
        assert over_socket.validate_python(event | {"stream_id": "1"}).stream_id == "1"


async def test_the_vendors_client_lists_its_models(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == [MODEL]


async def test_the_vendors_client_names_its_refusals(standin: ResponsesStandIn, client: openai.AsyncOpenAI) -> None:
    standin.script = ResponsesScript(key="another")
    with pytest.raises(openai.AuthenticationError):
        await ask(client)
    for status, kind in ((429, openai.RateLimitError), (503, openai.InternalServerError)):
        for error in ResponsesScript.errors("slow down", status):
            standin.script = ResponsesScript(status=status, error=error)
            with pytest.raises(kind, match="slow down"):
                await ask(client)


async def test_the_vendors_client_names_an_error_inside_the_stream(
    standin: ResponsesStandIn, client: openai.AsyncOpenAI
) -> None:
    wrapped, flat = ResponsesScript.errors("the engine died", 503)
    standin.script = ResponsesScript(fault_after=1, error=wrapped)
    with pytest.raises(openai.APIError, match="the engine died"):
        await ask(client)
    standin.script = ResponsesScript(fault_after=1, error=flat)
    events = [event async for event in await client.responses.create(model=MODEL, input="hi", stream=True)]
    assert events[-1].type == "error"
    assert (events[-1].code, events[-1].message) == ("server_error", "the engine died")


async def test_the_vendors_socket_reads_it_and_goes_on(
    standin: ResponsesStandIn, connection: AsyncResponsesConnection
) -> None:
    await connection.response.create(model=MODEL, input="hi", stream_id="a", store=False)
    first = await rest(connection)
    assert said(first, "a") == "Hello there."
    end = first[-1]
    assert end.type == "response.completed"
    assert end.response.output_text == "Hello there."
    await connection.response.create(
        model=MODEL, input="and", stream_id="a", store=False, previous_response_id=end.response.id
    )
    assert said(await rest(connection), "a") == "Hello there."
    assert standin.upgrades == 1
    assert standin.requests[1]["previous_response_id"] == end.response.id


async def test_lanes_run_side_by_side_and_each_in_its_order(
    standin: ResponsesStandIn, connection: AsyncResponsesConnection
) -> None:
    standin.script = lambda number: ResponsesScript(tuple(f"{number}.{at} " for at in range(30)), rate=500)
    for lane in ("a", "b", "a"):
        await connection.response.create(model=MODEL, input="hi", stream_id=lane)
    events = await rest(connection, ends=3)
    texts = ["".join(f"{number}.{at} " for at in range(30)) for number in range(3)]
    assert sorted((said(events, "a"), said(events, "b"))) in (
        sorted((texts[0] + texts[2], texts[1])),
        sorted((texts[1] + texts[2], texts[0])),
    )
    lanes = [event.stream_id for event in events if event.type == "response.output_text.delta"]
    assert lanes != sorted(lanes, key=str)


async def test_the_vendors_socket_warms_up(standin: ResponsesStandIn, connection: AsyncResponsesConnection) -> None:
    await connection.response.create(model=MODEL, input=[], generate=False)
    events = await rest(connection)
    assert [event.type for event in events] == ["response.created", "response.in_progress", "response.completed"]
    warmed = cast(Any, events[-1]).response.id
    await connection.response.create(model=MODEL, input="hi", previous_response_id=warmed)
    assert said(await rest(connection)) == "Hello there."


async def test_what_is_not_remembered_is_an_error_of_the_vendors_shape(
    standin: ResponsesStandIn, connection: AsyncResponsesConnection
) -> None:
    await connection.response.create(model=MODEL, input="hi", previous_response_id="resp_0", stream_id="a")
    (event,) = await rest(connection)
    assert event.type == "error"
    assert (event.error.code, event.status, event.stream_id) == ("previous_response_not_found", 400, "a")


@pytest.mark.parametrize("steer", ["accepted", "after"])
async def test_the_vendors_client_steers_it(
    standin: ResponsesStandIn, connection: AsyncResponsesConnection, steer: Any
) -> None:
    standin.script = ResponsesScript(("word ",) * 50, rate=500, steer=steer)
    await connection.response.create(model=MODEL, input="hi", stream_id="a")
    created = await connection.recv()
    assert created.type == "response.created"
    await connection.response.steer(previous_response_id=created.response.id, input="Use colours")
    events = await rest(connection, ends=2)
    order = [event.type for event in events if "delta" not in event.type and "_" not in event.type.partition(".")[2]]
    end = "response.incomplete" if steer == "accepted" else "response.completed"
    assert [kind for kind in order if kind != "response.in_progress"] == [
        *("response.steer.accepted", end, "response.created", "response.completed")
    ]
    assert said(events, "a").endswith("New answer.")
    checked: TypeAdapter[Any] = TypeAdapter(ResponsesServerEvent)
    for event in events:
        checked.validate_python(event.to_dict())


@pytest.mark.parametrize(
    ("steer", "code"), [("failed", "too_many_pending_steers"), ("unsupported", "steering_not_supported")]
)
async def test_the_vendors_client_is_refused_to_steer(
    standin: ResponsesStandIn, connection: AsyncResponsesConnection, steer: Any, code: str
) -> None:
    standin.script = ResponsesScript(("word ",) * 50, rate=500, steer=steer)
    await connection.response.create(model=MODEL, input="hi")
    created = cast(Any, await connection.recv())
    await connection.response.steer(previous_response_id=created.response.id, input="Use colours")
    (failed,) = [event for event in await rest(connection) if event.type == "response.steer.failed"]
    assert failed.error.code == code
    assert failed.steer.input == "Use colours"


async def test_the_vendors_client_is_told_what_tools_owe(
    standin: ResponsesStandIn, connection: AsyncResponsesConnection
) -> None:
    standin.script = ResponsesScript(("word ",) * 50, rate=500, steer="pending")
    await connection.response.create(model=MODEL, input="hi", stream_id="a")
    created = cast(Any, await connection.recv())
    await connection.response.steer(previous_response_id=created.response.id, input="Use colours")
    await rest(connection)
    pending = await connection.recv()
    assert pending.type == "response.steer.pending"
    (stub,) = pending.required_input
    assert stub.type == "function_call_output"
    await connection.response.create(
        model=MODEL,
        input=[{"type": "function_call_output", "call_id": stub.call_id, "output": "7"}],
        previous_response_id=created.response.id,
        stream_id="a",
    )
    assert said(await rest(connection), "a") == "New answer."


async def test_the_vendors_socket_is_refused(standin: ResponsesStandIn, client: openai.AsyncOpenAI) -> None:
    standin.refuses_upgrades = 426
    with pytest.raises(InvalidStatus, match="426"):
        await client.responses.connect().enter()
    assert (await ask(client)).output_text == "Hello there."


async def test_the_vendors_socket_breaks_off(standin: ResponsesStandIn, connection: AsyncResponsesConnection) -> None:
    standin.script = ResponsesScript(fault_after=2)
    await connection.response.create(model=MODEL, input="hi")
    events = []
    with pytest.raises(ConnectionClosed):
        while True:
            events.append(await connection.recv())
    assert said(events) == "Hello there"
