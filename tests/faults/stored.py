"""What the database has of a room at this moment, read past every process of Sparkroom and without giving way to any
other task: a client that comes back could otherwise have mended what was lost."""

from __future__ import annotations

import signal
import sqlite3
import time
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pycrdt

from tests.postgres import Postgres

# The snapshot and the rows in one statement: a compaction between two would hide what it moves.
TEXT = """
    SELECT id, data FROM (
        SELECT 0 AS id, data FROM store_snapshot WHERE room_id = '{room}'
        UNION ALL SELECT id, data FROM store_update WHERE room_id = '{room}'
    ) AS stored ORDER BY id
"""
RUNNING = "SELECT id, process FROM store_turn WHERE room_id = '{room}' AND state IN ('asked', 'streaming')"
POSTGRES_PIDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
SECONDS_TO_RECOVER = 20


class Database(Protocol):
    """A database of a stack, by a connection of its own."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the query answers now."""
        ...


class Sqlite:
    """The file in a stack's data folder."""

    def __init__(self, data: Path) -> None:
        self._file = data / "sparkroom.sqlite3"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `Database`."""
        with closing(sqlite3.connect(self._file)) as connection:
            return connection.execute(query).fetchall()


class PostgresDatabase:
    """One of a server's databases."""

    def __init__(self, server: Postgres, name: str) -> None:
        self._server = server
        self._name = name

    def cut(self) -> None:
        """End every connection to it."""
        while not self._server.cut(self._name):
            time.sleep(0.01)

    def kill(self) -> None:
        """End the whole server at once, as a crash would."""
        self._server.stop(signal.SIGQUIT)

    def start(self) -> None:
        """Start it again, and wait until it answers."""
        self._server.start()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `Database`. Waits while the server recovers."""
        deadline = time.monotonic() + SECONDS_TO_RECOVER
        while True:
            try:
                with self._server.connect(self._name) as connection:
                    return connection.execute(query.encode()).fetchall()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, self._server.log()
                time.sleep(0.02)


def texts(database: Database, room: str) -> dict[str, str]:
    """Every document of the room by its path."""
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    for row_id, data in database.rows(TEXT.format(room=room)):
        doc.apply_update(bytes(data) if row_id else zlib.decompress(data))
    return {str(entry["path"]): str(entry["text"]) for entry in doc.get("files", type=pycrdt.Map).values()}


def running_turns(database: Database, room: str) -> dict[str, str]:
    """The turns that are not over, each with the process that carries it out."""
    return {str(turn): str(process) for turn, process in database.rows(RUNNING.format(room=room))}
