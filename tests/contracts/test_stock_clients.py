"""The stock y-websocket providers in a running room: they write, see and are refused as members are."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest

from tests.contracts.stock import VERSIONS, StockClient, StockClients
from tests.peer import call, join, new_room
from tests.stack import Stack

SECONDS_TO_REVOKE = 1
each_version = pytest.mark.parametrize("version", VERSIONS)


async def test_stock_clients_of_both_versions_and_a_member_write_one_text(
    sparkroom: Stack, stock: StockClients
) -> None:
    room = await new_room(sparkroom)
    two = await stock.join(sparkroom, room, 2)
    three = await stock.join(sparkroom, room, 3)
    async with join(sparkroom, room) as peer:
        await two.create("a.txt", "two")
        await three.until_texts({"a.txt": "two"})
        await peer.until_text("a.txt", "two")

        await three.insert("a.txt", 3, " 🌍 three")
        await two.until_texts({"a.txt": "two 🌍 three"})
        await peer.until_text("a.txt", "two 🌍 three")

        await peer.insert("a.txt", len("two 🌍".encode()), " wörld,")
        await peer.create("b.txt", "peer")
        for client in (two, three):
            await client.until_texts({"a.txt": "two 🌍 wörld, three", "b.txt": "peer"})


async def test_stock_clients_follow_what_the_model_writes_and_where(sparkroom: Stack, stock: StockClients) -> None:
    room = await new_room(sparkroom)
    token = room["tokens"]["edit"]
    clients = [await stock.join(sparkroom, room, version) for version in VERSIONS]
    async with join(sparkroom, room) as peer:
        asked = {"prompt": "Make a snake game"}
        turn = await call(sparkroom, "POST", f"/api/rooms/{room['id']}/turns", asked, token=token)
        seen = await asyncio.gather(*(client.until(_model_at) for client in clients))
        assert [state["user"]["turn"] for state in seen] == [turn["id"]] * len(clients)

        assert (await peer.until_over(turn["id"]))["state"] == "settled"
        written = {path: str(peer.text(path)) for path in peer.paths()}
        assert "snake.js" in written
        for client in clients:
            await client.until_texts(written)
            await client.until(lambda c: _model_at(c) is None)


async def test_stock_clients_see_who_is_here_and_who_left(sparkroom: Stack, stock: StockClients) -> None:
    room = await new_room(sparkroom)
    two = await stock.join(sparkroom, room, 2)
    three = await stock.join(sparkroom, room, 3)
    async with join(sparkroom, room) as peer:
        await peer.be({"user": {"name": "Peer"}})
        await two.say("user", {"name": "Two"})
        await three.say("user", {"name": "Three"})
        everybody = {
            peer.doc.client_id: {"user": {"name": "Peer"}},
            two.id: {"user": {"name": "Two"}},
            three.id: {"user": {"name": "Three"}},
        }
        for client in (two, three):
            await client.until(lambda c: c.presence == everybody)
        await peer.until(lambda: {client: peer.presence.get(client) for client in everybody} == everybody)

        await two.say("cursor", {"line": 1})
        await three.until(lambda c: c.presence[two.id] == {"user": {"name": "Two"}, "cursor": {"line": 1}})
        await two.leave()
        await three.until(lambda c: c.presence.keys() == {peer.doc.client_id, three.id})
        await peer.until(lambda: peer.presence[two.id] is None)
    await three.until(lambda c: c.presence.keys() == {three.id})


@each_version
async def test_p7_a_stock_client_that_comes_back_is_seen_again(
    sparkroom: Stack, stock: StockClients, version: int
) -> None:
    room = await new_room(sparkroom)
    away = await stock.join(sparkroom, room, version)
    await away.say("user", {"name": "Away"})
    others = [await stock.join(sparkroom, room, other) for other in VERSIONS]
    for other in others:
        await other.until(lambda o: away.id in o.presence)
    await away.do("disconnect")
    for other in others:
        await other.until(lambda o: away.id not in o.presence)
    await away.do("connect")
    # With the clock that it had, which stock clients do not believe: they would wait for its second renewal, 30 s.
    for other in others:
        await other.until(lambda o: away.id in o.presence)


@each_version
async def test_p4_a_stock_viewer_sees_everything_and_is_closed_when_it_writes(
    sparkroom: Stack, stock: StockClients, version: int
) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as editor:
        await editor.create("a.txt", "one")
        viewer = await stock.join(sparkroom, room, version, "view")
        await viewer.until_texts({"a.txt": "one"})
        await editor.insert("a.txt", 3, " two")
        await viewer.until_texts({"a.txt": "one two"})
        await viewer.say("user", {"name": "Viewer"})
        await editor.until(lambda: editor.presence.get(viewer.id) == {"user": {"name": "Viewer"}})
        # Asked what it has, a client would name everything that it saw deleted, which is a write.
        del editor.document("a.txt")[0:1]
        await editor.flush()
        await viewer.until_texts({"a.txt": "ne two"})
        await viewer.do("disconnect")
        await viewer.until(lambda c: not c.connected)
        await viewer.do("connect")
        await viewer.until(lambda c: c.synced)
        await editor.insert("a.txt", 0, "o")
        await viewer.until_texts({"a.txt": "one two"})
        assert 4403 not in viewer.codes, "watching closes nobody"
        closed = len(viewer.state["closes"])

        await editor.until(lambda: editor.saved == editor.sent_frames)
        before = _stored(sparkroom, room)
        await viewer.insert("a.txt", 0, "mine ")
        await viewer.until(lambda c: 4403 in c.codes)
        assert viewer.state["closes"][closed][1], "it is told why"
        if version == 2:
            # It knows no final codes, and comes back. Nobody asks it for what it wrote, so it can go on watching.
            await viewer.until(lambda c: c.synced)
            await editor.insert("a.txt", 7, " three")
            await viewer.until_texts({"a.txt": "mine one two three"})
            assert len(viewer.state["closes"]) == closed + 1
            await viewer.insert("a.txt", 0, "more of ")
            await viewer.until(lambda c: c.codes[-2:] == [4403, 4403])
        else:
            await viewer.until(lambda c: c.ended == 4403)
            await editor.insert("a.txt", 7, " three")
        await editor.until(lambda: editor.saved == editor.sent_frames)
        assert editor.text("a.txt") == "one two three"
        assert len(_stored(sparkroom, room)) == len(before) + 1, "the editor's, and nothing of the viewer's"
    async with join(sparkroom, room) as late:
        assert late.text("a.txt") == "one two three"


@each_version
async def test_a_stock_client_is_closed_when_its_link_is_revoked(
    sparkroom: Stack, stock: StockClients, version: int
) -> None:
    room = await new_room(sparkroom)
    client = await stock.join(sparkroom, room, version)
    path = f"/api/rooms/{room['id']}/tokens/revoke"
    began = time.monotonic()
    await call(sparkroom, "POST", path, {"role": "editor"}, token=room["tokens"]["owner"])
    await client.until(lambda c: c.codes[:1] == [4401])
    assert time.monotonic() - began < SECONDS_TO_REVOKE
    if version == 2:
        await client.until(lambda c: c.codes[:2] == [4401, 4401])
    else:
        await client.until(lambda c: c.ended == 4401)
    assert not client.synced


@each_version
async def test_p9_a_stock_client_of_another_history_is_not_merged(
    sparkroom: Stack, stock: StockClients, version: int
) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as editor:
        await editor.create("a.txt", "the only one")
        token = room["tokens"]["edit"]
        epoch = (await call(sparkroom, "GET", f"/api/rooms/{room['id']}", token=token))["epoch"]
        holder = await stock.join(sparkroom, room, version, epoch=epoch)
        await holder.until_texts({"a.txt": "the only one"})

        stranger = await stock.dial(sparkroom, room, version, epoch="of-a-backup")
        await stranger.create("a.txt", "the only one")
        await stranger.until(lambda c: c.codes[:1] == [4409])
        if version == 3:
            await stranger.until(lambda c: c.ended == 4409)
        assert stranger.texts == {"a.txt": "the only one"}

        await editor.insert("a.txt", 0, "still ")
        await holder.until_texts({"a.txt": "still the only one"})
        assert len(editor.files) == 1


def _model_at(client: StockClient) -> Any:
    """The awareness state of the model's cursor."""
    states = [state for state in client.presence.values() if state.get("user", {}).get("model")]
    return next((state for state in states if state.get("cursor")), None)


def _stored(stack: Stack, room: dict[str, Any]) -> list[bytes]:
    """The updates of a room that are committed and not compacted."""
    with closing(sqlite3.connect(stack.data / "sparkroom.sqlite3")) as database:
        rows = database.execute("SELECT data FROM store_update WHERE room_id = ? ORDER BY id", (room["id"],))
        return [bytes(data) for (data,) in rows]
