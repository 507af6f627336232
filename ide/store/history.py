"""A room's history: its steps, and the texts that they share.

A step is stored with all texts that it names or not at all. Writing and thinning lock the room's row, so that no text
goes that a step of another process is about to name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Length

from ide.domain.history import Fate, Thinned, fate_of_equal
from ide.store import journal
from ide.store.models import Asset, Hunk, Room, Step, StepText
from ide.store.octets import Octets
from ide.wire.codes import StepKind, TurnState
from ide.wire.history import Checkpoint
from ide.wire.messages import CheckpointEvent

TOLD = (StepKind.TURN, StepKind.CHECKPOINT, StepKind.RESTORE)
# What a hunk takes beside its texts, about.
HUNK_BYTES = 500


class MissingTexts(LookupError):
    """Texts that a step names are neither stored nor given with it."""


@dataclass(frozen=True, slots=True)
class StoredStep:
    """A step with its packed manifest. `unless_known`: it is not stored where another one keeps the same files."""

    checkpoint: Checkpoint
    files: bytes
    unless_known: bool = False


def missing(room_id: str, hashes: Iterable[str]) -> set[str]:
    """Which of these texts are not stored."""
    wanted = set(hashes)
    return wanted.difference(StepText.objects.filter(room_id=room_id, hash__in=wanted).values_list("hash", flat=True))


def append(
    room_id: str, step: StoredStep, named: Collection[str], texts: Mapping[str, bytes]
) -> CheckpointEvent | None:
    """Store a step after all others, unless it says nothing new, and journal it if it is one to tell of.

    `named` are the texts of its manifest, `texts` those that may not be stored yet, packed. A step whose files are the
    last one's can become that one's new label instead. Raises NoRoom and MissingTexts.
    """
    with transaction.atomic():
        _lock(room_id)
        checkpoint = step.checkpoint
        last = Step.objects.filter(room_id=room_id).order_by("-at").first()
        if last is not None and bytes(last.files) == step.files:
            fate = fate_of_equal(checkpoint.kind, checkpoint.turn, StepKind(last.kind), last.turn)
            if fate is Fate.DROPPED or (fate is Fate.STORED and step.unless_known):
                return None
            if fate is Fate.RELABELS:
                checkpoint = checkpoint.model_copy(update={"id": last.id, "at": last.at})
                fields = {"kind": checkpoint.kind, "label": checkpoint.label, "by": checkpoint.by}
                Step.objects.filter(pk=last.id).update(**fields, turn=checkpoint.turn)
                return _tell(room_id, checkpoint)
        absent = missing(room_id, named)
        if not absent <= texts.keys():
            raise MissingTexts
        StepText.objects.bulk_create(StepText(room_id=room_id, hash=name, data=texts[name]) for name in absent)
        if last is not None:
            # Steps are told apart by their time, whoever's clock is behind.
            checkpoint = checkpoint.model_copy(update={"at": max(checkpoint.at, last.at + 1)})
        Step.objects.create(room_id=room_id, **checkpoint.model_dump(), files=step.files)
        return _tell(room_id, checkpoint)


def newest(room_id: str) -> Checkpoint | None:
    """The last step."""
    row = Step.objects.filter(room_id=room_id).order_by("-at").defer("files").first()
    return _checkpoint(row) if row else None


def checkpoints(room_id: str, count: int) -> list[Checkpoint]:
    """The last checkpoints, without the smaller steps, oldest first."""
    rows = Step.objects.filter(room_id=room_id, kind__in=(StepKind.START, *TOLD)).order_by("-at").defer("files")[:count]
    return [_checkpoint(row) for row in reversed(rows)]


def steps(room_id: str, before: str | None, count: int) -> list[StoredStep]:
    """The last steps (or the last ones before the step `before`), oldest first."""
    rows = Step.objects.filter(room_id=room_id)
    if before is not None:
        rows = rows.filter(at__lt=Step.objects.filter(room_id=room_id, pk=before).values("at")[:1])
    return [_stored(row) for row in reversed(rows.order_by("-at")[:count])]


def read(room_id: str, step_id: str) -> StoredStep | None:
    """One step."""
    row = Step.objects.filter(room_id=room_id, pk=step_id).first()
    return _stored(row) if row else None


def texts(room_id: str, hashes: Iterable[str]) -> dict[str, bytes]:
    """Packed texts by their hashes."""
    rows = StepText.objects.filter(room_id=room_id, hash__in=set(hashes)).values_list("hash", "data")
    return {name: bytes(data) for name, data in rows}


# --- the budget ------------------------------------------------------------------------------------------------------


def weigh(room_id: str) -> tuple[int, int]:
    """How many bytes the history takes, and how many steps it has."""
    stored = Step.objects.filter(room_id=room_id)
    size = stored.aggregate(size=Sum(Length("files")))["size"] or 0
    shared = StepText.objects.filter(room_id=room_id).aggregate(size=Sum(Length("data")))["size"] or 0
    return size + shared, stored.count()


def everything(room_id: str) -> tuple[list[StoredStep], dict[str, int]]:
    """All steps, oldest first, and the size of every text: what thinning is decided on."""
    with transaction.atomic():
        rows = [_stored(row) for row in Step.objects.filter(room_id=room_id).order_by("at")]
        sizes = StepText.objects.filter(room_id=room_id).values_list("hash", Length("data"))
        return rows, dict(sizes)


def drop(room_id: str, thinned: Thinned, seen: Collection[str]) -> bool:
    """Remove what was decided on, given the steps that were `seen` then.

    False, and nothing is removed, if there are other steps now: they may name what would go.
    """
    with transaction.atomic():
        _lock(room_id)
        if not set(Step.objects.filter(room_id=room_id).values_list("pk", flat=True)) <= set(seen):
            return False
        Step.objects.filter(room_id=room_id, pk__in=thinned.steps).delete()
        StepText.objects.filter(room_id=room_id, hash__in=thinned.texts).delete()
    return True


def keep_hunks(room_id: str, budget: int) -> int:
    """Remove the hunks of turns before the last ones whose hunks fit into so many bytes. Answers what the rest takes.

    Those of the last turn stay, whatever they take, and those that somebody is taking back.
    """
    hunks = Hunk.objects.filter(turn__room_id=room_id)
    weighed = hunks.values_list("turn").annotate(
        size=Sum(Octets("before") + Octets("after")) + HUNK_BYTES * Count("pk")
    )
    size = 0
    gone: list[str] = []
    for number, (turn_id, its_size) in enumerate(weighed.order_by("-turn__asked_at", "-turn")):
        if gone or (number and size + its_size > budget):
            gone.append(turn_id)
        else:
            size += its_size
    over = [state for state in TurnState if state.over]
    Hunk.objects.filter(turn__in=gone, turn__state__in=over, claimed_until=0).delete()
    return size


# --- a copy ----------------------------------------------------------------------------------------------------------


def copy_assets(room_id: str, to: str, hashes: Iterable[str]) -> None:
    """Give another, new room the assets with these hashes."""
    with transaction.atomic():
        for name in set(hashes):
            row = Asset.objects.filter(room_id=room_id, hash=name).first()
            if row is not None:
                row.pk, row.room_id, row.unnamed_since = None, to, None
                row.save(force_insert=True)


def _lock(room_id: str) -> None:
    if Room.objects.select_for_update().filter(pk=room_id).first() is None:
        raise journal.NoRoom(room_id)


def _tell(room_id: str, checkpoint: Checkpoint) -> CheckpointEvent | None:
    if checkpoint.kind not in TOLD:
        return None
    return journal.append(room_id, lambda seq: CheckpointEvent(seq=seq, checkpoint=checkpoint))


def _checkpoint(row: Step) -> Checkpoint:
    return Checkpoint(id=row.id, kind=StepKind(row.kind), label=row.label, by=row.by, turn=row.turn, at=row.at)


def _stored(row: Step) -> StoredStep:
    return StoredStep(_checkpoint(row), bytes(row.files))
