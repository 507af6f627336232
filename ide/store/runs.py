"""Runs: queued by the web process, claimed and finished by a worker.

Work is claimed by a conditional UPDATE, so two workers that are handed one id cannot both run it. What a worker
records or finishes counts only while its lease is its own.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ide.domain.queues import Lane, Line, PlacesOf, Ticket, lane_of
from ide.domain.refusals import Refusal
from ide.store import assets, journal, run_tests
from ide.store.models import Room, Run
from ide.wire import run_shapes
from ide.wire.codes import Code, RunKind, RunState
from ide.wire.messages import RunEvent, TestsEvent

# Until somebody else says that a run is lost whose worker died.
LEASE = timedelta(seconds=8)


@dataclass(frozen=True, slots=True)
class RunInput:
    """What a worker needs to carry a run out. `terminal` is (columns, rows)."""

    run: run_shapes.Run
    room_id: str
    files: dict[str, bytes]
    select: str | None
    terminal: tuple[int, int] | None
    only: tuple[str, ...] = ()


def packed(texts: Mapping[str, str], binary: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """What a run runs on, as it is stored: texts by path, and hashes by path. A large room takes half a second."""
    return zlib.compress(json.dumps({"texts": dict(texts), "binary": dict(binary)}).encode())


def create(
    room_id: str,
    run: run_shapes.Run,
    select: str | None,
    terminal: run_shapes.Terminal | None,
    files: bytes,
    most_waiting: int,
    only: Sequence[str] = (),
) -> RunEvent:
    """Store a queued run with what it runs on (`packed`), and journal it.

    `select` and `only` say which tests, as `domain/selection.py` has it. Raises Refusal if `most_waiting` runs of the
    room wait already.
    """
    with transaction.atomic():
        _hold(room_id)
        if Run.objects.filter(room_id=room_id, state=RunState.QUEUED).count() >= most_waiting:
            raise Refusal(Code.TOO_MANY, f"{most_waiting} runs of this room are waiting already.")
        Run.objects.create(
            id=run.id,
            room_id=room_id,
            member=run.member,
            member_name=run.member_name,
            command=run.command,
            kind=run.kind,
            select=select,
            only=list(only),
            columns=terminal.columns if terminal else None,
            rows=terminal.rows if terminal else None,
            files=files,
            limits=run.limits.model_dump(),
            state=run.state,
            debug=run.debug.model_dump(mode="json") if run.debug else None,
            created_at=run.created_at,
            sent_at=run.created_at,
        )
        return journal.append(room_id, lambda seq: RunEvent(seq=seq, run=run))


def lane(run_id: str) -> Lane | None:
    """The lane of a queued run. None if there is no such run, or it is not waiting (any more)."""
    waiting = Run.objects.filter(pk=run_id, state=RunState.QUEUED)
    row = waiting.values_list("kind", "columns").first()
    return None if row is None else lane_of(RunKind(row[0]), terminal=row[1] is not None)


def claim(run_id: str, worker: str, places: PlacesOf | None = None) -> tuple[str, RunEvent] | None:
    """Take a queued run for `worker`, to be begun at once: whatever happens, nobody begins it a second time.

    Answers its room and the event. None if there is no such run, it is not waiting (any more), or its room has no place
    for it among `places` now.
    """
    with transaction.atomic():
        row = Run.objects.filter(pk=run_id, state=RunState.QUEUED).only("room_id").first()
        if row is None:
            return None
        _hold(row.room_id)
        if places is not None and not _has_place(row.room_id, run_id, places):
            return None
        taken = Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(
            state=RunState.RUNNING, worker=worker, leased_until=timezone.now() + LEASE, begun_at=_now_ms()
        )
        if not taken:
            return None
        row = Run.objects.defer("files").get(pk=run_id)
        shape = to_shape(row)
        return row.room_id, journal.append(row.room_id, lambda seq: RunEvent(seq=seq, run=shape))


def input_of(run_id: str, worker: str) -> RunInput | None:
    """What a claimed run runs on. None if the lease was lost.

    Not a part of `claim`: reading a large room takes long, and everybody who writes to it would wait meanwhile.
    """
    row = Run.objects.filter(pk=run_id, worker=worker, state=RunState.RUNNING).first()
    if row is None:
        return None
    terminal = (row.columns, row.rows) if row.columns and row.rows else None
    given = RunInput(to_shape(row), row.room_id, _files(row), row.select, terminal, tuple(row.only))
    return given if renew(worker, [run_id]) else None


def line(places: PlacesOf, room_id: str | None = None) -> Line:
    """The runs that wait or go on, everywhere or in one room."""
    rows = Run.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING))
    if room_id is not None:
        rows = rows.filter(room_id=room_id)
    fields = rows.order_by("created_at", "id").values_list(
        "id", "room_id", "member", "kind", "columns", "state", "created_at", "sent_at"
    )
    return Line(
        (
            Ticket(
                run,
                room,
                member,
                lane_of(RunKind(kind), terminal=columns is not None),
                state == RunState.RUNNING,
                created,
                sent,
            )
            for run, room, member, kind, columns, state, created, sent in fields
        ),
        places,
    )


def send_again(run_id: str, sent_at: int, now_ms: int) -> bool:
    """Whether it falls to the caller to hand a run to the workers again that was last handed to them at `sent_at`."""
    waiting = Run.objects.filter(pk=run_id, state=RunState.QUEUED, sent_at=sent_at)
    return bool(waiting.update(sent_at=now_ms))


def renew(worker: str, run_ids: Collection[str]) -> set[str]:
    """Keep the leases of a worker's runs. Answers which of them it still has; the others it must stop at once."""
    mine = Run.objects.filter(pk__in=run_ids, worker=worker, state=RunState.RUNNING)
    mine.update(leased_until=timezone.now() + LEASE)
    return set(mine.values_list("id", flat=True))


