from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pycrdt
import pytest
from django.db import connection, transaction

from ide.live.replica import Replica
from ide.store import updates
from ide.store.models import Snapshot, Update
from tests.written import written_by_three


def _replayed(room: str) -> str:
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    for update in updates.load(room):
        doc.apply_update(update)
    return str(doc.get("text", type=pycrdt.Text))


def _typed(*words: str) -> list[bytes]:
    """An update for each word, appended to one text."""
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    made: list[bytes] = []
    subscription = doc.observe(lambda event: made.append(event.update))
    text = doc.get("text", type=pycrdt.Text)
    for word in words:
        text += word
    doc.unobserve(subscription)
    return made


class _Elsewhere:
    """A thread with a connection of its own, as another process has one."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work, self._done = work, Future[None]()
        threading.Thread(target=self._run).start()

    @property
    def done(self) -> bool:
        return self._done.done()

    def join(self) -> None:
        self._done.result(timeout=30)

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self._done.set_exception(error)
        else:
            self._done.set_result(None)
        finally:
            connection.close()


class _Before:
    """Does something once, just before statement `number` of those that begin with `verb` is executed."""

    def __init__(self, verb: str, number: int, work: Callable[[], None]) -> None:
        self._verb, self._left, self._work = verb, number, work

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(self._verb):
            self._left -= 1
            if self._left == 0:
                self._work()
        return execute(sql, *rest)

    @property
    def done(self) -> bool:
        return self._left <= 0


def test_what_was_committed_is_loaded(room: str) -> None:
    for update in _typed("one ", "two ", "three"):
        updates.append([(room, update)])
    assert _replayed(room) == "one two three"


def test_an_update_that_waits_for_another_outlives_compaction(room: str) -> None:
    first, second, third = _typed("one ", "two ", "three")
    updates.append([(room, first), (room, third)])
    updates.compact(room)
    assert Update.objects.count() == 1, "the third has nothing to stand on yet"
    assert _replayed(room) == "one "
    updates.append([(room, second)])
    updates.compact(room)
    assert _replayed(room) == "one two three"
    assert Update.objects.count() == 0


def test_a_deletion_that_waits_outlives_compaction(room: str) -> None:
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    made: list[bytes] = []
    subscription = doc.observe(lambda event: made.append(event.update))
    text = doc.get("text", type=pycrdt.Text)
    text += "one 🌍 "
    text += "two"
    del text[0:4]
    doc.unobserve(subscription)
    updates.append([(room, made[0])])
    updates.append([(room, made[2])])
    updates.compact(room)
    updates.append([(room, made[1])])
    updates.compact(room)
    assert _replayed(room) == "🌍 two"


@pytest.mark.parametrize("seed", range(5))
def test_updates_may_have_been_stored_in_any_order(room: str, seed: int) -> None:
    """As those of several processes are. pycrdt alone loses sight of some that had to wait."""
    made, text = written_by_three(seed)
    random.Random(seed).shuffle(made)
    updates.append([(room, update) for update in made])

    def shown() -> str:
        replica = Replica()
        replica.load_all(updates.load_surveyed(room))
        return str(replica.doc.get("text", type=pycrdt.Text))

    assert shown() == text
    updates.compact(room)
    assert Update.objects.count() == 0
    assert shown() == text


def test_compaction_keeps_the_text_and_what_comes_after(room: str) -> None:
    first, second, third = _typed("one ", "two ", "three")
    updates.append([(room, first)])
    updates.append([(room, second)])
    updates.compact(room)
    assert Update.objects.count() == 0
    updates.append([(room, third)])
    assert _replayed(room) == "one two three"
    updates.compact(room)
    assert Snapshot.objects.count() == 1
    assert _replayed(room) == "one two three"


def test_compaction_of_a_quiet_room_changes_nothing(room: str) -> None:
    updates.append([(room, update) for update in _typed("kept")])
    updates.compact(room)
    before = bytes(Snapshot.objects.get().data)
    updates.compact(room)
    assert bytes(Snapshot.objects.get().data) == before


def test_deleted_text_leaves_the_database(room: str) -> None:
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    text = doc.get("text", type=pycrdt.Text)
    text += "secret" * 2_000
    updates.append([(room, doc.get_update())])
    text.clear()
    updates.append([(room, doc.get_update())])
    updates.compact(room)
    [snapshot] = updates.load(room)
    assert b"secret" not in snapshot


def test_shared_types_are_counted_with_what_is_loaded(room: str) -> None:
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    made: list[bytes] = []
    subscription = doc.observe(lambda event: made.append(event.update))
    files = doc.get("files", type=pycrdt.Map)
    for name in "abc":
        files[name] = pycrdt.Map({"text": pycrdt.Text(name)})
    doc.unobserve(subscription)
    updates.append([(room, update) for update in made])
    assert [update.types for update in updates.load_surveyed(room)] == [2, 2, 2]
    size = updates.compact(room)
    [snapshot] = updates.load_surveyed(room)
    assert (size, snapshot.types) == (len(Snapshot.objects.get().data), 6)
    assert [snapshot.data] == updates.load(room)
    assert updates.compact(room) == size


def test_rooms_that_are_gone_are_told_apart(room: str) -> None:
    update = _typed("x")[0]
    assert updates.of_existing_rooms([(room, update), ("gone", update)]) == [(room, update)]


def test_a_compaction_in_the_middle_of_a_load_loses_nothing(room: str) -> None:
    updates.append([(room, update) for update in _typed("one ", "two")])
    compaction = _Before("SELECT", 2, lambda: _Elsewhere(lambda: updates.compact(room)).join())
    with connection.execute_wrapper(compaction):
        assert _replayed(room) == "one two"
    assert compaction.done
    assert Update.objects.count() == 0


@pytest.mark.parametrize("either_database", ["SQLite"], indirect=True)
def test_more_updates_are_merged_than_one_statement_can_name(room: str) -> None:
    many = updates.ROWS_AT_ONCE + 10
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, many - 1)
    updates.append([(room, update) for update in _typed("one ", "two") * (many // 2)])
    updates.compact(room)
    assert Update.objects.count() == 0
    assert _replayed(room) == "one two"


@pytest.mark.parametrize("either_database", ["PostgreSQL"], indirect=True)
def test_an_update_that_is_committed_late_outlives_the_compaction_that_did_not_see_it(room: str) -> None:
    """Its id lies between those that are merged, and it appears between their reading and their deletion."""
    # By three people: none builds on another.
    first, second, third = (_typed(word)[0] for word in ("one ", "two ", "three "))
    inserted, commit = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            updates.append([(room, second)])
            inserted.set()
            assert commit.wait(30)

    updates.append([(room, first)])
    writer = _Elsewhere(late)
    assert inserted.wait(30)
    updates.append([(room, third)])

    def commit_late() -> None:
        commit.set()
        writer.join()

    deletion = _Before("DELETE", 1, commit_late)
    with connection.execute_wrapper(deletion):
        updates.compact(room)
    assert deletion.done
    assert sorted(_replayed(room).split()) == ["one", "three", "two"]
    updates.compact(room)
    assert sorted(_replayed(room).split()) == ["one", "three", "two"]
    assert Update.objects.count() == 0


@pytest.mark.parametrize("either_database", ["PostgreSQL"], indirect=True)
def test_two_compactions_at_once_follow_each_other(room: str) -> None:
    """Otherwise one would write a snapshot from before the other's, without the rows that the other took away."""
    updates.append([(room, update) for update in _typed("one ", "two ")])
    updates.compact(room)
    updates.append([(room, update) for update in _typed("three ")])
    others: list[_Elsewhere] = []

    def compact_elsewhere() -> None:
        others.append(_Elsewhere(lambda: updates.compact(room)))
        while not others[0].done and not _somebody_waits():
            pass

    # The third reads the rows; the snapshot was read before.
    with connection.execute_wrapper(_Before("SELECT", 3, compact_elsewhere)):
        updates.compact(room)
    others[0].join()
    assert sorted(_replayed(room).split()) == ["one", "three", "two"]
    assert Update.objects.count() == 0


def _somebody_waits() -> bool:
    """Whether a connection of this database waits for another's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
