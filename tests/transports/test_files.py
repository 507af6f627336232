"""Files over HTTP and the socket: binary ones [P11], whole rooms as archives, and the limits that refuse [P10]."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pycrdt
import pytest

from tests.peer import call, dial, join, new_room
from tests.stack import Stack

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
MP3 = b"ID3\x04" + bytes(2_000)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


async def ask(
    stack: Stack, method: str, url: str, token: str | None, body: bytes | None = None, **headers: str
) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        named["Authorization"] = f"Bearer {token}"
    async with aiohttp.ClientSession() as session:
        address = url if url.startswith("http") else stack.base_url + url
        async with session.request(method, address, data=body, headers=named) as answer:
            return Answer(answer.status, await answer.read(), answer.headers)


async def put(stack: Stack, room: dict[str, Any], path: str, body: bytes, kind: str = "image/png") -> Answer:
    return await ask(
        stack, "PUT", f"/api/rooms/{room['id']}/files/{path}", room["tokens"]["edit"], body, Content_Type=kind
    )


async def files_of(stack: Stack, room: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = await call(stack, "GET", f"/api/rooms/{room['id']}", token=room["tokens"]["view"])
    return {file["path"]: file for file in answer["files"]}


@pytest.fixture(scope="module")
def small_sparkroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One whose rooms take little."""
    limits = {
        "SPARKROOM_DOCUMENT_BYTES": "2000",
        "SPARKROOM_ROOM_BYTES": "10000",
        "SPARKROOM_DOCUMENTS": "8",
        "SPARKROOM_ASSET_BYTES": "5000",
        "SPARKROOM_ROOM_ASSETS_BYTES": "10000",
    }
    folder: Path = tmp_path_factory.mktemp("small")
    with Stack(folder, **limits) as stack:
        yield stack


