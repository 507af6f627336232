"""Keys of models go to their servers and nowhere else, whatever those servers say of them."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from redis import Redis

from ide.launcher import redis
from tests.peer import Peer, call, join, new_room
from tests.stack import Stack
from tests.standins.anthropic import AnthropicScript, AnthropicStandIn
from tests.standins.chat import ChatStandIn, Script, tokens_of
from tests.standins.gemini import GeminiScript, GeminiStandIn
from tests.standins.responses import ResponsesStandIn
from tests.standins.responses_script import ResponsesScript
from tests.standins.sse import MODEL, SseScript, SseStandIn

PIECE = 8
CREATE = "<<<<<<< CREATE {name}.py\nimport os\nprint(dict(os.environ))\n>>>>>>> END\nDone.\n"
PROWL = """
import os, pathlib
print(dict(os.environ))
for place in pathlib.Path("/proc").glob("[0-9]*/environ"):
    try:
        print(place.read_bytes())
    except OSError as error:
        print(place, error)
"""
PASTED = "pasted"
QUOTES: tuple[Callable[[str], object], ...] = (
    lambda key: f"Incorrect API key provided: {key}. Find yours in your account.",
    lambda key: f"The header 'Authorization: Bearer {key}' was refused.",
    lambda key: f"{key[:10]}****{key[-4:]} is no key, nor is {key[-8:]}",
    lambda key: f"First {key[: len(key) // 2]}\nthen {key[len(key) // 2 :]}",
    lambda key: f"upper {key.upper()} lower {key.lower()}",
    lambda key: f"see /login?key={quote(key, safe='')}&x=1",
    lambda key: json.dumps({"headers": {"x-api-key": key, "authorization": [key]}}),
    lambda key: f"{key} " * 60,
    lambda key: "x" * 290 + key,
    lambda key: {"given": {"key": key}},
)


@dataclass(frozen=True)
class Upstream:
    """A model, its key, and the server that stands in for its vendor's."""

    name: str
    protocol: str
    key: str
    server: SseStandIn[Any]
    script: type[SseScript]

    @property
    def variable(self) -> str:
        return f"PLANTED_{self.name.upper()}"

    @property
    def entry(self) -> str:
        return (
            f'[[model]]\nname = "{self.name}"\nprotocol = "{self.protocol}"\nbase_url = "{self.server.base_url}"\n'
            f'model = "{MODEL}"\nkey_env = "{self.variable}"\n'
        )

    def misdeeds(self) -> list[SseScript]:
        """Refusals, failures and oddities, each of which quotes the key in its own way."""
        said: list[SseScript] = []
        for number, words in enumerate(QUOTES):
            status = (400, 401, 403, 429, 500, 503)[number % 6]
            shapes = self.script.errors(words(self.key), status)  # type: ignore[arg-type]
            # What may pass is asked again, unless there was output: that would only take the test's time.
            in_stream = self.script(fault_after=1 if status >= 429 else 0, error=shapes[-1])
            refusal = self.script(status=status, error=shapes[number % len(shapes)], headers=self._headers("0"))
            said.append(in_stream if number % 2 else refusal)
        if self.protocol == "responses-ws":
            return said
        page = f"<html><title>{self.key}</title>".encode()
        return [
            *said,
            self.script(key="another"),
            self.script(status=302, error=self.key, headers=self._headers(self.key)),
            self.script(raw=page, headers=(("Content-Type", "text/html"),)),
            self.script(raw=b"data: " + page + b"\n\n"),
            self.script(
                raw=f'event: {self.key}\ndata: {{"error": {{"code": 400, "message": "{self.key}"}}}}\n\n'.encode()
            ),
        ]

    def _headers(self, retry_after: str) -> tuple[tuple[str, str], ...]:
        quoted = quote(self.key)
        return ("X-Given", quoted), ("Retry-After", retry_after), ("Location", f"/?key={quoted}")

    def deed(self) -> SseScript:
        """An answer that lands."""
        return self.script(tokens_of(CREATE.format(name=self.name)))


