"""PROTOCOL.md, [T6]: a web process is killed while its turn writes; what it finished stays, the open hunk goes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ide.live.remains import DIED
from tests.live.test_turns import CREATE, FIRST, MODELS, ask, hunk_states, script
from tests.live.test_undo import kill_web_process
from tests.live.typing_session import edit
from tests.peer import Peer, join, new_room
from tests.stack import Stack, free_port
from tests.standins.chat import ChatStandIn

OLD = "first\nthe old line\nlast\n"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("lost")
    models = folder / "models.toml"
    models.write_text(MODELS.format(port=port))
    with Stack(folder, SPARKROOM_MODELS=str(models), STANDIN_KEY="sk-1") as stack:
        yield stack


def known(peer: Peer, turn_id: str) -> dict[str, Any] | None:
    """The turn with the hunks that the last events said."""
    turn = next((turn for turn in peer.events[0]["state"]["turns"] if turn["id"] == turn_id), None)
    turn = peer.turn(turn_id) or turn
    if turn is None:
        return None
    hunks = {hunk["id"]: hunk for hunk in turn["hunks"]}
    for event in peer.events:
        if event["type"] == "hunk" and event["turn"] == turn_id:
            hunks[event["hunk"]["id"]] = event["hunk"]
    return {**turn, "hunks": list(hunks.values())}


@pytest.mark.parametrize("path", ["old.txt", "new.txt"])
async def test_the_open_hunk_of_a_killed_process_is_taken_back(stack: Stack, port: int, path: str) -> None:
    room = await new_room(stack)
    lines = "".join(f"line µ {number}\n" for number in range(2_000))
    opened = {
        "old.txt": edit("old.txt", "the old line\n", lines),
        "new.txt": f"<<<<<<< CREATE new.txt\n{lines}>>>>>>> END\n",
    }[path]
    async with ChatStandIn(script(CREATE + opened, rate=300), port):
        async with join(stack, room) as alice, join(stack, room) as bob:
            await alice.create("old.txt", OLD)
            turn_id = await ask(alice)
            await bob.until(lambda: "line µ 9\n" in (bob.text(path) or ""))
            at = len((bob.text(path) or "").partition("µ 5")[0].encode())
            await bob.insert(path, at, "[mine]")
            await bob.until(lambda: bob.saved == bob.sent_frames)
            await asyncio.to_thread(kill_web_process, stack)
        async with join(stack, room) as alice:
            turn = await alice.until(lambda: _settled(alice, turn_id))
            assert turn["state"] == "failed"
            assert hunk_states(turn) == ["applied", "withdrawn"]
            assert turn["hunks"][1]["message"] == DIED
            assert alice.text("a.js") == FIRST
            expected = {"old.txt": "first\n[mine]the old line\nlast\n", "new.txt": "[mine]"}
            await alice.until_text(path, expected[path])


def _settled(peer: Peer, turn_id: str) -> dict[str, Any] | None:
    turn = known(peer, turn_id)
    over = turn is not None and turn["state"] == "failed" and "writing" not in hunk_states(turn)
    return turn if over else None
