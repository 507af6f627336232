"""Blocks that failed go back to their model: which, in what words, and which later block speaks in their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ide.domain.edits.feedback import render_feedback
from ide.domain.edits.hunks import HunkRecord
from ide.wire.codes import HunkState, Reason

MOST_REPAIRS: Final = 2
# What people removed is theirs, a room that is full stays so, and what the mode forbids it forbids again.
_REPAIRABLE: Final = (Reason.NO_MATCH, Reason.AMBIGUOUS, Reason.PATH, Reason.MALFORMED)
_FAILED: Final = (HunkState.REFUSED, HunkState.WITHDRAWN)
_ASK: Final = (
    "Some blocks of your last answer could not be applied. Send what is still needed of them, as blocks that fit the"
    " files as they stand now, and nothing else. Do not explain."
)


class Repairs:
    """One turn's: what failed in its answers, and what came for it later."""

    def __init__(self) -> None:
        self._rounds = 0
        self._failed: dict[str, HunkRecord] = {}  # as long as nothing came for them
        self._later: set[str] = set()  # what came for one of them

    def note(self, records: Iterable[HunkRecord]) -> int:
        """The model will be told of these hunks of its answer. Answers how many it can put right."""
        failed = {record.id: record for record in records if record.state in _FAILED and record.reason in _REPAIRABLE}
        self._failed |= failed
        return len(failed)

    def prompt(self, records: Sequence[HunkRecord]) -> str | None:
        """What the model is told after an answer with these hunks. None if there is nothing (more) to be put right."""
        if self._rounds == MOST_REPAIRS or not self.note(records):
            return None
        self._rounds += 1
        return f"{_ASK}\n\n{render_feedback(records)}"

    def supersede(self, record: HunkRecord) -> HunkRecord | None:
        """The hunk of an earlier answer in whose place this one was sent, marked as such, if there is one.

        One later hunk stands for one earlier one: what the model did not send again still has to be seen.
        """
        if record.state == HunkState.WRITING or record.id in self._later or record.id in self._failed:
            return None
        old = next((old for old in self._failed.values() if old.path == record.path or _moved(old, record)), None)
        if old is None:
            return None
        self._later.add(record.id)
        del self._failed[old.id]
        return replace(old, superseded=True)


def _moved(old: HunkRecord, record: HunkRecord) -> bool:
    """True if the path itself was what failed, and something was written at another."""
    return old.reason == Reason.PATH and record.state == HunkState.APPLIED
