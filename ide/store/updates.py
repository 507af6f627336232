"""A room's text: a snapshot and the Yjs updates since.

Compaction merges into the snapshot exactly the rows it read, in one transaction, never a range of ids: another
process may have appended rows whose ids lie between them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from pycrdt import Doc

from ide.domain.updates import reach, read_state_vector
from ide.store.models import Room, Snapshot, Update


def append(updates: Iterable[tuple[str, bytes]]) -> None:
    """Commit updates of any rooms, in one transaction: (room id, update)."""
    with transaction.atomic():
        Update.objects.bulk_create(Update(room_id=room_id, data=update) for room_id, update in updates)


def load(room_id: str) -> list[bytes]:
    """Everything committed, to be applied in this order."""
    with transaction.atomic():
        snapshots = [bytes(data) for data in Snapshot.objects.filter(pk=room_id).values_list("data", flat=True)]
        updates = Update.objects.filter(room_id=room_id).order_by("id").values_list("data", flat=True)
        return snapshots + [bytes(data) for data in updates]


def compact(room_id: str) -> None:
    """Merge the updates into the snapshot. Text that was deleted goes for good.

    An update that builds on one which has not arrived stays a row of its own: a snapshot would leave it out.
    """
    with transaction.atomic():
        rows = list(Update.objects.select_for_update().filter(room_id=room_id).order_by("id").values_list("id", "data"))
        if not rows:
            return
        doc: Doc[Any] = Doc()
        for data in Snapshot.objects.filter(pk=room_id).values_list("data", flat=True):
            doc.apply_update(bytes(data))
        for _, data in rows:
            doc.apply_update(bytes(data))
        Snapshot.objects.update_or_create(room_id=room_id, defaults={"data": doc.get_update()})
        reached = read_state_vector(doc.get_state())
        Update.objects.filter(
            pk__in=[row_id for row_id, data in rows if _is_within(reach(bytes(data)), reached)]
        ).delete()


def of_existing_rooms(batch: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The updates whose room still exists."""
    existing = set(Room.objects.filter(pk__in={room_id for room_id, _ in batch}).values_list("pk", flat=True))
    return [(room_id, update) for room_id, update in batch if room_id in existing]


def _is_within(clocks: dict[int, int], reached: dict[int, int]) -> bool:
    return all(reached.get(client, 0) >= clock for client, clock in clocks.items())
