"""A member without a browser: a real WebSocket, a Yjs document of its own, and the events that came."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import aiohttp
import pycrdt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ide.wire.frames import (
    Awareness,
    Json,
    Presence,
    Step,
    Sync,
    decode,
    encode_awareness,
    encode_json,
    encode_sync,
)
from tests.stack import Stack

T = TypeVar("T")
PATIENCE_SECONDS = 20
MESSAGE_BYTES = 60_000_000


class Refused(Exception):
    """The server's answer to a command: its code and message."""


class Peer:
    """One socket. `doc` follows the room; `events` are all that came, oldest first."""

    def __init__(self, socket: ClientConnection) -> None:
        self.doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=secrets.randbits(31))
        self.files: pycrdt.Map[Any] = self.doc.get("files", type=pycrdt.Map)
        self.events: list[dict[str, Any]] = []
        self.presence: dict[int, Any] = {}
        self.saved = 0
        self.sent_frames = 0
        self.synced = False
        self.closed: tuple[int, str] | None = None
        self._socket = socket
        self._changed = asyncio.Condition()
        self._subscription = self.doc.observe(self._wrote)
        self._receiving = False
        self._unsent: list[bytes] = []
        self._state: object = None
        self._clock = 0

    # --- what the room holds ---

    def paths(self) -> set[str]:
        """The paths of all documents."""
        return {str(entry["path"]) for entry in self.files.values()}

    def document(self, path: str) -> pycrdt.Text:
        """The document at `path`. Raises KeyError."""
        for entry in self.files.values():
            if entry["path"] == path:
                text: pycrdt.Text = entry["text"]
                return text
        raise KeyError(path)

    def text(self, path: str) -> str | None:
        """The text at `path`, or None if there is no such document."""
        try:
            return str(self.document(path))
        except KeyError:
            return None

    def last(self, kind: str) -> dict[str, Any] | None:
        """The last event of this type."""
        return next((event for event in reversed(self.events) if event["type"] == kind), None)

    def turn(self, turn_id: str) -> dict[str, Any] | None:
        """The turn as the last event about it said."""
        return next(
            (
                event["turn"]
                for event in reversed(self.events)
                if event["type"] == "turn" and event["turn"]["id"] == turn_id
            ),
            None,
        )

    def run(self, run_id: str) -> dict[str, Any] | None:
        """The run as the last event about it said."""
        return next(
            (
                event["run"]
                for event in reversed(self.events)
                if event["type"] == "run" and event["run"]["id"] == run_id
            ),
            None,
        )

    # --- what a member does ---

    async def create(self, path: str, text: str = "") -> None:
        """Add a document."""
        self.files[secrets.token_hex(8)] = pycrdt.Map({"path": path, "text": pycrdt.Text(text)})
        await self.flush()

    async def insert(self, path: str, at: int, text: str) -> None:
        """Type `text` at byte `at`."""
        self.document(path).insert(at, text)
        await self.flush()

    async def flush(self) -> None:
        """Send what was written to `doc`."""
        unsent, self._unsent = self._unsent, []
        for update in unsent:
            await self.send_sync(Step.UPDATE, update)

    async def send_sync(self, step: Step, data: bytes) -> None:
        """Send one sync frame."""
        self.sent_frames += 1
        await self._socket.send(encode_sync(step, data))

    async def send(self, frame: bytes | str) -> None:
        """Send anything."""
        await self._socket.send(frame)

    async def be(self, state: object) -> None:
        """Say where one is."""
        self._state = state
        self._clock += 1
        presence = Presence(self.doc.client_id, self._clock, json.dumps(state))
        await self._socket.send(encode_awareness([presence]))

    async def command(self, kind: str, **fields: Any) -> str | None:
        """Carry a command out and answer its result. Raises Refused."""
        command_id = secrets.token_hex(4)
        await self._socket.send(encode_json(json.dumps({"type": kind, "id": command_id, **fields})))

        def answer() -> dict[str, Any] | None:
            return next((event for event in self.events if event.get("id") == command_id), None)

        answered = await self.until(answer)
        if answered["type"] == "refused":
            raise Refused(answered["code"], answered["message"])
        result: str | None = answered["result"]
        return result

    async def until(self, condition: Callable[[], T | None]) -> T:
        """Wait until `condition` answers something true, and answer that. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            while not (value := condition()):
                if self.closed is not None:
                    raise ConnectionError(f"closed with {self.closed}")
                await self._changed.wait()
        return value

    async def until_text(self, path: str, text: str) -> None:
        """Wait until the document at `path` is `text`."""
        await self.until(lambda: self.text(path) == text)

    async def until_closed(self) -> tuple[int, str]:
        """Wait until the server closes the socket, and answer its code and reason."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            while self.closed is None:
                await self._changed.wait()
        return self.closed

    async def until_over(self, turn_id: str) -> dict[str, Any]:
        """Wait until a turn is over, and answer it."""

        def over() -> dict[str, Any] | None:
            turn = self.turn(turn_id)
            return turn if turn and turn["state"] in ("settled", "stopped", "failed") else None

        return await self.until(over)

    # --- the socket ---

    def _wrote(self, event: pycrdt.TransactionEvent) -> None:
        if not self._receiving:
            self._unsent.append(event.update)

    async def receive(self) -> None:
        """Take what comes until the socket closes."""
        try:
            async for message in self._socket:
                assert isinstance(message, bytes)
                async with self._changed:
                    await self._take(message)
                    self._changed.notify_all()
        except ConnectionClosed:
            pass
        async with self._changed:
            self.closed = (self._socket.close_code or 1006, self._socket.close_reason or "")
            self._changed.notify_all()

    async def _take(self, message: bytes) -> None:
        frame = decode(message, MESSAGE_BYTES)
        if isinstance(frame, Sync):
            if frame.step == Step.STATE_VECTOR:
                await self.send_sync(Step.MISSING, self.doc.get_update(frame.data))
            else:
                self._receiving = True
                try:
                    self.doc.apply_update(frame.data)
                finally:
                    self._receiving = False
                self.synced = self.synced or frame.step == Step.MISSING
        elif isinstance(frame, Awareness):
            for presence in frame.clients:
                state = json.loads(presence.state)
                if presence.client == self.doc.client_id and state is None:
                    # As y-protocols has it: who is told that it is gone says with a higher clock that it is not.
                    self._clock = max(self._clock, presence.clock)
                    await self.be(self._state)
                else:
                    self.presence[presence.client] = state
        elif isinstance(frame, Json):
            event = json.loads(frame.text)
            self.events.append(event)
            if event["type"] == "saved":
                self.saved = event["frames"]