async def test_a_binary_file_is_stored_shown_and_served(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as peer:
        made = await put(sparkroom, room, "img/cat.png", PNG, "text/html")
        assert made.status == 201
        digest = hashlib.sha256(PNG).hexdigest()
        await peer.until(lambda: [entry.get("asset") for entry in peer.files.values()] == [digest])
    file = (await files_of(sparkroom, room))["img/cat.png"]
    assert (file["bytes"], file["type"], file["asset"]) == (len(PNG), "image/png", digest)
    address, token = f"/api/rooms/{room['id']}/files/img/cat.png", room["tokens"]["view"]
    read = await ask(sparkroom, "GET", address, token)
    assert (read.status, read.body, read.headers["Content-Type"]) == (200, PNG, "image/png")
    assert read.headers["Content-Disposition"] == 'attachment; filename="cat.png"'
    again = await ask(sparkroom, "GET", address, token, If_None_Match=read.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert (await ask(sparkroom, "GET", address, None)).status == 401
    deleted = await ask(sparkroom, "DELETE", address, room["tokens"]["edit"])
    assert deleted.status == 204
    assert (await ask(sparkroom, "GET", address, token)).status == 404


async def test_what_an_image_may_do_where_it_is_opened(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    await put(sparkroom, room, "drawing.svg", SVG, "image/svg+xml")
    await put(sparkroom, room, "page.html", b"<script>alert(1)</script>\0", "text/html")
    token = room["tokens"]["view"]
    drawing = await ask(sparkroom, "GET", f"/api/rooms/{room['id']}/files/drawing.svg", token)
    assert drawing.headers["Content-Type"] == "image/svg+xml"
    page = await ask(sparkroom, "GET", f"/api/rooms/{room['id']}/files/page.html", token)
    assert page.headers["Content-Type"] == "application/octet-stream"
    for answer in (drawing, page):
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_the_preview_serves_binary_files_on_its_own_site_alone(sparkroom: Stack) -> None:
    room = await new_room(sparkroom, "page")
    await put(sparkroom, room, "sound/ping.mp3", MP3)
    preview = (await call(sparkroom, "GET", f"/api/rooms/{room['id']}", token=room["tokens"]["view"]))["preview"]
    whole = await ask(sparkroom, "GET", f"{preview}sound/ping.mp3", None)
    assert (whole.status, whole.body, whole.headers["Content-Type"]) == (200, MP3, "audio/mpeg")
    assert "sandbox allow-scripts" in whole.headers["Content-Security-Policy"]
    assert whole.headers["Access-Control-Allow-Origin"] == "*"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    for asked, status, body in (
        ("bytes=0-3", 206, MP3[:4]),
        ("bytes=1990-", 206, MP3[1990:]),
        ("bytes=-4", 206, MP3[-4:]),
        ("bytes=9000-", 416, b""),
        ("lines=1-2", 200, MP3),
    ):
        part = await ask(sparkroom, "GET", f"{preview}sound/ping.mp3", None, Range=asked)
        assert (part.status, part.body) == (status, body), asked
    same = await ask(sparkroom, "GET", f"{preview}sound/ping.mp3", None, If_None_Match=whole.headers["ETag"])
    assert same.status == 304
    wrong_site = f"{preview}sound/ping.mp3".replace(sparkroom.preview_url, sparkroom.base_url)
    assert (await ask(sparkroom, "GET", wrong_site, None)).status == 404


async def test_a_hash_of_another_room_shows_nothing(sparkroom: Stack) -> None:
    room, other = await new_room(sparkroom), await new_room(sparkroom)
    await put(sparkroom, room, "secret.png", PNG)
    async with join(sparkroom, other) as thief:
        thief.files["f"] = pycrdt.Map({"path": "mine.png", "asset": hashlib.sha256(PNG).hexdigest()})
        await thief.flush()
        await thief.until(lambda: thief.saved == thief.sent_frames)
    file = (await files_of(sparkroom, other))["mine.png"]
    assert (file["bytes"], file["type"]) == (0, None)
    read = await ask(sparkroom, "GET", f"/api/rooms/{other['id']}/files/mine.png", other["tokens"]["edit"])
    assert read.status == 404
    assert b"missing" in read.body


async def test_text_and_bytes_take_each_others_place_under_one_id(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    await put(sparkroom, room, "logo.svg", b"<svg/>", "text/plain")
    first = (await files_of(sparkroom, room))["logo.svg"]
    assert (await put(sparkroom, room, "logo.svg", PNG)).status == 200
    second = (await files_of(sparkroom, room))["logo.svg"]
    assert (await put(sparkroom, room, "logo.svg", b"<svg></svg>", "text/plain")).status == 200
    third = (await files_of(sparkroom, room))["logo.svg"]
    assert first["id"] == second["id"] == third["id"]
    assert (first["asset"], second["type"], third["asset"]) == (None, "image/png", None)


async def test_forms_viewers_and_occupied_places_are_refused(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    assert (await put(sparkroom, room, "a", b"x=1", "application/x-www-form-urlencoded")).status == 400
    await put(sparkroom, room, "a", PNG)
    for path in ("A", "a/b"):
        refused = await put(sparkroom, room, path, PNG)
        assert (refused.status, b"bad_path" in refused.body) == (400, True)
    viewer = {**room, "tokens": {**room["tokens"], "edit": room["tokens"]["view"]}}
    assert (await put(sparkroom, viewer, "b", PNG)).status == 403


async def test_too_large_ones_are_refused_in_words_and_leave_nothing(small_sparkroom: Stack) -> None:
    room = await new_room(small_sparkroom)
    refused = await put(small_sparkroom, room, "big.png", PNG + bytes(5_000))
    assert refused.status == 413
    assert b"big.png is too large: a binary file holds at most 5,000 bytes." in refused.body
    for number in range(2):
        assert (await put(small_sparkroom, room, f"{number}.png", PNG + bytes([number]) * 3_500)).status == 201
    refused = await put(small_sparkroom, room, "2.png", PNG + b"2" * 3_500)
    assert (refused.status, b"binary files" in refused.body) == (413, True)
    again = await put(small_sparkroom, room, "copy.png", PNG + bytes(3_500))
    assert again.status == 201, "the same bytes are stored once"
    assert (await put(small_sparkroom, room, "0.png", PNG + b"0" * 3_500)).status == 413, (
        "copy.png still shows the old ones"
    )
    assert (await put(small_sparkroom, room, "1.png", PNG + b"1" * 3_500)).status == 200, (
        "what is replaced counts no more"
    )
    assert set(await files_of(small_sparkroom, room)) == {"0.png", "1.png", "copy.png"}


async def test_a_room_goes_out_as_an_archive_and_in_again(sparkroom: Stack) -> None:
    room, copy = await new_room(sparkroom, "page"), await new_room(sparkroom)
    await put(sparkroom, room, "img/ä cat.png", PNG)
    token = room["tokens"]["view"]
    archive = await ask(sparkroom, "GET", f"/api/rooms/{room['id']}/archive.zip", token)
    assert archive.headers["Content-Type"] == "application/zip"
    assert ".zip" in archive.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(archive.body)) as unpacked:
        assert unpacked.read("img/ä cat.png") == PNG
        assert unpacked.testzip() is None
    address, editor = f"/api/rooms/{copy['id']}/archive", copy["tokens"]["edit"]
    async with join(sparkroom, copy) as peer:
        taken = await ask(sparkroom, "POST", address, editor, archive.body, Content_Type="application/zip")
        assert (taken.status, taken.body) == (200, b'{"made": 4, "changed": 0}')
        await peer.until(lambda: len(peer.paths()) == 4)
        await peer.insert("index.html", 0, "<!-- typed meanwhile -->")
        await peer.until(lambda: peer.saved == peer.sent_frames)
    form = aiohttp.FormData()
    form.add_field("archive", archive.body, filename="room.zip", content_type="application/zip")
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {editor}"}
        async with session.post(sparkroom.base_url + address, data=form, headers=headers) as answer:
            assert await answer.json() == {"made": 0, "changed": 4}
    again = await ask(sparkroom, "GET", f"/api/rooms/{copy['id']}/archive.zip", copy["tokens"]["view"])
    assert again.body == archive.body
    assert (await ask(sparkroom, "POST", address, copy["tokens"]["view"], archive.body)).status == 403


async def test_an_archive_is_taken_in_whole_or_not_at_all(small_sparkroom: Stack) -> None:
    room = await new_room(small_sparkroom)
    await put(small_sparkroom, room, "kept", b"as it was", "text/plain")
    address, token = f"/api/rooms/{room['id']}/archive", room["tokens"]["edit"]

    async def refused(*members: tuple[str, bytes]) -> tuple[int, str]:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in members:
                archive.writestr(path, data)
        answer = await ask(small_sparkroom, "POST", address, token, buffer.getvalue(), Content_Type="application/zip")
        return answer.status, answer.body.decode()

    for members, status, said in (
        ([("kept", b"new"), ("../x", b"x")], 400, "no . and no .."),
        ([("kept", b"new"), ("KEPT/x", b"x")], 400, "both a file and a folder"),
        ([("kept", b"new"), ("Kept2/x", b"x"), ("kept2", b"y")], 400, "both a file and a folder"),
        ([("new", b"x"), ("Kept", b"x")], 400, "Kept exists already"),
        ([("kept", b"new"), ("zeros", bytes(9_000_000))], 400, "too large"),
        ([("kept", b"new"), *((f"{number}", b"x") for number in range(8))], 400, "holds at most 8"),
        ([("new", b"new"), *((f"{number}", b"x") for number in range(7))], 429, "at most 8 files"),
        (
            [("kept", b"new"), *((f"{number}", PNG + bytes([number]) * 3_500) for number in range(3))],
            400,
            "binary files",
        ),
    ):
        answered, words = await refused(*members)
        assert (answered, said in words) == (status, True), (words, said)
        assert set(await files_of(small_sparkroom, room)) == {"kept"}
    read = await ask(small_sparkroom, "GET", f"/api/rooms/{room['id']}/files/kept", token)
    assert read.body == b"as it was"
    assert (await ask(small_sparkroom, "POST", address, token, b"<html>", Content_Type="application/zip")).status == 400


@pytest.mark.parametrize("what", ["document", "room", "files"])
async def test_a_socket_that_would_overfill_the_room_is_closed_and_nothing_is_merged(
    small_sparkroom: Stack, what: str
) -> None:
    room = await new_room(small_sparkroom)
    async with join(small_sparkroom, room) as witness, dial(small_sparkroom, room) as peer:
        await peer.until(lambda: peer.synced)
        await peer.create("a", "kept")
        await witness.until_text("a", "kept")
        if what == "document":
            await peer.insert("a", 0, "x" * 1_997)
        elif what == "room":
            for number in range(6):
                await peer.create(f"{number}", "x" * 1_900)
        else:
            for number in range(9):
                await peer.create(f"{number}")
        code, reason = await peer.until_closed()
        assert code == 4413
        assert {"document": "A document holds", "room": "of text", "files": "at most 8 files"}[what] in reason
        await witness.insert("a", 4, "!")
        await witness.until(lambda: witness.saved == witness.sent_frames)
        shown = await files_of(small_sparkroom, room)
        assert sum(file["bytes"] for file in shown.values()) <= 10_000
        assert len(shown) <= 8
        assert witness.text("a") == "kept!"


async def test_a_run_has_the_binary_files(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    await put(sparkroom, room, "data/cat.png", PNG)
    program = b"print(open('data/cat.png', 'rb').read() == b'\\x89PNG\\r\\n\\x1a\\n' + bytes(range(256)) * 4)"
    await put(sparkroom, room, "main.py", program, "text/plain")
    async with join(sparkroom, room) as peer:
        made = await call(
            sparkroom,
            "POST",
            f"/api/rooms/{room['id']}/runs",
            {"command": ["python", "main.py"]},
            token=room["tokens"]["edit"],
        )
        await peer.until(lambda: (peer.run(made["id"]) or {}).get("state") in ("passed", "failed", "refused"))
    run = await call(sparkroom, "GET", f"/api/rooms/{room['id']}/runs/{made['id']}", token=room["tokens"]["view"])
    assert (run["state"], run["output"]) == ("passed", "True\n")
