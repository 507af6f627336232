from __future__ import annotations

from typing import Any

import pycrdt

from ide.store import updates
from ide.store.models import Snapshot, Update


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
    assert b"secret" not in bytes(Snapshot.objects.get().data)


def test_rooms_that_are_gone_are_told_apart(room: str) -> None:
    update = _typed("x")[0]
    assert updates.of_existing_rooms([(room, update), ("gone", update)]) == [(room, update)]
