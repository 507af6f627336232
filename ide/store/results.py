"""The bytes of files that a room's runs made: each stored once a room under its hash, within a budget.

The runs' rows say which of them made what, and go on saying so when newer files have taken the place of the bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from ide.store.models import Result, Room, Run
from ide.store.runs import LEASE
from ide.wire.codes import RunState
from ide.wire.run_shapes import MadeFile


def put(run_id: str, worker: str, digest: str, data: bytes, spared: Collection[str], most_bytes: int) -> bool:
    """Store bytes that a running run made. The oldest of its room go for them, but none of the hashes `spared`.

    One file in one transaction: a large one holds up other writers no longer than it must. False if the lease was lost.
    """
    now = timezone.now()
    with transaction.atomic():
        mine = Run.objects.filter(pk=run_id, worker=worker, state=RunState.RUNNING)
        room_id = mine.values_list("room_id", flat=True).first()
        if room_id is None or not mine.update(leased_until=now + LEASE):
            return False
        Room.objects.select_for_update(no_key=True).get(pk=room_id)
        used_at = int(now.timestamp() * 1000)
        stored = Result.objects.filter(room_id=room_id)
        if not stored.filter(hash=digest).update(used_at=used_at):
            total = stored.aggregate(total=Sum("bytes"))["total"] or 0
            _free(room_id, total + len(data) - most_bytes, spared)
            Result.objects.create(room_id=room_id, hash=digest, bytes=len(data), data=data, used_at=used_at)
    return True


def read(room_id: str, digests: Iterable[str]) -> dict[str, bytes]:
    """The bytes of those that are there, by their hash."""
    rows = Result.objects.filter(room_id=room_id, hash__in=set(digests)).values_list("hash", "data")
    return {digest: bytes(data) for digest, data in rows}


def made(room_id: str, run_id: str) -> list[MadeFile] | None:
    """The files that a run made; None if there is no such run in the room."""
    files = Run.objects.filter(room_id=room_id, pk=run_id).values_list("made", flat=True).first()
    return None if files is None else [MadeFile.model_validate(file) for file in files]


def _free(room_id: str, wanted: int, spared: Collection[str]) -> None:
    """Remove the oldest until `wanted` bytes are free."""
    rows = Result.objects.filter(room_id=room_id).exclude(hash__in=spared).order_by("used_at", "pk")
    gone = []
    for row_id, size in rows.values_list("pk", "bytes"):
        if wanted <= 0:
            break
        wanted -= size
        gone.append(row_id)
    Result.objects.filter(pk__in=gone).delete()
