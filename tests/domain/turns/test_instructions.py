from __future__ import annotations

import pytest

from ide.domain.edits.dialects import DialectName
from ide.domain.turns.dialects import how_to_write
from ide.domain.turns.estimate import estimate_tokens
from ide.domain.turns.instructions import instructions, mode_note
from ide.wire.codes import Mode

DIALECTS: tuple[DialectName, ...] = ("edit", "v4a", "whole")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("brief", [False, True])
def test_instructions_say_how_to_write_and_that_nothing_is_run_unasked(dialect: DialectName, brief: bool) -> None:
    said = instructions(dialect, brief=brief)
    assert how_to_write(dialect) in said
    assert "Nothing is run or tested unless somebody asks for it" in said
    assert "Change as little as possible" in said
    assert "`path:line`" in said
    assert instructions(dialect, brief=brief) == said


@pytest.mark.parametrize("dialect", DIALECTS)
def test_brief_instructions_leave_room_in_the_smallest_window(dialect: DialectName) -> None:
    assert estimate_tokens(instructions(dialect, brief=True)) < 800


def test_modes_other_than_edit_are_told_beside_the_prompt() -> None:
    assert mode_note(Mode.EDIT) == ""
    assert "path:line" in mode_note(Mode.ASK)
    assert "PLAN.md" in mode_note(Mode.PLAN)
    assert "- [ ]" in mode_note(Mode.PLAN)
