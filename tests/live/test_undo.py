"""Turns undone and hunks accepted and rejected: by several people, and after the process is gone that wrote them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.live.test_turns import MODELS, ask, hunk_states, script
from tests.live.typing_session import edit
from tests.peer import Peer, Refused, call, join, new_room
from tests.stack import Stack, free_port
from tests.standins.chat import ChatStandIn

GAME = "// game\nconst SPEED = 5\nrun()\nstop()\n"
FASTER = edit("a.js", "const SPEED = 5\n", "const SPEED = 8\nconst MORE = 1\n") + edit("a.js", "stop()\n", "halt()\n")


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("undo")
    models = folder / "models.toml"
    models.write_text(MODELS.format(port=port))
    with Stack(folder, SPARKROOM_MODELS=str(models), STANDIN_KEY="sk-1") as stack:
        yield stack


async def settled(peer: Peer, prompt: str = "Do it") -> dict[str, Any]:
    """A turn, once it is over."""
    turn = await peer.until_over(await ask(peer, prompt))
    assert turn["state"] == "settled"
    return turn


async def until_decided(peer: Peer, turn: dict[str, Any], *states: str) -> list[dict[str, Any]]:
    """The turn's hunks as the last events said, once they are in these states."""

    def hunks() -> list[dict[str, Any]] | None:
        known: dict[str, dict[str, Any]] = {}
        for event in peer.events:
            if event["type"] == "turn" and event["turn"]["id"] == turn["id"]:
                known = {hunk["id"]: hunk for hunk in event["turn"]["hunks"]}
            elif event["type"] == "hunk" and event["turn"] == turn["id"]:
                known[event["hunk"]["id"]] = event["hunk"]
        return list(known.values()) if tuple(hunk["state"] for hunk in known.values()) == states else None

    return await peer.until(hunks)


def name_of(peer: Peer) -> str:
    name: str = peer.events[0]["member"]["name"]
    return name


def kill_web_process(stack: Stack) -> None:
    """The launcher starts another one, and requests wait for it."""
    children = psutil.Process(stack.pid).children()
    [web] = [child for child in children if "ide.launcher.servers" in " ".join(child.cmdline())]
    web.kill()