def record(run_id: str, worker: str, output: str, truncated: bool) -> bool:
    """Store the output so far, for clients that reconnect. False if the lease was lost."""
    mine = Run.objects.filter(pk=run_id, worker=worker, state=RunState.RUNNING)
    return bool(mine.update(output=output, truncated=truncated, leased_until=timezone.now() + LEASE))


def record_debug(run_id: str, worker: str, state: run_shapes.DebugState) -> bool:
    """Store how a program stands under the debugger. False if the lease was lost."""
    mine = Run.objects.filter(pk=run_id, worker=worker, state=RunState.RUNNING)
    return bool(mine.update(debug=state.model_dump(mode="json"), leased_until=timezone.now() + LEASE))


def record_tests(run_id: str, worker: str, tests: Sequence[run_shapes.Test]) -> list[TestsEvent] | None:
    """Store and journal how tests stand now, in one transaction. None if the lease was lost."""
    with transaction.atomic():
        if not renew(worker, [run_id]):
            return None
        room_id = Run.objects.values_list("room_id", flat=True).get(pk=run_id)
        run_tests.add(run_id, tests)
        return [journal.append(room_id, partial(_tests_event, run_id, part)) for part in run_tests.in_events(tests)]


def finish(run_id: str, worker: str, state: RunState, **fields: Any) -> RunEvent | None:
    """End a run: `exit_code`, `reason`, `seconds`, `output`, `truncated`, `made` (a list of
    `run_shapes.MadeFile`, whose bytes are stored), `left_out`, `page` (a `run_shapes.PageReport`).

    None if the lease was lost: then somebody else already said how the run ended.
    """
    if "made" in fields:
        fields["made"] = [shape.model_dump(mode="json") for shape in fields["made"]]
    if fields.get("page") is not None:
        fields["page"] = fields["page"].model_dump(mode="json")
    return _end(Run.objects.filter(pk=run_id, worker=worker, state=RunState.RUNNING), state, fields)


def withdraw(run_id: str, state: RunState, reason: str | None = None) -> RunEvent | None:
    """End a run that no worker has taken yet. None if it is not waiting (any more)."""
    waiting = Run.objects.filter(pk=run_id, state=RunState.QUEUED)
    with transaction.atomic():
        room_id = waiting.values_list("room_id", flat=True).first()
        if room_id is None:
            return None
        # Before the run's row, as `claim` does: in the other order the two would wait for each other.
        _hold(room_id)
        return _end(waiting, state, {"reason": reason})


