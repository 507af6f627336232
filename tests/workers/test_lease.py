"""What a worker writes of a run waits for a database that is away, for as long as the run is the worker's."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial

import pytest

from ide.store import rooms, runs
from ide.store.models import Run
from ide.wire import run_shapes
from ide.wire.codes import RunKind, RunState
from tests.postgres import Postgres
from tests.store.refusing import refuse
from tests.workers.limits import LIMITS
from tests.workers.transcript import wait_until
from workers import lease as module
from workers.lease import Lease, LeaseLost
from workers.leases import Leases

RECORD = partial(runs.record, output="", truncated=False)
ON_POSTGRESQL = pytest.mark.parametrize("either_database", ["PostgreSQL"], indirect=True)


@pytest.fixture
def lease(database: str) -> Lease:
    """A claimed run's."""
    asked = run_shapes.Run(
        id="run",
        member="ann",
        member_name="Ann",
        command=["true"],
        kind=RunKind.PROGRAM,
        state=RunState.QUEUED,
        limits=LIMITS,
        created_at=1,
    )
    runs.create(rooms.create("runs").id, asked, None, None, runs.packed({}), 16)
    lease = Lease("run", "worker")
    lease.write(runs.claim)
    return lease


def test_a_database_that_refuses_for_a_while_only_delays(lease: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        refuse(len(pauses) < 3)

    monkeypatch.setattr(time, "sleep", pause)
    refuse(True)
    assert lease.write(lambda run, worker: runs.finish(run, worker, RunState.PASSED, output="done"))
    assert len(pauses) == 3
    assert (Run.objects.get().state, Run.objects.get().output) == (RunState.PASSED, "done")


@ON_POSTGRESQL
def test_a_connection_that_was_cut_is_replaced(lease: Lease, postgres: Postgres) -> None:
    tries = 0

    def record(run: str, worker: str) -> bool:
        nonlocal tries
        tries += 1
        if tries == 1:
            assert postgres.cut("tests")
        return runs.record(run, worker, "output", truncated=False)

    assert lease.write(record)
    assert tries == 2
    assert Run.objects.get().output == "output"


def test_a_database_that_refuses_for_longer_than_the_lease_costs_the_run(
    lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEASE", timedelta(seconds=0.3))
    assert lease.write(RECORD)
    refuse(True)
    try:
        with pytest.raises(LeaseLost):
            lease.write(RECORD)
    finally:
        refuse(False)


def test_a_run_of_somebody_else_is_not_written(lease: Lease) -> None:
    for function in (runs.claim, RECORD):
        with pytest.raises(LeaseLost):
            Lease("run", "another").write(function)


def test_what_is_wrong_with_a_statement_is_not_tried_again(lease: Lease) -> None:
    def wrong(run: str, worker: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lease.write(wrong)


def test_leases_are_kept_together_and_the_loss_of_one_is_told_once(lease: Lease) -> None:
    leases, lost = Leases("worker"), list[str]()
    gone = Lease("another-run", "worker")
    before = Run.objects.get().leased_until
    with leases.kept(lease) as mine, leases.kept(gone) as others:
        mine.on_lost(lambda: lost.append("mine"))
        others.on_lost(lambda: lost.append("gone"))
        wait_until(lambda: lost)
        wait_until(lambda: (row := Run.objects.get()).leased_until and before and row.leased_until > before)
        late: list[str] = []
        others.on_lost(lambda: late.append("told at once"))
        assert late == ["told at once"]
    assert lost == ["gone"]