async def test_a_turn_is_undone_in_one_step_that_spares_what_people_typed(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with (
        ChatStandIn(script(FASTER), port) as model,
        join(stack, room) as alice,
        join(stack, room) as bob,
        join(stack, room) as carol,
    ):
        await alice.create("a.js", GAME)
        await bob.until_text("a.js", GAME)
        turn = await settled(alice)
        await bob.until_text("a.js", "// game\nconst SPEED = 8\nconst MORE = 1\nrun()\nhalt()\n")
        await bob.insert("a.js", len("// game\nconst SPEED = 8"), " // µ mine")
        typed = "// game\nconst SPEED = 8 // µ mine\nconst MORE = 1\nrun()\nhalt()\n"
        await alice.until_text("a.js", typed)
        await carol.until_text("a.js", typed)
        updates: list[object] = []
        subscription = carol.doc.observe(updates.append)
        await alice.command("undo_turn", turn=turn["id"])
        for peer in (alice, bob, carol):
            await peer.until_text("a.js", "// game\nconst SPEED = 5 // µ mine\nrun()\nstop()\n")
            hunks = await until_decided(peer, turn, "rejected", "rejected")
            assert {hunk["decided_by"] for hunk in hunks} == {name_of(alice)}
            undone = peer.turn(turn["id"])
            assert undone is not None
            assert (undone["undone"], undone["undone_by"]) == (True, name_of(alice))
        assert len(updates) == 1
        carol.doc.unobserve(subscription)
        with pytest.raises(Refused, match=f"conflict.*{name_of(alice)} has undone"):
            await bob.command("undo_turn", turn=turn["id"])
        await settled(alice, "Something else")
        assert "took back all that the turn changed" in str(model.requests[1]["messages"])


async def test_a_turn_of_twelve_files_is_one_update(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    files = {f"part{number}.js": f"call({number})\nold()\n" for number in range(11)}
    answer = (
        "".join(edit(path, "old()\n", "new()\n") for path in files) + "<<<<<<< CREATE made.js\nnew()\n>>>>>>> END\n"
    )
    async with ChatStandIn(script(answer), port), join(stack, room) as alice, join(stack, room) as bob:
        for path, text in files.items():
            await alice.create(path, text)
        await alice.until(lambda: alice.saved == alice.sent_frames)
        turn = await settled(bob)
        assert hunk_states(turn) == ["applied"] * 12
        await alice.until(lambda: all("new()" in (alice.text(path) or "") for path in [*files, "made.js"]))
        updates: list[object] = []
        subscription = alice.doc.observe(updates.append)
        await bob.command("undo_turn", turn=turn["id"])
        await until_decided(alice, turn, *["rejected"] * 12)
        assert {path: alice.text(path) for path in alice.paths()} == files
        assert len(updates) == 1
        alice.doc.unobserve(subscription)


async def test_of_two_people_who_reject_at_once_one_does(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with ChatStandIn(script(FASTER), port), join(stack, room) as alice, join(stack, room) as bob:
        await alice.create("a.js", GAME)
        turn = await settled(alice)
        hunk = turn["hunks"][0]["id"]
        said = await asyncio.gather(
            *(peer.command("reject_hunk", turn=turn["id"], hunk=hunk) for peer in (alice, bob)), return_exceptions=True
        )
        assert {type(answer) for answer in said} == {type(None), Refused}
        await alice.until_text("a.js", GAME.replace("stop", "halt"))
        [rejected, _] = await until_decided(bob, turn, "rejected", "applied")
        assert rejected["decided_by"] in (name_of(alice), name_of(bob))
        await bob.command("undo_turn", turn=turn["id"])
        await alice.until_text("a.js", GAME)
        with pytest.raises(Refused, match="conflict"):
            await alice.command("accept_hunk", turn=turn["id"], hunk=hunk)


async def test_ones_own_next_prompt_accepts_what_is_open(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with ChatStandIn(script(FASTER), port) as model, join(stack, room) as alice, join(stack, room) as bob:
        await alice.create("a.js", GAME)
        turn = await settled(alice)
        await bob.command("accept_hunk", turn=turn["id"], hunk=turn["hunks"][0]["id"])
        await bob.command("accept_hunk", turn=turn["id"], hunk=turn["hunks"][0]["id"])
        await until_decided(alice, turn, "accepted", "applied")
        model.script = script("Nothing to do.\n")
        await settled(bob)
        await settled(alice)
        hunks = await until_decided(bob, turn, "accepted", "accepted")
        assert [hunk["decided_by"] for hunk in hunks] == [name_of(bob), name_of(alice)]
        await bob.command("reject_hunk", turn=turn["id"], hunk=hunks[0]["id"])
        await alice.until_text("a.js", GAME.replace("stop", "halt"))


async def test_a_turn_that_is_being_written_cannot_be_undone(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    long = "<<<<<<< CREATE a.js\none()\n>>>>>>> END\n<<<<<<< CREATE b.js\n" + "line()\n" * 500 + ">>>>>>> END\n"
    async with ChatStandIn(script(long, rate=300), port), join(stack, room) as alice, join(stack, room) as bob:
        turn_id = await ask(alice)
        await bob.until(lambda: len(bob.text("b.js") or "") > 20)
        hunk = (await bob.until(lambda: bob.last("hunk")))["hunk"]["id"]
        for command, fields in (("undo_turn", {}), ("accept_hunk", {"hunk": hunk}), ("reject_hunk", {"hunk": hunk})):
            with pytest.raises(Refused, match=r"conflict.*Stop it first"):
                await bob.command(command, turn=turn_id, **fields)
        await bob.command("stop_turn", turn=turn_id)
        await bob.command("undo_turn", turn=turn_id)
        await alice.until(lambda: alice.paths() == set())


async def test_it_outlives_the_process_that_wrote(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    token = room["tokens"]["edit"]
    async with ChatStandIn(script(FASTER), port):
        async with join(stack, room) as alice:
            await alice.create("a.js", "// 😀\n" + GAME)
            turn = await settled(alice)
            await alice.insert("a.js", 0, "// é mine\n")
            await alice.until(lambda: alice.saved == alice.sent_frames)
            kill_web_process(stack)
            await alice.until_closed()
        async with join(stack, room) as bob:
            hunk = turn["hunks"][0]["id"]
            path = f"/api/rooms/{room['id']}/turns/{turn['id']}"
            answer = await call(stack, "POST", f"{path}/hunks/{hunk}/reject", token=token)
            assert hunk_states(answer) == ["rejected", "applied"]
            await bob.until_text("a.js", "// é mine\n// 😀\n" + GAME.replace("stop", "halt"))
            assert (await call(stack, "POST", f"{path}/undo", token=token))["undone"]
            await bob.until_text("a.js", "// é mine\n// 😀\n" + GAME)


async def test_what_a_process_that_was_killed_had_finished_is_undone(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    long = FASTER + "<<<<<<< CREATE b.js\n" + "line()\n" * 500 + ">>>>>>> END\n"
    async with ChatStandIn(script(long, rate=300), port):
        async with join(stack, room) as alice:
            await alice.create("a.js", GAME)
            turn_id = await ask(alice)
            await alice.until(lambda: len(alice.text("b.js") or "") > 20)
            await alice.until(lambda: len([event for event in alice.events if event["type"] == "hunk"]) >= 5)
            kill_web_process(stack)
            await alice.until_closed()
        async with join(stack, room) as bob:
            [turn] = bob.events[0]["state"]["turns"]
            if turn["state"] != "failed":
                turn = await bob.until_over(turn_id)
            assert turn["state"] == "failed"
            await bob.command("undo_turn", turn=turn_id)
            await bob.until_text("a.js", GAME)