def expire() -> list[tuple[str, RunEvent]]:
    """End the runs whose worker stopped renewing its lease. Each with its room."""
    past = Run.objects.filter(state=RunState.RUNNING, leased_until__lt=timezone.now())
    ended = []
    for run_id, room_id in past.values_list("id", "room_id"):
        event = _end(past.filter(pk=run_id), RunState.LOST, {"reason": "the worker stopped answering"})
        if event:
            ended.append((room_id, event))
    return ended


def read(room_id: str, run_id: str) -> run_shapes.Run | None:
    """One run of a room."""
    row = Run.objects.filter(room_id=room_id, pk=run_id).first()
    return to_shape(row) if row else None


def text_of(room_id: str, run_id: str, path: str) -> str | None:
    """The text of a document as a run has it that is not over. None if there is no such run or document."""
    row = Run.objects.filter(room_id=room_id, pk=run_id).only("files").first()
    if row is None or row.files is None:
        return None
    text: str | None = json.loads(zlib.decompress(row.files))["texts"].get(path)
    return text


def recent(room_id: str, count: int, before: str | None = None) -> list[run_shapes.Run]:
    """The last runs of a room (or the last ones before the run `before`), oldest first."""
    rows = Run.objects.filter(room_id=room_id).defer("files")
    if before is not None:
        run = Run.objects.filter(room_id=room_id, pk=before)
        at = run.values("created_at")[:1]
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=before))
    return [to_shape(row) for row in reversed(rows.order_by("-created_at", "-pk")[:count])]


def to_shape(row: Run) -> run_shapes.Run:
    """A row as it goes over the wire."""
    return run_shapes.Run(
        id=row.id,
        member=row.member,
        member_name=row.member_name,
        command=row.command,
        kind=RunKind(row.kind),
        state=RunState(row.state),
        exit_code=row.exit_code,
        output=row.output,
        truncated=row.truncated,
        terminal=row.columns is not None,
        tests=[run_shapes.Test.model_validate(test) for test in _tests(row)],
        limits=run_shapes.RunLimits.model_validate(row.limits),
        reason=row.reason,
        seconds=row.seconds,
        cpu_seconds=row.cpu_seconds,
        memory_bytes=row.memory_bytes,
        output_bytes=row.output_bytes,
        made=[run_shapes.MadeFile.model_validate(file) for file in row.made],
        page=run_shapes.PageReport.model_validate(row.page) if row.page else None,
        debug=run_shapes.DebugState.model_validate(row.debug) if row.debug else None,
        left_out=row.left_out,
        created_at=row.created_at,
        begun_at=row.begun_at,
    )


def _end(rows: Any, state: RunState, fields: dict[str, Any]) -> RunEvent | None:
    with transaction.atomic():
        row = rows.defer("files").first()
        if row is None:
            return None
        fields |= {"tests": run_tests.take(row.pk)} if row.kind == RunKind.TESTS else {}
        if not rows.update(state=state, files=None, debug=None, leased_until=None, **fields):
            return None
        row.refresh_from_db()
        shape = to_shape(row)
        return journal.append(row.room_id, lambda seq: RunEvent(seq=seq, run=shape))


def _hold(room_id: str) -> None:
    """Have whoever counts this room's runs, or takes one, wait until this transaction ends.

    Other rows that name the room may be added meanwhile, hence no key.
    """
    Room.objects.select_for_update(no_key=True).filter(pk=room_id).first()


def _has_place(room_id: str, run_id: str, places: PlacesOf) -> bool:
    room = line(places, room_id)
    return any(room.has_place(ticket) for ticket in room.waiting if ticket.run == run_id)


def _now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)


def _files(row: Run) -> dict[str, bytes]:
    """What a run runs on, by path. Binary files whose bytes are missing are left out."""
    given = json.loads(zlib.decompress(row.files or b""))
    texts = {path: text.encode() for path, text in given["texts"].items()}
    stored = assets.read(row.room_id, set(given["binary"].values()))
    return texts | {path: stored[digest] for path, digest in given["binary"].items() if digest in stored}


def _tests(row: Run) -> list[dict[str, Any]]:
    running = row.kind == RunKind.TESTS and row.state == RunState.RUNNING
    return run_tests.read(row.pk) if running else row.tests


def _tests_event(run_id: str, tests: list[run_shapes.Test], seq: int) -> TestsEvent:
    return TestsEvent(seq=seq, run=run_id, tests=tests)
