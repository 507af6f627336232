"""PROTOCOL.md, [T2] and [T7]: prompts that wait until a turn is over, here and in another process; several at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ide.domain.refusals import Refusal
from ide.live.turns import MOST_WAITING
from ide.wire.shapes import Ask
from tests.live.guests import until
from tests.live.test_neighbours import Guests, Pair, guests, hubs, pair
from tests.live.test_turns import MODELS, ask, script
from tests.peer import Refused, call, join, new_room
from tests.stack import Stack, free_port
from tests.standins.chat import ChatStandIn, Script

__all__ = ["guests", "hubs", "pair"]


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("queue")
    models = folder / "models.toml"
    models.write_text(MODELS.format(port=port))
    with Stack(folder, SPARKROOM_MODELS=str(models), STANDIN_KEY="sk-1") as stack:
        yield stack


def file(name: str, lines: int, rate: float | None = 400) -> Script:
    return script(f"<<<<<<< CREATE {name}\n" + "".join(f"{name} {at}\n" for at in range(lines)) + ">>>>>>> END\n", rate)


async def test_a_prompt_waits_for_a_turn_and_begins_when_that_was_stopped(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    scripts = [file("a", 2_000), file("b", 3), file("c", 3)]
    async with (
        ChatStandIn(lambda number: scripts[number], port) as model,
        join(stack, room) as alice,
        join(stack, room) as bob,
    ):
        first = await ask(alice, "a")
        second = await ask(alice, "b", after=first)
        third = await ask(alice, "c", after=first)
        turn = await bob.until(lambda: bob.turn(third))
        assert (turn["state"], turn["waits_for"]) == ("asked", second), "one after the other"
        await bob.until(lambda: "a 9\n" in (bob.text("a") or ""))
        assert len(model.requests) == 1
        with pytest.raises(Refused, match="conflict"):
            await alice.command("steer_turn", turn=second, prompt="No")
        await alice.command("stop_turn", turn=first)
        ended = [await bob.until_over(turn_id) for turn_id in (second, third)]
        assert [turn["state"] for turn in ended] == ["settled", "settled"]
        assert [turn["waits_for"] for turn in ended] == [None, None]
        assert [request["messages"][-1]["content"] for request in model.requests] == ["a", "b", "c"]
        assert bob.paths() == {"b", "c"}


async def test_a_prompt_that_waits_can_be_stopped_and_the_next_takes_its_place(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    scripts = [file("a", 300), file("c", 3)]
    async with ChatStandIn(lambda number: scripts[number], port) as model, join(stack, room) as alice:
        first = await ask(alice, "a")
        second = await ask(alice, "b", after=first)
        third = await ask(alice, "c", after=second)
        await alice.command("stop_turn", turn=second)
        stopped = await alice.until_over(second)
        assert stopped["state"] == "stopped"
        await alice.until(lambda: (alice.turn(third) or {})["waits_for"] == first)
        assert (await alice.until_over(third))["state"] == "settled"
        assert (await alice.until_over(first))["state"] == "settled"
        assert len(model.requests) == 2


async def test_a_prompt_after_a_turn_that_is_over_begins_at_once(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with ChatStandIn(file("a", 3), port), join(stack, room) as alice:
        first = await ask(alice, "a")
        await alice.until_over(first)
        second = await ask(alice, "b", after=first)
        assert (await alice.until_over(second))["state"] == "settled"
        with pytest.raises(Refused, match="not_found"):
            await ask(alice, "b", after="nowhere")


async def test_the_prompt_of_somebody_whose_link_was_revoked_does_not_begin(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    scripts = [file("a", 2_000), file("b", 3)]
    async with ChatStandIn(lambda number: scripts[number], port) as model, join(stack, room, "owner") as owner:
        first = await ask(owner, "a")
        async with join(stack, room) as bob:
            second = await ask(bob, "b", after=first)
            path = f"/api/rooms/{room['id']}/tokens/revoke"
            await call(stack, "POST", path, {"role": "editor"}, token=room["tokens"]["owner"])
            await bob.until_closed()
        await owner.command("stop_turn", turn=first)
        turn = await owner.until_over(second)
        assert (turn["state"], turn["error"]["code"]) == ("failed", "not_authorised")
        assert len(model.requests) == 1


async def test_only_so_many_prompts_wait(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with ChatStandIn(file("a", 5_000), port), join(stack, room) as alice:
        first = await ask(alice, "a")
        waiting = [await ask(alice, "b", after=first) for _ in range(MOST_WAITING)]
        with pytest.raises(Refused, match="too_many"):
            await ask(alice, "c", after=first)
        for turn_id in (*reversed(waiting), first):
            await alice.command("stop_turn", turn=turn_id)


async def test_a_prompt_waits_for_a_turn_of_another_process(guests: Guests, pair: Pair) -> None:
    alice, bob = guests
    here, there = pair
    first = await here.turns.ask(alice.person, Ask(prompt="Make a snake game"))
    await until(lambda: there.turns.running_anywhere)
    second = await there.turns.ask(bob.person, Ask(prompt="Make a todo list", after=first))
    assert (await there.turns.read(second)).waits_for == first
    assert second in {turn.id for turn in here.turns.running_here()}, "it waits where the other one runs"
    await here.turns.stop(alice.person, first)

    async def state() -> str:
        return (await there.turns.read(second)).state

    async with asyncio.timeout(20):
        while await state() not in ("settled", "stopped", "failed"):
            await asyncio.sleep(0.02)
    assert await state() == "settled"
    with pytest.raises(Refusal):
        await there.turns.ask(bob.person, Ask(prompt="More", after="nowhere"))


async def test_four_models_write_into_one_file_and_into_their_own(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    parts = "abcd"

    def numbered(number: int) -> Script:
        name = parts[number]
        shared = f"<<<<<<< EDIT shared\n{name}\n======= WITH\n" + "".join(f"{name} µ{at}\n" for at in range(60))
        own = f"<<<<<<< CREATE {name}.txt\n" + "".join(f"{name} {at}\n" for at in range(60))
        return script(f"{shared}>>>>>>> END\n{own}>>>>>>> END\n", rate=500)

    async with (
        ChatStandIn(numbered, port),
        join(stack, room) as alice,
        join(stack, room) as bob,
    ):
        await alice.create("shared", "".join(f"{name}\n" for name in parts))
        hands: dict[int, str] = {}
        turns = [await ask(peer, "Do it") for peer in (alice, bob, alice, bob)]

        def all_seen() -> bool:
            hands.update(
                {
                    client: state["user"]["color"]
                    for client, state in bob.presence.items()
                    if state and state["user"].get("model")
                }
            )
            return len(hands) == 4

        await bob.until(all_seen)
        assert len(set(hands.values())) == 4, "a colour each"
        for turn_id in turns:
            assert (await bob.until_over(turn_id))["state"] == "settled"
        expected = "".join(f"{name} µ{at}\n" for name in parts for at in range(60))
        for peer in (alice, bob):
            await peer.until_text("shared", expected)
            for name in parts:
                await peer.until_text(f"{name}.txt", "".join(f"{name} {at}\n" for at in range(60)))
