"""One socket in an open room: the rules of PROTOCOL.md, apart from how bytes arrive.

Frames are taken in the order in which they came. Whatever is refused closes the socket with its code and reason; a
command that is refused is answered and the socket stays open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from pydantic import ValidationError

from ide.domain.refusals import Refusal
from ide.domain.updates import BadUpdate
from ide.live.commands import perform
from ide.live.connection import Person
from ide.live.room import LiveRoom
from ide.store import journal
from ide.wire.codes import Close, Code, Role
from ide.wire.frames import (
    EMPTY_UPDATE,
    Awareness,
    BadFrame,
    Json,
    QueryAwareness,
    Step,
    Sync,
    decode,
    encode_awareness,
    encode_json,
    encode_sync,
)
from ide.wire.messages import COMMANDS, Done, Hello, Refused, Saved
from ide.wire.shapes import Member, Shape

COMMANDS_AT_ONCE = 64

CLOSE_OF = {
    Code.TOO_LARGE: Close.TOO_LARGE,
    Code.TOO_MANY: Close.TOO_MANY,
    Code.ROLE_MAY_NOT: Close.ROLE_MAY_NOT,
    Code.NOT_AUTHORISED: Close.NOT_AUTHORISED,
    Code.OTHER_EPOCH: Close.OTHER_EPOCH,
    Code.UNAVAILABLE: Close.FAILED,
}


class Transport(Protocol):
    """What carries a session's frames. Neither method waits."""

    def send(self, frame: bytes) -> None:
        """Queue one frame."""
        ...

    def close(self, code: Close, reason: str) -> None:
        """Close with a code and a reason in words. Frames already queued go out first."""
        ...


