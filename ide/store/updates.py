"""A room's text: a snapshot and the Yjs updates since.

What was deleted leaves its place in the snapshot, some 18 bytes for each stretch that went at once, since others may
still write beside it. Packed, that is a quarter of it.

Compaction deletes exactly the rows that it merged, never a range of ids: rows become visible when they are committed,
and another process may commit one whose id lies between them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from pycrdt import Doc

from ide.domain.updates import Surveyed, apply_all, count_types, survey
from ide.store.models import Room, Snapshot, Update
from ide.wire.frames import EMPTY_UPDATE

# SQLite takes 32,766 values in one statement.
ROWS_AT_ONCE = 10_000
# Level 6 makes it a tenth smaller and takes four times as long.
PACKING = 1
NOTHING = zlib.compress(EMPTY_UPDATE)
INSERT = f"INSERT INTO {Update._meta.db_table} (room_id, data) VALUES (%s, %s)"  # noqa: S608


def append(updates: Iterable[tuple[str, bytes]]) -> None:
    """Commit updates of any rooms, in one transaction: (room id, update)."""
    # Not by bulk_create, which takes several times as long and keeps the event loop waiting for the interpreter.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(INSERT, list(updates))


def load(room_id: str) -> list[bytes]:
    """Everything committed, to be applied in this order."""
    snapshots, rows = _stored(room_id)
    return [_unpack(snapshot) for snapshot in snapshots] + rows


def load_surveyed(room_id: str) -> list[Surveyed]:
    """As `load`, with what has to be known of each."""
    snapshots, rows = _stored(room_id)
    # A snapshot waits for nothing.
    surveyed = [Surveyed(_unpack(snapshot), snapshot.types, {}) for snapshot in snapshots]
    return surveyed + [survey(data) for data in rows]


def missing(room_id: str, state_vector: bytes) -> bytes:
    """What is committed and a document with this state vector lacks, as one update."""
    doc: Doc[Any] = Doc()
    apply_all(load_surveyed(room_id), lambda some: _apply(doc, some), doc.get_state)
    return doc.get_update(state_vector)


def compact(room_id: str) -> int:
    """Merge the updates into the snapshot, and answer its bytes. Text that was deleted goes for good.

    An update that builds on one which has not arrived stays a row of its own: a snapshot would leave it out.
    """
    if not _rows(room_id).exists():
        return sum(Snapshot.objects.filter(pk=room_id).values_list(Length("data"), flat=True))
    with transaction.atomic():
        # One compaction of a room at a time: the snapshot's row is its lock.
        snapshot, _ = Snapshot.objects.select_for_update().get_or_create(pk=room_id, defaults={"data": NOTHING})
        rows = {row_id: survey(bytes(data)) for row_id, data in _rows(room_id).values_list("id", "data")}
        doc: Doc[Any] = Doc()
        doc.apply_update(_unpack(snapshot))
        waiting = apply_all(rows.values(), lambda some: _apply(doc, some), doc.get_state)
        state = doc.get_update()
        snapshot.data, snapshot.types = zlib.compress(state, PACKING), count_types(state, most_parts=None)
        snapshot.save(update_fields=["data", "types"])
        left = {id(update) for update in waiting}
        merged = [row_id for row_id, update in rows.items() if id(update) not in left]
        for start in range(0, len(merged), ROWS_AT_ONCE):
            Update.objects.filter(pk__in=merged[start : start + ROWS_AT_ONCE]).delete()
    return len(snapshot.data)


def of_existing_rooms(batch: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The updates whose room still exists."""
    existing = set(Room.objects.filter(pk__in={room_id for room_id, _ in batch}).values_list("pk", flat=True))
    return [(room_id, update) for room_id, update in batch if room_id in existing]


def _apply(doc: Doc[Any], some: list[bytes]) -> None:
    for update in some:
        doc.apply_update(update)


def _stored(room_id: str) -> tuple[list[Snapshot], list[bytes]]:
    # The rows first: those that a compaction takes away after this are in the snapshot that is read after it. The
    # other way round, they would be in neither. What is in both does no harm.
    rows = [bytes(data) for data in _rows(room_id).values_list("data", flat=True)]
    return list(Snapshot.objects.filter(pk=room_id)), rows


def _unpack(snapshot: Snapshot) -> bytes:
    return zlib.decompress(snapshot.data)


def _rows(room_id: str) -> QuerySet[Update]:
    return Update.objects.filter(room_id=room_id).order_by("id")
