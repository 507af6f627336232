"""How the place of one block is looked for, whichever dialect it is written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ide.domain.edits.chunks import locate_chunk, locate_chunk_exactly
from ide.domain.edits.events import Chunk
from ide.domain.edits.locator import Miss, locate, locate_exactly
from ide.domain.edits.matching import Place


@dataclass(frozen=True, slots=True)
class Search:
    """A line, 1-based, near which old text is expected, or what a patch says; `cursor` as in `chunks.py`."""

    hint: int | None = None
    chunk: Chunk | None = None
    cursor: int = 0

    def exactly(self, text: str, target: Sequence[str]) -> Place | Miss | None:
        """The place where `target` stands letter for letter. None if it takes a longer search to tell."""
        if self.chunk is None:
            return locate_exactly(text, target, self.hint)
        return locate_chunk_exactly(text, target, self.chunk, self.cursor)

    def anyhow(self, text: str, target: Sequence[str]) -> Place | Miss:
        """The place that `target` means. Bounded, but may take a second: not for the event loop."""
        if self.chunk is None:
            return locate(text, target, self.hint)
        return locate_chunk(text, target, self.chunk, self.cursor)
