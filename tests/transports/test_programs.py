"""Runs that are asked for by a file or by a name: the server looks up what that means."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.peer import call, new_room
from tests.stack import Stack

FILES = {
    "main.py": "import sys\nprint('python', *sys.argv[1:])\n",
    "game.ts": "const name: string = 'typescript';\nconsole.log(name);\n",
    "build.sh": "echo shell\n",
    "index.html": "<!doctype html><p>hello</p>\n",
    "notes.md": "hello\n",
    "sparkroom.toml": "[run]\nfast = 'python main.py --fast'\nlist = ['bash', '-c', 'ls | wc -l']\n",
}


async def _room(sparkroom: Stack, files: dict[str, str]) -> tuple[str, str]:
    room = await new_room(sparkroom)
    base, token = f"/api/rooms/{room['id']}", room["tokens"]["edit"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
    async with aiohttp.ClientSession(sparkroom.base_url, headers=headers) as session:
        for path, text in files.items():
            async with session.put(f"{base}/files/{path}", data=text.encode()) as answer:
                assert answer.status == 201
    return base, token


async def _ended(sparkroom: Stack, base: str, token: str, asked: dict[str, Any]) -> Any:
    made = await call(sparkroom, "POST", f"{base}/runs", asked, token=token, status=202)
    while True:
        run = await call(sparkroom, "GET", f"{base}/runs/{made['id']}", token=token)
        if run["state"] not in ("queued", "running"):
            return run
        await asyncio.sleep(0.05)


async def test_a_run_is_asked_for_by_its_file_or_its_name(sparkroom: Stack) -> None:
    base, token = await _room(sparkroom, FILES)
    for asked, command, output in (
        ({"file": "main.py"}, ["python", "main.py"], "python\n"),
        ({"file": "game.ts"}, ["node", "game.ts"], "typescript\n"),
        ({"file": "build.sh"}, ["bash", "build.sh"], "shell\n"),
        ({"program": "fast"}, ["python", "main.py", "--fast"], "python --fast\n"),
        ({"program": "list"}, ["bash", "-c", "ls | wc -l"], f"{len(FILES)}\n"),
    ):
        run = await _ended(sparkroom, base, token, asked)
        assert (run["command"], run["output"], run["state"]) == (command, output, "passed"), asked


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"file": "nothere.py"}, 404, "no such file"),
        ({"file": "index.html"}, 400, "the preview shows it"),
        ({"file": "notes.md"}, 400, "Python, TypeScript, JavaScript, Shell can be run"),
        ({"program": "slow"}, 404, "it names fast, list"),
        ({"program": "fast", "file": "main.py"}, 400, "one of"),
        ({"program": "x" * 41}, 400, "program"),
    ],
)
async def test_what_cannot_be_run_is_refused(sparkroom: Stack, asked: dict[str, str], status: int, says: str) -> None:
    base, token = await _room(sparkroom, FILES)
    refused = await call(sparkroom, "POST", f"{base}/runs", asked, token=token, status=status)
    assert says in refused["message"]


async def test_wrong_settings_refuse_the_runs_that_they_would_name_and_no_others(sparkroom: Stack) -> None:
    base, token = await _room(sparkroom, {**FILES, "sparkroom.toml": "# what runs\nrun = 7\n"})
    refused = await call(sparkroom, "POST", f"{base}/runs", {"program": "main"}, token=token, status=400)
    assert refused["code"] == "bad_request"
    assert refused["message"].startswith("sparkroom.toml, line 2: run is no command")
    run = await _ended(sparkroom, base, token, {"file": "main.py"})
    assert run["output"] == "python\n"
