"""A turn that is asked for the tests runs them after its last change and tells how they ended; no other turn does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.test_turns import MODELS, ask, script
from tests.live.typing_session import edit
from tests.peer import Peer, call, join, new_room
from tests.stack import Stack, free_port
from tests.standins.chat import ChatStandIn, Script

SHOP = "def price(n):\n    return 2 * n\n"
SUITE = "from shop import price\n\n\ndef test_price():\n    assert price(2) == 6\n"
DEARER = edit("shop.py", "    return 2 * n\n", "    return 3 * n\n")
CHEAPER = edit("shop.py", "    return 2 * n\n", "    return n\n")


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("tests-of-turns")
    models = folder / "models.toml"
    models.write_text(MODELS.format(port=port))
    with Stack(folder, SPARKROOM_MODELS=str(models), STANDIN_KEY="sk-1") as stack:
        yield stack


def answers(*texts: str) -> Any:
    scripts = [script(text) for text in texts]

    def answer(number: int) -> Script:
        return scripts[number]

    return answer


async def runs_of(stack: Stack, room: dict[str, Any]) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = await call(stack, "GET", f"/api/rooms/{room['id']}/runs", token=room["tokens"]["edit"])
    return runs


async def fill(peer: Peer, suite: str = SUITE) -> None:
    await peer.create("shop.py", SHOP)
    await peer.create("test_shop.py", suite)


async def test_the_tests_run_on_what_the_turn_has_written(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with ChatStandIn(answers(f"{DEARER}Dearer now."), port), join(stack, room) as alice:
        await fill(alice)
        turn = await alice.until_over(await ask(alice, "Make it dearer, and run the tests"))
        assert turn["text"].endswith("Dearer now.\n\nAll tests passed: 1 passed.")
        (run,) = await runs_of(stack, room)
        assert (run["id"], run["kind"], run["state"]) == (turn["run"], "tests", "passed")


async def test_a_model_knows_what_failed_when_it_is_asked_next(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with (
        ChatStandIn(answers(f"{CHEAPER}Cheaper now.", "I see.", "Fine."), port) as model,
        join(stack, room) as alice,
    ):
        await fill(alice)
        turn = await alice.until_over(await ask(alice, "Make it cheaper", run_tests=True))
        assert "Tests: 1 failed." in turn["text"] and "`test_shop.py:4` `test_price`: `assert 2 == 6`" in turn["text"]
        assert len(model.requests) == 1, "nothing is mended that nobody asked to mend"
        await alice.until_over(await ask(alice, "Why?"))
        told = str(model.requests[-1]["messages"])
        assert "The tests were run after the turn" in told and "test_shop.py::test_price" in told
        # It is told once.
        turn = await alice.until_over(await ask(alice, "Write more tests, but do not run them"))
        assert str(model.requests[-1]["messages"]).count("The tests were run after the turn") == 1
        assert turn["run"] is None
        assert len(await runs_of(stack, room)) == 1


async def test_stopping_the_turn_stops_its_tests(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with ChatStandIn(answers(f"{DEARER}Dearer now."), port), join(stack, room) as alice:
        await fill(alice, "import time\n\n\ndef test_long():\n    time.sleep(25)\n")
        turn_id = await ask(alice, "Make it dearer and run the tests")

        def running() -> bool | None:
            turn = alice.turn(turn_id)
            run = alice.run(turn["run"]) if turn and turn["run"] else None
            return True if run and run["state"] == "running" else None

        await alice.until(running)
        assert alice.turn(turn_id)["notice"] == "running the tests"  # type: ignore[index]
        await alice.command("stop_turn", turn=turn_id)
        turn = await alice.until_over(turn_id)
        assert (turn["state"], turn["notice"]) == ("stopped", None)
        await alice.until(lambda: (alice.run(turn["run"]) or {}).get("state") == "stopped" or None)
        await alice.until_text("shop.py", SHOP.replace("2", "3"))
