"""Who decides about a hunk, where several do at the same time or one dies in between."""

from __future__ import annotations

import pytest

from ide.domain.edits.hunks import HunkRecord
from ide.domain.refusals import Refusal
from ide.store import decisions, models, rooms, turns
from ide.store.hunks import CLAIM_MS
from ide.wire.codes import HunkState, Mode, TurnState
from ide.wire.shapes import Turn

pytestmark = pytest.mark.django_db
NOW = 1_000_000


@pytest.fixture
def room() -> str:
    """A room with a turn of two hunks that were applied and one that was not."""
    room_id = rooms.create("Test").id
    turn = Turn(
        id="turn",
        member="alice",
        member_name="Alice",
        model="standin",
        rehearsal=False,
        mode=Mode.EDIT,
        prompts=["Do it"],
        state=TurnState.SETTLED,
        text="",
        hunks=[],
        asked_at=1,
    )
    turns.record(room_id, turn, "process")
    for hunk_id, state in (("a", HunkState.APPLIED), ("b", HunkState.APPLIED), ("c", HunkState.REFUSED)):
        record = HunkRecord(hunk_id, "edit", "a.js", state, file_id="f", start=b"s", end=b"e", key="1:2")
        turns.record_hunk(room_id, "turn", record)
    return room_id


def states(room: str) -> dict[str, tuple[HunkState, str | None]]:
    turn = turns.read(room, "turn")
    assert turn
    return {hunk.id: (hunk.state, hunk.decided_by) for hunk in turn.hunks}


def test_a_claim_holds_off_others_and_ends_by_itself(room: str) -> None:
    claim = decisions.claim(room, "turn", "a", NOW)
    assert [record.id for record in claim.hunks] == ["a"]
    assert [record.id for record in claim.beside] == ["b"]
    assert (claim.hunks[0].start, claim.hunks[0].key, claim.hunks[0].file_id) == (b"s", "1:2", "f")
    with pytest.raises(Refusal, match="right now"):
        decisions.claim(room, "turn", "a", NOW + 1)
    with pytest.raises(Refusal, match="right now"):
        decisions.accept(room, "turn", "a", "Bob", NOW + 1)
    assert [record.id for record in decisions.claim(room, "turn", None, NOW + 1).hunks] == ["b"]
    with pytest.raises(Refusal, match="right now"):
        decisions.claim(room, "turn", None, NOW + 2)
    later = NOW + CLAIM_MS + 2
    assert [record.id for record in decisions.claim(room, "turn", None, later).hunks] == ["a", "b"]
    decisions.release("turn", ["a"])
    assert decisions.claim(room, "turn", "a", later).hunks


def test_an_undone_turn_says_who_and_what_was_left(room: str) -> None:
    decisions.claim(room, "turn", None, NOW)
    event = decisions.undo(room, "turn", "Bob", ["a"], {"b": "The file is gone."})
    assert (event.turn.undone, event.turn.undone_by) == (True, "Bob")
    assert states(room) == {
        "a": (HunkState.REJECTED, "Bob"),
        "b": (HunkState.APPLIED, None),
        "c": (HunkState.REFUSED, None),
    }
    assert event.turn.hunks[1].message == "The file is gone."
    # What was left may go later, when its place is back.
    assert decisions.claim(room, "turn", "b", NOW + 1).hunks
    with pytest.raises(Refusal, match="Bob has rejected"):
        decisions.claim(room, "turn", "a", NOW + 1)
    with pytest.raises(Refusal, match="Bob has undone"):
        decisions.claim(room, "turn", None, NOW + 1)
    with pytest.raises(Refusal, match="not in force"):
        decisions.claim(room, "turn", "c", NOW + 1)


def test_what_is_open_of_somebodys_turns_is_accepted(room: str) -> None:
    assert decisions.open_turns(room, "bob") == []
    assert decisions.open_turns(room, "alice") == ["turn"]
    decisions.claim(room, "turn", "a", NOW)
    event = decisions.accept_all(room, "turn", "Alice", NOW + 1)
    assert event is not None
    assert [hunk.state for hunk in event.turn.hunks] == [HunkState.APPLIED, HunkState.ACCEPTED, HunkState.REFUSED]
    decisions.reject(room, "turn", "a", "Bob", {"b": (b"new", b"newer")})
    assert decisions.open_turns(room, "alice") == []
    assert decisions.accept_all(room, "turn", "Alice", NOW + 1) is None
    [record] = decisions.claim(room, "turn", "b", NOW + 1).hunks
    assert (record.start, record.end) == (b"new", b"newer")


def test_nothing_is_decided_about_a_turn_that_runs(room: str) -> None:
    models.Turn.objects.update(state=TurnState.STREAMING)
    for decide in (
        lambda: decisions.claim(room, "turn", None, NOW),
        lambda: decisions.claim(room, "turn", "a", NOW),
        lambda: decisions.accept(room, "turn", "a", "Bob", NOW),
    ):
        with pytest.raises(Refusal, match="Stop it first"):
            decide()
    assert decisions.open_turns(room, "alice") == []
