"""A room's history as it crosses the wire: steps, what they changed, comparing and restoring."""

from __future__ import annotations

from pydantic import Field

from ide.wire.codes import Difference, StepKind
from ide.wire.shapes import Shape


class Checkpoint(Shape):
    """A state of the room in its history, which can be looked at, compared and restored.

    `by` is who typed, asked, named or restored it; empty for scripts. `turn` is the turn that it is the result of.
    """

    id: str
    kind: StepKind
    label: str
    by: str
    turn: str | None = None
    at: int


class StepChange(Shape):
    """A file that a step changed: SHA-256 of its text, or of an asset's bytes, before and after. None: no such file."""

    path: str
    before: str | None
    after: str | None
    asset: bool = False


class Step(Checkpoint):
    """A checkpoint or a smaller step, with what it changed since the step before it; `more` files are not listed."""

    changes: list[StepChange]
    more: int = 0


class Timeline(Shape):
    """A part of the history, oldest first. `earlier`: there are steps before it."""

    steps: list[Step]
    earlier: bool


class ComparedFile(Shape):
    """A file at a checkpoint beside the same path now. `text` is the checkpoint's, unless that is too long for here."""

    path: str
    difference: Difference
    text: str | None = None
    asset: str | None = None


class Comparison(Shape):
    """A checkpoint's files beside those of now."""

    checkpoint: Checkpoint
    files: list[ComparedFile]


class AskForCheckpoint(Shape):
    """Body of `POST …/checkpoints`."""

    label: str = Field(default="", max_length=200)


class AskForRestore(Shape):
    """Body of `POST …/restore`: all files, or the one at `path`."""

    path: str | None = Field(default=None, max_length=1024)


class Restored(Shape):
    """The state after a restore, and the checkpoint to restore for having back what was there before."""

    checkpoint: str
    before: str


class AskForFork(Shape):
    """Body of `POST …/fork`: the room as it is now, or as it was at a checkpoint."""

    checkpoint: str | None = Field(default=None, max_length=32)
