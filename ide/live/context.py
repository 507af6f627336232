"""What a room's models are told: the room's files as they are, what happened in it, and a conversation with each model.

Files are read on the loop, each only if it changed, and looked through in a thread where that is much. Conversations
are kept in memory alone: after a restart, and in another process, a model is told of earlier turns by what is stored.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from ide.domain.refusals import Refusal
from ide.domain.turns.conversation import Conversation, TooLong
from ide.domain.turns.memory import Memory
from ide.domain.turns.mentions import Names, RoomFile
from ide.domain.turns.outline import outline
from ide.domain.turns.room_view import RoomView
from ide.engines import model
from ide.wire import shapes
from ide.wire.codes import Code
from ide.wire.messages import Event, HunkEvent, TurnEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from ide.domain.edits.hunks import HunkRecord
    from ide.live.room import LiveRoom

# Read on the loop at once: about a millisecond.
_SLICE: Final = 500_000
# Of more characters, or files, than these the work is done in a thread: it would hold up the loop.
_LITTLE_TEXT: Final = 200_000
_FEW_FILES: Final = 100
_RECENT: Final = 20

T = TypeVar("T")


@dataclass(slots=True)
class _Lane:
    """One conversation with one model; `turn` is the one that goes on with it now."""

    conversation: Conversation
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    turn: str | None = None
    order: asyncio.Lock = field(default_factory=asyncio.Lock)


class Context:
    """One room's. `earlier` are its last turns when it was opened."""

    def __init__(self, room: LiveRoom, earlier: Iterable[shapes.Turn]) -> None:
        self.memory = Memory(earlier)
        self._room = room
        self._lanes: dict[tuple[str, str, int], list[_Lane]] = {}
        self._files: dict[str, RoomFile] = {}
        self._changed = room.replica.follow()
        self._names = Names({})
        self._shown: object = None
        self._recent: dict[str, None] = {}
        self._order = asyncio.Lock()

    def remember(self, turn: shapes.Turn) -> None:
        """A turn is over, here or elsewhere, or something about it changed since."""
        self.memory.remember(turn)

    def hear(self, event: Event) -> None:
        """Take what was journaled in the room, in whichever process."""
        if isinstance(event, TurnEvent) and event.turn.state.over:
            self.remember(event.turn)
        elif isinstance(event, HunkEvent):
            self.memory.decided(event.turn, event.hunk)

    def talk(self, turn: str, ask: shapes.Ask, chosen: shapes.Model) -> Talk:
        """What a turn says to its model and hears. Raises Refusal if its prompt is longer than the model reads."""
        talk = Talk(self, turn, ask, chosen)
        talk.check(ask.prompt)
        return talk

    async def view(self, told: Callable[[], None]) -> RoomView:
        """The room as it is at one moment, in which `told` is called."""
        async with self._order:
            read = await self._read()
            # Nothing may be waited for between the last text and this.
            told()
            if read or self._shown is not self._room.replica.documents():
                await self._look(read)
            assets = [
                f"{asset.path} ({asset.type}, {asset.bytes} bytes)" if asset.type else asset.path
                for asset in self._room.assets.files()
            ]
            return RoomView(self._files, self._names, tuple(assets), tuple(reversed(self._recent)))

    def lane(self, turn: str, chosen: shapes.Model) -> _Lane:
        """The conversation with a model that nobody goes on with now; a new one where there is none."""
        lanes = self._lanes.setdefault((chosen.name, chosen.dialect, chosen.context_tokens), [])
        lane = next((lane for lane in lanes if lane.turn is None), None)
        if lane is None:
            lane = _Lane(Conversation(chosen.dialect, chosen.context_tokens))
            lanes.append(lane)
        lane.turn = turn
        return lane

    async def _read(self) -> dict[str, str]:
        """The texts of the files that changed, by id."""
        replica = self._room.replica
        texts: dict[str, str] = {}
        while self._changed:
            size = 0
            while self._changed and size < _SLICE:
                file_id = self._changed.pop()
                document = replica.document_by_id(file_id)
                if document is not None:
                    texts[file_id] = str(document.text)
                    size += len(texts[file_id])
            if self._changed:
                await asyncio.sleep(0)
        return texts

    async def _look(self, texts: dict[str, str]) -> None:
        """Bring the files up to date, of which those in `texts` changed."""
        documents = self._room.replica.documents()
        paths = sorted((document.path, document.id) for document in documents.values())
        before = self._files

        def look() -> tuple[dict[str, RoomFile], Names]:
            files: dict[str, RoomFile] = {}
            for path, file_id in paths:
                known, text = before.get(file_id), texts.get(file_id)
                text = known.text if text is None and known is not None else text
                if known is not None and known.path == path and known.text == text:
                    files[file_id] = known
                elif text is not None:
                    files[file_id] = RoomFile(file_id, path, text, outline(path, text))
            names = self._names if [*before] == [*files] and self._shown is documents else None
            return files, names or Names({file_id: path for path, file_id in paths})

        self._files, self._names = await _work(look, len(paths), sum(map(len, texts.values())))
        self._shown = documents
        if before:
            for file_id in texts:
                self._recent.pop(file_id, None)
                self._recent[file_id] = None
            for file_id in [file_id for file_id in self._recent if file_id not in self._files]:
                del self._recent[file_id]
            while len(self._recent) > _RECENT:
                del self._recent[next(iter(self._recent))]


