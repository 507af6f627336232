"""PROTOCOL.md, [T3] and [T4]: blocks that failed go back to their model, at most twice, within the same turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.test_turns import CREATE, FIRST, MODELS, ask, hunk_states, script
from tests.live.typing_session import edit
from tests.peer import Peer, call, join, new_room
from tests.stack import Stack, free_port
from tests.standins.chat import ChatStandIn, Script

WRONG = edit("a.js", "const SPEED = 6 // as it never was\n", "const SPEED = 9\n")
RIGHT = edit("a.js", "const SPEED = 5\n", "const SPEED = 9\n")


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("repair")
    models = folder / "models.toml"
    models.write_text(MODELS.format(port=port))
    with Stack(folder, SPARKROOM_MODELS=str(models), STANDIN_KEY="sk-1") as stack:
        yield stack


def answers(*texts: str) -> Any:
    scripts = [script(text) for text in texts]

    def answer(number: int) -> Script:
        return scripts[number]

    return answer


def last_prompt(model: ChatStandIn) -> str:
    said: str = model.requests[-1]["messages"][-1]["content"]
    return said


async def repaired(peer: Peer, prompt: str = "Faster", **fields: Any) -> dict[str, Any]:
    turn = await peer.until_over(await ask(peer, prompt, **fields))
    assert turn["state"] == "settled"
    return turn


async def test_a_failed_block_is_repaired_within_its_turn(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    other = edit("a.js", "start()\n", "begin()\n")
    async with (
        ChatStandIn(answers(f"Two changes.\n{other}{WRONG}", f"{RIGHT}Now it fits.\n"), port) as model,
        join(stack, room) as alice,
        join(stack, room) as bob,
    ):
        await alice.create("a.js", FIRST)
        turn = await repaired(alice)
        await bob.until_text("a.js", "const SPEED = 9\nbegin()\n")
        assert hunk_states(turn) == ["applied", "refused", "applied"]
        assert [hunk["superseded"] for hunk in turn["hunks"]] == [False, True, False]
        assert turn["prompts"] == ["Faster"]
        assert [part for part in turn["text"].splitlines() if part] == ["Two changes.", "Now it fits."]
        said = last_prompt(model)
        assert "EDIT a.js" in said
        assert "Do not send them again" in said
        assert "const SPEED = 5" in said, "the nearest current lines"
        assert len(model.requests) == 2
        assert turn["usage"] == {"input": 22, "output": turn["usage"]["output"], "estimated": False}
        notices = [event["turn"]["notice"] for event in bob.events if event["type"] == "turn"]
        assert any(notice and "could not be applied" in notice for notice in notices)
        assert turn["notice"] is None


async def test_after_two_rounds_the_proposal_stays_for_people(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with (
        ChatStandIn(answers(WRONG, WRONG, WRONG, RIGHT), port) as model,
        join(stack, room) as alice,
    ):
        await alice.create("a.js", FIRST)
        turn = await repaired(alice)
        assert hunk_states(turn) == ["refused"] * 3
        assert [hunk["superseded"] for hunk in turn["hunks"]] == [True, True, False]
        assert turn["hunks"][-1]["reason"] == "no_match"
        assert len(model.requests) == 3
        await alice.until_text("a.js", FIRST)


async def test_what_the_model_did_not_send_again_is_still_seen(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    also_wrong = edit("a.js", "halt_that_never_was()\n", "go()\n")
    async with ChatStandIn(answers(WRONG + also_wrong, RIGHT), port), join(stack, room) as alice:
        await alice.create("a.js", FIRST)
        turn = await repaired(alice)
        assert hunk_states(turn) == ["refused", "refused", "applied"]
        assert [hunk["superseded"] for hunk in turn["hunks"]] == [True, False, False]


async def test_a_block_in_which_the_answer_ended_is_sent_again(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    open_block = CREATE.partition("start()")[0]
    async with ChatStandIn(answers(open_block, CREATE), port), join(stack, room) as alice:
        turn = await repaired(alice)
        assert hunk_states(turn) == ["withdrawn", "applied"]
        assert turn["hunks"][0]["superseded"]
        await alice.until_text("a.js", FIRST)


async def test_nothing_goes_back_that_a_person_removed(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    long = edit("a.js", "const SPEED = 5\n", "".join(f"line({at})\n" for at in range(200)))
    async with ChatStandIn(script(long, rate=400), port) as model, join(stack, room) as alice:
        await alice.create("a.js", FIRST)
        turn_id = await ask(alice)
        await alice.until(lambda: "line(9)" in (alice.text("a.js") or ""))
        for file_id in list(alice.files.keys()):
            del alice.files[file_id]
        await alice.flush()
        turn = await alice.until_over(turn_id)
        assert [hunk["reason"] for hunk in turn["hunks"]] == ["target_removed"]
        assert len(model.requests) == 1


async def test_a_question_changes_nothing_and_shows_what_was_proposed(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    text = f"It is slow.\n{RIGHT}<<<<<<< DELETE a.js\n<<<<<<< MOVE a.js -> b.js\n{CREATE}"
    async with ChatStandIn(answers(text), port) as model, join(stack, room) as alice:
        await alice.create("a.js", FIRST)
        turn = await repaired(alice, "Why is it slow?", mode="ask")
        assert {hunk["reason"] for hunk in turn["hunks"]} == {"mode"}
        assert alice.paths() == {"a.js"}
        await alice.until_text("a.js", FIRST)
        assert len(model.requests) == 1


async def test_a_plan_writes_its_file_alone(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    plan = "<<<<<<< CREATE PLAN.md\n- [ ] Make it faster\n>>>>>>> END\n"
    async with ChatStandIn(answers(plan + RIGHT + "<<<<<<< MOVE PLAN.md -> a.md\n"), port), join(stack, room) as alice:
        await alice.create("a.js", FIRST)
        turn = await repaired(alice, "How would you make it faster?", mode="plan")
        assert hunk_states(turn) == ["applied", "refused", "refused"]
        await alice.until_text("PLAN.md", "- [ ] Make it faster\n")
        await alice.until_text("a.js", FIRST)


async def test_an_answer_that_was_cut_says_so_and_one_that_was_withheld_is_none(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    cut = script("Half of", finish_reason="length")
    withheld = script("Some of it", finish_reason="content_filter")
    async with (
        ChatStandIn(lambda number: [cut, withheld][number], port) as model,
        join(stack, room) as alice,
    ):
        await alice.create("a.js", FIRST)
        turn = await repaired(alice, "Explain, and run the tests", run_tests=True)
        assert turn["text"].endswith("The answer ends here, at the most that this model writes at once.")
        runs = await call(stack, "GET", f"/api/rooms/{room['id']}/runs", token=room["tokens"]["edit"])
        assert runs == [], "nothing is tested that is not finished"
        turn = await alice.until_over(await ask(alice, "Again"))
        assert (turn["state"], turn["error"]["code"]) == ("failed", "model_failed")
        assert len(model.requests) == 2


async def test_what_is_said_after_a_repair_is_one_paragraph(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with (
        ChatStandIn(answers(WRONG, f"{RIGHT}I made it faster, as you see."), port),
        join(stack, room) as alice,
    ):
        await alice.create("a.js", FIRST)
        turn = await repaired(alice)
        assert turn["text"].strip() == "I made it faster, as you see."
