"""What turns showed of models, and the day's tokens; with each database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from ide.store import measures
from ide.wire.codes import HunkState, Mode, TurnState
from ide.wire.models import Price
from ide.wire.shapes import Hunk, Timing, Turn, Usage

pytestmark = pytest.mark.usefixtures("database")
PRICE = Price(input=1, output=10, source="a test")


def turn(*states: HunkState, **fields: Any) -> Turn:
    hunks = [Hunk(id=str(number), path="a.py", state=state) for number, state in enumerate(states)]
    given = {
        "id": "t",
        "member": "m",
        "member_name": "Blue Fox",
        "model": "spark",
        "rehearsal": False,
        "mode": Mode.EDIT,
        "prompts": ["Do it"],
        "state": TurnState.SETTLED,
        "text": "",
        "hunks": hunks,
        "usage": Usage(input=900, output=100),
        "timing": Timing(first_token_ms=200, tokens_per_second=1_000, total_ms=400),
        "asked_at": 0,
    }
    return Turn.model_validate(given | fields)


def test_turns_add_up_to_what_is_known_of_a_model() -> None:
    refused, applied = HunkState.REFUSED, HunkState.APPLIED
    measures.record(turn(applied, applied, refused), day=None)
    timing = Timing(first_token_ms=400, tokens_per_second=500, total_ms=800)
    measures.record(turn(HunkState.REJECTED, HunkState.WITHDRAWN, HunkState.ACCEPTED, timing=timing), day=None)
    measures.record(turn(timing=Timing(first_token_ms=210, tokens_per_second=900, total_ms=800)), day=None)
    (known,) = measures.measured({"spark": PRICE, "other": None}).values()
    assert (known.turns, known.edits, known.edits_landed) == (3, 5, 4)
    assert (known.first_token_ms, known.tokens_per_second) == (210, 900)
    assert (known.input_tokens, known.output_tokens) == (2_700, 300)
    assert known.cost == pytest.approx(0.0057)


def test_without_a_price_there_is_no_cost() -> None:
    measures.record(turn(), day=None)
    assert measures.measured({"spark": None})["spark"].cost is None


def test_prepared_answers_are_no_measure() -> None:
    assert measures.record(turn(HunkState.APPLIED, rehearsal=True), day=None) is None
    assert measures.measured({"spark": None}) == {}


def test_a_turn_that_was_cut_off_says_nothing_of_the_speed() -> None:
    measures.record(turn(state=TurnState.STOPPED), day=None)
    measures.record(turn(state=TurnState.FAILED, usage=None, timing=Timing()), day=None)
    known = measures.measured({"spark": None})["spark"]
    assert (known.turns, known.first_token_ms, known.tokens_per_second) == (2, 200, None)


def test_old_turns_make_room_for_new_ones() -> None:
    for _ in range(measures.LAST_TURNS):
        measures.record(turn(timing=Timing(first_token_ms=9_000)), day=None)
    for _ in range(measures.LAST_TURNS):
        measures.record(turn(timing=Timing(first_token_ms=100)), day=None)
    assert measures.measured({"spark": None})["spark"].first_token_ms == 100


def test_a_day_counts_what_paid_turns_used() -> None:
    assert measures.used("2026-11-22") == 0
    assert measures.record(turn(), day="2026-11-22") == 1_000
    assert measures.record(turn(usage=Usage(input=0, output=7, estimated=True)), day="2026-11-22") == 1_007
    assert measures.spend("2026-11-22", 3) == 1_010
    assert measures.record(turn(), day=None) is None
    assert (measures.used("2026-11-22"), measures.used("2026-11-23")) == (1_010, 0)


def test_turns_that_end_at_the_same_time_are_all_counted() -> None:
    def end(_: int) -> None:
        try:
            measures.record(turn(HunkState.APPLIED), day="2026-11-22")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(end, range(40)))
    assert measures.used("2026-11-22") == 40_000
    known = measures.measured({"spark": None})["spark"]
    assert (known.turns, known.edits_landed, known.output_tokens) == (40, 40, 4_000)
