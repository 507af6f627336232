"""A member of a random session: types, deletes, undoes, asks the model, over a line that fails now and then."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pycrdt

from ide.domain.updates import Surveyed, apply_all, survey
from ide.live.room import LiveRoom
from ide.live.session import Session
from ide.wire.codes import Role
from ide.wire.frames import Step, Sync, decode, encode_json, encode_sync
from ide.wire.messages import AnyCommand, Hello, JournaledEvent, Saved, TurnEvent
from ide.wire.shapes import Turn
from tests.convergence.ledger import TOKENS, Content, Ledger, content, tokens_in, tokens_of
from tests.convergence.line import Line
from tests.convergence.processes import WebProcess
from tests.live.guests import Guest

FILLER = ["a", "b ", "{", "}\n", "\r\n", "\t", "é", "漢", "字 ", "😀", "👩‍👩‍👧", "</p>", "=", "\n"]
ME = "me"


class Member(Guest):
    """Somebody with a Yjs document, who comes and goes, by way of whichever process."""

    def __init__(
        self,
        name: str,
        role: Role,
        random: Random,
        ledger: Ledger,
        fail: Callable[[str], None],
        *,
        speaks_events: bool,
    ) -> None:
        super().__init__(name, role, client=random.getrandbits(31), speaks_events=speaks_events)
        self.line: Line | None = None
        """Once the server let them in."""
        self._newest_line: Line | None = None
        self.process: WebProcess
        self.seq: int | None = None
        self.turns: dict[str, Turn] = {}
        self._random = random
        self._ledger = ledger
        self._fail = fail
        self._sent: list[set[str]] = []
        self._commands = 0

    def __str__(self) -> str:
        return self.person.name

    @property
    def may_write(self) -> bool:
        """Whether the server lets them."""
        return self.person.role.covers(Role.EDITOR)

    # --- the document ---

    def begin_anew(self, client: int) -> None:
        """Have an empty document, as another browser of the same person: what was not sent is lost."""
        super().begin_anew(client)
        self.seq = None
        self._undos: dict[str, pycrdt.UndoManager] = {}
        self._receiving = False
        self._waiting: list[Surveyed] = []
        self._subscription = self.doc.observe(self._wrote)

    def content(self) -> Content:
        """What this member sees."""
        return content(self.files)

    def _wrote(self, event: pycrdt.TransactionEvent) -> None:
        if not self._receiving and self.line is not None:
            self.line.up(encode_sync(Step.UPDATE, event.update))

    # --- being here ---

    async def stay(self, process: WebProcess, room_id: str, met: Callable[[LiveRoom], None], *, rough: bool) -> None:
        """Be in a room by way of a process until the line ends."""
        line = Line(self, Random(self._random.getrandbits(32)), rough=rough)
        self._newest_line, self._sent, self.process = line, [], process
        try:
            async with process.hub.visit(room_id) as room:
                met(room)
                self.session = Session(room, line, speaks_events=self.speaks_events, preview="")
                try:
                    await self.session.begin(self.person, self.seq)
                    self.line = None if line.over.is_set() else line
                    line.up(encode_sync(Step.STATE_VECTOR, self.doc.get_state()))
                    await line.over.wait()
                finally:
                    self.session.end()
        except Exception as error:
            # Who comes while a process ends is sent away, and comes again.
            if not process.closing:
                self._fail(f"{self} could not come in: {error!r}")
        finally:
            self.line = None

    def leave(self) -> None:
        """Be cut off, on the way in too."""
        if self._newest_line is not None:
            self._newest_line.cut()

    def arrived(self, line: Line, frame: bytes) -> None:
        """A frame reached the server."""
        decoded = decode(frame)
        if isinstance(decoded, Sync):
            self._sent.append(tokens_of(decoded.data))
        try:
            self.session.receive(frame)
        except Exception as error:
            line.cut(f"the server failed: {error!r}")

    def heard(self, frame: bytes) -> None:
        """A frame reached the member."""
        self.send(frame)

    def ended(self, reason: str) -> None:
        """The line is no more. Nothing that a member does here is reason enough for the server to end it."""
        self.line = None
        if reason and not self.process.closing:
            self._fail(f"{self}: {reason}")

    def hear_sync(self, frame: Sync) -> None:
        if frame.step == Step.STATE_VECTOR:
            if self.line is not None:
                self.line.up(encode_sync(Step.MISSING, self.doc.get_update(frame.data)))
            return
        self._receiving = True
        try:
            if self.line is not None and self.line.rough:
                self.doc.apply_update(frame.data)
            else:
                # Of what waited while frames came in any order, pycrdt leaves some where it is. Browsers run Yjs.
                self._waiting = apply_all([*self._waiting, survey(frame.data)], self._apply, self.doc.get_state)
        finally:
            self._receiving = False

    def _apply(self, updates: list[bytes]) -> None:
        for update in updates:
            self.doc.apply_update(update)

    def hear_event(self, event: Any) -> None:
        if isinstance(event, Saved):
            for tokens in self._sent[: event.frames]:
                self._ledger.save(tokens)
        elif isinstance(event, Hello):
            if event.state is not None:
                self.seq = event.seq
                self.turns = {turn.id: turn for turn in event.state.turns}
            elif event.seq < (self.seq or 0):
                self._fail(f"{self} was told that the room is at event {event.seq}, but saw {self.seq}")
        elif isinstance(event, JournaledEvent):
            seen = self.seq or 0
            if event.seq > seen + 1:
                self._fail(f"{self} got event {event.seq} after {seen}")
            self.seq = max(event.seq, seen)
            if isinstance(event, TurnEvent):
                self.turns[event.turn.id] = event.turn

    def command(self, make: Callable[[str], AnyCommand]) -> None:
        """Send a command, if the line is up."""
        if self.line is not None:
            self._commands += 1
            self.line.up(encode_json(make(str(self._commands)).model_dump_json()))

    # --- writing ---

    def type(self, most: int) -> str | None:
        """Type a token among other characters, somewhere. Answers what happened; None if there is nowhere."""
        if (found := self._some_file()) is None:
            return None
        file_id, text = found
        self._undo_manager(file_id, text)
        before, at = self._place(text)
        typed = [self._random.choice(FILLER) for _ in range(self._random.randrange(most))]
        token = self._ledger.type(file_id)
        typed.insert(self._random.randint(0, len(typed)), token)
        with self.doc.transaction(origin=ME):
            text.insert(len(before[:at].encode()), "".join(typed))
        return f"types t{len(self._ledger.file_of) - 1} at {at} of {len(before)} in {file_id}"

    def delete(self, most: int) -> str | None:
        """Delete some characters somewhere."""
        if (found := self._some_file()) is None:
            return None
        file_id, text = found
        before, at = self._place(text)
        end = min(len(before), at + self._random.randint(1, most))
        if end == at:
            return None
        self._undo_manager(file_id, text)
        self._ledger.remove(TOKENS.findall(before[at:end]))
        with self.doc.transaction(origin=ME):
            del text[len(before[:at].encode()) : len(before[:end].encode())]
        return f"deletes {at} to {end} of {len(before)} in {file_id}"

    def undo(self) -> str | None:
        """Take back one's own last change of some document."""
        if not self._undos:
            return None
        file_id = self._random.choice(sorted(self._undos))
        before = tokens_in(self.files)
        self._undos[file_id].undo()
        self._ledger.remove(before - tokens_in(self.files))
        return f"undoes in {file_id}"

    def create(self, path: str) -> str:
        """Add a document."""
        file_id = f"{self._random.getrandbits(32):08x}"
        token = self._ledger.type(file_id)
        with self.doc.transaction(origin=ME):
            self.files[file_id] = pycrdt.Map({"path": path, "text": pycrdt.Text(f"new {token}\n")})
        return f"creates {path} as {file_id} with t{len(self._ledger.file_of) - 1}"

    def rename(self, path: str) -> str | None:
        """Give some document another path."""
        if (found := self._some_file()) is None:
            return None
        with self.doc.transaction(origin=ME):
            self.files[found[0]]["path"] = path
        return f"renames {found[0]} to {path}"

    def delete_file(self) -> str | None:
        """Delete some document."""
        if (found := self._some_file()) is None:
            return None
        self._ledger.delete_file(found[0])
        with self.doc.transaction(origin=ME):
            del self.files[found[0]]
        return f"deletes the file {found[0]}"

    def _some_file(self) -> tuple[str, pycrdt.Text] | None:
        ids = sorted(self.content())
        if not ids:
            return None
        file_id = self._random.choice(ids)
        return file_id, self.files[file_id]["text"]

    def _place(self, text: pycrdt.Text) -> tuple[str, int]:
        before = str(text)
        return before, self._random.randint(0, len(before))

    def _undo_manager(self, file_id: str, text: pycrdt.Text) -> None:
        if file_id not in self._undos:
            self._undos[file_id] = pycrdt.UndoManager(scopes=[text], capture_timeout_millis=0)
            self._undos[file_id].include_origin(ME)
