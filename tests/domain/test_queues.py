"""The line of runs: who may begin, who waits, and for how many."""

from __future__ import annotations

import pytest

from ide.domain.queues import CHECKS, QUEUE_OF, RUNS, Lane, Line, Places, Ticket, lane_of
from ide.wire.codes import RunKind

PLACES = {
    Lane.PROGRAMS: Places(room=2, member=1),
    Lane.SESSIONS: Places(room=20, member=20),
    Lane.PAGES: Places(room=1, member=1),
}


def ticket(run: str, room: str = "r", member: str = "", lane: Lane = Lane.PROGRAMS, running: bool = False) -> Ticket:
    """A run; without a `member` its own."""
    return Ticket(run, room, member or run, lane, running, created_at=0, sent_at=0)


def names(tickets: list[Ticket]) -> list[str]:
    return [ticket.run for ticket in tickets]


@pytest.mark.parametrize("kind", RunKind)
def test_every_kind_has_a_lane_and_a_queue(kind: RunKind) -> None:
    assert QUEUE_OF[lane_of(kind, terminal=False)] == (CHECKS if kind is RunKind.PAGE else RUNS)
    assert lane_of(kind, terminal=True) is Lane.SESSIONS


def test_a_room_begins_as_many_as_it_has_places_for() -> None:
    line = Line([ticket("a", running=True), ticket("b"), ticket("c"), ticket("d", room="other")], PLACES)
    assert names(line.next()) == ["d", "b"]
    assert [line.has_place(ticket) for ticket in line.waiting] == [True, True, True]


def test_a_member_who_waits_for_a_place_holds_up_nobody_else() -> None:
    line = Line([ticket("a", member="ann", running=True), ticket("b", member="ann"), ticket("c", member="bob")], PLACES)
    assert names(line.next()) == ["c"]
    assert [line.has_place(ticket) for ticket in line.waiting] == [False, True]


def test_twenty_open_terminals_and_a_page_check_keep_no_program_waiting() -> None:
    open_ones = [ticket(f"t{number}", lane=Lane.SESSIONS, running=True) for number in range(20)]
    line = Line([*open_ones, ticket("page", lane=Lane.PAGES, running=True), ticket("a")], PLACES)
    assert names(line.next()) == ["a"]
    one_more = Line([*open_ones, ticket("t20", lane=Lane.SESSIONS)], PLACES)
    assert names(one_more.next()) == []


def test_rooms_take_turns() -> None:
    places = {**PLACES, Lane.PAGES: Places(room=2, member=2)}
    checks = [ticket(f"a{number}", lane=Lane.PAGES) for number in range(4)]
    later = ticket("b", room="other", lane=Lane.PAGES)
    assert names(Line([*checks, later], places).next()) == ["a0", "b", "a1"]
    going = ticket("a", lane=Lane.PAGES, running=True)
    line = Line([going, *checks, later], places)
    assert names(line.next()) == ["b", "a0"], "who has none goes before who has one"
    assert line.ahead() == {"b": 0, "a0": 1, "a1": 1, "a2": 2, "a3": 3}


def test_how_many_are_ahead() -> None:
    line = Line(
        [
            ticket("running", running=True),
            ticket("a"),
            ticket("b", room="other"),
            ticket("c"),
            ticket("d"),
            ticket("page", lane=Lane.PAGES),
            ticket("e", room="third"),
        ],
        PLACES,
    )
    # Those with a place wait for a worker, in the order of all rooms; the others for their own room.
    assert line.ahead() == {"a": 2, "b": 0, "c": 1, "d": 2, "page": 0, "e": 1}
    assert [ticket.run for ticket in line.waiting if ticket not in line.next()] == ["c", "d"]