@asynccontextmanager
async def join(
    stack: Stack,
    room: dict[str, Any],
    role: str = "edit",
    *,
    events: bool = True,
    headers: dict[str, str] | None = None,
    **query: str,
) -> AsyncIterator[Peer]:
    """A member of a room by one of its tokens, or by the cookie in `headers`, in sync with it."""
    async with dial(stack, room, role, events=events, headers=headers, **query) as peer:
        await peer.until(lambda: peer.synced)
        yield peer


@asynccontextmanager
async def dial(
    stack: Stack,
    room: dict[str, Any],
    role: str = "edit",
    *,
    events: bool = True,
    headers: dict[str, str] | None = None,
    **query: str,
) -> AsyncIterator[Peer]:
    """A socket that the server may refuse."""
    token = query.get("token", room["tokens"][role])
    if headers is None:
        query["token"] = token
    if events and "epoch" not in query:
        query["epoch"] = (await call(stack, "GET", f"/api/rooms/{room['id']}", token=token))["epoch"]
    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    address = f"{stack.ws_url}/ws/rooms/{room['id']}?{parameters}"
    protocols: Any = ["sparkroom.v1"] if events else None
    async with connect(
        address, subprotocols=protocols, additional_headers=headers, max_size=MESSAGE_BYTES, compression=None
    ) as socket:
        peer = Peer(socket)
        task = asyncio.get_running_loop().create_task(peer.receive())
        # The server may have closed the socket already.
        with suppress(ConnectionClosed):
            await peer.send_sync(Step.STATE_VECTOR, peer.doc.get_state())
        try:
            yield peer
        finally:
            await socket.close()
            await task


async def call(
    stack: Stack, method: str, path: str, body: object = None, *, token: str | None = None, status: int | None = None
) -> Any:
    """Call the HTTP API and answer its JSON. Asserts the status if one is named, success otherwise."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession(stack.base_url, headers=headers) as session,
        session.request(method, path, json=body) as answer,
    ):
        text = await answer.text()
        assert answer.status == status if status else answer.ok, f"{method} {path}: {answer.status} {text[:500]}"
        return json.loads(text) if text else None


async def new_room(stack: Stack, template: str = "blank") -> dict[str, Any]:
    """A fresh room, as `POST /api/rooms` answers it."""
    room: dict[str, Any] = await call(stack, "POST", "/api/rooms", {"template": template})
    return room
