"""A room's text: a snapshot and the Yjs updates since.

Compaction deletes exactly the rows that it merged, never a range of ids: rows become visible when they are committed,
and another process may commit one whose id lies between them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from pycrdt import Doc

from ide.domain.updates import reach, read_state_vector
from ide.store.models import Room, Snapshot, Update
from ide.wire.frames import EMPTY_UPDATE

# SQLite takes 32,766 values in one statement.
ROWS_AT_ONCE = 10_000
INSERT = f"INSERT INTO {Update._meta.db_table} (room_id, data) VALUES (%s, %s)"  # noqa: S608


def append(updates: Iterable[tuple[str, bytes]]) -> None:
    """Commit updates of any rooms, in one transaction: (room id, update)."""
    # Not by bulk_create, which takes several times as long and keeps the event loop waiting for the interpreter.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(INSERT, list(updates))


def load(room_id: str) -> list[bytes]:
    """Everything committed, to be applied in this order."""
    # The rows first: those that a compaction takes away after this are in the snapshot that is read after it. The
    # other way round, they would be in neither. What is in both does no harm.
    rows = [bytes(data) for data in _rows(room_id).values_list("data", flat=True)]
    return [bytes(data) for data in Snapshot.objects.filter(pk=room_id).values_list("data", flat=True)] + rows


def compact(room_id: str) -> None:
    """Merge the updates into the snapshot. Text that was deleted goes for good.

    An update that builds on one which has not arrived stays a row of its own: a snapshot would leave it out.
    """
    if not _rows(room_id).exists():
        return
    with transaction.atomic():
        # One compaction of a room at a time: the snapshot's row is its lock.
        snapshot, _ = Snapshot.objects.select_for_update().get_or_create(pk=room_id, defaults={"data": EMPTY_UPDATE})
        rows = [(row_id, bytes(data)) for row_id, data in _rows(room_id).values_list("id", "data")]
        doc: Doc[Any] = Doc()
        doc.apply_update(bytes(snapshot.data))
        for _, data in rows:
            doc.apply_update(data)
        snapshot.data = doc.get_update()
        snapshot.save(update_fields=["data"])
        reached = read_state_vector(doc.get_state())
        merged = [row_id for row_id, data in rows if _is_within(reach(data), reached)]
        for start in range(0, len(merged), ROWS_AT_ONCE):
            Update.objects.filter(pk__in=merged[start : start + ROWS_AT_ONCE]).delete()


def of_existing_rooms(batch: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The updates whose room still exists."""
    existing = set(Room.objects.filter(pk__in={room_id for room_id, _ in batch}).values_list("pk", flat=True))
    return [(room_id, update) for room_id, update in batch if room_id in existing]


def _is_within(clocks: dict[int, int], reached: dict[int, int]) -> bool:
    return all(reached.get(client, 0) >= clock for client, clock in clocks.items())


def _rows(room_id: str) -> QuerySet[Update]:
    return Update.objects.filter(room_id=room_id).order_by("id")
