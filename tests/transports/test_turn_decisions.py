"""Undo, accept and reject over the API: what they answer, and to whom they are refused."""

from __future__ import annotations

from typing import Any

from tests.peer import call, join, new_room
from tests.stack import Stack


async def _written(stack: Stack, room: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The address of a turn that is over, and the turn."""
    base = f"/api/rooms/{room['id']}/turns"
    async with join(stack, room) as peer:
        made = await call(stack, "POST", base, {"prompt": "Make a snake game"}, token=room["tokens"]["edit"])
        return f"{base}/{made['id']}", await peer.until_over(made["id"])


async def _paths(stack: Stack, room: dict[str, Any]) -> set[str]:
    read = await call(stack, "GET", f"/api/rooms/{room['id']}", token=room["tokens"]["view"])
    return {file["path"] for file in read["files"]}


async def test_each_answers_with_the_turn(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    token, before = room["tokens"]["edit"], await _paths(sparkroom, room)
    path, turn = await _written(sparkroom, room)
    first, second, *others = turn["hunks"]
    answer = await call(sparkroom, "POST", f"{path}/hunks/{first['id']}/accept", token=token, status=200)
    assert answer["hunks"][0]["state"] == "accepted"
    answer = await call(sparkroom, "POST", f"{path}/hunks/{second['id']}/reject", token=token, status=200)
    assert [hunk["state"] for hunk in answer["hunks"]] == ["accepted", "rejected", *["applied" for _ in others]]
    assert answer["hunks"][1]["decided_by"] == turn["member_name"]
    assert second["path"] not in await _paths(sparkroom, room)
    answer = await call(sparkroom, "POST", f"{path}/undo", token=token, status=200)
    assert {hunk["state"] for hunk in answer["hunks"]} == {"rejected"}
    assert (answer["undone"], answer["undone_by"]) == (True, turn["member_name"])
    assert await _paths(sparkroom, room) == before
    for way in ("undo", f"hunks/{first['id']}/reject", f"hunks/{first['id']}/accept"):
        problem = await call(sparkroom, "POST", f"{path}/{way}", token=token, status=409)
        assert problem["code"] == "conflict"
        assert turn["member_name"] in problem["message"]


async def test_viewers_and_strangers_decide_nothing(sparkroom: Stack) -> None:
    room, other = await new_room(sparkroom), await new_room(sparkroom)
    path, turn = await _written(sparkroom, room)
    elsewhere = path.replace(room["id"], other["id"])
    for way in ("undo", *(f"hunks/{turn['hunks'][0]['id']}/{decision}" for decision in ("accept", "reject"))):
        for token, status, code in (
            (room["tokens"]["view"], 403, "role_may_not"),
            (other["tokens"]["owner"], 401, "not_authorised"),
            (None, 401, "not_authorised"),
        ):
            assert (await call(sparkroom, "POST", f"{path}/{way}", token=token, status=status))["code"] == code
        problem = await call(sparkroom, "POST", f"{elsewhere}/{way}", token=other["tokens"]["owner"], status=404)
        assert problem["code"] == "not_found"
    for way in ("accept", "reject"):
        missing = f"{path}/hunks/nothere/{way}"
        assert (await call(sparkroom, "POST", missing, token=room["tokens"]["edit"], status=404))["code"] == "not_found"
    read = await call(sparkroom, "GET", path, token=room["tokens"]["view"])
    assert {hunk["state"] for hunk in read["hunks"]} == {"applied"}
