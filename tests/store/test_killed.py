"""What was committed outlives the process that wrote it, however that ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from ide.store import updates
from tests.postgres import Postgres
from tests.stack import KEPT, ROOT


def test_what_was_committed_outlives_kill_9(
    database: str, room: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if database == "PostgreSQL":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.url("tests")
    else:
        url = f"sqlite://{connection.settings_dict['NAME']}"
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    acknowledged = 0
    for _ in range(3):
        before = len(updates.load(room))
        with subprocess.Popen(
            [sys.executable, "-m", "tests.store.appending", room],
            cwd=ROOT,
            env={**kept, "SPARKROOM_DATA": str(tmp_path), "DATABASE_URL": url},
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout
            for line in process.stdout:
                acknowledged = int(line) + 1
                if acknowledged == 50:
                    process.kill()
        numbers = [int(data) for data in updates.load(room)[before:]]
        assert numbers == list(range(len(numbers)))
        # One more may have been committed before it could be said.
        assert acknowledged <= len(numbers) <= acknowledged + 1
