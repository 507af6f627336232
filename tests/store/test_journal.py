from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from ide.store import journal
from ide.store.journal import NoRoom
from ide.wire.messages import RoomEvent


def _retitled(title: str) -> Callable[[int], RoomEvent]:
    return lambda seq: RoomEvent(seq=seq, title=title)


def test_events_are_numbered_without_gaps(room: str) -> None:
    assert [journal.append(room, _retitled(title)).seq for title in "abc"] == [1, 2, 3]
    assert journal.last(room) == 3


def test_numbers_are_not_given_twice_to_writers_at_once(room: str) -> None:
    def write() -> None:
        for _ in range(10):
            journal.append(room, _retitled("x"))
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = journal.since(room, 0)
    assert events is not None
    assert [event.seq for event in events] == list(range(1, 41))


def test_missed_events_are_read_back_as_they_were(room: str) -> None:
    made = [journal.append(room, _retitled(title)) for title in "abc"]
    assert journal.since(room, 1) == made[1:]
    assert journal.since(room, 3) == []


def test_who_missed_too_much_or_comes_from_another_time_gets_none(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "KEPT_EVENTS", 10)
    monkeypatch.setattr(journal, "LEAST_EVENTS", 5)
    for _ in range(100):
        journal.append(room, _retitled("x"))
    assert journal.since(room, 89) is None
    assert len(journal.since(room, 95) or []) == 5
    assert journal.since(room, 101) is None


def test_the_journal_is_bounded_in_bytes_but_keeps_the_newest(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "KEPT_CHARACTERS", 10_000)
    monkeypatch.setattr(journal, "LEAST_EVENTS", 5)
    for _ in range(20):
        journal.append(room, _retitled("x" * 1_000))
    assert journal.since(room, 10) is None
    assert len(journal.since(room, 11) or []) == 9
    for _ in range(5):
        journal.append(room, _retitled("x" * 20_000))
    assert journal.since(room, 19) is None
    assert len(journal.since(room, 20) or []) == 5


def test_a_room_that_is_gone_has_no_journal(room: str) -> None:
    with pytest.raises(NoRoom):
        journal.append("gone", _retitled("x"))
