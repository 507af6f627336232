"""A server that other devices reach: who is answered under which name, and what the previews' own port serves."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.stack import Stack


async def ask(url: str, method: str = "GET", **options: Any) -> tuple[int, dict[str, str], str]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, allow_redirects=False, **options) as answer,
    ):
        return answer.status, dict(answer.headers), await answer.text()


async def make_room(lan: str) -> dict[str, Any]:
    """A room with its `preview` address, as somebody sees it who came by the machine's address."""
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{lan}/api/rooms", json={"template": "page"}) as answer:
            room: dict[str, Any] = await answer.json()
        headers = bearer(room)
        async with session.get(f"{lan}/api/rooms/{room['id']}", headers=headers) as answer:
            return room | {"preview": (await answer.json())["preview"]}


def bearer(room: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {room['tokens']['owner']}"}


async def test_the_preview_has_a_port_of_its_own_and_only_the_ide_may_frame_it(lan: str) -> None:
    room = await make_room(lan)
    preview = urlsplit(room["preview"])
    assert (preview.hostname, preview.port != urlsplit(lan).port) == (urlsplit(lan).hostname, True)
    _, shell, _ = await ask(f"{lan}/r/{room['id']}")
    assert f"frame-src http://{preview.netloc};" in shell["Content-Security-Policy"]
    status, headers, text = await ask(room["preview"])
    assert (status, "<h1>" in text, "Set-Cookie" in headers) == (200, True, False)
    assert headers["Content-Security-Policy"].startswith("sandbox allow-scripts allow-forms allow-pointer-lock;")
    assert headers["Content-Security-Policy"].endswith(f"frame-ancestors {lan}")


async def test_the_previews_port_serves_previews_and_nothing_else(lan: str, lan_sparkroom: Stack) -> None:
    room = await make_room(lan)
    own = "http://" + urlsplit(room["preview"]).netloc
    for path in ("/", f"/r/{room['id']}", f"/api/rooms/{room['id']}", "/healthz", "/readyz", "/static/x", "/assets/x"):
        status, headers, text = await ask(own + path, headers=bearer(room))
        assert (status, text) == (404, "Not found on this site.")
        assert headers["Content-Type"].startswith("text/plain")
    for method in ("POST", "PUT", "DELETE"):
        assert (await ask(f"{own}/api/rooms/{room['id']}", method, headers=bearer(room)))[0] == 404
    # Nor under the names whose previews are told apart by name.
    port = urlsplit(own).port
    assert (await ask(room["preview"], headers={"Host": f"localhost:{port}"}))[0] == 404
    assert (await ask(room["preview"].replace(own, lan)))[0] == 404, "the IDE's own port serves no preview"
    for host in (own, lan):
        address = f"{host.replace('http', 'ws', 1)}/ws/rooms/{room['id']}?token={room['tokens']['view']}"
        async with aiohttp.ClientSession() as session:
            if host == own:
                with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                    await session.ws_connect(address)
            else:
                async with session.ws_connect(address) as socket, asyncio.timeout(20):
                    assert (await socket.receive()).type == aiohttp.WSMsgType.BINARY


async def test_names_that_lead_here_by_rebinding_are_refused(lan: str) -> None:
    port = urlsplit(lan).port
    assert (await ask(lan))[0] == 200
    for host in (f"rebound.example:{port}", f"203.0.113.9:{port}"):
        assert (await ask(lan, headers={"Host": host}))[0] == 400
        assert (await ask(f"{lan}/api/rooms", "POST", json={}, headers={"Host": host}))[0] == 400


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_links_asked_for_on_this_computer_say_where_others_reach_it(
    lan: str, lan_sparkroom: Stack, name: str
) -> None:
    room = await make_room(lan)
    here = f"http://{name}:{lan_sparkroom.port}"
    links = json.loads((await ask(f"{here}/api/rooms/{room['id']}/links", headers=bearer(room)))[2])
    assert links["origins"][0] == lan
    assert not any(name in origin for origin in links["origins"])
    assert links["edit"].startswith(f"{here}/r/")


async def test_a_server_on_this_computer_alone_has_no_address_for_others(sparkroom: Stack) -> None:
    room = await make_room(sparkroom.base_url)
    assert room["preview"].startswith(f"{sparkroom.preview_url}/preview/")
    _, _, links = await ask(f"{sparkroom.base_url}/api/rooms/{room['id']}/links", headers=bearer(room))
    assert json.loads(links)["origins"] == []


async def test_pages_of_the_ide_under_the_previews_name_lead_to_localhost(sparkroom: Stack) -> None:
    status, headers, _ = await ask(f"{sparkroom.preview_url}/r/x?y=1")
    assert (status, headers["Location"]) == (302, f"{sparkroom.base_url}/r/x?y=1")
