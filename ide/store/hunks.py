"""Hunks as they go over the wire, and in the journal, which repeats nothing of what their rows hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from ide.domain.edits.hunks import HunkRecord
from ide.store.models import Hunk
from ide.wire import shapes
from ide.wire.codes import HunkState, Reason
from ide.wire.messages import HunkEvent, JournaledEvent, TurnEvent

# Whoever takes a hunk's text back has so much time for it.
CLAIM_MS: Final = 30_000


def to_hunk(row: Hunk) -> shapes.Hunk:
    """A hunk's row as it goes over the wire."""
    return shapes.Hunk(
        id=row.hunk,
        path=row.path,
        file=row.file,
        state=HunkState(row.state),
        reason=Reason(row.reason) if row.reason else None,
        message=row.message,
        line=row.line,
        before=row.before,
        after=row.after,
        decided_by=row.decided_by,
        superseded=row.superseded,
    )


def to_record(row: Hunk) -> HunkRecord:
    """A hunk's row as what was written by whoever carried its turn out."""
    return HunkRecord(
        id=row.hunk,
        kind=row.kind,  # type: ignore[arg-type]  # one of them, since `record_hunk` wrote it
        path=row.path,
        state=HunkState(row.state),
        file_id=row.file,
        reason=Reason(row.reason) if row.reason else None,
        message=row.message,
        line=row.line,
        before=row.before,
        after=row.after,
        start=bytes(row.start or b""),
        end=bytes(row.end or b""),
        key=row.key,
        created=row.created,
        superseded=row.superseded,
    )


def without_hunks(event: JournaledEvent) -> JournaledEvent:
    """The event without what the rows of its hunks hold."""
    if isinstance(event, HunkEvent):
        return event.model_copy(update={"hunk": _without_texts(event.hunk)})
    if isinstance(event, TurnEvent):
        return event.model_copy(update={"turn": event.turn.model_copy(update={"hunks": []})})
    return event


def with_hunks(events: Sequence[JournaledEvent]) -> list[JournaledEvent]:
    """The events with their hunks as those are now. Where they were different then, a later event says so anyway."""
    wanted = {event.turn if isinstance(event, HunkEvent) else event.turn.id for event in _of_turns(events)}
    rows: dict[str, dict[str, shapes.Hunk]] = defaultdict(dict)
    for row in Hunk.objects.filter(turn__in=wanted).order_by("pk"):
        rows[row.turn_id][row.hunk] = to_hunk(row)
    return [_with_hunks(event, rows) for event in events]


def _with_hunks(event: JournaledEvent, rows: dict[str, dict[str, shapes.Hunk]]) -> JournaledEvent:
    if isinstance(event, HunkEvent):
        return event.model_copy(update={"hunk": rows[event.turn].get(event.hunk.id, event.hunk)})
    if isinstance(event, TurnEvent):
        hunks = list(rows[event.turn.id].values())
        return event.model_copy(update={"turn": event.turn.model_copy(update={"hunks": hunks})})
    return event


def _of_turns(events: Iterable[JournaledEvent]) -> list[HunkEvent | TurnEvent]:
    return [event for event in events if isinstance(event, HunkEvent | TurnEvent)]


def _without_texts(hunk: shapes.Hunk) -> shapes.Hunk:
    return hunk.model_copy(update={"before": "", "after": ""})
