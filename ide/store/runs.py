"""Runs: queued by the web process, claimed and finished by a worker.

Work is claimed by a conditional UPDATE, so two workers that are handed one id cannot both run it. What a worker
records or finishes counts only while its lease is its own.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils import timezone

from ide.store import assets, journal
from ide.store.models import Run
from ide.wire import shapes
from ide.wire.codes import RunKind, RunState
from ide.wire.messages import RunEvent, TestEvent

# Until somebody else says that a run is lost whose worker died.
LEASE = timedelta(seconds=8)


@dataclass(frozen=True, slots=True)
class RunInput:
    """What a worker needs to carry a run out. `terminal` is (columns, rows)."""

    run: shapes.Run
    room_id: str
    files: dict[str, bytes]
    select: str | None
    terminal: tuple[int, int] | None


def create(
    room_id: str,
    run: shapes.Run,
    select: str | None,
    terminal: shapes.Terminal | None,
    files: Mapping[str, str],
    binary: Mapping[str, str] = MappingProxyType({}),
) -> RunEvent:
    """Store a queued run with what it runs on, and journal it: `files` are texts by path, `binary` hashes by path."""
    with transaction.atomic():
        Run.objects.create(
            id=run.id,
            room_id=room_id,
            member=run.member,
            member_name=run.member_name,
            command=run.command,
            kind=run.kind,
            select=select,
            columns=terminal.columns if terminal else None,
            rows=terminal.rows if terminal else None,
            files=zlib.compress(json.dumps({"texts": dict(files), "binary": dict(binary)}).encode()),
            limits=run.limits.model_dump(),
            state=run.state,
            created_at=run.created_at,
        )
        return journal.append(room_id, lambda seq: RunEvent(seq=seq, run=run))


def claim(run_id: str, worker: str) -> tuple[RunInput, RunEvent] | None:
    """Take a queued run for `worker`. None if there is no such run or it is not waiting (any more)."""
    with transaction.atomic():
        taken = Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(
            state=RunState.RUNNING, worker=worker, leased_until=timezone.now() + LEASE
        )
        if not taken:
            return None
        row = Run.objects.get(pk=run_id)
        shape = to_shape(row)
        event = journal.append(row.room_id, lambda seq: RunEvent(seq=seq, run=shape))
        files = _files(row)
    terminal = (row.columns, row.rows) if row.columns and row.rows else None
    return RunInput(shape, row.room_id, files, row.select, terminal), event


def renew(run_id: str, worker: str) -> bool:
    """Keep the lease. False if it was lost: stop at once."""
    mine = Run.objects.filter(pk=run_id, worker=worker, state=RunState.RUNNING)
    return bool(mine.update(leased_until=timezone.now() + LEASE))


def record(run_id: str, worker: str, output: str, truncated: bool) -> bool:
    """Store the output so far, for clients that reconnect. False if the lease was lost."""
    mine = Run.objects.filter(pk=run_id, worker=worker, state=RunState.RUNNING)
    return bool(mine.update(output=output, truncated=truncated, leased_until=timezone.now() + LEASE))


def record_tests(run_id: str, worker: str, tests: Sequence[shapes.Test]) -> list[TestEvent] | None:
    """Store and journal the results of tests that ended, in one transaction. None if the lease was lost."""
    with transaction.atomic():
        row = Run.objects.filter(pk=run_id, worker=worker, state=RunState.RUNNING).only("room_id", "tests").first()
        if row is None:
            return None
        row.tests = [*row.tests, *(test.model_dump(mode="json") for test in tests)]
        row.leased_until = timezone.now() + LEASE
        row.save(update_fields=["tests", "leased_until"])
        return [journal.append(row.room_id, partial(_test_event, run_id, test)) for test in tests]


def finish(run_id: str, worker: str, state: RunState, **fields: Any) -> RunEvent | None:
    """End a run: `exit_code`, `reason`, `seconds`, `output`, `truncated`, `tests` (a list of `shapes.Test`).

    None if the lease was lost: then somebody else already said how the run ended.
    """
    if "tests" in fields:
        fields["tests"] = [test.model_dump(mode="json") for test in fields["tests"]]
    return _end(Run.objects.filter(pk=run_id, worker=worker, state=RunState.RUNNING), state, fields)


def withdraw(run_id: str, state: RunState, reason: str | None = None) -> RunEvent | None:
    """End a run that no worker has taken yet. None if it is not waiting (any more)."""
    return _end(Run.objects.filter(pk=run_id, state=RunState.QUEUED), state, {"reason": reason})


def expire(queued_before_ms: int) -> list[tuple[str, RunEvent]]:
    """End the runs that nobody will: their worker stopped renewing its lease, or none took them. Each with its room."""
    past = Run.objects.filter(state=RunState.RUNNING, leased_until__lt=timezone.now())
    untaken = Run.objects.filter(state=RunState.QUEUED, created_at__lt=queued_before_ms)
    ended = []
    for rows, state, reason in (
        (past, RunState.LOST, "the worker stopped answering"),
        (untaken, RunState.LOST, "no worker took it"),
    ):
        for run_id, room_id in rows.values_list("id", "room_id"):
            event = _end(rows.filter(pk=run_id), state, {"reason": reason})
            if event:
                ended.append((room_id, event))
    return ended


def unfinished(room_id: str) -> int:
    """How many runs of a room wait or run."""
    return Run.objects.filter(room_id=room_id, state__in=(RunState.QUEUED, RunState.RUNNING)).count()


def read(room_id: str, run_id: str) -> shapes.Run | None:
    """One run of a room."""
    row = Run.objects.filter(room_id=room_id, pk=run_id).first()
    return to_shape(row) if row else None


def recent(room_id: str, count: int) -> list[shapes.Run]:
    """The last runs of a room, oldest first."""
    rows = Run.objects.filter(room_id=room_id).defer("files").order_by("-created_at")[:count]
    return [to_shape(row) for row in reversed(rows)]


def to_shape(row: Run) -> shapes.Run:
    """A row as it goes over the wire."""
    return shapes.Run(
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
        tests=[shapes.Test.model_validate(test) for test in row.tests],
        limits=shapes.RunLimits.model_validate(row.limits),
        reason=row.reason,
        seconds=row.seconds,
        cpu_seconds=row.cpu_seconds,
        memory_bytes=row.memory_bytes,
        output_bytes=row.output_bytes,
        made=[shapes.MadeFile.model_validate(file) for file in row.made],
        created_at=row.created_at,
        begun_at=row.begun_at,
    )


def _end(rows: Any, state: RunState, fields: dict[str, Any]) -> RunEvent | None:
    with transaction.atomic():
        row = rows.first()
        if row is None or not rows.update(state=state, files=None, leased_until=None, **fields):
            return None
        row.refresh_from_db()
        shape = to_shape(row)
        return journal.append(row.room_id, lambda seq: RunEvent(seq=seq, run=shape))


def _files(row: Run) -> dict[str, bytes]:
    """What a run runs on, by path. Binary files whose bytes are missing are left out."""
    given = json.loads(zlib.decompress(row.files or b""))
    texts = {path: text.encode() for path, text in given["texts"].items()}
    stored = assets.read(row.room_id, set(given["binary"].values()))
    return texts | {path: stored[digest] for path, digest in given["binary"].items() if digest in stored}


def _test_event(run_id: str, test: shapes.Test, seq: int) -> TestEvent:
    return TestEvent(seq=seq, run=run_id, test=test)
