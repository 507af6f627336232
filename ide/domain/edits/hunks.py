"""One located change of a turn, as it is told to people, stored, and taken back later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ide.wire.codes import HunkState, Reason
from ide.wire.shapes import Hunk

Kind = Literal["edit", "create", "delete", "move"]


@dataclass(frozen=True, slots=True)
class HunkRecord:
    """What became of one block of a model's answer.

    `before` and `after` are what stood and what stands in the hunk's place, without what others wrote there meanwhile:
    for `delete` the whole text and nothing, for `move` the old and the new path. Of a block that was refused they are
    the old text that it names and the new text that it proposes; both are empty if there are none, or too long ones.

    `line` is 1-based, when the place was found. `start` and `end` are encoded Yjs positions around `after`, or around
    all that is typed as long as it is being written; empty bytes mean the start and the end of the document. `key`
    names the text that they stand in, which another one may have replaced. `created` says that the file did not exist
    before.
    """

    id: str
    kind: Kind
    path: str
    state: HunkState
    file_id: str | None = None
    reason: Reason | None = None
    message: str | None = None
    line: int | None = None
    before: str = ""
    after: str = ""
    start: bytes = b""
    end: bytes = b""
    key: str = ""
    created: bool = False
    superseded: bool = False

    def shape(self) -> Hunk:
        """The hunk as it crosses the wire."""
        return Hunk(
            id=self.id,
            path=self.path,
            file=self.file_id,
            state=self.state,
            reason=self.reason,
            message=self.message,
            line=self.line,
            before=self.before,
            after=self.after,
            superseded=self.superseded,
        )
