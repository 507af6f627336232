"""The other site: a room's documents as pages, for whoever holds the grant and for nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.peer import call, join, new_room
from tests.stack import Stack

RUNTIME = '<script src="/preview-runtime.js"></script>'


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]


async def get(url: str, method: str = "GET") -> Answer:
    async with aiohttp.ClientSession() as session, session.request(method, url, allow_redirects=False) as answer:
        return Answer(answer.status, await answer.text(), dict(answer.headers))


async def preview_of(stack: Stack, room: dict[str, Any]) -> str:
    address: str = (await call(stack, "GET", f"/api/rooms/{room['id']}", token=room["tokens"]["view"]))["preview"]
    assert address.startswith(f"{stack.preview_url}/preview/")
    return address


async def test_a_room_is_served_as_it_is_this_moment(sparkroom: Stack) -> None:
    room = await new_room(sparkroom, "blank")
    preview = await preview_of(sparkroom, room)
    assert (await get(preview)).status == 404
    async with join(sparkroom, room) as peer:
        await peer.create("index.html", "<!doctype html><head><title>é🙂</title><script src='a b.js'></script>")
        await peer.create("a b.js", "let x = '<head>'")
        await peer.until(lambda: peer.saved == peer.sent_frames)
        page = await get(preview)
        assert page.text == (
            f"<!doctype html><head>{RUNTIME}<title>é🙂</title><script crossorigin src='a b.js'></script>"
        )
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        script = await get(f"{preview}a%20b.js?v=7")
        assert (script.status, script.text) == (200, "let x = '<head>'")
        assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
        await peer.insert("a b.js", 0, "'use strict';")
        await peer.until(lambda: peer.saved == peer.sent_frames)
        assert (await get(f"{preview}a%20b.js")).text.startswith("'use strict';let")


async def test_every_answer_is_shut_in(sparkroom: Stack) -> None:
    room = await new_room(sparkroom, "page")
    preview = await preview_of(sparkroom, room)
    for url in (preview, f"{preview}missing.js", f"{sparkroom.preview_url}/preview-runtime.js"):
        headers = (await get(url)).headers
        policy = headers["Content-Security-Policy"]
        assert "sandbox allow-scripts allow-forms allow-pointer-lock;" in policy
        assert policy.endswith(f"frame-ancestors {sparkroom.base_url}")
        assert f"connect-src {preview if url.startswith(preview) else f'{sparkroom.preview_url}/preview/-/'};" in policy
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in headers


async def test_a_grant_that_was_not_given_opens_nothing(sparkroom: Stack) -> None:
    mine, other = [await preview_of(sparkroom, await new_room(sparkroom, "page")) for _ in range(2)]
    assert (await get(mine)).status == 200
    my_room, _, other_mac = mine.split("/")[-2].partition("-")[0], "-", other.split("/")[-2].partition("-")[2]
    for grant in (f"{my_room}-{other_mac}", my_room, "x" * 300, "-", f"{my_room}-{'A' * 32}"):
        answer = await get(f"{sparkroom.preview_url}/preview/{grant}/")
        assert (answer.status, "<p>" in answer.text) == (404, False)
    # The IDE's own site serves no preview, whoever asks.
    assert (await get(mine.replace(sparkroom.preview_url, sparkroom.base_url))).status == 404


async def test_a_page_that_is_missing_says_so_without_repeating_markup(sparkroom: Stack) -> None:
    preview = await preview_of(sparkroom, await new_room(sparkroom, "page"))
    answer = await get(f"{preview}%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status == 404
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<script>alert" not in answer.text
    assert answer.text.count(RUNTIME) == 1, "or the IDE would take it for a page that hangs"


async def test_a_page_in_a_folder_is_asked_for_in_its_folder(sparkroom: Stack) -> None:
    room = await new_room(sparkroom, "blank")
    preview = await preview_of(sparkroom, room)
    async with join(sparkroom, room) as peer:
        await peer.create("my game/index.html", "<p>here")
        await peer.until(lambda: peer.saved == peer.sent_frames)
        for path in ("", "my%20game"):
            answer = await get(preview + path)
            assert answer.status == 302
            assert sparkroom.preview_url + answer.headers["Location"] == f"{preview}my%20game/index.html"
        assert (await get(f"{preview}my%20game/")).text == f"{RUNTIME}<p>here"


async def test_nothing_is_changed_here(sparkroom: Stack) -> None:
    preview = await preview_of(sparkroom, await new_room(sparkroom, "page"))
    for method in ("POST", "PUT", "DELETE"):
        assert (await get(preview, method)).status == 405
    head = await get(preview, "HEAD")
    assert (head.status, head.text) == (200, "")


async def test_the_runtime_is_small(sparkroom: Stack) -> None:
    script = await get(f"{sparkroom.preview_url}/preview-runtime.js")
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert len(script.text.encode()) <= 8 * 1024
