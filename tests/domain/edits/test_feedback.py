"""What a model is told about its blocks."""

from __future__ import annotations

from ide.domain.edits.feedback import render_feedback
from ide.domain.edits.hunks import HunkRecord
from ide.wire.codes import HunkState, Reason


def test_what_stands_and_what_does_not() -> None:
    records = [
        HunkRecord("1", "edit", "a.js", HunkState.APPLIED, line=7, before="x\n", after="y\n"),
        HunkRecord("2", "move", "c.js", HunkState.ACCEPTED, before="b.js", after="c.js"),
        HunkRecord("3", "create", "d.js", HunkState.REJECTED),
        HunkRecord("4", "edit", "a.js", HunkState.REFUSED, reason=Reason.NO_MATCH, message="Not there.\n1| one"),
        HunkRecord("5", "create", "e.js", HunkState.WITHDRAWN),
    ]
    assert render_feedback(records) == (
        "These blocks were applied. Do not send them again:\n"
        "- EDIT a.js @7\n"
        "- MOVE b.js -> c.js\n"
        "\n"
        "These blocks were applied and then rejected by a person. Do not send them again:\n"
        "- CREATE d.js\n"
        "\n"
        "These blocks were not applied:\n"
        "- EDIT a.js: Not there.\n"
        "  1| one\n"
        "- CREATE e.js: It was stopped before its end."
    )


def test_nothing_to_tell() -> None:
    assert render_feedback([]) == ""
