"""Debugging over the HTTP API, through web process, queue and worker: who may do what, and what everybody can read."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.peer import call, join, new_room
from tests.stack import Stack

PROGRAM = "def double(n):\n    return 2 * n\n\n\nprint(double(21))\n"


async def test_a_program_is_debugged_by_calls_alone(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    base, editor, viewer = f"/api/rooms/{room['id']}", room["tokens"]["edit"], room["tokens"]["view"]
    await _write(sparkroom, f"{base}/files/main.py", editor)
    asked = {"file": "main.py", "debug": {"breakpoints": [{"path": "main.py", "line": 2}]}}
    async with join(sparkroom, room) as peer:
        made = await call(sparkroom, "POST", f"{base}/runs", asked, token=editor, status=202)
        run = f"{base}/runs/{made['id']}"
        await peer.until(lambda: (peer.last("debug") or {}).get("debug", {}).get("variables"))
        read = await call(sparkroom, "GET", run, token=viewer)
        assert (read["kind"], read["state"], read["debug"]["status"]) == ("debug", "running", "stopped")
        assert read["debug"]["frames"][0] | {"scopes": []} == {
            "id": read["debug"]["frames"][0]["id"],
            "name": "double",
            "path": "main.py",
            "line": 2,
            "scopes": [],
        }
        (named,) = read["debug"]["variables"][0]["variables"]
        assert (named["name"], named["value"], named["type"]) == ("n", "21", "int")
        assert await _text(sparkroom, f"{run}/text/main.py", viewer) == PROGRAM
        for body, token, status in (
            ({"action": "continue"}, viewer, 403),
            ({"action": "expand"}, editor, 400),
            ({"action": "jump"}, editor, 400),
            ({"action": "breakpoints", "breakpoints": [{"path": "main.py", "line": 0}]}, editor, 400),
        ):
            await call(sparkroom, "POST", f"{run}/debug", body, token=token, status=status)
        await call(sparkroom, "POST", f"{run}/debug", {"action": "continue", "stop": 1}, token=editor)
        await peer.until(lambda: (peer.last("run") or {})["run"]["state"] == "passed")
    over = await call(sparkroom, "GET", run, token=viewer)
    assert (over["output"], over["debug"]) == ("42\n", None)
    await call(sparkroom, "POST", f"{run}/debug", {"action": "continue"}, token=editor, status=409)
    await call(sparkroom, "GET", f"{run}/text/main.py", token=viewer, status=404)


@pytest.mark.parametrize("asked", [{"command": ["sh", "x.sh"]}, {"tests": True}, {"command": ["python", "-c", "1"]}])
async def test_what_is_no_python_program_is_not_debugged(sparkroom: Stack, asked: dict[str, Any]) -> None:
    room = await new_room(sparkroom)
    path = f"/api/rooms/{room['id']}/runs"
    await call(sparkroom, "POST", path, {**asked, "debug": {}}, token=room["tokens"]["edit"], status=400)


async def test_another_run_is_not_under_the_debugger(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    base, token = f"/api/rooms/{room['id']}/runs", room["tokens"]["edit"]
    made = await call(sparkroom, "POST", base, {"command": ["python", "-c", "1"]}, token=token, status=202)
    await call(sparkroom, "POST", f"{base}/{made['id']}/debug", {"action": "pause"}, token=token, status=400)


async def _write(stack: Stack, path: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
    async with (
        aiohttp.ClientSession() as session,
        session.put(stack.base_url + path, data=PROGRAM.encode(), headers=headers) as answer,
    ):
        assert answer.status == 201


async def _text(stack: Stack, path: str, token: str) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as session, session.get(stack.base_url + path, headers=headers) as answer:
        assert (answer.status, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
        return await answer.text()
