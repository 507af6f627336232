"""Rooms that a server finds on the disk when it starts: as full as they may be, or damaged."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.stock import VERSIONS, StockClients
from tests.peer import Peer, call, dial, join
from tests.stack import Stack

DOCUMENTS = 10
DOCUMENT_BYTES = 990_000
CROWD = 20
DAMAGE = b"\x01\x01\xff damaged"


@dataclass(frozen=True)
class Kept:
    """A data folder with rooms in it, left by a Sparkroom that has ended."""

    folder: Path
    full: dict[str, Any]
    texts: Mapping[str, str]
    """Those of the full room: ten documents of just under 1 MB."""
    damaged: dict[str, Any]
    """Its snapshot cannot be read."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Rooms that no server has open."""
    folder = tmp_path_factory.mktemp("full")
    texts = {f"{number}.txt": _long_text(number) for number in range(DOCUMENTS)}
    with Stack(folder) as stack:
        full, damaged = (json.loads(_send(stack, "POST", "/api/rooms", "{}")) for _ in range(2))
        for path, text in texts.items():
            _send(stack, "PUT", f"/api/rooms/{full['id']}/files/{path}", text, full["tokens"]["edit"])
        _send(stack, "PUT", f"/api/rooms/{damaged['id']}/files/a.txt", "lost", damaged["tokens"]["edit"])
    with closing(sqlite3.connect(stack.data / "sparkroom.sqlite3")) as database, database:
        done = database.execute("UPDATE store_snapshot SET data = ? WHERE room_id = ?", (DAMAGE, damaged["id"]))
        assert done.rowcount == 1
    return Kept(folder, full, texts, damaged)


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def stack(request: pytest.FixtureRequest, kept: Kept) -> Iterator[Stack]:
    """A Sparkroom that was just started on these rooms."""
    with Stack(kept.folder, SPARKROOM_SERVER=request.param) as stack:
        yield stack
    assert _stored(kept) == [DAMAGE], "it was not written either when the server ended"


async def test_a_crowd_that_comes_while_a_full_room_is_opened_gets_all_of_it(
    stack: Stack, kept: Kept, stock: StockClients
) -> None:
    async with AsyncExitStack() as stay:
        clients, peers = await asyncio.gather(
            asyncio.gather(*(stock.dial(stack, kept.full, VERSIONS[number % 2]) for number in range(CROWD // 2))),
            asyncio.gather(
                *(stay.enter_async_context(dial(stack, kept.full, events=False)) for _ in range(CROWD // 2))
            ),
        )
        for client in clients:
            await client.until(lambda c: c.synced)
            await client.until_texts(kept.texts)
        for peer in peers:
            await peer.until(partial(_holds, peer, kept.texts))


async def test_who_holds_a_full_room_comes_back_and_sends_only_what_is_new(
    stack: Stack, kept: Kept, stock: StockClients
) -> None:
    clients = [await stock.join(stack, kept.full, version) for version in VERSIONS]
    for client in clients:
        await client.until_texts(kept.texts)
        await client.do("disconnect")
        await client.until(lambda c: not c.connected)
    for number, client in enumerate(clients):
        await client.insert(f"{number}.txt", 0, "new ")
        await client.do("connect")
    wanted = {**kept.texts, **{f"{number}.txt": f"new {kept.texts[f'{number}.txt']}" for number in range(len(clients))}}
    for client in clients:
        await client.until_texts(wanted)
        assert client.sent < 10_000
    for number, client in enumerate(clients):
        await client.do("erase", path=f"{number}.txt", at=0, length=len("new "))
    async with join(stack, kept.full) as peer:
        await peer.until(partial(_holds, peer, kept.texts))


async def test_a_room_that_cannot_be_read_is_refused_and_not_written(
    stack: Stack, kept: Kept, stock: StockClients
) -> None:
    for version in VERSIONS:
        client = await stock.dial(stack, kept.damaged, version)
        await client.create("a.txt", "instead of what was there")
        # It is told to come back, and does.
        await client.until(lambda c: c.codes[:2] == [4500, 4500])
        assert not client.synced
        await client.leave()
    async with dial(stack, kept.damaged, events=False) as peer:
        assert (await peer.until_closed())[0] == 4500
    token = kept.damaged["tokens"]["edit"]
    answer = await call(stack, "GET", f"/api/rooms/{kept.damaged['id']}/files/a.txt", token=token, status=500)
    assert answer["code"] == "internal"
    assert _stored(kept) == [DAMAGE]


def _holds(peer: Peer, texts: Mapping[str, str]) -> bool:
    return {path: peer.text(path) for path in peer.paths()} == texts


def _long_text(number: int) -> str:
    line = f"Document {number} – 🌍 – and what else stands in it\n"
    return line * (DOCUMENT_BYTES // len(line.encode()))


def _send(stack: Stack, method: str, path: str, body: str, token: str = "") -> bytes:
    headers = {"Content-Type": "text/plain" if token else "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"{stack.base_url}{path}", body.encode(), headers, method=method)
    with urllib.request.urlopen(request) as answer:
        content: bytes = answer.read()
    return content


def _stored(kept: Kept) -> list[bytes]:
    """What the database holds of the damaged room's text."""
    with closing(sqlite3.connect(kept.folder / "data" / "sparkroom.sqlite3")) as database:
        rows = database.execute(
            "SELECT data FROM store_snapshot WHERE room_id = :room"
            " UNION ALL SELECT data FROM store_update WHERE room_id = :room",
            {"room": kept.damaged["id"]},
        )
        return [bytes(data) for (data,) in rows]
