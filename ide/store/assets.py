"""The bytes of a room's binary files, each stored once a room under its hash.

What nothing names any more is kept for a while: its file may come back by an undo, or by somebody who was offline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.db import transaction
from django.db.models import BinaryField
from django.db.models.functions import Substr

from ide.domain.assets import HEAD_BYTES
from ide.domain.history import asset_hashes, unpack_manifest
from ide.store.models import Asset, Room, Step

KEPT_MS: Final = 7 * 24 * 3600 * 1000
# What nothing names may take as much again as what is named.
_WITH_UNNAMED: Final = 2


def put(room_id: str, blobs: Mapping[str, bytes], named: Collection[str], most_bytes: int) -> bool:
    """Store bytes by their hash, all or none. `named` are the hashes of the room's files.

    False if those and the new ones take more than `most_bytes`, or if there is no such room.
    """
    with transaction.atomic():
        if Room.objects.select_for_update().filter(pk=room_id).first() is None:
            return False
        stored = dict(Asset.objects.filter(room_id=room_id).values_list("hash", "bytes"))
        new = {digest: data for digest, data in blobs.items() if digest not in stored}
        added = sum(len(data) for data in new.values())
        in_use = {*named, *blobs}
        if added + sum(size for digest, size in stored.items() if digest in in_use) > most_bytes:
            return False
        spare = _WITH_UNNAMED * most_bytes - added - sum(stored.values())
        if spare < 0 and not _make_room(room_id, -spare, in_use):
            return False
        Asset.objects.filter(room_id=room_id, hash__in=blobs).update(unnamed_since=None)
        Asset.objects.bulk_create(
            Asset(room_id=room_id, hash=digest, bytes=len(data), data=data) for digest, data in new.items()
        )
    return True


def read(room_id: str, digests: Iterable[str]) -> dict[str, bytes]:
    """The bytes of those that are there, by their hash."""
    rows = Asset.objects.filter(room_id=room_id, hash__in=list(digests)).values_list("hash", "data")
    return {digest: bytes(data) for digest, data in rows}


def heads(room_id: str, digests: Iterable[str]) -> dict[str, tuple[int, bytes]]:
    """How many bytes each of those that are there has, and the first of them."""
    rows = Asset.objects.filter(room_id=room_id, hash__in=list(digests))
    found = rows.annotate(head=Substr("data", 1, HEAD_BYTES, output_field=BinaryField())).values_list(
        "hash", "bytes", "head"
    )
    return {digest: (size, bytes(head)) for digest, size, head in found}


def tidy(room_id: str, named: Collection[str], now_ms: int) -> int:
    """Remove what no file of the room (`named`) has named for a week, unless its history does. Answers how many."""
    with transaction.atomic():
        rows = Asset.objects.filter(room_id=room_id)
        if not rows.exists():
            return 0
        rows.filter(hash__in=named, unnamed_since__isnull=False).update(unnamed_since=None)
        rows.filter(unnamed_since__isnull=True).exclude(hash__in=named).update(unnamed_since=now_ms)
        due = rows.filter(unnamed_since__lt=now_ms - KEPT_MS)
        if not due.exists():
            return 0
        # The whole history is read for this: not again before another week.
        due.filter(hash__in=_in_history(room_id)).update(unnamed_since=now_ms)
        return due.delete()[0]


def _make_room(room_id: str, wanted: int, in_use: Collection[str]) -> bool:
    """Remove what has not been named for longest, until `wanted` bytes are free. False if there is not as much."""
    kept = _in_history(room_id).union(in_use)
    freed, gone = 0, []
    rows = Asset.objects.filter(room_id=room_id, unnamed_since__isnull=False).order_by("unnamed_since")
    for row_id, digest, size in rows.values_list("id", "hash", "bytes"):
        if freed < wanted and digest not in kept:
            freed += size
            gone.append(row_id)
    if freed < wanted:
        return False
    Asset.objects.filter(pk__in=gone).delete()
    return True


def _in_history(room_id: str) -> set[str]:
    """Everything that the steps of the room's history name."""
    steps = Step.objects.filter(room_id=room_id).values_list("files", flat=True)
    return {digest for files in steps.iterator() for digest in asset_hashes(unpack_manifest(bytes(files)))}
