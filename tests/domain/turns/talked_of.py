"""A room that a model is told of, without a server: its files, its memory and one conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ide.domain.edits.dialects import DialectName
from ide.domain.edits.hunks import HunkRecord
from ide.domain.turns.context import DocumentText, Exchange
from ide.domain.turns.conversation import Content, Conversation
from ide.domain.turns.memory import Memory
from ide.domain.turns.mentions import Names, RoomFile
from ide.domain.turns.outline import outline
from ide.domain.turns.room_view import RoomView
from ide.wire.codes import Mode, TurnState
from ide.wire.shapes import Ask, Fault, Hunk, Lines, Turn


class TalkedOf:
    """The room. A file's id is `#` and the path under which it was first written."""

    def __init__(
        self,
        documents: Iterable[DocumentText] = (),
        *,
        context_tokens: int = 128_000,
        dialect: DialectName = "edit",
        said: Sequence[Exchange] = (),
        assets: tuple[str, ...] = (),
    ) -> None:
        self.conversation = Conversation(dialect, context_tokens)
        self.memory = Memory(())
        self.assets = assets
        self._files: dict[str, RoomFile] = {}
        self._turns = 0
        for document in documents:
            self.write(document.path, document.text)
        for exchange in said:
            self.another_turn(exchange.prompt, exchange.answer)

    def write(self, path: str, text: str) -> None:
        known = next((file.id for file in self._files.values() if file.path == path), f"#{path}")
        self._files[known] = RoomFile(known, path, text, outline(path, text))

    def remove(self, path: str) -> None:
        del self._files[self.id_of(path)]

    def rename(self, path: str, to: str) -> None:
        file = self._files[self.id_of(path)]
        self._files[file.id] = RoomFile(file.id, to, file.text, file.outline)

    def id_of(self, path: str) -> str:
        return next(file.id for file in self._files.values() if file.path == path)

    def texts(self) -> dict[str, str]:
        return {file.path: file.text for file in self._files.values()}

    def view(self) -> RoomView:
        ordered = sorted(self._files.values(), key=lambda file: file.path)
        names = Names({file.id: file.path for file in ordered})
        return RoomView({file.id: file for file in ordered}, names, self.assets)

    def ask(
        self,
        prompt: str,
        *,
        mode: Mode = Mode.EDIT,
        files: Sequence[str] = (),
        selection: Lines | None = None,
        problem: Fault | None = None,
        turn: str | None = None,
        repair: bool = False,
    ) -> Content:
        if turn is None:
            self._turns += 1
            turn = f"own {self._turns}"
        ask = Ask(prompt=prompt, mode=mode, files=list(files), selection=selection, problem=problem)
        return self.conversation.ask(turn, self.view(), self.memory, ask, prompt, repair=repair)

    def answered(self, answer: str, hunks: Iterable[HunkRecord] = (), *, cut: bool = False) -> None:
        self.conversation.answered(answer, hunks, cut=cut)

    def another_turn(
        self, prompt: str, answer: str, *, by: str = "Blue Fox", hunks: Sequence[Hunk] = (), undone: bool = False
    ) -> Turn:
        """A turn of somebody else is over."""
        self._turns += 1
        turn = Turn(
            id=f"turn {self._turns}",
            member="m",
            member_name=by,
            model="spark",
            rehearsal=False,
            mode=Mode.EDIT,
            prompts=[prompt],
            state=TurnState.SETTLED,
            text=answer,
            hunks=list(hunks),
            undone=undone,
            asked_at=0,
        )
        self.memory.remember(turn)
        return turn
