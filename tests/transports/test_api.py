"""The HTTP API: what it answers, and what it refuses with which code."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
import yarl

from tests.peer import call, join, new_room
from tests.stack import Stack


async def test_a_room_is_made_from_a_template_and_read_by_its_tokens(sparkroom: Stack) -> None:
    room = await call(sparkroom, "POST", "/api/rooms", {"template": "python", "title": "Sums"}, status=201)
    assert room["links"]["edit"] == f"{sparkroom.base_url}/r/{room['id']}#{room['tokens']['edit']}"
    for token, role in (("owner", "owner"), ("edit", "editor"), ("view", "viewer")):
        read = await call(sparkroom, "GET", f"/api/rooms/{room['id']}", token=room["tokens"][token])
        assert (read["title"], read["role"]) == ("Sums", role)
        assert "main.py" in {file["path"] for file in read["files"]}
        assert read["preview"].startswith(f"{sparkroom.preview_url}/preview/")


async def test_rooms_are_renamed_and_deleted_by_owners_alone(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    path, owner, editor = f"/api/rooms/{room['id']}", room["tokens"]["owner"], room["tokens"]["edit"]
    await _refused(sparkroom, "PATCH", path, {"title": "Mine"}, editor, 403, "role_may_not")
    async with join(sparkroom, room) as peer:
        await call(sparkroom, "PATCH", path, {"title": "Ours"}, token=owner)
        await peer.until(lambda: (peer.last("room") or {}).get("title") == "Ours")
        await _refused(sparkroom, "DELETE", path, None, editor, 403, "role_may_not")
        await call(sparkroom, "DELETE", path, token=owner, status=204)
        assert (await peer.until_closed())[0] == 4401
    await _refused(sparkroom, "GET", path, None, owner, 404, "not_found")


async def test_files_are_written_read_and_deleted(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    token = room["tokens"]["edit"]
    path = f"/api/rooms/{room['id']}/files/src/ä 1.py"
    async with join(sparkroom, room) as peer:
        assert await _put(sparkroom, path, token, "x = 1\n") == 201
        await peer.until(lambda: peer.text("src/ä 1.py") == "x = 1\n")
        await peer.insert("src/ä 1.py", 0, "# theirs\n")
        await peer.until(lambda: peer.saved == peer.sent_frames)
        assert await _put(sparkroom, path, token, "# theirs\nx = 2\n") == 200
        await peer.until(lambda: peer.text("src/ä 1.py") == "# theirs\nx = 2\n")
        assert await _get(sparkroom, path, token) == "# theirs\nx = 2\n"
        await call(sparkroom, "DELETE", path, token=token, status=204)
        await peer.until(lambda: "src/ä 1.py" not in peer.paths())
    await _refused(sparkroom, "GET", path, None, token, 404, "not_found")


@pytest.mark.parametrize("path", ["%2e%2e/x", "a/%2e%2e/b", "/etc/passwd", "a%00b", "a%5cb", "a//b", "x" * 300])
async def test_paths_that_lead_elsewhere_are_refused(sparkroom: Stack, path: str) -> None:
    room = await new_room(sparkroom)
    address = f"/api/rooms/{room['id']}/files/{path}"
    assert await _put(sparkroom, address, room["tokens"]["edit"], "x", encoded=True) == 400
    read = await call(sparkroom, "GET", f"/api/rooms/{room['id']}", token=room["tokens"]["view"])
    assert (
        read["files"]
        == (await call(sparkroom, "GET", f"/api/rooms/{room['id']}", token=room["tokens"]["owner"]))["files"]
    )


async def test_viewers_and_strangers_change_nothing(sparkroom: Stack) -> None:
    room, other = await new_room(sparkroom), await new_room(sparkroom)
    base = f"/api/rooms/{room['id']}"
    for method, path, body in (
        ("POST", f"{base}/turns", {"prompt": "Make a snake game"}),
        ("POST", f"{base}/runs", {"command": ["python", "main.py"]}),
        ("POST", f"{base}/messages", {"text": "hello"}),
        ("DELETE", f"{base}/files/a.txt", None),
        ("GET", f"{base}/links", None),
    ):
        await _refused(sparkroom, method, path, body, room["tokens"]["view"], 403, "role_may_not")
        await _refused(sparkroom, method, path, body, other["tokens"]["owner"], 401, "not_authorised")
        await _refused(sparkroom, method, path, body, None, 401, "not_authorised")


async def test_bad_bodies_are_refused_with_the_field(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    token, base = room["tokens"]["owner"], f"/api/rooms/{room['id']}"
    message = await _refused(sparkroom, "POST", f"{base}/turns", {"prompt": "x", "extra": 1}, token, 400, "bad_request")
    assert "extra" in message
    await _refused(sparkroom, "POST", f"{base}/turns", {"prompt": "x" * 40_000}, token, 413, "too_large")
    await _refused(sparkroom, "POST", f"{base}/turns", {"prompt": "x", "model": "none"}, token, 404, "not_found")
    await _refused(sparkroom, "POST", f"{base}/runs", {}, token, 400, "bad_request")
    await _refused(sparkroom, "GET", f"{base}/turns/nothere", None, token, 404, "not_found")
    await _refused(sparkroom, "GET", f"{base}/runs/nothere", None, token, 404, "not_found")
    await _refused(sparkroom, "POST", "/api/rooms", {"template": "nosuch"}, None, 404, "not_found")


async def test_a_turn_by_the_api_writes_the_files(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    token, base = room["tokens"]["edit"], f"/api/rooms/{room['id']}"
    async with join(sparkroom, room) as peer:
        made = await call(sparkroom, "POST", f"{base}/turns", {"prompt": "Make a snake game"}, token=token, status=202)
        turn = await peer.until_over(made["id"])
    read = await call(sparkroom, "GET", f"{base}/turns/{made['id']}", token=token)
    assert read["state"] == turn["state"] == "settled"
    assert {hunk["state"] for hunk in read["hunks"]} == {"applied"}
    assert read["timing"]["first_token_ms"] > 0
    paths = {file["path"] for file in (await call(sparkroom, "GET", base, token=token))["files"]}
    assert {hunk["path"] for hunk in read["hunks"]} <= paths


async def test_chat_is_kept(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    token, path = room["tokens"]["edit"], f"/api/rooms/{room['id']}/messages"
    async with join(sparkroom, room) as peer:
        await call(sparkroom, "POST", path, {"text": "Grüße <b>"}, token=token, status=202)
        said = await peer.until(lambda: peer.last("message"))
    assert [message["text"] for message in await call(sparkroom, "GET", path, token=token)] == [said["message"]["text"]]


async def test_a_link_becomes_a_cookie_that_other_sites_cannot_use(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    base = f"/api/rooms/{room['id']}"
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(sparkroom.base_url, cookie_jar=jar) as browser:
        async with browser.get(base) as answer:
            assert answer.status == 401
        async with browser.post(f"{base}/session", json={"token": room["tokens"]["edit"]}) as answer:
            assert answer.status == 200
            assert (await answer.json())["role"] == "editor"
            cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
            assert str(sparkroom.port) in cookie
        async with browser.get(base) as answer:
            assert answer.status == 200
        evil = {"Origin": "http://evil.example"}
        async with browser.post(f"{base}/messages", json={"text": "x"}, headers=evil) as answer:
            assert answer.status == 401
        preview = {"Origin": "null"}
        async with browser.post(f"{base}/messages", json={"text": "x"}, headers=preview) as answer:
            assert answer.status == 401


async def test_the_docs_and_the_health_are_there(sparkroom: Stack) -> None:
    schema = await call(sparkroom, "GET", "/api/openapi.json")
    assert "/api/rooms/{room_id}/turns" in schema["paths"]
    assert (await call(sparkroom, "GET", "/healthz"))["status"] == "alive"
    assert await call(sparkroom, "GET", "/readyz") == {
        "status": "ready",
        "database": True,
        "redis": True,
        "runs": "ready",
        "checks": "ready",
    }
    async with aiohttp.ClientSession(sparkroom.base_url) as session, session.get("/api/docs") as docs:
        page = await docs.text()
        assert docs.status == 200
        assert "http://" not in page.replace(sparkroom.base_url, "")
        assert "https://" not in page, "the docs must work without a network"


async def test_the_two_sites_are_kept_apart(sparkroom: Stack) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{sparkroom.preview_url}/r/abc?x=1", allow_redirects=False) as answer:
            assert answer.status == 302
            assert answer.headers["Location"] == f"{sparkroom.base_url}/r/abc?x=1"
        async with session.get(f"{sparkroom.base_url}/preview/x/") as answer:
            assert answer.status == 404
        async with session.get(f"{sparkroom.base_url}/", headers={"Host": "evil.example"}) as answer:
            assert answer.status == 400


async def test_a_script_redirects_the_turn_that_it_asked_for(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    token, base = room["tokens"]["edit"], f"/api/rooms/{room['id']}/turns"
    made = await call(sparkroom, "POST", base, {"prompt": "Make a snake game"}, token=token)
    other = room["tokens"]["owner"]
    await _refused(sparkroom, "POST", f"{base}/{made['id']}/steer", {"prompt": "x"}, other, 403, "role_may_not")
    turn = await call(sparkroom, "POST", f"{base}/{made['id']}/steer", {"prompt": "Make a todo list"}, token=token)
    assert turn["prompts"] == ["Make a snake game", "Make a todo list"]


async def test_a_revoked_viewer_loses_the_preview_too(sparkroom: Stack) -> None:
    room = await call(sparkroom, "POST", "/api/rooms", {"template": "page"})
    base, owner = f"/api/rooms/{room['id']}", room["tokens"]["owner"]
    preview = (await call(sparkroom, "GET", base, token=room["tokens"]["view"]))["preview"]
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{preview}index.html") as answer:
            assert answer.status == 200
        await call(sparkroom, "POST", f"{base}/tokens/revoke", {"role": "viewer"}, token=owner)
        async with session.get(f"{preview}index.html") as answer:
            assert answer.status == 404


async def _refused(stack: Stack, method: str, path: str, body: Any, token: str | None, status: int, code: str) -> str:
    problem = await call(stack, method, path, body, token=token, status=status)
    assert set(problem) == {"code", "message"}
    assert problem["code"] == code
    message: str = problem["message"]
    return message


async def _put(stack: Stack, path: str, token: str, text: str, *, encoded: bool = False) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain; charset=utf-8"}
    address = yarl.URL(stack.base_url + path, encoded=True) if encoded else stack.base_url + path
    async with aiohttp.ClientSession(headers=headers) as session, session.put(address, data=text.encode()) as answer:
        return answer.status


async def _get(stack: Stack, path: str, token: str) -> str:
    async with (
        aiohttp.ClientSession(stack.base_url, headers={"Authorization": f"Bearer {token}"}) as session,
        session.get(path) as answer,
    ):
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        return await answer.text()
