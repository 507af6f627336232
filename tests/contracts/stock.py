"""Stock `y-websocket` clients in a real Node process: `clients.mjs`, as tests speak with it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from ide.launcher.setup import node
from tests.peer import PATIENCE_SECONDS
from tests.stack import Stack

T = TypeVar("T")
FOLDER = Path(__file__).parent
VERSIONS = (2, 3)
LONGEST_TEXT = 10_000
LINE_BYTES = 1 << 24


class StockClient:
    """One `WebsocketProvider` of y-websocket. What it knows is as of its last report."""

    def __init__(self, process: Process, name: str) -> None:
        self.state: dict[str, Any] = {}
        self.changed = asyncio.Condition()
        self._process = process
        self._name = name

    @property
    def id(self) -> int:
        """Its Yjs client id."""
        return int(self.state["id"])

    @property
    def texts(self) -> dict[str, str]:
        """Path → text; of a long one, `shown(text)`."""
        texts: dict[str, str] = self.state["texts"]
        return texts

    @property
    def presence(self) -> dict[int, Any]:
        """The awareness states that it knows, its own too, by Yjs client id."""
        return {int(client): state for client, state in self.state["presence"].items()}

    @property
    def codes(self) -> list[int]:
        """The codes with which its connections were closed, oldest first."""
        return [close[0] for close in self.state["closes"] if close]

    @property
    def ended(self) -> int | None:
        """The code after which it does not come back. Version 2 knows none."""
        ended: int | None = self.state["ended"]
        return ended

    @property
    def sent(self) -> int:
        """How many bytes it sent in all."""
        return int(self.state["sent"])

    @property
    def connected(self) -> bool:
        """Whether its socket is open."""
        return bool(self.state["connected"])

    @property
    def synced(self) -> bool:
        """Whether its socket is open and it got its step 2."""
        return bool(self.connected and self.state["synced"])

    async def create(self, path: str, text: str = "") -> None:
        """Add a document."""
        await self.do("create", path=path, text=text)

    async def insert(self, path: str, at: int, text: str) -> None:
        """Type `text` at the UTF-16 unit `at`."""
        await self.do("insert", path=path, at=at, text=text)

    async def say(self, field: str, value: object) -> None:
        """Set a field of its awareness state."""
        await self.do("say", field=field, value=value)

    async def do(self, action: str, **words: Any) -> None:
        """Have `clients.mjs` do something."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"client": self._name, "do": action, **words}).encode() + b"\n")
        await self._process.stdin.drain()

    async def until(self, condition: Callable[[StockClient], T | None]) -> T:
        """Wait until `condition` answers something true of this client, and answer that. Raises AssertionError."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self.changed:
                while not self.state or not (value := condition(self)):
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"It did not happen: {json.dumps(self.state)[:5_000]}") from None
        return value

    async def until_texts(self, texts: Mapping[str, str]) -> None:
        """Wait until it holds exactly these texts by path, in as many entries."""
        wanted = {path: shown(text) for path, text in texts.items()}
        await self.until(lambda _: self.texts == wanted and self.state["entries"] == len(wanted))

    async def leave(self) -> None:
        """Close for good."""
        await self.do("leave")


class StockClients:
    """A Node process and the clients in it."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._clients: dict[str, StockClient] = {}

    async def join(
        self, stack: Stack, room: dict[str, Any], version: int, role: str = "edit", **params: str
    ) -> StockClient:
        """A client of y-websocket's `version`, in sync with the room."""
        client = await self.dial(stack, room, version, role, **params)
        await client.until(lambda c: c.synced)
        return client

    async def dial(
        self, stack: Stack, room: dict[str, Any], version: int, role: str = "edit", **params: str
    ) -> StockClient:
        """A client that the server may refuse."""
        name = f"{len(self._clients) + 1}"
        client = self._clients[name] = StockClient(self.process, name)
        params = {"token": room["tokens"][role], **params}
        await client.do("join", version=version, server=f"{stack.ws_url}/ws/rooms", room=room["id"], params=params)
        await client.until(lambda _: True)
        return client

    async def listen(self) -> None:
        """Take what the clients report until the process ends."""
        assert self.process.stdout
        async for line in self.process.stdout:
            state = json.loads(line)
            client = self._clients[state["client"]]
            async with client.changed:
                client.state = state
                client.changed.notify_all()


@asynccontextmanager
async def stock_clients() -> AsyncIterator[StockClients]:
    """A Node process for clients, ended with all of them."""
    process = await asyncio.create_subprocess_exec(
        *("node", "clients.mjs"),
        cwd=FOLDER,
        env={**os.environ, **node.environment()},
        stdin=PIPE,
        stdout=PIPE,
        limit=LINE_BYTES,
    )
    clients = StockClients(process)
    listening = asyncio.get_running_loop().create_task(clients.listen())
    try:
        yield clients
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
        await listening


def shown(text: str) -> str:
    """How a text is reported: a long one by its digest."""
    units = len(text.encode("utf-16-le")) // 2
    return hashlib.sha256(text.encode()).hexdigest() if units > LONGEST_TEXT else text
