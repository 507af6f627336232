"""What turns use of the day's tokens: redirecting one asks for more, and one that was lost has used them too."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.test_turns import CREATE, ask, script
from tests.peer import PATIENCE_SECONDS, Peer, Refused, call, join, new_room
from tests.stack import ROOT, Stack, free_port
from tests.standins.chat import ChatStandIn

MODELS = """
[[model]]
name = "paid"
protocol = "chat"
base_url = "http://127.0.0.1:{port}/v1"
model = "standin-1"
paid = true
"""
TOKENS = 3_000
EXPIRE = """
import django
django.setup()
from ide.store import turns
from ide.store.models import Turn
from ide.wire.codes import Code
from ide.wire.shapes import (Problem)
assert turns.expire(set(Turn.objects.values_list("process", flat=True)), Problem(code=Code.INTERNAL, message="died"))
"""
LONG = "<<<<<<< CREATE b.js\n" + "line()\n" * 5_000 + ">>>>>>> END\n"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture
def stack(tmp_path: Path, port: int) -> Iterator[Stack]:
    models = tmp_path / "models.toml"
    models.write_text(MODELS.format(port=port))
    with Stack(tmp_path, SPARKROOM_MODELS=str(models), SPARKROOM_DAILY_TOKENS=str(TOKENS)) as stack:
        yield stack


def grows(peer: Peer) -> bool:
    return len(peer.text("b.js") or "") > 50


async def used(stack: Stack) -> int:
    tokens: int = (await call(stack, "GET", "/api/tokens"))["used"]
    return tokens


async def test_a_turn_goes_on_when_the_day_is_used_up_but_takes_no_other_prompt(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    slow, dear = script(LONG, rate=20), script("word " * (TOKENS + 1) + CREATE)
    async with ChatStandIn(lambda number: (slow, dear)[min(number, 1)], port), join(stack, room) as alice:
        running = await ask(alice)
        await alice.until(lambda: grows(alice))
        async with join(stack, room) as bob:
            await bob.until_over(await ask(bob))
            await bob.until_text("a.js", "const SPEED = 5\nstart()\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await used(stack) < TOKENS:
                await asyncio.sleep(0.05)
        with pytest.raises(Refused, match="SPARKROOM_DAILY_TOKENS"):
            await alice.command("steer_turn", turn=running, prompt="Something else")
        written = len(alice.text("b.js") or "")
        await alice.until(lambda: len(alice.text("b.js") or "") > written)
        await alice.command("stop_turn", turn=running)
        assert (await alice.until_over(running))["prompts"] == ["Do it"]


async def test_what_a_turn_used_counts_though_its_process_was_taken_for_dead(stack: Stack, port: int) -> None:
    room = await new_room(stack)
    async with ChatStandIn(script(LONG, rate=20), port), join(stack, room) as alice:
        turn_id = await ask(alice)
        await alice.until(lambda: grows(alice))
        await asyncio.to_thread(expire_all_turns, stack)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await used(stack):
                await asyncio.sleep(0.05)
        written = alice.text("b.js")
        async with join(stack, room) as bob:
            turn = next(turn for turn in bob.events[0]["state"]["turns"] if turn["id"] == turn_id)
            assert turn["state"] == "failed"
            await bob.create("c.js")
            await alice.until(lambda: "c.js" in alice.paths())
            assert alice.text("b.js") == written


def expire_all_turns(stack: Stack) -> None:
    """What a web process does that takes the others for dead."""
    environment = {**os.environ, "SPARKROOM_DATA": str(stack.data), "DJANGO_SETTINGS_MODULE": "ide.settings"}
    subprocess.run([sys.executable, "-c", EXPIRE], cwd=ROOT, env=environment, check=True)
