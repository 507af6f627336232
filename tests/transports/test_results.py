"""Files that runs made, over HTTP: read by who may see the room, kept by who may write, and never executed."""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from ide.domain.assets import hash_of
from tests.peer import PATIENCE_SECONDS, call, join, new_room
from tests.stack import Stack
from tests.transports.test_files import Answer, ask, files_of, put

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
ODD = "a ?b#c%2f\"&<i>'é🎲;.csv"
# made.json is path → content, packed.
WRITER = """
import base64, json, pathlib, zlib
for path, packed in json.loads(pathlib.Path("made.json").read_text()).items():
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_bytes(zlib.decompress(base64.b64decode(packed)))
print("written")
"""


@pytest.fixture(scope="module")
def small_sparkroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One whose rooms take no large files, and not many of them from runs."""
    limits = {"SPARKROOM_ASSET_BYTES": "5000", "SPARKROOM_ROOM_RESULTS_BYTES": "20000"}
    with Stack(tmp_path_factory.mktemp("small"), **limits) as stack:
        yield stack


async def run(stack: Stack, room: dict[str, Any], made: dict[str, bytes]) -> dict[str, Any]:
    """A run that made these files, once it is over."""
    packed = {path: base64.b64encode(zlib.compress(data)).decode() for path, data in made.items()}
    for path, text in (("main.py", WRITER), ("made.json", json.dumps(packed))):
        await put(stack, room, path, text.encode(), "text/plain")
    return await run_again(stack, room, ["python", "main.py"])


async def run_again(stack: Stack, room: dict[str, Any], command: list[str]) -> dict[str, Any]:
    token = room["tokens"]["edit"]
    asked = await call(stack, "POST", f"/api/rooms/{room['id']}/runs", {"command": command}, token=token)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            state: dict[str, Any] = await call(
                stack, "GET", f"/api/rooms/{room['id']}/runs/{asked['id']}", token=room["tokens"]["view"]
            )
            if state["state"] not in ("queued", "running"):
                assert state["state"] == "passed", state
                return state
            await asyncio.sleep(0.05)


async def read(
    stack: Stack, room: dict[str, Any], run_id: str, path: str, role: str | None = "view", **headers: str
) -> Answer:
    address = f"/api/rooms/{room['id']}/runs/{run_id}/files/{quote(path, safe='/')}"
    return await ask(stack, "GET", address, room["tokens"][role] if role else None, None, **headers)


async def keep(
    stack: Stack, room: dict[str, Any], run_id: str, *paths: str, role: str = "edit", replace: bool = False
) -> tuple[int, Any]:
    answer = await ask(
        stack,
        "POST",
        f"/api/rooms/{room['id']}/runs/{run_id}/keep",
        room["tokens"][role],
        json.dumps({"paths": paths, "replace": replace}).encode(),
        Content_Type="application/json",
    )
    return answer.status, json.loads(answer.body)


async def test_what_a_run_made_is_read_by_who_may_see_the_room(sparkroom: Stack) -> None:
    room, other = await new_room(sparkroom), await new_room(sparkroom)
    made = await run(sparkroom, room, {"out/plot.png": PNG, "table.csv": b"a,b\n1,2\n"})
    assert {file["path"]: (file["bytes"], file["hash"], file["type"]) for file in made["made"]} == {
        "out/plot.png": (len(PNG), hash_of(PNG), "image/png"),
        "table.csv": (8, hash_of(b"a,b\n1,2\n"), "text/plain"),
    }
    plot = await read(sparkroom, room, made["id"], "out/plot.png")
    assert (plot.status, plot.body, plot.headers["Content-Type"]) == (200, PNG, "image/png")
    again = await read(sparkroom, room, made["id"], "out/plot.png", If_None_Match=plot.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    part = await read(sparkroom, room, made["id"], "table.csv", Range="bytes=0-2")
    assert (part.status, part.body, part.headers["Content-Type"]) == (206, b"a,b", "text/plain; charset=utf-8")
    assert (await read(sparkroom, room, made["id"], "out/plot.png", role=None)).status == 401
    assert (await read(sparkroom, other, made["id"], "out/plot.png")).status == 404
    assert (await read(sparkroom, room, "nobody", "out/plot.png")).status == 404
    assert (await read(sparkroom, room, made["id"], "main.py")).status == 404, "the program was there before"


async def test_nothing_that_a_program_wrote_is_executed_where_it_is_opened(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    hostile = {
        "drawing.svg": (SVG, "image/svg+xml"),
        "drawing.svg.html": (SVG, "text/plain; charset=utf-8"),
        "page.html": (HTML, "text/plain; charset=utf-8"),
        "page.png": (HTML, "text/plain; charset=utf-8"),
        "page.xhtml": (HTML + b"\xff", "application/octet-stream"),
        "code.js": (b"alert(1)", "text/plain; charset=utf-8"),
        "paper.pdf": (b"%PDF-1.7 /JS\0", "application/octet-stream"),
        ODD: (b"x", "text/plain; charset=utf-8"),
    }
    made = await run(sparkroom, room, {path: data for path, (data, _) in hostile.items()})
    assert {file["path"] for file in made["made"]} == set(hostile)
    for path, (data, kind) in hostile.items():
        answer = await read(sparkroom, room, made["id"], path)
        assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, data, kind), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        shown = kind.startswith("text/plain")
        assert answer.headers["Content-Disposition"].startswith("inline" if shown else "attachment"), path


async def test_files_are_kept_by_who_may_write(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    made = await run(sparkroom, room, {"plot.png": PNG, "notes/a.txt": b"one\ntwo\n", ODD: b"a,b\n"})
    assert (await keep(sparkroom, room, made["id"], "plot.png", role="view"))[0] == 403
    async with join(sparkroom, room) as peer:
        status, files = await keep(sparkroom, room, made["id"], "plot.png", "notes/a.txt", ODD)
        assert status == 200
        assert {file["path"] for file in files} == {"plot.png", "notes/a.txt", ODD}
        await peer.until(lambda: peer.text("notes/a.txt") == "one\ntwo\n" and peer.text(ODD) == "a,b\n")
    file = (await files_of(sparkroom, room))["plot.png"]
    assert (file["bytes"], file["type"], file["asset"]) == (len(PNG), "image/png", hash_of(PNG))
    # Keeping what the room has already changes nothing, and is none the worse.
    assert (await keep(sparkroom, room, made["id"], "plot.png", "notes/a.txt"))[0] == 200


async def test_other_files_of_the_room_are_replaced_only_when_that_is_wished(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    await put(sparkroom, room, "list.txt", b"one\ntwo\nthree\n", "text/plain")
    made = await run(sparkroom, room, {"list.txt": b"one\nTWO\nthree\n", "new.png": PNG})
    async with join(sparkroom, room) as peer:
        await peer.until(lambda: peer.text("list.txt") == "one\ntwo\nthree\n")
        status, problem = await keep(sparkroom, room, made["id"], "new.png", "list.txt")
        assert (status, problem["code"]) == (409, "conflict")
        assert "list.txt" in problem["message"]
        assert "new.png" not in await files_of(sparkroom, room), "all or none"
        assert peer.text("list.txt") == "one\ntwo\nthree\n"
        text = peer.document("list.txt")
        assert (await keep(sparkroom, room, made["id"], "new.png", "list.txt", replace=True))[0] == 200
        await peer.until(lambda: str(text) == "one\nTWO\nthree\n"), "the same text, with a small edit"
    assert "new.png" in await files_of(sparkroom, room)


async def test_what_cannot_be_kept_is_refused_in_words(small_sparkroom: Stack) -> None:
    sparkroom, room = small_sparkroom, await new_room(small_sparkroom)
    made = await run(sparkroom, room, {"large.bin": bytes(5_001), "a/b": b"x", "Case": b"1", "case": b"2"})
    status, problem = await keep(sparkroom, room, made["id"], "large.bin")
    assert (status, problem["code"]) == (413, "too_large")
    assert "large.bin" in problem["message"]
    assert (await keep(sparkroom, room, made["id"], "nobody.txt"))[0] == 404
    assert (await keep(sparkroom, room, "nobody", "a/b"))[0] == 404
    assert (await keep(sparkroom, room, made["id"], "Case", "case"))[0] == 409
    assert (await keep(sparkroom, room, made["id"]))[0] == 400
    await put(sparkroom, room, "a", b"a file", "text/plain")
    status, problem = await keep(sparkroom, room, made["id"], "a/b", "Case")
    assert (status, problem["code"]) == (400, "bad_path")
    assert "Case" not in await files_of(sparkroom, room), "all or none"


async def test_files_of_newer_runs_take_the_place_of_older_ones(small_sparkroom: Stack) -> None:
    room = await new_room(small_sparkroom)
    old = await run(small_sparkroom, room, {"a": b"a" * 15_000, "both": b"x"})
    new = await run(small_sparkroom, room, {"b": b"b" * 15_000, "both": b"x", "c": b"c" * 15_000})
    assert ([file["path"] for file in new["made"]], new["left_out"]) == (["b", "both"], 1)
    assert (await read(small_sparkroom, room, new["id"], "b")).status == 200
    assert (await read(small_sparkroom, room, old["id"], "both")).status == 200
    gone = await read(small_sparkroom, room, old["id"], "a")
    assert (gone.status, "not kept any more" in gone.body.decode()) == (404, True)
    status, problem = await keep(small_sparkroom, room, old["id"], "a")
    assert (status, "not kept any more" in problem["message"]) == (404, True)


async def test_the_history_of_runs_is_read_page_by_page(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    await put(sparkroom, room, "main.py", b"print('x' * 40_000)", "text/plain")
    ids = [(await run_again(sparkroom, room, ["python", "main.py"]))["id"] for _ in range(3)]
    address, token = f"/api/rooms/{room['id']}/runs", room["tokens"]["view"]

    async def page(query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await call(sparkroom, "GET", f"{address}?{query}", token=token)
        return found

    assert [run["id"] for run in await page("limit=2")] == ids[1:]
    assert [run["id"] for run in await page(f"limit=2&before={ids[1]}")] == ids[:1]
    assert await page(f"before={ids[0]}") == []
    assert all(len(run["output"]) == 32_000 and run["truncated"] for run in await page(""))
    assert (await ask(sparkroom, "GET", f"{address}?limit=0", token)).status == 400


async def test_a_latecomer_hears_whether_the_files_changed_since_a_run(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    await put(sparkroom, room, "main.py", b"print(1)", "text/plain")
    asked_at = (await run_again(sparkroom, room, ["python", "main.py"]))["created_at"]

    async def changed_at() -> int:
        async with join(sparkroom, room) as peer:
            hello = peer.last("hello")
            assert hello is not None
            moment: int = hello["changed_at"]
            return moment

    assert await changed_at() <= asked_at
    await put(sparkroom, room, "main.py", b"print(2)", "text/plain")
    assert await changed_at() > asked_at