@pytest.fixture
async def upstreams() -> AsyncIterator[tuple[Upstream, ...]]:
    chat, plain, pasted = ChatStandIn(), ChatStandIn(), ChatStandIn()
    responses, socket, anthropic, gemini = ResponsesStandIn(), ResponsesStandIn(), AnthropicStandIn(), GeminiStandIn()
    async with AsyncExitStack() as running:
        for server in (chat, plain, pasted, responses, socket, anthropic, gemini):
            await running.enter_async_context(server)
        yield (
            Upstream("chat", "chat", "csk-8f3kq2m4x9v7tyrw5p6n", chat, Script),
            # As people choose them for a server at home.
            Upstream("plain", "chat", "Wuthering/Heights+1847=", plain, Script),
            Upstream(PASTED, "chat", "sk-proj-QmF0dGxlIG9mIHRoZSBicmlkZ2Vz_h7", pasted, Script),
            Upstream("responses", "responses", "sk-svcacct-W6n2JtXo0_8dRkPz-5vB1yLq", responses, ResponsesScript),
            Upstream("socket", "responses-ws", "sk-9aLx4TfuE7_KmQ2rVwZ-0hJpSd", socket, ResponsesScript),
            Upstream("anthropic", "anthropic", "sk-ant-api03-Zk9vUe_51LmQ-xT7yRw2pNcBd4Gh", anthropic, AnthropicScript),
            Upstream("gemini", "gemini", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", gemini, GeminiScript),
        )


class Seen:
    """Everything that came out, by where it did."""

    def __init__(self, stack: Stack) -> None:
        self.found: dict[str, bytes] = {}
        self._stack = stack

    def add(self, where: str, what: bytes) -> None:
        """Keep what was seen somewhere."""
        self.found[f"{len(self.found)} {where}"] = what

    async def fetch(self, path: str, token: str | None = None, method: str = "GET", body: object = None) -> bytes:
        """Whatever the server answers, its headers and what an archive holds included."""
        headers = {"Origin": self._stack.base_url} | ({"Authorization": f"Bearer {token}"} if token else {})
        async with (
            aiohttp.ClientSession(self._stack.base_url, headers=headers) as session,
            session.request(method, path, json=body) as answer,
        ):
            said = await answer.read()
            self.add(f"{method} {path}", repr(answer.raw_headers).encode() + said)
            assert answer.status < 500 or answer.content_type == "application/json"
        if answer.content_type == "application/zip":
            with zipfile.ZipFile(io.BytesIO(said)) as archive:
                for name in archive.namelist():
                    self.add(f"{path} {name}", archive.read(name))
        return said

    def hear(self, where: str, peer: Peer) -> None:
        """What a member was sent."""
        texts = {path: peer.text(path) for path in peer.paths()}
        for event in (*peer.events, *peer.presence.values(), texts):
            self.add(where, json.dumps(event, ensure_ascii=False).encode())

    def places_of(self, upstream: Upstream) -> set[str]:
        """Where a piece of its key is, in any case."""
        key = upstream.key.lower().encode()
        pieces = [key[at : at + PIECE] for at in range(len(key) - PIECE + 1)]
        lowered = ((where, what.lower()) for where, what in self.found.items())
        return {where for where, what in lowered if any(piece in what for piece in pieces)}


async def test_no_planted_key_comes_out_anywhere(tmp_path: Path, upstreams: tuple[Upstream, ...]) -> None:
    models = tmp_path / "models.toml"
    models.write_text("\n".join(upstream.entry for upstream in upstreams))
    keys = {upstream.variable: upstream.key for upstream in upstreams if upstream.name != PASTED}
    with Stack(tmp_path, SPARKROOM_MODELS=str(models), **keys) as stack:
        seen = Seen(stack)
        for upstream in upstreams:
            if upstream.name == PASTED:
                await seen.fetch(f"/api/keys/{upstream.variable}", None, "PUT", {"key": upstream.key})
        await asyncio.gather(*(_work(stack, seen, upstream) for upstream in upstreams))
        for path in ("/", "/models", "/api/models", "/api/docs", "/healthz", "/readyz"):
            await seen.fetch(path)
        with Redis.from_url(f"unix://{redis.socket_path(stack.data)}") as server:
            for name in server.scan_iter():
                content = server.xrange(name) if server.type(name) == b"stream" else server.dump(name)
                seen.add(f"Redis {name!r}", repr(content).encode())
        _read_tables(stack, seen)
        _read_files(stack, seen)
    seen.add("log", (tmp_path / "serve.log").read_bytes())
    _read_files(stack, seen)
    for upstream in upstreams:
        # It did go where it belongs, and nowhere else.
        given = {str(header) for header in upstream.server.authorisations}
        assert given == {upstream.server.key_prefix + upstream.key}
        places = seen.places_of(upstream)
        kept = {where for where in places if where.endswith("/keys.json")}
        assert places - kept == set()
        assert bool(kept) == (upstream.name == PASTED)
    assert (stack.data / "keys.json").stat().st_mode & 0o777 == 0o600


async def _work(stack: Stack, seen: Seen, upstream: Upstream) -> None:
    """Ask a model again and again while its server misbehaves, then once when it does not; read all that is to read."""
    room = await new_room(stack)
    token = room["tokens"]["owner"]
    async with join(stack, room, "owner") as peer:
        for script in (*upstream.misdeeds(), upstream.deed()):
            upstream.server.script = script
            turn_id = await peer.command("ask", prompt="Write it.", model=upstream.name)
            turn = await peer.until_over(str(turn_id))
            assert turn["state"] == ("settled" if script == upstream.deed() else "failed"), turn
        await peer.until(lambda: f"{upstream.name}.py" in peer.paths())
        upstream.server.script = upstream.misdeeds()[0]
        assert b"[hidden]" in await seen.fetch(f"/api/models/{upstream.name}/test", None, "POST")
        run_id = await _prowl(peer) if upstream.name == PASTED else "none"
        checkpoint = await call(stack, "POST", f"/api/rooms/{room['id']}/checkpoints", {"label": "now"}, token=token)
        ids = {
            "room_id": room["id"],
            "turn_id": turn["id"],
            "run_id": run_id,
            "checkpoint": checkpoint["id"],
            "path": f"{upstream.name}.py",
            "asked": "nobody",
        }
        documented = json.loads(await seen.fetch("/api/openapi.json"))["paths"]
        for path in (path for path, ways in documented.items() if "get" in ways):
            await seen.fetch(re.sub(r"\{(\w+)\}", lambda name: str(ids[name[1]]), path), token)
        await seen.fetch(f"/r/{room['id']}", token)
        seen.hear(f"socket of {upstream.name}", peer)


async def _prowl(peer: Peer) -> str:
    """Run a program that looks for keys in its surroundings, and answer the run's id."""
    await peer.create("prowl.py", PROWL)
    await peer.until(lambda: peer.saved == peer.sent_frames)
    run_id = str(await peer.command("start_run", run={"command": ["python", "prowl.py"]}))
    await peer.until(lambda: (peer.run(run_id) or {}).get("exit_code") == 0)
    return run_id


def _read_tables(stack: Stack, seen: Seen) -> None:
    """Every row of the database, as SQL has it."""
    database = next(stack.data.glob("*.sqlite3"))
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as tables:
        for line in tables.iterdump():
            seen.add("a row", line.encode())
    tables.close()


def _read_files(stack: Stack, seen: Seen) -> None:
    """Every file of the data folder, as it lies there."""
    for file in stack.data.rglob("*"):
        if file.is_file():
            seen.add(str(file), file.read_bytes())
