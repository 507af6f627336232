"""A member who comes back by themselves as a browser does, and who knows of each of their words whether it is saved."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import pycrdt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

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
from tests.peer import Refused
from tests.stack import Stack

T = TypeVar("T")
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 30
MESSAGE_BYTES = 60_000_000


class Lost(Exception):
    """The connection went before the server answered a command."""


@dataclass(eq=False)
class Change:
    """A word that was typed, or taken away again."""

    word: str
    typed: bool
    frame: int | None = None
    """Which of this socket's sync frames carries it; None until one does."""


class Member:
    """One person. `doc` and what is not acknowledged outlive every socket."""

    def __init__(self, stack: Stack, room: dict[str, Any], epoch: str, name: str, seed: object) -> None:
        self.name = name
        self.random = random.Random(f"{seed} {name}")
        self.doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=self.random.getrandbits(31))
        self.files: pycrdt.Map[Any] = self.doc.get("files", type=pycrdt.Map)
        self.events: list[dict[str, Any]] = []
        """Those that are journaled, in the order in which they came, each once."""
        self.presence: dict[int, Any] = {}
        self.level = False
        """True while a socket is open and everything that is here was sent by it."""
        self.returns: list[float] = []
        """When it was level again, each time, by `time.monotonic`."""
        self.waiting: list[Change] = []
        """What is not acknowledged, oldest first."""
        self.port = 0
        """Of this end of the socket."""
        self._saved: dict[str, bool] = {}
        self._address = f"{stack.ws_url}/ws/rooms/{room['id']}?token={room['tokens']['edit']}&epoch={epoch}"
        self._socket: ClientConnection | None = None
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._frames = 0
        self._seq: int | None = None
        self._clock = 0
        self._words = 0
        self._commands = 0
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._receiving = False
        self._changed = asyncio.Condition()
        self._subscription = self.doc.observe(self._wrote)
        self._task = asyncio.get_running_loop().create_task(self._stay())

    # --- what a member does ---

    def type(self, path: str) -> str:
        """Type a new word into a document, in a line of its own. Answers the word."""
        self._words += 1
        word = f"{self.name}-{self._words}"
        text = self.document(path)
        # A line is never broken up: other people's words stay whole.
        starts = [0, *(at + 1 for at, character in enumerate(str(text)) if character == "\n")]
        self.waiting.append(Change(word, typed=True))
        text.insert(self.random.choice(starts), f"{word}\n")
        return word

    def take_away(self) -> None:
        """Delete one of one's own words that are saved, if there is any."""
        saved = [word for word, typed in self._saved.items() if typed]
        if not saved:
            return
        word = self.random.choice(saved)
        for entry in self.files.values():
            text: pycrdt.Text = entry["text"]
            lines = str(text).split("\n")
            if word in lines:
                start = sum(len(line) + 1 for line in lines[: lines.index(word)])
                # From now on it may be in the database, or not.
                del self._saved[word]
                self.waiting.append(Change(word, typed=False))
                del text[start : start + len(word) + 1]
                return

    async def command(self, kind: str, **fields: Any) -> str | None:
        """Carry a command out and answer its result. Raises Lost or Refused."""
        if not self.level:
            raise Lost
        self._commands += 1
        name = f"{self.name}-{self._commands}"
        answer = self._answers[name] = asyncio.get_running_loop().create_future()
        self._outgoing.put_nowait(encode_json(json.dumps({"type": kind, "id": name, **fields})))
        async with asyncio.timeout(PATIENCE_SECONDS):
            answered: dict[str, Any] = await answer
        if answered["type"] == "refused":
            raise Refused(answered["code"], answered["message"])
        result: str | None = answered["result"]
        return result

    async def leave(self) -> None:
        """Go for good."""
        self._task.cancel()
        await asyncio.wait([self._task])

    # --- what a member knows ---

    @property
    def saved(self) -> dict[str, bool]:
        """What was acknowledged: of each word whether it is there, or was taken away. Words in between are left out."""
        return dict(self._saved)

    def texts(self) -> dict[str, str]:
        """Every document by its path."""
        return {str(entry["path"]): str(entry["text"]) for entry in self.files.values()}

    def lines(self) -> Counter[str]:
        """How often each line stands in the documents."""
        return Counter(line for text in self.texts().values() for line in text.split("\n"))

    def messages(self) -> list[dict[str, Any]]:
        """The chat, oldest first."""
        return [event["message"] for event in self.events if event["type"] == "message"]

    def document(self, path: str) -> pycrdt.Text:
        """The document at `path`. Raises KeyError."""
        for entry in self.files.values():
            if entry["path"] == path:
                text: pycrdt.Text = entry["text"]
                return text
        raise KeyError(path)

    def latest(self, kind: str, name: str) -> dict[str, Any] | None:
        """The turn or run of this id, as the last event about it said."""
        return next(
            (event[kind] for event in reversed(self.events) if event["type"] == kind and event[kind]["id"] == name),
            None,
        )

    def states(self, turn: str) -> list[str]:
        """The states of a turn as its events told them."""
        return [
            event["turn"]["state"] for event in self.events if event["type"] == "turn" and event["turn"]["id"] == turn
        ]

    async def until(self, condition: Callable[[Member], T | None], seconds: float = PATIENCE_SECONDS) -> T:
        """Wait until `condition` answers something true of this member, and answer that. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            while not (value := condition(self)):
                await self._changed.wait()
        return value

    # --- the socket ---

    async def _stay(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                since = "" if self._seq is None else f"&since={self._seq}"
                async with connect(
                    self._address + since,
                    subprotocols=["sparkroom.v1"],  # type: ignore[list-item]
                    max_size=MESSAGE_BYTES,
                    compression=None,
                    open_timeout=PATIENCE_SECONDS,
                    close_timeout=0.5,
                ) as socket:
                    self._opened(socket)
                    async with asyncio.TaskGroup() as group:
                        sending = group.create_task(self._send(socket))
                        with suppress(ConnectionClosed):
                            async for message in socket:
                                assert isinstance(message, bytes)
                                async with self._changed:
                                    if self._take(message):
                                        pause = FIRST_PAUSE_SECONDS
                                    self._changed.notify_all()
                        sending.cancel()
                # A final code means that this member was thrown out.
                assert not 4400 <= (socket.close_code or 0) < 4500, (socket.close_code, socket.close_reason)
            except (OSError, ConnectionClosed, InvalidHandshake):
                pass
            finally:
                self._lost()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _opened(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.port = socket.local_address[1]
        self._frames = 0
        self._outgoing = asyncio.Queue()
        self._send_sync(Step.STATE_VECTOR, self.doc.get_state())
        self._be()

    def _lost(self) -> None:
        self._socket = None
        self.level = False
        self.port = 0
        self.presence.clear()
        for change in self.waiting:
            change.frame = None
        answers, self._answers = self._answers, {}
        for answer in answers.values():
            if not answer.done():
                answer.set_exception(Lost())

    async def _send(self, socket: ClientConnection) -> None:
        outgoing = self._outgoing
        with suppress(ConnectionClosed):
            while True:
                await socket.send(await outgoing.get())

    def _send_sync(self, step: Step, data: bytes) -> None:
        self._frames += 1
        self._outgoing.put_nowait(encode_sync(step, data))

    def _wrote(self, event: pycrdt.TransactionEvent) -> None:
        if not self._receiving and self.level:
            self._send_sync(Step.UPDATE, event.update)
            self.waiting[-1].frame = self._frames

    def _be(self) -> None:
        self._clock += 1
        presence = Presence(self.doc.client_id, self._clock, json.dumps({"user": {"name": self.name}}))
        self._outgoing.put_nowait(encode_awareness([presence]))

    def _take(self, message: bytes) -> bool:
        """Take a frame. True once the socket has proved to work."""
        frame = decode(message)
        if isinstance(frame, Sync) and frame.step == Step.STATE_VECTOR:
            self._send_sync(Step.MISSING, self.doc.get_update(frame.data))
            for change in self.waiting:
                change.frame = change.frame or self._frames
            self.level = True
            self.returns.append(time.monotonic())
        elif isinstance(frame, Sync):
            self._receiving = True
            try:
                self.doc.apply_update(frame.data)
            finally:
                self._receiving = False
        elif isinstance(frame, Awareness):
            self._see(frame)
        elif isinstance(frame, Json):
            return self._hear(json.loads(frame.text))
        return False

    def _see(self, frame: Awareness) -> None:
        for presence in frame.clients:
            state = json.loads(presence.state)
            if presence.client != self.doc.client_id:
                self.presence[presence.client] = state
            elif state is None:
                self._clock = max(self._clock, presence.clock)
                self._be()

    def _hear(self, event: dict[str, Any]) -> bool:
        if event["type"] == "hello":
            # What happened before this member was ever here is not asked for.
            assert self._seq is None or event["state"] is None, "the server forgot what was journaled"
            self._seq = self._seq or event["seq"]
            return True
        if event["type"] == "saved":
            self._acknowledged(event["frames"])
        elif event["type"] in ("done", "refused"):
            answer = self._answers.pop(event["id"])
            if not answer.done():
                answer.set_result(event)
        elif "seq" in event and event["seq"] > (self._seq or 0):
            assert self._seq is not None and event["seq"] == self._seq + 1, f"{self._seq} was followed by {event}"
            self._seq = event["seq"]
            self.events.append(event)
        return False

    def _acknowledged(self, frames: int) -> None:
        for change in [change for change in self.waiting if change.frame is not None and change.frame <= frames]:
            self.waiting.remove(change)
            self._saved[change.word] = change.typed
