"""What a turn may write: anything to edit, its plan to plan, and nothing to answer a question."""

from __future__ import annotations

from typing import Final

from ide.wire.codes import Mode

PLAN: Final = "PLAN.md"

_WHY: Final = {
    Mode.ASK: "This turn only answers. Apply it by hand, or ask for the change in edit mode.",
    Mode.PLAN: f"This turn only writes {PLAN}. Apply it by hand, or ask for the change in edit mode.",
}


def why_not(mode: Mode, path: str) -> str | None:
    """Why a turn of this mode does not write the file at `path`. None if it may."""
    if mode == Mode.EDIT or (mode == Mode.PLAN and path == PLAN):
        return None
    return _WHY[mode]
