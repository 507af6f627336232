"""Hunks stand in rows of their own: once, for as long as the history's budget has room for them."""

from __future__ import annotations

import pytest

from ide.domain.edits.hunks import HunkRecord
from ide.domain.refusals import Refusal
from ide.store import decisions, history, journal, turns
from ide.store.models import Event
from ide.wire import shapes
from ide.wire.codes import HunkState, Mode, TurnState
from ide.wire.messages import HunkEvent, TurnEvent


def _turn(number: int, state: TurnState = TurnState.SETTLED, *hunks: HunkRecord) -> shapes.Turn:
    return shapes.Turn(
        id=f"turn {number}",
        member="m",
        member_name="Ada",
        model="standin",
        rehearsal=False,
        mode=Mode.EDIT,
        prompts=["Do it"],
        state=state,
        text="",
        hunks=[hunk.shape() for hunk in hunks],
        asked_at=number,
    )


def _hunk(name: str, after: str) -> HunkRecord:
    return HunkRecord(name, "edit", "a.js", HunkState.APPLIED, file_id="f", after=after)


def _kept(room: str) -> list[str]:
    """The ids of the turns that have hunks."""
    return [turn.id for turn in turns.recent(room, 10) if turn.hunks]


def test_the_journal_tells_a_hunk_as_it_is_now_and_does_not_repeat_it(room: str) -> None:
    hunk = _hunk("a", "a line\n" * 10)
    asked = turns.record(room, _turn(1, TurnState.STREAMING), "p")
    first = turns.record_hunk(room, "turn 1", hunk)
    settled = turns.record(room, _turn(1, TurnState.SETTLED, hunk), "p")
    accepted = decisions.accept(room, "turn 1", "a", "Ada", 1)
    assert asked
    assert settled
    assert accepted
    assert (first.hunk.after, settled.turn.hunks[0].after) == (hunk.after, hunk.after)
    assert not Event.objects.filter(data__contains="a line").exists()

    told = journal.since(room, asked.seq)
    assert told is not None
    assert [event.seq for event in told] == [first.seq, settled.seq, accepted.seq]
    assert isinstance(told[0], HunkEvent)
    assert isinstance(told[1], TurnEvent)
    assert told[0].hunk == accepted.hunk
    assert told[1].turn.hunks == [accepted.hunk]
    assert told[2] == accepted


def test_the_hunks_of_the_oldest_turns_go_first(room: str) -> None:
    for number in range(4):
        turns.record(room, _turn(number), "p")
        # A letter of two bytes.
        turns.record_hunk(room, f"turn {number}", _hunk("a", "é" * 500))
    size = 1_000 + history.HUNK_BYTES
    assert history.keep_hunks(room, 4 * size) == 4 * size
    assert _kept(room) == ["turn 0", "turn 1", "turn 2", "turn 3"]
    assert history.keep_hunks(room, 3 * size - 1) == 2 * size
    assert _kept(room) == ["turn 2", "turn 3"]
    assert len(turns.recent(room, 10)) == 4, "the turns themselves stay"
    with pytest.raises(Refusal, match="nothing that could still be undone"):
        decisions.claim(room, "turn 0", None, 1)
    told = journal.since(room, 0)
    assert told is not None
    first = next(event for event in told if isinstance(event, HunkEvent))
    assert first.hunk.after == ""


def test_hunks_that_may_still_be_needed_stay_whatever_they_take(room: str) -> None:
    for number, state in enumerate((TurnState.STREAMING, TurnState.SETTLED, TurnState.SETTLED)):
        turns.record(room, _turn(number, state), "p")
        turns.record_hunk(room, f"turn {number}", _hunk("a", "x"))
    decisions.claim(room, "turn 1", None, 1)
    history.keep_hunks(room, 0)
    assert _kept(room) == ["turn 0", "turn 1", "turn 2"], "one is written, one is taken back, one is the last"
    decisions.release("turn 1", ["a"])
    history.keep_hunks(room, 0)
    assert _kept(room) == ["turn 0", "turn 2"]


def test_other_rooms_keep_theirs(room: str) -> None:
    for number in range(2):
        turns.record(room, _turn(number), "p")
        turns.record_hunk(room, f"turn {number}", _hunk("a", "x"))
    assert history.keep_hunks("another", 0) == 0
    assert _kept(room) == ["turn 0", "turn 1"]
