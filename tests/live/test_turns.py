"""Turns against a stand-in model: what lands, how it is stopped and redirected, and what happens when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.peer import Peer, Refused, call, join, new_room
from tests.stack import Stack, free_port
from tests.standins.chat import ChatStandIn, Script, tokens_of

KEY = "sk-planted-4242424242"
MODELS = """
[[model]]
name = "standin"
protocol = "chat"
base_url = "http://127.0.0.1:{port}/v1"
model = "standin-1"
key_env = "STANDIN_KEY"

[[model]]
name = "keyless"
protocol = "chat"
base_url = "http://127.0.0.1:{port}/v1"
model = "standin-1"
key_env = "NO_SUCH_KEY"
"""
CREATE = "I begin.\n<<<<<<< CREATE a.js\nconst SPEED = 5\nstart()\n>>>>>>> END\n"
EDIT = "<<<<<<< EDIT a.js\nconst SPEED = 5\n======= WITH\nconst SPEED = 8\n>>>>>>> END\nFaster.\n"
FIRST = "const SPEED = 5\nstart()\n"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("turns")
    models = folder / "models.toml"
    models.write_text(MODELS.format(port=port))
    with Stack(folder, SPARKROOM_MODELS=str(models), STANDIN_KEY=KEY) as stack:
        yield stack


def script(text: str, rate: float | None = None, **fields: Any) -> Script:
    return Script(tokens_of(text), rate=rate, **fields)


def hunk_states(turn: dict[str, Any]) -> list[str]:
    return [hunk["state"] for hunk in turn["hunks"]]


def _holds_only(peer: Peer, path: str) -> bool:
    return peer.paths() == {path}


def _is_longer(peer: Peer, length: int) -> bool:
    return len(peer.text("a.js") or "") > length


async def ask(peer: Peer, prompt: str = "Do it", **fields: Any) -> str:
    made = await peer.command("ask", prompt=prompt, **fields)
    assert made
    return made


async def test_what_a_model_says_first_is_heard_while_it_writes(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    words = "I begin with the board, since all else stands on it.\n"
    async with ChatStandIn(script(words + CREATE + "line()\n" * 400, rate=300), port), join(stack, room) as alice:
        turn_id = await ask(alice)

        def heard() -> str:
            known = False
            text = ""
            for event in alice.events:
                known = known or (event["type"] == "turn" and event["turn"]["id"] == turn_id)
                if known and event["type"] == "prose" and event["offset"] <= len(text):
                    text += event["text"][len(text) - event["offset"] :]
            return text

        await alice.until(lambda: heard().startswith(words.rstrip()))
        turn = alice.turn(turn_id)
        assert turn is not None and turn["state"] == "streaming"
        await alice.command("stop_turn", turn=turn_id)


async def test_a_turn_writes_into_everybodys_document(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with (
        ChatStandIn(script(CREATE, rate=300), port) as model,
        join(stack, room) as alice,
        join(stack, room) as bob,
    ):
        turn_id = await ask(alice, "Make it")

        def hands() -> dict[str, Any] | None:
            return next((state for state in bob.presence.values() if state and state["user"].get("model")), None)

        seen = await bob.until(hands)
        assert seen["user"]["name"] == "standin"
        assert seen["user"]["turn"] == turn_id
        turn = await bob.until_over(turn_id)
        assert turn["state"] == "settled"
        assert turn["text"].strip() == "I begin."
        assert hunk_states(turn) == ["applied"]
        assert turn["hunks"][0]["after"] == FIRST
        assert turn["usage"] == {"input": 11, "output": len(tokens_of(CREATE)), "estimated": False}
        assert turn["timing"]["first_token_ms"] < turn["timing"]["total_ms"]
        for peer in (alice, bob):
            await peer.until_text("a.js", FIRST)
            await peer.until(lambda: hands() is None)
        assert model.authorisations == [f"Bearer {KEY}"]
        model.script = script(EDIT)
        turn = await bob.until_over(await ask(bob, "Faster"))
        assert (turn["hunks"][0]["before"], turn["hunks"][0]["after"]) == ("const SPEED = 5\n", "const SPEED = 8\n")
        await alice.until_text("a.js", "const SPEED = 8\nstart()\n")
        asked, again = (request["messages"] for request in model.requests)
        assert again[: len(asked) + 1] == [*asked, {"role": "assistant", "content": CREATE}]
        assert model.requests[1]["messages"][-1] == {"role": "user", "content": "Faster"}


async def test_a_stop_takes_the_open_hunk_back_and_keeps_the_finished_one(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    long = CREATE + "<<<<<<< CREATE b.js\n" + "line()\n" * 500 + ">>>>>>> END\n"
    async with ChatStandIn(script(long, rate=200), port) as model, join(stack, room) as alice, join(stack, room) as bob:
        turn_id = await ask(alice)
        await bob.until(lambda: (bob.text("b.js") or "").count("line()") > 3)
        await bob.command("stop_turn", turn=turn_id)
        turn = await bob.until_over(turn_id)
        assert turn["state"] == "stopped"
        assert turn["stopped_by"] == bob.events[0]["member"]["name"]
        assert hunk_states(turn) == ["applied", "withdrawn"]
        for peer in (alice, bob):
            await peer.until(partial(_holds_only, peer, "a.js"))
            assert peer.text("a.js") == FIRST
        async with asyncio.timeout(5):
            while model.streaming:
                await asyncio.sleep(0.01)
        again = await call(stack, "POST", f"/api/rooms/{room['id']}/turns/{turn_id}/stop", token=room["tokens"]["edit"])
        assert again["state"] == "stopped"


@pytest.mark.parametrize("rate", [200, 3_000])
async def test_a_redirected_turn_tells_the_model_what_was_applied(stack: Stack, port: int, rate: int) -> None:
    room = await new_room(stack)
    slow = script(CREATE + "<<<<<<< CREATE b.js\n" + "line()\n" * 5_000 + ">>>>>>> END\n", rate=rate)
    scripts = (slow, script(EDIT))
    async with (
        ChatStandIn(lambda number: scripts[number], port) as model,
        join(stack, room) as alice,
        join(stack, room) as bob,
    ):
        turn_id = await ask(alice, "Make two files")
        await alice.until(lambda: (alice.text("b.js") or "").count("line()") > 3)
        with pytest.raises(Refused, match="role_may_not"):
            await bob.command("steer_turn", turn=turn_id, prompt="Mine instead")
        await alice.command("steer_turn", turn=turn_id, prompt="Just make it faster")
        turn = await alice.until_over(turn_id)
        assert turn["state"] == "settled"
        assert turn["prompts"] == ["Make two files", "Just make it faster"]
        assert hunk_states(turn) == ["applied", "withdrawn", "applied"]
        await bob.until_text("a.js", "const SPEED = 8\nstart()\n")
        assert bob.paths() == {"a.js"}
        assert "line()" not in turn["text"], "what the old stream still said went nowhere"
        told = str(model.requests[1]["messages"])
        assert "a.js" in told
        assert "applied" in told
        with pytest.raises(Refused, match="conflict"):
            await alice.command("steer_turn", turn=turn_id, prompt="Once more")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (script("", status=401, error={"error": {"message": f"bad key {KEY}"}}), "key"),
        (script("", status=500, error={"error": {"message": "down"}}), ""),
        (script("", status=429, headers=(("Retry-After", "7"),), error={"error": {"message": "slow down"}}), ""),
        (script(CREATE[:45], fault_after=9), ""),
    ],
)
async def test_a_model_that_fails_leaves_no_half_hunk_and_no_key(
    stack: Stack, port: int, fault: Script, says: str
) -> None:
    room = await new_room(stack)
    async with ChatStandIn(fault, port), join(stack, room) as alice:
        turn = await alice.until_over(await ask(alice))
        assert turn["state"] == "failed"
        assert turn["error"]["code"] == "model_failed"
        assert says in turn["error"]["message"]
        assert alice.paths() == set()
        assert KEY not in str(alice.events)
        assert KEY not in stack.log()


async def test_a_refused_hunk_changes_nothing_and_says_why(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    wrong = (
        CREATE
        + EDIT.replace("const SPEED = 5", "nothing of this stands in the file")
        + "<<<<<<< CREATE ../x\nevil\n>>>>>>> END\n<<<<<<< DELETE nothere.js\n"
    )
    answers = [script(wrong), script("I cannot."), script("never asked for")]
    async with ChatStandIn(lambda number: answers[number], port) as model, join(stack, room) as alice:
        turn = await alice.until_over(await ask(alice))
        assert hunk_states(turn) == ["applied", "refused", "refused", "refused"]
        assert [hunk["reason"] for hunk in turn["hunks"]] == [None, "no_match", "path", "path"]
        assert all(hunk["message"] for hunk in turn["hunks"][1:])
        assert not any(hunk["superseded"] for hunk in turn["hunks"])
        await alice.until_text("a.js", FIRST)
        assert alice.paths() == {"a.js"}
        assert len(model.requests) == 2


async def test_several_members_have_turns_at_once(stack: Stack, port: int) -> None:
    room = await new_room(stack)

    def numbered(number: int) -> Script:
        return script(f"<<<<<<< CREATE {number}.js\n" + f"line({number})\n" * 40 + ">>>>>>> END\n", rate=400)

    async with ChatStandIn(numbered, port), join(stack, room) as alice, join(stack, room) as bob:
        turns = [await ask(peer) for peer in (alice, bob, alice, bob)]
        with pytest.raises(Refused, match="too_many"):
            await ask(alice)
        for turn_id in turns:
            assert (await bob.until_over(turn_id))["state"] == "settled"
        for number in range(4):
            await alice.until_text(f"{number}.js", f"line({number})\n" * 40)


async def test_a_person_types_into_the_file_while_it_is_written(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    lines = "".join(f"line({number})\n" for number in range(120))
    async with (
        ChatStandIn(script(f"<<<<<<< CREATE a.js\n{lines}>>>>>>> END\n", rate=800), port),
        join(stack, room) as alice,
        join(stack, room) as bob,
    ):
        turn_id = await ask(alice)
        typed = 20
        for number in range(typed):
            await bob.until(partial(_is_longer, bob, 40 * number))
            await bob.insert("a.js", 0, "µ")
        assert (await bob.until_over(turn_id))["state"] == "settled"
        await alice.until_text("a.js", "µ" * typed + lines)
        await bob.until_text("a.js", "µ" * typed + lines)


async def test_a_model_without_its_key_cannot_be_chosen(stack: Stack, port: int) -> None:
    models = await call(stack, "GET", "/api/models")
    assert {model["name"]: model["needs"] for model in models}["keyless"] == "needs NO_SUCH_KEY"
    room = await new_room(stack)
    async with join(stack, room) as alice:
        with pytest.raises(Refused, match="unavailable"):
            await ask(alice, model="keyless")


async def test_a_server_that_ends_takes_the_open_hunk_back_and_says_so_after_its_return(
    stack: Stack, port: int
) -> None:
    room = await new_room(stack)
    long = CREATE + "<<<<<<< CREATE b.js\n" + "line()\n" * 500 + ">>>>>>> END\n"
    async with ChatStandIn(script(long, rate=200), port):
        async with join(stack, room) as alice:
            turn_id = await ask(alice)
            await alice.until(lambda: (alice.text("b.js") or "").count("line()") > 3)
            await asyncio.to_thread(stack.restart)
        async with join(stack, room) as alice:
            assert alice.paths() == {"a.js"}
            assert alice.text("a.js") == FIRST
            turn = next(turn for turn in alice.events[0]["state"]["turns"] if turn["id"] == turn_id)
            assert turn["state"] in ("stopped", "failed")
            assert hunk_states(turn)[0] == "applied"
