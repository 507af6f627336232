"""What tests of several web processes in one event loop share: a process's hub, and members whose sockets end in it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pycrdt

from ide.live.connection import Person
from ide.live.hub import Hub
from ide.live.room import LiveRoom
from ide.live.session import Session
from ide.transports.composition import make_services
from ide.wire.codes import Close, Role
from ide.wire.frames import Awareness, Json, Presence, Step, Sync, decode, encode_awareness, encode_sync
from ide.wire.messages import EVENTS

PATIENCE_SECONDS = 10


class Guest:
    """A member whose socket ends in this process, and its Yjs document."""

    def __init__(
        self, name: str, role: Role = Role.EDITOR, *, client: int | None = None, speaks_events: bool = True
    ) -> None:
        self.person = Person(secrets.token_hex(4), name, "#2563eb", role, 1)
        self.speaks_events = speaks_events
        self.events: list[Any] = []
        self.presence: dict[int, str] = {}
        self.closed: Close | None = None
        self.session: Session
        self.begin_anew(client if client is not None else secrets.randbits(31))

    def begin_anew(self, client: int) -> None:
        """Have an empty document, as another browser of the same person."""
        self.doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=client)
        self.files: pycrdt.Map[Any] = self.doc.get("files", type=pycrdt.Map)

    async def join(self, room: LiveRoom) -> None:
        self.session = Session(room, self, speaks_events=self.speaks_events, preview="")
        await self.session.begin(self.person, None)
        self.session.receive(encode_sync(Step.STATE_VECTOR, self.doc.get_state()))

    # --- the socket ---

    def send(self, data: bytes) -> None:
        frame = decode(data)
        if isinstance(frame, Sync):
            self.hear_sync(frame)
        elif isinstance(frame, Awareness):
            self.presence.update({presence.client: presence.state for presence in frame.clients})
        elif isinstance(frame, Json):
            self.hear_event(EVENTS.validate_json(frame.text))

    def close(self, code: Close, reason: str) -> None:
        assert reason
        self.closed = code

    def hear_sync(self, frame: Sync) -> None:
        if frame.step != Step.STATE_VECTOR:
            self.doc.apply_update(frame.data)

    def hear_event(self, event: Any) -> None:
        self.events.append(event)

    # --- what a member does ---

    def write(self, path: str, text: str) -> None:
        before = self.doc.get_state()
        self.files[secrets.token_hex(4)] = pycrdt.Map({"path": path, "text": pycrdt.Text(text)})
        self.session.receive(encode_sync(Step.UPDATE, self.doc.get_update(before)))

    def be(self, state: str, clock: int = 1) -> None:
        self.session.receive(encode_awareness([Presence(self.doc.client_id, clock, state)]))

    # --- what a member sees ---

    def text(self, path: str) -> str | None:
        return next((str(entry["text"]) for entry in self.files.values() if entry["path"] == path), None)

    def members(self) -> dict[str, bool]:
        return {event.member.name: event.member.here for event in self.events if event.type == "member"}


async def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for `condition`. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def process() -> AsyncIterator[Hub]:
    """What one web process holds."""
    hub = Hub(make_services)
    await hub.services()
    try:
        yield hub
    finally:
        await hub.close()
