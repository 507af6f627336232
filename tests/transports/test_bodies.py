"""Whoever sends a body without end is cut off, before anybody asks who it is, by either server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from tests.stack import Stack

CHUNK = b"x" * 65_536


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {"SPARKROOM_ROOM_BYTES": "100000", "SPARKROOM_DOCUMENT_BYTES": "50000"}
    folder = tmp_path_factory.mktemp(request.param)
    with Stack(folder, SPARKROOM_SERVER=request.param, SPARKROOM_ROOM_ASSETS_BYTES="5000000", **settings) as stack:
        yield stack


@pytest.mark.parametrize("length", ["Content-Length: 1000000000000", "Transfer-Encoding: chunked"])
async def test_a_body_without_end_is_refused(server: Stack, length: str) -> None:
    reader, writer = await asyncio.open_connection("localhost", server.port)
    head = ["POST /api/rooms HTTP/1.1", f"Host: localhost:{server.port}", "Content-Type: application/json", length]
    writer.write("\r\n".join([*head, "", ""]).encode())
    sent = 0

    async def send() -> None:
        nonlocal sent
        while True:
            chunk = b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK) if "chunked" in length else CHUNK
            writer.write(chunk)
            await writer.drain()
            sent += len(CHUNK)

    sending = asyncio.create_task(send())
    async with asyncio.timeout(20):
        answer = await reader.readuntil(b"}")
    sending.cancel()
    await asyncio.wait([sending])
    writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert json.loads(answer[answer.index(b"{") :])["code"] == "too_large"
    assert sent < 40_000_000
