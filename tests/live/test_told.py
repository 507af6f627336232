"""What a turn's model is told, and from when on it does not know what people write, in one event loop with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ide.engines.protocols.chat import Chat
from ide.engines.streams.sse_model import SseModel
from ide.live.connection import Person
from ide.live.question import Question
from ide.live.replica import Replica
from ide.live.room import LiveRoom, Loaded
from ide.live.turn import RunningTurn
from ide.store import rooms
from ide.transports.composition import make_services
from ide.wire.codes import Mode, Role
from ide.wire.shapes import Ask, Model
from tests.standins.chat import ChatStandIn, Script, tokens_of

ALICE = Person("m", "Blue Fox", "#2563eb", Role.EDITOR, 1)
WHOLE = Model(name="m", tier="", protocol="chat", dialect="whole", context_tokens=8_000, rehearsal=False)


@pytest.fixture
async def room(transactional_db: None) -> AsyncIterator[LiveRoom]:
    services = await make_services()
    stored = await services.writer.do(rooms.create, "Test")
    room = LiveRoom(Loaded(stored, [], []), Replica(), services)
    yield room
    await room.close()
    await services.catalogue.close()


@pytest.fixture
async def model() -> AsyncIterator[ChatStandIn]:
    async with ChatStandIn() as model:
        yield model


@pytest.fixture
async def engine(model: ChatStandIn) -> AsyncIterator[SseModel]:
    engine = SseModel(model.base_url, Chat("standin-1"))
    yield engine
    await engine.close()


def ask(room: LiveRoom, engine: SseModel, prompt: str, mode: Mode = Mode.EDIT) -> RunningTurn:
    return RunningTurn(room, Question(ALICE, Ask(prompt=prompt, mode=mode), WHOLE, engine))


async def settled(turn: RunningTurn) -> None:
    async with asyncio.timeout(20):
        await turn.stored.wait()


async def test_what_is_typed_while_the_files_are_read_is_told_and_not_repeated(
    room: LiveRoom, model: ChatStandIn, engine: SseModel
) -> None:
    """The room is so large that it takes several steps to read."""
    model.script = Script(tokens_of("a.js\n```\none\ntyped\ntwo\n```\n"))
    for number in range(6):
        room.replica.create(f"large{number}.txt", "large\n" * 60_000)
    room.replica.create("a.js", "one\n")
    turn = ask(room, engine, "Add a line to a.js")
    # The request is asked for, and nothing of it has been read.
    await asyncio.sleep(0)
    document = room.replica.documents()["a.js"]
    with room.replica.transaction("person"):
        document.text.insert(len(document.text), "typed\n")
    await settled(turn)
    assert "typed" in str(model.requests[0]["messages"])
    assert room.replica.read("a.js") == "one\ntyped\ntwo\n"


async def test_a_turn_that_is_redirected_before_the_model_was_asked_asks_for_all(
    room: LiveRoom, model: ChatStandIn, engine: SseModel
) -> None:
    turn = ask(room, engine, "Make a clock")
    for prompt in ("It is round", "And blue"):
        await asyncio.sleep(0)
        turn.steer(prompt)
    await settled(turn)
    [request] = model.requests
    assert request["messages"][-1]["content"] == "Make a clock\n\nIt is round\n\nAnd blue"
    assert turn.shape().prompts == ["Make a clock", "It is round", "And blue"]


async def test_redirections_right_after_each_other_are_all_told(
    room: LiveRoom, model: ChatStandIn, engine: SseModel
) -> None:
    model.script = Script(tokens_of("words " * 2_000), rate=500)
    turn = ask(room, engine, "Make a clock")
    async with asyncio.timeout(20):
        while not model.streaming:
            await asyncio.sleep(0.01)
    model.script = Script(tokens_of("Well."))
    turn.steer("It is round")
    turn.steer("And blue")
    await settled(turn)
    assert model.requests[-1]["messages"][-1]["content"] == "It is round\n\nAnd blue"


@pytest.mark.parametrize(
    ("mode", "fence", "written"),
    [(Mode.EDIT, "```\n", False), (Mode.EDIT, "```python\n", True), (Mode.ASK, "```python\n", False)],
)
async def test_an_example_is_no_file(
    room: LiveRoom, model: ChatStandIn, engine: SseModel, mode: Mode, fence: str, written: bool
) -> None:
    model.script = Script(tokens_of(f"Such as\n{fence}two\n```\n"))
    room.replica.create("a.py", "one\n")
    turn = ask(room, engine, "What do I write?", mode)
    await settled(turn)
    assert room.replica.read("a.py") == ("two\n" if written else "one\n")
    assert ("two" in turn.shape().text) is not written
