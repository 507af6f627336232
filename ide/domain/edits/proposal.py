"""What a block says, kept until it is over: if it is refused, a person may apply it by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ide.domain.edits.matching import exact_places
from ide.domain.edits.weave import DISTINCTIVE

# Code points of old and new text together. A longer proposal is not kept: half of one is no use to anybody.
PROPOSAL_LENGTH: Final = 100_000


class Proposal:
    """One block's old text, which it names, and its new text, as far as that has come."""

    def __init__(self) -> None:
        self.old: Sequence[str] = ()
        self._new: list[str] = []
        self._length = 0

    def name(self, old: Sequence[str]) -> None:
        """The old text is known: its lines without their endings."""
        self.old = old
        self._length += sum(len(line) + 1 for line in old)

    def type(self, text: str) -> None:
        """More of the new text."""
        self._length += len(text)
        if self._length <= PROPOSAL_LENGTH:
            self._new.append(text)

    @property
    def before(self) -> str:
        """The old text; empty if the proposal is too long."""
        return "".join(f"{line}\n" for line in self.old) if self._kept else ""

    @property
    def after(self) -> str:
        """The new text; empty if the proposal is too long."""
        return "".join(self._new) if self._kept else ""

    @property
    def new(self) -> list[str]:
        """The lines of the new text without their endings."""
        return self.after.split("\n")[:-1]

    @property
    def says_something(self) -> bool:
        """True if a place that holds the new text may be one that was changed so: there is more than brackets in it,
        and the old text does not hold it."""
        return any(_is_distinctive(line) for line in self.new) and not exact_places(self.old, self.new)

    @property
    def says_where(self) -> bool:
        """True if a place that holds the new text must be the one: two lines are alike, or one that was to stay."""
        lines = {line.strip() for line in self.new if _is_distinctive(line)}
        return len(lines) > 1 or not lines.isdisjoint(line.strip() for line in self.old)

    @property
    def _kept(self) -> bool:
        return self._length <= PROPOSAL_LENGTH


def _is_distinctive(line: str) -> bool:
    return sum(letter.isalnum() for letter in line) >= DISTINCTIVE