class Session:
    """A member's socket. `preview` is the address of the room's page as this member reaches it."""

    def __init__(self, room: LiveRoom, transport: Transport, *, speaks_events: bool, preview: str) -> None:
        self.speaks_events = speaks_events
        self._room = room
        self._transport = transport
        self._preview = preview
        self._held: list[bytes] | None = []
        self._frames = 0
        self._commands = 0
        self._frames_of: dict[asyncio.Future[None], int] = {}

    async def begin(self, person: Person, since: int | None) -> None:
        """Join the room and say hello. `since` is the number of the last event that the client saw. Raises Refusal."""
        self._room.members.join(self, person)
        # What happens from here on is held back until the hello is out, so that nothing falls between the two.
        first = await self._hello(person, since) if self.speaks_events else []
        # The role may have changed while the hello was made.
        if self._room.connections.get(self, person).role.covers(Role.EDITOR):
            first.append(encode_sync(Step.STATE_VECTOR, self._room.replica.state_vector()))
        first.append(encode_awareness(self._room.presence.all()))
        held, self._held = self._held or [], None
        for frame in [*first, *held]:
            self._transport.send(frame)

    def end(self) -> None:
        """Leave the room."""
        self._room.members.leave(self)

    def send(self, frame: bytes) -> None:
        """Queue one frame for the client."""
        if self._held is not None:
            self._held.append(frame)
        else:
            self._transport.send(frame)

    def role_changed(self, role: Role) -> None:
        """Ask who may write now for what they have."""
        if role.covers(Role.EDITOR):
            self.send(encode_sync(Step.STATE_VECTOR, self._room.replica.state_vector()))

    def close(self, code: Close, reason: str) -> None:
        """Close the socket with a code and a reason in words."""
        self._transport.close(code, reason)

    def receive(self, data: bytes) -> None:
        """Take one frame. Closes the socket if it is refused."""
        if self not in self._room.connections:
            return  # the room was closed, since the process ends: nothing is taken, and nothing acknowledged
        try:
            frame = decode(data)
            if isinstance(frame, Sync):
                self._sync(frame)
            elif isinstance(frame, Awareness):
                self._awareness(frame)
            elif isinstance(frame, QueryAwareness):
                self.send(encode_awareness(self._room.presence.all()))
            else:
                self._command(frame)
        except (BadFrame, BadUpdate) as error:
            self.close(Close.BAD_MESSAGE, str(error))
        except Refusal as refusal:
            self.close(CLOSE_OF.get(refusal.code, Close.BAD_MESSAGE), refusal.message)

    def _awareness(self, frame: Awareness) -> None:
        book = self._room.presence
        if doubts := book.doubts(self, frame.clients):
            self.send(encode_awareness(doubts))
        self._room.outbox.presence(book.hear(self, frame.clients))

    # --- text ---

    def _sync(self, frame: Sync) -> None:
        self._frames += 1
        if frame.step == Step.STATE_VECTOR:
            missing = self._room.replica.diff(frame.data)
            self.send(encode_sync(Step.MISSING, missing))
            self._acknowledge_after(self._room.services.appender.last)
        elif frame.data == EMPTY_UPDATE:
            # Nothing is missing here of what the client wrote by way of an earlier socket. That need not be committed.
            self._acknowledge_after(self._room.services.appender.last)
        elif not self._person.role.covers(Role.EDITOR):
            raise Refusal(Code.ROLE_MAY_NOT, "You may look at this room, but not write in it.")
        else:
            self._acknowledge_after(self._room.merge(frame.data, self))

    def _acknowledge_after(self, batch: asyncio.Future[None] | None) -> None:
        """Say `saved` for all frames so far, once `batch` is committed; at once if nothing waits."""
        if not self.speaks_events:
            return
        if batch is None or batch.done():
            self._say(Saved(frames=self._frames))
            return
        if batch not in self._frames_of:
            batch.add_done_callback(lambda done: self._say(Saved(frames=self._frames_of.pop(done))))
        self._frames_of[batch] = self._frames

    # --- events and commands ---

    async def _hello(self, person: Person, since: int | None) -> list[bytes]:
        """The frames of the hello: with the room's state, or with the events that were missed."""
        room, do = self._room, self._room.services.writer.do
        me = Member(id=person.id, name=person.name, colour=person.colour, role=person.role, here=True)
        missed = await do(journal.since, room.id, since) if since is not None else None
        changed_at = await room.changed_at()
        if missed is not None and since is not None:
            hello = Hello(seq=missed[-1].seq if missed else since, member=me, changed_at=changed_at)
            return [encode_json(event.model_dump_json()) for event in (hello, *missed)]
        # The number is read before the state: an event between is in both, and may be applied twice.
        seq = await do(journal.last, room.id)
        state = await room.state(person.role, self._preview)
        room.runs.repeat(state.runs)
        hello = Hello(seq=seq, member=me, changed_at=changed_at, state=state)
        return [encode_json(hello.model_dump_json())]

    def _command(self, frame: Json) -> None:
        if not self.speaks_events:
            raise BadFrame("commands need the subprotocol sparkroom.v1")
        try:
            command = COMMANDS.validate_json(frame.text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise BadFrame(f"bad command at {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        if self._commands >= COMMANDS_AT_ONCE:
            raise Refusal(Code.TOO_MANY, f"{COMMANDS_AT_ONCE} commands of this socket are under way already.")
        self._commands += 1
        person = self._person
        self._room.background(self._answer(command.id, lambda: perform(self._room, person, command)))

    async def _answer(self, command_id: str, act: Callable[[], Awaitable[str | None]]) -> None:
        try:
            result = await act()
        except Refusal as refusal:
            self._say(Refused(id=command_id, code=refusal.code, message=refusal.message))
        except Exception:
            message = "Something went wrong on the server; see its log."
            self._say(Refused(id=command_id, code=Code.INTERNAL, message=message))
            raise
        else:
            self._say(Done(id=command_id, result=result))
        finally:
            self._commands -= 1

    @property
    def _person(self) -> Person:
        return self._room.connections[self]

    def _say(self, event: Shape) -> None:
        self.send(encode_json(event.model_dump_json()))
