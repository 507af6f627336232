"""Two web processes behind one port: whoever comes in by way of either is in the same room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import partial

import aiohttp
import psutil
import pytest

from tests.peer import Peer, Refused, call, join, new_room
from tests.stack import Stack

MEMBERS = 6


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("two")
    with Stack(folder, SPARKROOM_WEB_PROCESSES="2", SPARKROOM_REHEARSAL_SPEED="2000") as stack:
        yield stack


def web_processes(stack: Stack) -> list[psutil.Process]:
    children = psutil.Process(stack.pid).children(recursive=True)
    return [child for child in children if any(word.startswith("ide.launcher.servers.") for word in child.cmdline())]


def sockets_of(process: psutil.Process, stack: Stack) -> int:
    """How many connections people have to this process."""
    return sum(
        connection.laddr.port == stack.port and connection.status == psutil.CONN_ESTABLISHED
        for connection in process.net_connections("tcp")
    )


def texts(peer: Peer) -> dict[str, str | None]:
    return {path: peer.text(path) for path in peer.paths()}


def same(one: Peer, other: Peer) -> bool:
    return texts(one) == texts(other)


def has(peer: Peer, path: str) -> bool:
    return peer.text(path) is not None


def is_saved(peer: Peer) -> bool:
    return peer.saved == peer.sent_frames


async def fill(stack: Stack, room: dict[str, object], within: AsyncExitStack) -> list[Peer]:
    """Members of a room, some by way of each process."""
    peers: list[Peer] = []
    deadline = time.monotonic() + 20
    while len(peers) < MEMBERS or not all(sockets_of(process, stack) for process in web_processes(stack)):
        assert time.monotonic() < deadline, "one process takes every connection"
        peers.append(await within.enter_async_context(join(stack, room)))
    return peers


async def test_a_turn_in_one_process_shows_in_both_at_the_same_rate(two: Stack) -> None:
    room = await new_room(two)
    async with AsyncExitStack() as within:
        peers = await fill(two, room, within)
        await peers[0].create("notes.txt", "")
        for number, peer in enumerate(peers):
            await peer.until(partial(has, peer, "notes.txt"))
            await peer.insert("notes.txt", 0, f"<{number}>")
        turn = await peers[0].command("ask", prompt="Make a snake game")
        assert turn
        over = await asyncio.gather(*(peer.until_over(turn) for peer in peers))
        assert {turn["state"] for turn in over} == {"settled"}
        for peer in peers:
            await peer.until(partial(same, peer, peers[0]))
        assert all(f"<{number}>" in str(peers[0].text("notes.txt")) for number in range(len(peers)))


async def test_who_writes_by_way_of_one_reads_by_way_of_the_other(two: Stack) -> None:
    room = await new_room(two)
    headers = {"Authorization": f"Bearer {room['tokens']['edit']}", "Content-Type": "text/plain"}
    for number in range(40):
        # A connection of its own for each: either process may take it.
        async with aiohttp.ClientSession(two.base_url, headers=headers) as session:
            address = f"/api/rooms/{room['id']}/files/a.txt"
            async with session.put(address, data=f"version {number}".encode()) as answer:
                assert answer.ok
        async with aiohttp.ClientSession(two.base_url, headers=headers) as session, session.get(address) as answer:
            assert await answer.text() == f"version {number}"


async def test_a_turn_is_stopped_from_wherever_one_is(two: Stack) -> None:
    room = await new_room(two)
    async with AsyncExitStack() as within:
        peers = await fill(two, room, within)
        for stopper in peers[-3:]:
            turn = await peers[0].command("ask", prompt="Make a snake game")
            assert turn
            await stopper.until(partial(stopper.turn, turn))
            await stopper.command("stop_turn", turn=turn)
            assert (await stopper.until_over(turn))["state"] == "stopped"
            answer = await call(two, "GET", f"/api/rooms/{room['id']}/turns/{turn}", token=room["tokens"]["edit"])
            assert answer["state"] == "stopped"


async def test_a_process_that_is_killed_takes_nothing_with_it(two: Stack) -> None:
    room = await new_room(two)
    async with AsyncExitStack() as within:
        peers = await fill(two, room, within)
        await peers[0].create("a.txt", "")
        for peer in peers:
            await peer.until(partial(has, peer, "a.txt"))
            await peer.insert("a.txt", 0, "x" * 100)
        for peer in peers:
            await peer.until(partial(same, peer, peers[0]))
        web_processes(two)[0].kill()
        async with join(two, room) as late:
            assert len(str(late.text("a.txt"))) == 100 * len(peers)
            await late.insert("a.txt", 0, "y")
            await late.until(partial(is_saved, late))


async def test_a_checkpoint_by_way_of_one_holds_what_was_written_by_way_of_the_other(two: Stack) -> None:
    room = await new_room(two)
    base, token = f"/api/rooms/{room['id']}", room["tokens"]["edit"]
    async with AsyncExitStack() as within:
        peers = await fill(two, room, within)
        checkpoints: list[str] = []
        for number, peer in enumerate(peers):
            await peer.create(f"{number}.txt", f"{number}\n")
            await peer.until(partial(is_saved, peer))
            made = await call(two, "POST", f"{base}/checkpoints", {"label": str(number)}, token=token)
            compared = await call(two, "GET", f"{base}/checkpoints/{made['id']}", token=token)
            assert [file["difference"] for file in compared["files"]] == ["same"] * (number + 1)
            checkpoints.append(made["id"])
        restored = {"0.txt": "0\n", "1.txt": "1\n"}
        await call(two, "POST", f"{base}/checkpoints/{checkpoints[1]}/restore", token=token)
        for peer in peers:
            await peer.until(lambda peer=peer: texts(peer) == restored)  # type: ignore[misc]
            await peer.until(lambda peer=peer: _last_kind(peer) == "restore")  # type: ignore[misc]
        turn = await peers[0].command("ask", prompt="Make a snake game")
        assert turn
        # Nothing is restored while a model writes, in whichever process either is.
        for peer in peers:
            with pytest.raises(Refused, match="conflict"):
                await peer.command("restore", checkpoint=checkpoints[0])
        await peers[0].command("stop_turn", turn=turn)


def _last_kind(peer: Peer) -> str | None:
    event = peer.last("checkpoint")
    return event["checkpoint"]["kind"] if event else None
