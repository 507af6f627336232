"""PROTOCOL.md, [T1], with a model that can be steered: by its own server, or asked anew where that does not do it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.test_turns import CREATE, EDIT, ask, hunk_states
from tests.live.upstreams import UPSTREAMS, stack_with_all
from tests.peer import Peer, join, new_room
from tests.stack import Stack
from tests.standins.chat import tokens_of
from tests.standins.responses import ResponsesStandIn
from tests.standins.responses_script import ResponsesScript, Steer

MODEL = UPSTREAMS["responses-ws"]
LONG, LONGER = (CREATE + "<<<<<<< CREATE b.js\n" + "line()\n" * lines + ">>>>>>> END\n" for lines in (400, 5_000))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack_with_all(tmp_path_factory.mktemp("redirected")) as stack:
        yield stack


def server(steer: Steer, *answers: str) -> ResponsesStandIn:
    """Its first answer is long; `answers` are what it says when it is asked again."""
    # Whoever says nothing of it goes on for longer than that is waited for.
    text = LONGER if steer == "silent" else LONG
    first = ResponsesScript(tokens_of(text), 800, steer=steer, successor=tokens_of(EDIT))
    scripts = [first, *(ResponsesScript(tokens_of(text)) for text in answers)]
    made = MODEL.server(lambda number: scripts[min(number, len(answers))])
    assert isinstance(made, ResponsesStandIn)
    return made


async def redirected(alice: Peer) -> dict[str, Any]:
    """A turn that was redirected in the middle of its second file, once it is over."""
    turn_id = await ask(alice, "Make two files", model=MODEL.protocol)
    await alice.until(lambda: (alice.text("b.js") or "").count("line()") > 3)
    await alice.command("steer_turn", turn=turn_id, prompt="Just make it faster")
    assert alice.paths() == {"a.js"}, "the open hunk is taken back at once"
    turn = await alice.until_over(turn_id)
    assert turn["state"] == "settled"
    assert turn["prompts"] == ["Make two files", "Just make it faster"]
    assert hunk_states(turn) == ["applied", "withdrawn", "applied"]
    await alice.until_text("a.js", "const SPEED = 8\nstart()\n")
    assert alice.paths() == {"a.js"}
    assert "line()" not in turn["text"]
    return turn


@pytest.mark.parametrize("steer", ["accepted", "pending", "after"])
async def test_its_server_takes_the_prompt(stack: Stack, steer: Steer) -> None:
    room = await new_room(stack)
    async with server(steer) as model, join(stack, room) as alice:
        turn = await redirected(alice)
        assert len(model.steers) == 1
        assert model.steers[0]["input"].endswith("Just make it faster")
        assert "CREATE a.js" in model.steers[0]["input"], "it is told what was applied"
        assert not any(message.get("role") == "user" for request in model.requests[1:] for message in request["input"])
        assert turn["usage"]["output"] > 20
        assert not turn["usage"]["estimated"]


async def test_what_was_typed_before_its_server_took_the_prompt_stays(stack: Stack) -> None:
    """The model is not told the files again, so that it does not know of it."""
    room = await new_room(stack)
    slow = tokens_of("<<<<<<< CREATE b.js\n" + "line()\n" * 400 + ">>>>>>> END\n")
    answer = "<<<<<<< CREATE a.js\nuno\n>>>>>>> END\n"
    async with server("accepted") as model, join(stack, room) as alice:
        model.script = ResponsesScript(slow, 800, steer="accepted", successor=tokens_of(answer))
        await alice.create("a.js", "one\n")
        turn_id = await ask(alice, "Make b.js", model=MODEL.protocol)
        await alice.until(lambda: (alice.text("b.js") or "").count("line()") > 3)
        await alice.insert("a.js", 4, "typed meanwhile\n")
        await alice.command("steer_turn", turn=turn_id, prompt="In Italian, please")
        await alice.until_over(turn_id)
        assert len(model.steers) == 1
        await alice.until_text("a.js", "uno\ntyped meanwhile\n")


@pytest.mark.parametrize("steer", ["unsupported", "failed", "dropped", "silent"])
async def test_where_it_does_not_the_model_is_asked_anew(stack: Stack, steer: Steer) -> None:
    room = await new_room(stack)
    async with server(steer, EDIT) as model, join(stack, room) as alice:
        await redirected(alice)
        assert len(model.requests) == 2
        said = str(model.requests[1]["input"])
        assert "Just make it faster" in said
        assert "CREATE a.js" in said


async def test_a_turn_may_be_redirected_twice_and_stopped(stack: Stack) -> None:
    room = await new_room(stack)
    async with server("accepted") as model, join(stack, room) as alice:
        model.script = ResponsesScript(tokens_of(LONG), 800, steer="accepted", successor=tokens_of(LONG))
        turn_id = await ask(alice, "Make two files", model=MODEL.protocol)
        for prompt in ("First", "Second"):
            await alice.until(lambda: (alice.text("b.js") or "").count("line()") > 3)
            await alice.command("steer_turn", turn=turn_id, prompt=prompt)
        await alice.until(lambda: (alice.text("b.js") or "").count("line()") > 3)
        await alice.command("stop_turn", turn=turn_id)
        turn = await alice.until_over(turn_id)
        assert turn["state"] == "stopped"
        assert turn["prompts"] == ["Make two files", "First", "Second"]
        await alice.until(lambda: alice.paths() == {"a.js"})
