"""Turns and their hunks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from ide.domain.edits.hunks import HunkRecord
from ide.store import journal
from ide.store.hunks import CLAIM_MS, to_hunk, to_record
from ide.store.models import Hunk, Turn, WebProcess
from ide.wire import shapes
from ide.wire.codes import Code, HunkState, Mode, TurnState
from ide.wire.messages import HunkEvent, TurnEvent

RUNNING = (TurnState.ASKED, TurnState.STREAMING)
# A process that carries out turns says more often than this that it is alive.
ALIVE_SECONDS = 3.5


def record(room_id: str, turn: shapes.Turn, process: str) -> TurnEvent | None:
    """Store a turn as it is now, without its hunks, and journal it with them. `process` carries it out.

    None if somebody else has said how it ended: its process was taken for dead.
    """
    with transaction.atomic():
        beat(process)
        stored = Turn.objects.select_for_update().filter(pk=turn.id).values_list("state", flat=True).first()
        if stored is not None and stored not in RUNNING:
            return None
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
                "sent": turn.sent.model_dump() if turn.sent else None,
                "timing": turn.timing.model_dump(),
                "undone": turn.undone,
                "stopped_by": turn.stopped_by,
                "run": turn.run,
                "error": turn.error.model_dump(mode="json") if turn.error else None,
                "asked_at": turn.asked_at,
                "process": process,
            },
        )
        return journal.append(room_id, lambda seq: TurnEvent(seq=seq, turn=turn))


def record_hunk(room_id: str, turn_id: str, hunk: HunkRecord) -> HunkEvent:
    """Store a hunk as it is now, and journal it."""
    with transaction.atomic():
        Hunk.objects.update_or_create(
            turn_id=turn_id,
            hunk=hunk.id,
            defaults={
                "kind": hunk.kind,
                "path": hunk.path,
                "file": hunk.file_id,
                "created": hunk.created,
                "state": hunk.state,
                "reason": hunk.reason,
                "message": hunk.message,
                "line": hunk.line,
                "before": hunk.before,
                "after": hunk.after,
                "start": hunk.start,
                "end": hunk.end,
                "key": hunk.key,
                "superseded": hunk.superseded,
            },
        )
        return journal.append(room_id, lambda seq: HunkEvent(seq=seq, turn=turn_id, hunk=hunk.shape()))


def read(room_id: str, turn_id: str) -> shapes.Turn | None:
    """One turn of a room."""
    row = Turn.objects.filter(room_id=room_id, pk=turn_id).prefetch_related("hunks").first()
    return to_shape(row) if row else None


def recent(room_id: str, count: int) -> list[shapes.Turn]:
    """The last turns of a room, oldest first."""
    rows = Turn.objects.filter(room_id=room_id).prefetch_related("hunks").order_by("-asked_at", "-id")[:count]
    return [to_shape(row) for row in reversed(rows)]


def beat(process: str) -> None:
    """Say that a process which carries out turns is alive."""
    until = timezone.now() + timedelta(seconds=ALIVE_SECONDS)
    WebProcess.objects.update_or_create(id=process, defaults={"alive_until": until})


def lost(running: Collection[str]) -> list[shapes.Turn]:
    """Those of the turns which a process carries out that are over, since it was taken for dead."""
    rows = Turn.objects.filter(pk__in=running).exclude(state__in=RUNNING).prefetch_related("hunks")
    return [to_shape(row) for row in rows]


def silent() -> set[str]:
    """The processes that carry out turns and have not said for a while that they are alive."""
    alive = WebProcess.objects.filter(alive_until__gte=timezone.now()).values("id")
    return set(Turn.objects.filter(state__in=RUNNING).exclude(process__in=alive).values_list("process", flat=True))


def expire(dead: Collection[str], error: shapes.Problem) -> list[tuple[str, TurnEvent]]:
    """Fail the turns of processes that are dead. Returns, with their rooms, the events to send."""
    running = Turn.objects.filter(state__in=RUNNING)
    events = []
    for turn_id in list(running.filter(process__in=dead).values_list("id", flat=True)):
        with transaction.atomic():
            # Another process may look at the same moment: one of them changes the row.
            problem = error.model_dump(mode="json")
            if running.filter(pk=turn_id).update(state=TurnState.FAILED, error=problem):
                row = Turn.objects.prefetch_related("hunks").get(pk=turn_id)
                turn = to_shape(row)
                events.append((row.room_id, journal.append(row.room_id, partial(_event, turn))))
    WebProcess.objects.filter(alive_until__lt=timezone.now() - timedelta(hours=1)).delete()
    return events


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A hunk that was open when its process died, claimed by whoever asked."""

    room: str
    turn: str
    hunk: HunkRecord


def left_open(now_ms: int) -> list[LeftOpen]:
    """Claim the hunks that nobody writes any more although they are open. Whoever asked takes their text back.

    The claim of a process that dies meanwhile ends by itself.
    """
    rows = Hunk.objects.filter(state=HunkState.WRITING, claimed_until__lt=now_ms).exclude(turn__state__in=RUNNING)
    claimed = []
    for row in rows.select_related("turn").order_by("pk"):
        if rows.filter(pk=row.pk).update(claimed_until=now_ms + CLAIM_MS):
            claimed.append(LeftOpen(row.turn.room_id, row.turn_id, to_record(row)))
    return claimed


def _event(turn: shapes.Turn, seq: int) -> TurnEvent:
    return TurnEvent(seq=seq, turn=turn)


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
        hunks=[to_hunk(hunk) for hunk in sorted(row.hunks.all(), key=lambda hunk: hunk.pk)],
        usage=shapes.Usage.model_validate(row.usage) if row.usage else None,
        sent=shapes.Sent.model_validate(row.sent) if row.sent else None,
        timing=shapes.Timing.model_validate(row.timing),
        undone=row.undone,
        undone_by=row.undone_by,
        stopped_by=row.stopped_by,
        run=row.run,
        error=shapes.Problem(code=Code(row.error["code"]), message=row.error["message"]) if row.error else None,
        asked_at=row.asked_at,
    )
