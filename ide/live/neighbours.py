"""The other processes that have this room open: they are told what happens here, and heard of what happens there.

Processes speak the members' own protocol with each other. One that opens a room says hello with its state vector and
gets what it lacks; from then on every flush goes to the others as it goes to members. Entries are numbered: a gap, or a
word from somebody unknown, is answered with another hello, and the state vectors settle what was missed.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from ide.domain.refusals import Refusal
from ide.domain.updates import BadUpdate
from ide.engines.entries import Entry, Kind
from ide.engines.web_bus import WebBus
from ide.live.commands import perform
from ide.live.connection import Person
from ide.wire.codes import Code
from ide.wire.frames import Awareness, Json, Step, Sync, decode, encode_awareness, encode_json, encode_sync
from ide.wire.messages import EVENTS, AskCommand, Done, Refused, SteerTurn, StopTurn
from ide.wire.shapes import Member, Shape, Turn

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

# A process that takes longer is taken for dead; if it is not, it is heard of again.
LEVEL_SECONDS = 1.0
CALL_SECONDS = 5.0
# Of what our own processes say: the end of a run brings its whole output, up to six times as long in JSON.
OURS_BYTES = 1_000_000_000

log = logging.getLogger(__name__)


class Standing(Shape):
    """What a process knows of its own part of a room: who is in it, the turns that run, the last event's number."""

    seq: int
    members: list[Member]
    turns: list[Turn]


class Call(Shape):
    """A member's command that concerns a turn which another process carries out."""

    person: Person
    command: AskCommand | StopTurn | SteerTurn


_ANSWER: TypeAdapter[Done | Refused] = TypeAdapter(Done | Refused)


