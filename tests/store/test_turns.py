from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from ide.store import turns
from ide.store.models import WebProcess
from ide.wire import shapes
from ide.wire.codes import Code, Mode, TurnState

PROBLEM = shapes.Problem(code=Code.INTERNAL, message="The server died.")


def _turn(name: str, state: TurnState = TurnState.STREAMING) -> shapes.Turn:
    return shapes.Turn(
        id=name,
        member="ann",
        member_name="Ann",
        model="model",
        rehearsal=False,
        mode=Mode.EDIT,
        prompts=["Do it"],
        state=state,
        text="",
        hunks=[],
        asked_at=1,
    )


def _silence(process: str) -> None:
    WebProcess.objects.filter(pk=process).update(alive_until=timezone.now() - timedelta(seconds=1))


def test_turns_fail_when_their_process_falls_silent(room: str) -> None:
    turns.record(room, _turn("lost"), "dead")
    turns.record(room, _turn("running"), "alive")
    assert turns.silent() == set()
    _silence("dead")
    assert turns.silent() == {"dead"}
    ((where, event),) = turns.expire({"dead"}, PROBLEM)
    assert (where, event.turn.id, event.turn.state, event.turn.error) == (room, "lost", TurnState.FAILED, PROBLEM)
    assert turns.silent() == set()


def test_a_process_that_was_taken_for_dead_hears_of_it_and_changes_nothing_any_more(room: str) -> None:
    turns.record(room, _turn("turn"), "slow")
    assert turns.lost(["turn", "not stored yet"]) == []
    _silence("slow")
    turns.expire(turns.silent(), PROBLEM)
    assert turns.record(room, _turn("turn", TurnState.SETTLED), "slow") is None
    (ended,) = turns.lost(["turn", "not stored yet"])
    assert (ended.state, ended.error) == (TurnState.FAILED, PROBLEM)
    assert turns.read(room, "turn") == ended
