"""Databases of earlier versions are brought up to date with what stands in them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ide.store import runs
from ide.wire.codes import RunKind

BEFORE, AFTER = ("store", "0003_turns"), ("store", "0004_runs")
OLD_LIMITS = {"seconds": 30, "memory_bytes": 1, "output_bytes": 2, "processes": 3}
OLD_TEST = {"id": "tests/test_a.py::TestIt::test_one", "outcome": "passed", "seconds": 0.1, "message": ""}


def migrate(target: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return executor.loader.project_state([target]).apps


@pytest.mark.usefixtures("database")
def test_old_runs_get_their_kind_limits_and_names_of_tests() -> None:
    old = migrate(BEFORE)
    try:
        room = old.get_model("store", "Room").objects.create(id="room", title="t", created_at=0)
        for run_id, tests_only, tests in (("one", False, []), ("two", True, [OLD_TEST])):
            old.get_model("store", "Run").objects.create(
                id=run_id,
                room=room,
                member="m",
                member_name="Ann",
                command=["python"],
                tests_only=tests_only,
                limits=OLD_LIMITS,
                state="passed",
                tests=tests,
                created_at=0,
            )
    finally:
        migrate(AFTER)
    one, two = runs.read("room", "one"), runs.read("room", "two")
    assert one is not None and two is not None
    assert (one.kind, two.kind) == (RunKind.PROGRAM, RunKind.TESTS)
    assert (one.limits.seconds, one.limits.cpu_seconds, one.limits.files) == (30, 10, 4_096)
    [test] = two.tests
    assert (test.path, test.names) == ("tests/test_a.py", ["TestIt", "test_one"])