class Neighbours:
    """One room's."""

    def __init__(self, room: LiveRoom, bus: WebBus) -> None:
        self._room = room
        self._bus = bus
        self._numbers: dict[str, int | None] = {}
        """The others, each with the number of the last entry that came from it."""
        self._asked: set[str] = set()
        """Those that have not answered a hello yet."""
        self._levels: dict[bytes, tuple[str, asyncio.Future[None]]] = {}
        self._calls: dict[str, asyncio.Future[Done | Refused]] = {}

    @property
    def alone(self) -> bool:
        """True while no other process has the room open."""
        return not self._numbers

    async def join(self) -> None:
        """Say hello to whoever else holds the room, and return once what they have is here."""
        for process in await self._bus.hold(self._room.id):
            self._greet(process)
        await self.level()

    def leave(self) -> None:
        """Say goodbye."""
        self._tell_all(Kind.LEFT)
        self._numbers.clear()
        self._asked.clear()

    def tell(self, frames: list[bytes]) -> None:
        """Pass on what happened here."""
        self._tell_all(Kind.FRAMES, frames)

    def tell_one(self, process: str, frame: bytes) -> None:
        """Tell one of them alone."""
        self._bus.send(process, self._room.id, Kind.FRAMES, [frame])

    def tell_rights(self) -> None:
        """Say that the rights in the database changed."""
        self._tell_all(Kind.RIGHTS)

    def tell_deleted(self) -> None:
        """Say that the room is no more."""
        self._tell_all(Kind.DELETED)

    async def level(self) -> None:
        """Return once everything is here that the others had merged when this was called."""
        asked: dict[asyncio.Future[None], str] = {}
        for process in self._numbers:
            token = secrets.token_bytes(8)
            future = asyncio.get_running_loop().create_future()
            self._levels[token] = process, future
            asked[future] = process
            self._bus.send(process, self._room.id, Kind.LEVEL, [token])
        if not asked:
            return
        _, silent = await asyncio.wait(asked, timeout=LEVEL_SECONDS)
        for future in silent:
            self.lost(asked[future])

    async def call(self, process: str, person: Person, command: AskCommand | StopTurn | SteerTurn) -> str | None:
        """Let another process carry out a command, and answer its result. Raises Refusal."""
        # The member's own id for it may be anybody's.
        numbered = command.model_copy(update={"id": secrets.token_hex(8)})
        answer = self._calls[numbered.id] = asyncio.get_running_loop().create_future()
        frame = encode_json(Call(person=person, command=numbered).model_dump_json())
        self._bus.send(process, self._room.id, Kind.CALL, [frame])
        try:
            async with asyncio.timeout(CALL_SECONDS):
                answered: Done | Refused = await answer
        except TimeoutError:
            raise Refusal(Code.UNAVAILABLE, "The server process that does this does not answer.") from None
        finally:
            del self._calls[numbered.id]
        if isinstance(answered, Refused):
            raise Refusal(answered.code, answered.message)
        return answered.result

    def lost(self, process: str) -> None:
        """A process died, it seems. If it did not, its answer makes it known again, even if it has nothing to say."""
        known = process in self._numbers
        self._forget(process)
        if known:
            self._bus.send(process, self._room.id, Kind.HELLO, self._hello())
            self._ask_all()

    def _ask_all(self) -> None:
        """Get what a process that is gone told others, or only the database."""
        for process in list(self._numbers):
            self._greet(process)
        self._room.background(self._room.read_again())

    def _forget(self, process: str) -> None:
        if process in self._numbers:
            del self._numbers[process]
            self._asked.discard(process)
            self._room.forget(process)
        # Nobody needs to wait for it any more.
        for token, (asked, _) in list(self._levels.items()):
            if asked == process:
                self._reached(token)

    # --- hearing ---

    def hear(self, entry: Entry) -> None:
        """Take one entry."""
        if entry.kind == Kind.EVENT:
            for frame in entry.frames:
                self._take(frame, entry)
            return
        if entry.kind == Kind.LEFT:
            last, asked = self._numbers.get(entry.sender), entry.sender in self._asked
            self._forget(entry.sender)
            if asked or (last is not None and entry.number > last + 1):
                self._ask_all()
            return
        if not self._expected(entry):
            return
        match entry.kind:
            case Kind.HELLO | Kind.ANSWER | Kind.FRAMES:
                for frame in entry.frames:
                    self._take(frame, entry)
            case Kind.LEVEL:
                # After what was merged here and is not sent yet.
                self._room.outbox.flush()
                self._bus.send(entry.sender, self._room.id, Kind.LEVELLED, entry.frames)
            case Kind.LEVELLED:
                self._reached(entry.frames[0])
            case Kind.RIGHTS:
                self._room.background(self._room.members.read_rights())
            case Kind.CALL:
                self._room.background(self._perform(entry))
            case Kind.RETURN:
                answer = _ANSWER.validate_json(_text(entry.frames[0]))
                called = self._calls.get(answer.id)
                if called is not None and not called.done():
                    called.set_result(answer)

    def _reached(self, token: bytes) -> None:
        _, future = self._levels.pop(token, (None, None))
        if future is not None and not future.done():
            future.set_result(None)

    def _expected(self, entry: Entry) -> bool:
        """True if the entry is new. Asks for what is missing if it is not the one that should have come now."""
        last = self._numbers.get(entry.sender)
        if entry.kind in (Kind.HELLO, Kind.ANSWER):
            self._numbers[entry.sender] = entry.number
            if entry.kind == Kind.ANSWER:
                self._asked.discard(entry.sender)
            return True
        if last is not None and entry.number <= last:
            return False
        stranger = entry.sender not in self._numbers
        self._numbers[entry.sender] = entry.number
        if stranger or (last is not None and entry.number > last + 1):
            self._greet(entry.sender)
        return True

    def _take(self, data: bytes, entry: Entry) -> None:
        room, sender = self._room, entry.sender
        frame = decode(data, OURS_BYTES)
        if isinstance(frame, Sync) and frame.step == Step.STATE_VECTOR:
            missing = encode_sync(Step.MISSING, room.replica.diff(frame.data))
            if entry.kind == Kind.HELLO:
                self._bus.send(sender, room.id, Kind.ANSWER, [missing, *self._hello()])
            else:
                self._bus.send(sender, room.id, Kind.FRAMES, [missing])
        elif isinstance(frame, Sync):
            try:
                room.merge_from(sender, frame.data)
            except BadUpdate as error:
                log.error("room %s: an update from another process was refused: %s", room.id, error)
        elif isinstance(frame, Awareness):
            room.hear_presence(sender, frame.clients, whole=entry.kind in (Kind.HELLO, Kind.ANSWER))
        elif isinstance(frame, Json) and entry.kind in (Kind.HELLO, Kind.ANSWER):
            standing = Standing.model_validate_json(frame.text)
            room.hear_standing(sender, standing.seq, standing.members, standing.turns)
        elif isinstance(frame, Json):
            room.feed.deliver(EVENTS.validate_json(frame.text), sender)

    async def _perform(self, entry: Entry) -> None:
        call = Call.model_validate_json(_text(entry.frames[0]))
        answer: Done | Refused
        try:
            result = await perform(self._room, call.person, call.command)
            # Who asked hears of what happened before they hear that it did.
            if not isinstance(call.command, AskCommand):
                await self._room.turns.stored(call.command.turn)
            await self._room.feed.recorded()
            answer = Done(id=call.command.id, result=result)
        except Refusal as refusal:
            answer = Refused(id=call.command.id, code=refusal.code, message=refusal.message)
        self._bus.send(entry.sender, self._room.id, Kind.RETURN, [encode_json(answer.model_dump_json())])

    # --- telling ---

    def _greet(self, process: str) -> None:
        self._numbers.setdefault(process, None)
        self._asked.add(process)
        self._bus.send(process, self._room.id, Kind.HELLO, self._hello())

    def _hello(self) -> list[bytes]:
        room = self._room
        standing = Standing(seq=room.feed.seq, members=room.members.here(), turns=room.turns.running_here())
        return [
            encode_sync(Step.STATE_VECTOR, room.replica.state_vector()),
            encode_awareness(room.presence.here()),
            encode_json(standing.model_dump_json()),
        ]

    def _tell_all(self, kind: Kind, frames: list[bytes] | None = None) -> None:
        for process in self._numbers:
            self._bus.send(process, self._room.id, kind, frames or [])


def _text(frame: bytes) -> str:
    decoded = decode(frame, OURS_BYTES)
    if not isinstance(decoded, Json):
        raise ValueError("not JSON")
    return decoded.text
