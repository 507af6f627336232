"""A turn that is asked to check the page has it looked at after its last change; no other turn does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.test_turn_tests import answers, runs_of
from tests.live.test_turns import MODELS, ask
from tests.live.typing_session import edit
from tests.peer import call, join, new_room
from tests.stack import Stack, free_port
from tests.standins.chat import ChatStandIn

PAGE = "<!doctype html>\n<title>Clock</title>\n<script>\nconsole.log('tick')\n</script>\n"
BROKEN = edit("index.html", "console.log('tick')\n", "console.log('tock')\nstrike(12)\n")


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("pages-of-turns")
    models = folder / "models.toml"
    models.write_text(MODELS.format(port=port))
    with Stack(folder, SPARKROOM_MODELS=str(models), STANDIN_KEY="sk-1") as stack:
        yield stack


async def test_the_page_is_looked_at_as_the_turn_left_it_and_the_model_is_told(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with ChatStandIn(answers(f"{BROKEN}It strikes.", "I see."), port) as model, join(stack, room) as alice:
        await alice.create("index.html", PAGE)
        turn = await alice.until_over(await ask(alice, "Let it strike, and check the page"))
        (run,) = await runs_of(stack, room)
        assert (run["id"], run["kind"], run["state"]) == (turn["run"], "page", "failed")
        assert run["reason"] == "1 error"
        assert [message["text"] for message in run["page"]["messages"] if message["level"] == "log"] == ["tock"]
        assert "The page was checked: 1 error." in turn["text"]
        assert "`index.html:5` `Uncaught ReferenceError: strike is not defined" in turn["text"]
        assert len(model.requests) == 1, "nothing is mended that nobody asked to mend"
        await alice.until_over(await ask(alice, "Why?"))
        told = str(model.requests[-1]["messages"])
        assert "The page was looked at after the turn" in told
        assert "uncaught error at index.html:5: Uncaught ReferenceError: strike is not defined" in told
        assert len(await runs_of(stack, room)) == 1


async def test_a_page_check_is_a_run_of_the_api(stack: Stack) -> None:
    room = await new_room(stack)
    path, token = f"/api/rooms/{room['id']}/runs", room["tokens"]["edit"]
    async with join(stack, room) as alice:
        await alice.create("about.html", "<!doctype html><title>About</title><img src=no.png>")
        made = await call(stack, "POST", path, {"page": True, "path": "about.html"}, token=token)

        def over() -> dict[str, Any] | None:
            run = alice.run(made["id"])
            return run if run is not None and run["state"] not in ("queued", "running") else None

        run = await alice.until(over)
    assert (run["kind"], run["command"], run["state"], run["reason"]) == (
        "page",
        ["about.html"],
        "failed",
        "1 failed load",
    )
    assert run["page"]["title"] == "About"
    assert run["page"]["failures"][0]["address"] == "no.png"
    (picture,) = run["made"]
    assert (picture["path"], picture["type"]) == (run["page"]["picture"], "image/png")
