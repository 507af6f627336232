"""“Saved” means committed: what the database has not taken is never acknowledged, and what waited is written after."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pycrdt
import pytest

from ide.live.appender import INTERVAL_SECONDS
from tests.peer import Peer, call, join, new_room
from tests.postgres import Postgres
from tests.stack import Stack


@contextmanager
def locked(stack: Stack) -> Iterator[None]:
    """Another process holds the lock of the database."""
    with closing(sqlite3.connect(stack.data / "sparkroom.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full(stack: Stack) -> Iterator[None]:
    """The kernel gives the web processes no more room in any file."""
    pids = [
        process.pid
        for process in psutil.Process(stack.pid).children(recursive=True)
        if any("ide.launcher.servers" in word for word in process.cmdline())
    ]
    assert pids
    _, most = resource.prlimit(pids[0], resource.RLIMIT_FSIZE)
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("refusing", [locked, full])
async def test_what_the_database_does_not_take_is_not_saved_until_it_does(
    sparkroom: Stack, refusing: Callable[[Stack], AbstractContextManager[None]]
) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as alice, join(sparkroom, room) as bob:
        await alice.create("a.txt", "")
        await alice.until(lambda: alice.saved == alice.sent_frames)
        await bob.until_text("a.txt", "")
        with refusing(sparkroom):
            saved = alice.saved
            turn = asyncio.create_task(alice.command("ask", prompt="Make a snake game"))
            said = asyncio.create_task(alice.command("say", text="meanwhile"))
            for number in range(30):
                await alice.insert("a.txt", number, "x")
                # The others see it at once. Ten commits would have fitted into this.
                await bob.until_text("a.txt", "x" * (number + 1))
                await asyncio.sleep(INTERVAL_SECONDS / 3)
            assert alice.saved == saved
            assert bob.last("message") is None
            assert not said.done()
            assert _stored_text(sparkroom, room, "a.txt") == ""
        await alice.until(lambda: alice.saved == alice.sent_frames)
        assert _stored_text(sparkroom, room, "a.txt") == "x" * 30
        await said
        turn_id = await turn
        assert turn_id
        assert (await alice.until_over(turn_id))["state"] == "settled"
        await bob.until(lambda: bob.last("message"))
    await _told(sparkroom, room, turn_id, ["meanwhile"])


async def test_nothing_acknowledged_is_lost_with_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    """People type and a model writes, while connections are cut and the server is killed and started again."""
    with Stack(tmp_path, DATABASE_URL=postgres.create("stack")) as stack:
        room = await new_room(stack)
        async with join(stack, room) as alice, join(stack, room) as bob:
            for peer, path in ((alice, "a.txt"), (bob, "b.txt")):
                await peer.create(path, "")
            turn_id = await alice.command("ask", prompt="Make a snake game")
            assert turn_id
            said = []
            for number in range(60):
                await alice.insert("a.txt", number, "x")
                await bob.insert("b.txt", number, "y")
                await bob.until_text("a.txt", "x" * (number + 1))
                if number % 20 == 5:
                    while not postgres.cut("stack"):
                        await asyncio.sleep(0.01)
                elif number == 30:
                    postgres.stop(signal.SIGQUIT)
                    said.append(asyncio.create_task(bob.command("say", text="one")))
                elif number == 40:
                    saved = alice.saved
                    said.append(asyncio.create_task(bob.command("say", text="two")))
                    messages = f"/api/rooms/{room['id']}/messages"
                    refused = await call(stack, "GET", messages, token=room["tokens"]["edit"], status=503)
                    assert refused["code"] == "unavailable"
                    assert alice.saved == saved
                    postgres.start()
            await alice.until(lambda: alice.saved == alice.sent_frames)
            await bob.until(lambda: bob.saved == bob.sent_frames)
            assert (await alice.until_over(turn_id))["state"] == "settled"
            await alice.until(lambda: len(_said(alice)) == 2)
            await asyncio.gather(*said)
        stack.restart()
        async with join(stack, room) as peer:
            assert (peer.text("a.txt"), peer.text("b.txt")) == ("x" * 60, "y" * 60)
        await _told(stack, room, turn_id, ["one", "two"])


def _said(peer: Peer) -> list[str]:
    return [event["message"]["text"] for event in peer.events if event["type"] == "message"]


async def _told(stack: Stack, room: dict[str, Any], turn_id: str, said: list[str]) -> None:
    """Assert that the database has the turn and what was said, each once."""
    token = room["tokens"]["edit"]
    messages = await call(stack, "GET", f"/api/rooms/{room['id']}/messages", token=token)
    assert [message["text"] for message in messages] == said
    (turn,) = await call(stack, "GET", f"/api/rooms/{room['id']}/turns", token=token)
    assert (turn["id"], turn["state"]) == (turn_id, "settled")
    assert turn["hunks"]


def _stored_text(stack: Stack, room: dict[str, Any], path: str) -> str | None:
    """A document's text as the database has it now; None if it has no such document."""
    with closing(sqlite3.connect(stack.data / "sparkroom.sqlite3")) as database:
        rows = database.execute(
            "SELECT data FROM store_snapshot WHERE room_id = :room "
            "UNION ALL SELECT data FROM store_update WHERE room_id = :room",
            {"room": room["id"]},
        ).fetchall()
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    for (data,) in rows:
        doc.apply_update(data)
    files = doc.get("files", type=pycrdt.Map)
    return next((str(file["text"]) for file in files.values() if file["path"] == path), None)
