"""The history over HTTP and the socket: checkpoints, the timeline, restoring, copies of a room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.peer import PATIENCE_SECONDS, Peer, Refused, call, join, new_room
from tests.stack import Stack

PROMPT = "Make a snake game"


async def _checkpoints(stack: Stack, room: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"/api/rooms/{room['id']}/checkpoints"
    checkpoints: list[dict[str, Any]] = await call(stack, "GET", path, token=room["tokens"]["view"])
    return checkpoints


async def _timeline(stack: Stack, room: dict[str, Any], query: str = "") -> dict[str, Any]:
    path = f"/api/rooms/{room['id']}/timeline{query}"
    timeline: dict[str, Any] = await call(stack, "GET", path, token=room["tokens"]["view"])
    return timeline


async def _text(stack: Stack, room: dict[str, Any], path: str) -> tuple[int, str, str]:
    """Status, type and text of what stands below a room."""
    headers = {"Authorization": f"Bearer {room['tokens']['view']}"}
    async with (
        aiohttp.ClientSession(stack.base_url, headers=headers) as session,
        session.get(f"/api/rooms/{room['id']}{path}") as answer,
    ):
        return answer.status, answer.content_type, await answer.text()


async def _files(stack: Stack, room: dict[str, Any]) -> dict[str, str]:
    read = await call(stack, "GET", f"/api/rooms/{room['id']}", token=room["tokens"]["view"])
    return {file["path"]: (await _text(stack, room, f"/files/{file['path']}"))[2] for file in read["files"]}


async def _until(peer: Peer, look: Callable[[], Awaitable[bool]]) -> None:
    """Look again until it is so; each look takes as long as the server takes to answer."""
    for _ in range(PATIENCE_SECONDS * 50):
        if await look():
            return
        await peer.be({})
    raise AssertionError("it did not come to that")


async def test_a_room_begins_with_what_it_was_made_of(sparkroom: Stack) -> None:
    room = await new_room(sparkroom, "python")
    (start,) = (await _timeline(sparkroom, room))["steps"]
    assert (start["kind"], start["by"]) == ("start", "")
    assert "main.py" in {change["path"] for change in start["changes"]}
    assert all(change["before"] is None for change in start["changes"])


async def test_every_turn_is_a_checkpoint_and_its_changes_are_steps(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as peer:
        turn = await peer.command("ask", prompt=f"{PROMPT}\nplease")
        assert turn
        await peer.until_over(turn)
        told = await peer.until(lambda: peer.last("checkpoint"))
    assert (told["checkpoint"]["kind"], told["checkpoint"]["turn"]) == ("turn", turn)
    start, checkpoint = await _checkpoints(sparkroom, room)
    assert start["kind"] == "start"
    assert checkpoint == told["checkpoint"]
    assert checkpoint["label"] == PROMPT
    steps = (await _timeline(sparkroom, room))["steps"]
    assert [steps[0]["kind"], steps[-1]["kind"]] == ["start", "turn"]
    assert {step["turn"] for step in steps[1:]} == {turn}
    files = await _files(sparkroom, room)
    assert {change["path"] for step in steps for change in step["changes"]} == set(files)
    for path, text in files.items():
        assert (await _text(sparkroom, room, f"/checkpoints/{checkpoint['id']}/files/{path}"))[2] == text


async def test_a_burst_of_typing_is_a_step_once_nobody_types_on(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as peer:
        await peer.create("a.txt", "one\n")
        await peer.insert("a.txt", 4, "two\n")

        async def typed() -> bool:
            return len((await _timeline(sparkroom, room))["steps"]) == 2

        await _until(peer, typed)
        hello = peer.last("hello")
        assert hello
        step = (await _timeline(sparkroom, room))["steps"][1]
        assert (step["kind"], step["by"]) == ("typing", hello["member"]["name"])
        assert await _text(sparkroom, room, f"/checkpoints/{step['id']}/files/a.txt") == (
            200,
            "text/plain",
            "one\ntwo\n",
        )
    assert len(await _checkpoints(sparkroom, room)) == 1, "typing is no checkpoint"


async def test_a_checkpoint_is_compared_and_restored_and_everybody_sees_it(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    base, editor = f"/api/rooms/{room['id']}", room["tokens"]["edit"]
    async with join(sparkroom, room) as alice, join(sparkroom, room) as bob:
        await alice.create("a.txt", "one\n")
        first = await alice.command("checkpoint", label="Works")
        assert first
        await bob.until(lambda: (bob.last("checkpoint") or {}).get("checkpoint", {}).get("label") == "Works")
        await alice.insert("a.txt", 4, "two\n")
        await alice.create("b.txt", "new\n")
        await bob.until(lambda: bob.text("b.txt") == "new\n")
        comparison = await call(sparkroom, "GET", f"{base}/checkpoints/{first}", token=editor)
        assert comparison["checkpoint"]["label"] == "Works"
        assert [(file["path"], file["difference"], file["text"]) for file in comparison["files"]] == [
            ("a.txt", "changed", "one\n"),
            ("b.txt", "added", None),
        ]
        restored = await call(sparkroom, "POST", f"{base}/checkpoints/{first}/restore", token=editor)
        for peer in (alice, bob):
            await peer.until(lambda peer=peer: peer.text("a.txt") == "one\n" and "b.txt" not in peer.paths())  # type: ignore[misc]
        # What was there is a checkpoint too, and one file of it can be had back alone.
        await bob.command("restore", checkpoint=restored["before"], path="b.txt")
        await alice.until(lambda: alice.text("b.txt") == "new\n")
        assert alice.text("a.txt") == "one\n"
        # Nobody's history broke: both type on.
        await alice.insert("a.txt", 0, "zero\n")
        await bob.until(lambda: bob.text("a.txt") == "zero\none\n")
    kinds = [checkpoint["kind"] for checkpoint in await _checkpoints(sparkroom, room)]
    assert kinds == ["start", "checkpoint", "checkpoint", "restore", "restore"]


async def test_a_checkpoint_holds_what_its_maker_had_just_typed(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as peer:
        for number in range(20):
            await peer.create(f"{number}.txt", "x")
            checkpoint = await peer.command("checkpoint", label=str(number))
            status, _, text = await _text(sparkroom, room, f"/checkpoints/{checkpoint}/files/{number}.txt")
            assert (status, text) == (200, "x")


async def test_nothing_is_restored_while_a_model_writes(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as peer:
        first = await peer.command("checkpoint", label="Empty")
        turn = await peer.command("ask", prompt=PROMPT)
        assert turn
        with pytest.raises(Refused, match="conflict"):
            await peer.command("restore", checkpoint=first)
        await peer.until(lambda: peer.paths())
        await peer.command("stop_turn", turn=turn)
        await peer.command("restore", checkpoint=first)
        await peer.until(lambda: not peer.paths())


async def test_viewers_look_and_copy_and_change_nothing(sparkroom: Stack) -> None:
    room = await new_room(sparkroom, "python")
    base, viewer = f"/api/rooms/{room['id']}", room["tokens"]["view"]
    (start,) = await _checkpoints(sparkroom, room)
    for path in ("/checkpoints", f"/checkpoints/{start['id']}/restore"):
        await call(sparkroom, "POST", base + path, {}, token=viewer, status=403)
    async with join(sparkroom, room, "view") as peer:
        for command in ({"kind": "checkpoint"}, {"kind": "restore", "checkpoint": start["id"]}):
            with pytest.raises(Refused, match="role_may_not"):
                await peer.command(**command)
    await call(sparkroom, "GET", f"{base}/checkpoints/{start['id']}", token=viewer)
    copy = await call(sparkroom, "POST", f"{base}/fork", token=viewer, status=201)
    assert (await call(sparkroom, "GET", f"/api/rooms/{copy['id']}", token=copy["tokens"]["owner"]))["role"] == "owner"
    stranger = await new_room(sparkroom)
    for method, path in (
        ("GET", "/checkpoints"),
        ("GET", "/timeline"),
        ("GET", f"/checkpoints/{start['id']}"),
        ("POST", "/fork"),
    ):
        await call(sparkroom, method, base + path, token=stranger["tokens"]["owner"], status=401)
    # A step of one room is none of another's.
    other = f"/api/rooms/{stranger['id']}/checkpoints/{start['id']}"
    await call(sparkroom, "GET", other, token=stranger["tokens"]["owner"], status=404)
    await call(sparkroom, "POST", f"{other}/restore", token=stranger["tokens"]["owner"], status=404)
    assert (await _text(sparkroom, stranger, f"/checkpoints/{start['id']}/files/main.py"))[0] == 404


async def test_a_copy_has_the_files_of_now_or_of_a_checkpoint_and_is_a_room_of_its_own(sparkroom: Stack) -> None:
    room = await call(sparkroom, "POST", "/api/rooms", {"template": "blank", "title": "x" * 120})
    async with join(sparkroom, room) as peer:
        await peer.create("a.txt", "one\n")
        first = await peer.command("checkpoint", label="Works")
        await peer.insert("a.txt", 4, "two\n")
        await peer.create("sub/b.txt", "new\n")
        await peer.command("checkpoint", label="More")
        now = await call(sparkroom, "POST", f"/api/rooms/{room['id']}/fork", {}, token=room["tokens"]["view"])
        then = await call(
            sparkroom, "POST", f"/api/rooms/{room['id']}/fork", {"checkpoint": first}, token=room["tokens"]["view"]
        )
        assert await _files(sparkroom, now) == {"a.txt": "one\ntwo\n", "sub/b.txt": "new\n"}
        assert await _files(sparkroom, then) == {"a.txt": "one\n"}
        assert now["title"] == "x" * 113 + " (copy)"
        assert now.keys() == room.keys()
        async with join(sparkroom, now, "owner") as copied:
            await copied.insert("a.txt", 0, "mine\n")
            await copied.until(lambda: copied.saved == copied.sent_frames)
        assert peer.text("a.txt") == "one\ntwo\n"
    assert [step["kind"] for step in (await _timeline(sparkroom, then))["steps"]] == ["start"]
    await call(
        sparkroom,
        "POST",
        f"/api/rooms/{room['id']}/fork",
        {"checkpoint": "gone"},
        token=room["tokens"]["view"],
        status=404,
    )


async def test_a_long_timeline_is_read_page_by_page(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as peer:
        for number in range(7):
            await peer.create(f"{number}.txt", "x")
            await peer.command("checkpoint", label=str(number))
    seen: list[dict[str, Any]] = []
    before = ""
    while True:
        page = await _timeline(sparkroom, room, f"?limit=3{before}")
        seen = page["steps"] + seen
        if not page["earlier"]:
            break
        assert len(page["steps"]) == 3
        before = f"&before={seen[0]['id']}"
    assert [step["label"] for step in seen] == ["", *map(str, range(7))]
    assert [[change["path"] for change in step["changes"]] for step in seen[1:]] == [[f"{n}.txt"] for n in range(7)]
    await call(sparkroom, "GET", f"/api/rooms/{room['id']}/timeline?limit=0", token=room["tokens"]["view"], status=400)


async def test_the_history_outlives_a_restart_with_the_last_words(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as peer:
        await peer.create("a.txt", "last words\n")
        await peer.until(lambda: peer.saved == peer.sent_frames)
    sparkroom.restart()
    steps = (await _timeline(sparkroom, room))["steps"]
    assert [step["kind"] for step in steps] == ["start", "typing"]
    assert (await _text(sparkroom, room, f"/checkpoints/{steps[1]['id']}/files/a.txt"))[2] == "last words\n"
