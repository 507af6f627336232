"""What people decide about the hunks of a turn that is over: accepted, or rejected and taken back.

Who takes hunks back claims them first, so that it happens once, in however many processes people ask for it at the same
time. The claim of a process that died ends by itself; taking back again what it had taken back changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from ide.domain.edits.hunks import HunkRecord
from ide.domain.refusals import Refusal
from ide.store import journal
from ide.store.hunks import CLAIM_MS, to_hunk, to_record
from ide.store.models import Hunk, Turn
from ide.store.turns import to_shape
from ide.wire.codes import Code, HunkState, TurnState
from ide.wire.messages import HunkEvent, TurnEvent

IN_FORCE: Final = (HunkState.APPLIED, HunkState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Claim:
    """Hunks that are to be taken back, and others of their turn that are in force, in the order of their writing."""

    hunks: list[HunkRecord]
    beside: list[HunkRecord]


def claim(room_id: str, turn_id: str, hunk_id: str | None, now_ms: int) -> Claim:
    """Claim one hunk of a turn, or all that are in force. Raises Refusal."""
    with transaction.atomic():
        turn = _over(room_id, turn_id)
        rows = list(_rows(turn, hunk_id))
        in_force = Hunk.objects.filter(state__in=IN_FORCE, claimed_until__lt=now_ms)
        claimed = [row for row in rows if in_force.filter(pk=row.pk).update(claimed_until=now_ms + CLAIM_MS)]
        if not claimed:
            raise Refusal(Code.CONFLICT, _why_not(turn, rows if hunk_id is not None else None, now_ms))
        others = Hunk.objects.filter(turn=turn, state__in=IN_FORCE).exclude(pk__in=[row.pk for row in claimed])
        return Claim([to_record(row) for row in claimed], [to_record(row) for row in others.order_by("pk")])


def release(turn_id: str, hunk_ids: Collection[str]) -> None:
    """Give a claim up."""
    Hunk.objects.filter(turn_id=turn_id, hunk__in=hunk_ids).update(claimed_until=0)


def reject(room_id: str, turn_id: str, hunk_id: str, by: str, moved: Mapping[str, tuple[bytes, bytes]]) -> HunkEvent:
    """A hunk was taken back alone. `moved` are new anchors of others."""
    with transaction.atomic():
        _reject(turn_id, [hunk_id], by)
        for moved_id, (start, end) in moved.items():
            Hunk.objects.filter(turn_id=turn_id, hunk=moved_id).update(start=start, end=end)
        return journal.append(room_id, _hunk_event(turn_id, hunk_id))


def undo(room_id: str, turn_id: str, by: str, taken: Collection[str], left: Mapping[str, str]) -> TurnEvent:
    """All claimed hunks of a turn were taken back, apart from those in `left`, which says why of each."""
    with transaction.atomic():
        _reject(turn_id, taken, by)
        for hunk_id, message in left.items():
            Hunk.objects.filter(turn_id=turn_id, hunk=hunk_id).update(claimed_until=0, message=message)
        Turn.objects.filter(pk=turn_id).update(undone=True, undone_by=by)
        return journal.append(room_id, _turn_event(turn_id))


def accept(room_id: str, turn_id: str, hunk_id: str, by: str, now_ms: int) -> HunkEvent | None:
    """Accept a hunk. None if it is accepted already. Raises Refusal."""
    with transaction.atomic():
        [row] = _rows(_over(room_id, turn_id), hunk_id)
        if _accept(turn_id, [hunk_id], by, now_ms):
            return journal.append(room_id, _hunk_event(turn_id, hunk_id))
        if row.state == HunkState.ACCEPTED:
            return None
        raise Refusal(Code.CONFLICT, _why_not_hunk(row, claimed=row.state in IN_FORCE))


def accept_all(room_id: str, turn_id: str, by: str, now_ms: int) -> TurnEvent | None:
    """Accept the hunks of a turn that are still open. None if none are."""
    with transaction.atomic():
        open_now = Hunk.objects.filter(turn_id=turn_id, state=HunkState.APPLIED).values_list("hunk", flat=True)
        if not _accept(turn_id, list(open_now), by, now_ms):
            return None
        return journal.append(room_id, _turn_event(turn_id))


def open_turns(room_id: str, member: str) -> list[str]:
    """The turns of a member that are over and have hunks about which nobody has decided."""
    over = [state for state in TurnState if state.over]
    turns = Turn.objects.filter(room_id=room_id, member=member, state__in=over, hunks__state=HunkState.APPLIED)
    return list(turns.order_by("asked_at", "id").values_list("id", flat=True).distinct())


def _over(room_id: str, turn_id: str) -> Turn:
    turn = Turn.objects.filter(room_id=room_id, pk=turn_id).first()
    if turn is None:
        raise Refusal(Code.NOT_FOUND, "There is no such turn in this room.")
    if not TurnState(turn.state).over:
        raise Refusal(Code.CONFLICT, "This turn is still being written. Stop it first.")
    return turn


def _rows(turn: Turn, hunk_id: str | None) -> Iterable[Hunk]:
    rows = Hunk.objects.filter(turn=turn).order_by("pk")
    if hunk_id is not None:
        rows = rows.filter(hunk=hunk_id)
        if not rows:
            raise Refusal(Code.NOT_FOUND, "There is no such change in this turn.")
    return rows


def _accept(turn_id: str, hunk_ids: Collection[str], by: str, now_ms: int) -> int:
    # One that is claimed is about to be rejected.
    hunks = Hunk.objects.filter(turn_id=turn_id, state=HunkState.APPLIED, claimed_until__lt=now_ms)
    return hunks.filter(hunk__in=hunk_ids).update(state=HunkState.ACCEPTED, decided_by=by)


def _reject(turn_id: str, hunk_ids: Collection[str], by: str) -> None:
    hunks = Hunk.objects.filter(turn_id=turn_id, hunk__in=hunk_ids)
    hunks.update(state=HunkState.REJECTED, decided_by=by, claimed_until=0, message=None)


def _why_not(turn: Turn, rows: list[Hunk] | None, now_ms: int) -> str:
    """Why nothing could be claimed: of one hunk, or (None) of the whole turn."""
    if rows:
        return _why_not_hunk(rows[0], claimed=rows[0].claimed_until >= now_ms)
    if turn.undone:
        return f"{turn.undone_by} has undone this turn already."
    if Hunk.objects.filter(turn=turn, claimed_until__gte=now_ms).exists():
        return "Somebody is undoing this turn right now."
    return "This turn changed nothing that could still be undone."


def _why_not_hunk(row: Hunk, *, claimed: bool) -> str:
    if row.state == HunkState.REJECTED:
        return f"{row.decided_by} has rejected this change already."
    if claimed:
        return "Somebody is taking this change back right now."
    return "This change is not in force."


def _hunk_event(turn_id: str, hunk_id: str) -> Callable[[int], HunkEvent]:
    hunk = to_hunk(Hunk.objects.get(turn_id=turn_id, hunk=hunk_id))
    return lambda seq: HunkEvent(seq=seq, turn=turn_id, hunk=hunk)


def _turn_event(turn_id: str) -> Callable[[int], TurnEvent]:
    turn = to_shape(Turn.objects.prefetch_related("hunks").get(pk=turn_id))
    return lambda seq: TurnEvent(seq=seq, turn=turn)