class Talk:
    """One turn's part in a conversation with its model."""

    def __init__(self, context: Context, turn: str, ask: shapes.Ask, chosen: shapes.Model) -> None:
        self._context = context
        self._turn = turn
        self._ask = ask
        self._chosen = chosen
        self._lane: _Lane | None = None

    def check(self, prompt: str) -> None:
        """Raise Refusal if a prompt is longer than the model reads."""
        if not Conversation(self._chosen.dialect, self._chosen.context_tokens).fits(prompt, self._ask.mode):
            raise self._too_long()

    async def request(
        self, prompt: str, told: Callable[[], None], *, repair: bool = False
    ) -> tuple[model.ModelRequest, shapes.Sent]:
        """What to ask the model now. `repair`: the prompt says itself which blocks of the last answer failed.

        `told` is called when the files are as the model is told them, also if nobody waits for the request any more.
        """
        if self._lane is None:
            self._lane = self._context.lane(self._turn, self._chosen)
        # What works in a thread cannot be cancelled, and the next one may not begin before it is done.
        task = asyncio.get_running_loop().create_task(self._request(self._lane, prompt, repair, told))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    def answered(self, said: str, hunks: Iterable[HunkRecord], *, cut: bool = False) -> None:
        """What the model said to that, and the hunks of it. `cut`: it was not its whole answer."""
        if self._lane is not None:
            self._lane.conversation.answered(said, hunks, cut=cut)

    def redirected(self, prompt: str) -> None:
        """After `answered`: the model goes on with `prompt` without being asked anew."""
        if self._lane is not None:
            self._lane.conversation.redirected(prompt)

    def close(self) -> None:
        """Leave the conversation to the next turn."""
        if self._lane is not None and self._lane.turn == self._turn:
            self._lane.turn = None

    async def _request(
        self, lane: _Lane, prompt: str, repair: bool, told: Callable[[], None]
    ) -> tuple[model.ModelRequest, shapes.Sent]:
        async with lane.order:
            try:
                return await self._compose(lane, prompt, repair, told)
            except TooLong:
                raise self._too_long() from None

    async def _compose(
        self, lane: _Lane, prompt: str, repair: bool, told: Callable[[], None]
    ) -> tuple[model.ModelRequest, shapes.Sent]:
        view = await self._context.view(told)
        memory = self._context.memory.copy()
        if self._chosen.rehearsal:
            # It reads the files from what it is told, and keeps no cache.
            lane.conversation.forget()

        def compose() -> tuple[model.ModelRequest, shapes.Sent]:
            content = lane.conversation.ask(self._turn, view, memory, self._ask, prompt, repair=repair)
            messages = tuple(model.Message(message.role, message.text) for message in content.messages)
            request = model.ModelRequest(
                content.system, messages, content.answer_tokens, lane.name, stable_messages=len(messages)
            )
            return request, content.sent

        return await _work(compose, len(view.files), sum(len(file.text) for file in view.files.values()))

    def _too_long(self) -> Refusal:
        most = f"{self._chosen.context_tokens:,}"
        return Refusal(Code.TOO_LARGE, f"The prompt is too long for {self._chosen.name}, which reads {most} tokens.")


async def _work(do: Callable[[], T], files: int, characters: int) -> T:
    """Carry out what looks at so many files, with so much text in all."""
    if files > _FEW_FILES or characters > _LITTLE_TEXT:
        return await asyncio.to_thread(do)
    return do()
