"""Turns and their hunks."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from ide.store import journal
from ide.store.models import Hunk, Turn
from ide.wire import shapes
from ide.wire.codes import Code, HunkState, Mode, Reason, TurnState
from ide.wire.messages import HunkEvent, TurnEvent


@dataclass(frozen=True, slots=True)
class Placed:
    """A hunk and where it stands: its file's id, and encoded Yjs relative positions around what was written."""

    hunk: shapes.Hunk
    file: str | None
    start: bytes | None
    end: bytes | None


def record(room_id: str, turn: shapes.Turn) -> TurnEvent:
    """Store a turn as it is now, without its hunks, and journal it with them."""
    with transaction.atomic():
        Turn.objects.update_or_create(
            id=turn.id,
            defaults={
                "room_id": room_id,
                "member": turn.member,
                "member_name": turn.member_name,
                "model": turn.model,
                "rehearsal": turn.rehearsal,
                "mode": turn.mode,
                "prompts": turn.prompts,
                "state": turn.state,
                "text": turn.text,
                "usage": turn.usage.model_dump() if turn.usage else None,
                "timing": turn.timing.model_dump(),
                "undone": turn.undone,
                "stopped_by": turn.stopped_by,
                "error": turn.error.model_dump(mode="json") if turn.error else None,
                "asked_at": turn.asked_at,
            },
        )
        return journal.append(room_id, lambda seq: TurnEvent(seq=seq, turn=turn))


def record_hunk(room_id: str, turn_id: str, placed: Placed) -> HunkEvent:
    """Store a hunk as it is now, and journal it."""
    hunk = placed.hunk
    with transaction.atomic():
        Hunk.objects.update_or_create(
            turn_id=turn_id,
            hunk=hunk.id,
            defaults={
                "path": hunk.path,
                "file": placed.file,
                "state": hunk.state,
                "reason": hunk.reason,
                "message": hunk.message,
                "line": hunk.line,
                "before": hunk.before,
                "after": hunk.after,
                "start": placed.start,
                "end": placed.end,
            },
        )
        return journal.append(room_id, lambda seq: HunkEvent(seq=seq, turn=turn_id, hunk=hunk))


def read(room_id: str, turn_id: str) -> shapes.Turn | None:
    """One turn of a room."""
    row = Turn.objects.filter(room_id=room_id, pk=turn_id).prefetch_related("hunks").first()
    return to_shape(row) if row else None


def recent(room_id: str, count: int) -> list[shapes.Turn]:
    """The last turns of a room, oldest first."""
    rows = Turn.objects.filter(room_id=room_id).prefetch_related("hunks").order_by("-asked_at", "-id")[:count]
    return [to_shape(row) for row in reversed(rows)]


def interrupted() -> list[tuple[str, shapes.Turn]]:
    """The turns that were running when the last process ended, each with its room."""
    rows = Turn.objects.filter(state__in=(TurnState.ASKED, TurnState.STREAMING)).prefetch_related("hunks")
    return [(row.room_id, to_shape(row)) for row in rows]


def to_shape(row: Turn) -> shapes.Turn:
    """A row as it goes over the wire."""
    return shapes.Turn(
        id=row.id,
        member=row.member,
        member_name=row.member_name,
        model=row.model,
        rehearsal=row.rehearsal,
        mode=Mode(row.mode),
        prompts=row.prompts,
        state=TurnState(row.state),
        text=row.text,
        hunks=[_hunk(hunk) for hunk in sorted(row.hunks.all(), key=lambda hunk: hunk.pk)],
        usage=shapes.Usage.model_validate(row.usage) if row.usage else None,
        timing=shapes.Timing.model_validate(row.timing),
        undone=row.undone,
        stopped_by=row.stopped_by,
        error=shapes.Problem(code=Code(row.error["code"]), message=row.error["message"]) if row.error else None,
        asked_at=row.asked_at,
    )


def _hunk(row: Hunk) -> shapes.Hunk:
    return shapes.Hunk(
        id=row.hunk,
        path=row.path,
        state=HunkState(row.state),
        reason=Reason(row.reason) if row.reason else None,
        message=row.message,
        line=row.line,
        before=row.before,
        after=row.after,
    )
