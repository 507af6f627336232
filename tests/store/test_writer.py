"""What must be written is written once and in order, whatever the database goes through meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection

from ide.store import journal, rooms
from ide.store.journal import NoRoom
from ide.store.models import Room
from ide.store.writer import Writer
from ide.wire.messages import RoomEvent
from tests.postgres import Postgres
from tests.standins.cut_line import CutLine
from tests.store.refusing import refuse

ON_POSTGRESQL = pytest.mark.parametrize("either_database", ["PostgreSQL"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("either_database", ["SQLite"], indirect=True)


@pytest.fixture
async def writer(database: str) -> AsyncIterator[Writer]:
    writer = Writer()
    yield writer
    await writer.close()


def _statement(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _journal(room: str, title: str) -> int:
    return journal.append(room, lambda seq: RoomEvent(seq=seq, title=title)).seq


def _keep(writer: Writer, room: str, *titles: str) -> list[asyncio.Task[int]]:
    loop = asyncio.get_running_loop()
    return [loop.create_task(writer.keep(_journal, room, title)) for title in titles]


async def _titles(writer: Writer, room: str) -> list[str]:
    events = await writer.do(journal.since, room, 0)
    return [event.title for event in events or () if isinstance(event, RoomEvent)]


async def test_what_is_kept_waits_for_the_database_in_order(database: str, room: str, writer: Writer) -> None:
    await writer.do(refuse, True)
    kept = _keep(writer, room, "a", "b")
    with pytest.raises(DatabaseError):
        await writer.do(rooms.retitle, room, "refused")
    kept += _keep(writer, room, "c")
    stored = await writer.do(rooms.read, room)
    assert stored is not None
    assert (stored.title, stored.seq) == ("Test", 0), "it can be read meanwhile"
    assert not any(task.done() for task in kept)
    await writer.do(refuse, False)
    assert await asyncio.gather(*kept) == [1, 2, 3]
    assert await _titles(writer, room) == ["a", "b", "c"]


async def test_what_cannot_succeed_is_told_and_delays_nothing(database: str, room: str, writer: Writer) -> None:
    await writer.do(refuse, True)
    first, last = _keep(writer, room, "a", "c")
    gone = asyncio.get_running_loop().create_task(writer.keep(_journal, "gone", "b"))
    twice = asyncio.get_running_loop().create_task(
        writer.keep(Room.objects.create, id=room, title="the same id", epoch="e")
    )
    wrong = asyncio.get_running_loop().create_task(writer.keep(_statement, "SELECT nonsense"))
    await writer.do(refuse, False)
    with pytest.raises(NoRoom):
        await gone
    with pytest.raises(IntegrityError):
        await twice
    with pytest.raises(DatabaseError):
        await wrong
    assert [await first, await last] == [1, 2]


async def test_who_stops_waiting_does_not_take_back_what_was_asked(database: str, room: str, writer: Writer) -> None:
    await writer.do(refuse, True)
    first, second = _keep(writer, room, "a", "b")
    await writer.do(rooms.read, room)
    first.cancel()
    await writer.do(refuse, False)
    assert await second == 2
    assert await _titles(writer, room) == ["a", "b"]


async def test_a_writer_that_is_closed_tells_who_still_waits(database: str, room: str) -> None:
    writer = Writer()
    await writer.do(refuse, True)
    (kept,) = _keep(writer, room, "a")
    await writer.do(rooms.read, room)
    await writer.close()
    with pytest.raises(DatabaseError):
        await kept
    after = Writer()
    assert await after.do(journal.last, room) == 0
    await after.close()


@ON_SQLITE
async def test_a_database_that_another_process_locks_delays_what_is_kept(
    database: str, room: str, writer: Writer
) -> None:
    await writer.do(_statement, "PRAGMA busy_timeout=20")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        kept = _keep(writer, room, "a", "b")
        with pytest.raises(OperationalError, match="locked"):
            await writer.do(rooms.retitle, room, "refused")
        assert not any(task.done() for task in kept)
        other.execute("ROLLBACK")
        assert await asyncio.gather(*kept) == [1, 2]


@ON_SQLITE
async def test_a_full_database_delays_what_is_kept(database: str, room: str, writer: Writer) -> None:
    await writer.do(_statement, "VACUUM")  # no page is left free
    await writer.do(_statement, "PRAGMA max_page_count=1")  # it takes no less than there are
    kept = _keep(writer, room, "x" * 100_000, "b")
    with pytest.raises(OperationalError, match="full"):
        await writer.do(_journal, room, "x" * 100_000)
    assert not any(task.done() for task in kept)
    await writer.do(_statement, "PRAGMA max_page_count=1000000")
    assert await asyncio.gather(*kept) == [1, 2]


@ON_SQLITE
async def test_commits_are_on_the_disk_when_they_are_acknowledged(database: str, writer: Writer) -> None:
    def pragma(name: str) -> object:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {name}")
            return cursor.fetchone()[0]

    assert await writer.do(pragma, "journal_mode") == "wal"
    assert await writer.do(pragma, "synchronous") == 2  # FULL
    assert await writer.do(pragma, "foreign_keys") == 1


@ON_POSTGRESQL
async def test_a_connection_that_is_cut_is_replaced(
    database: str, room: str, writer: Writer, postgres: Postgres
) -> None:
    kept = []
    for number in range(20):
        kept += _keep(writer, room, *(f"{number}.{part}" for part in range(5)))
        postgres.cut("tests")
        await asyncio.sleep(0)
    assert await asyncio.gather(*kept) == list(range(1, 101))
    assert await _titles(writer, room) == [f"{number}.{part}" for number in range(20) for part in range(5)]


@ON_POSTGRESQL
async def test_a_server_that_is_restarted_delays_what_is_kept(
    database: str, room: str, writer: Writer, postgres: Postgres
) -> None:
    assert await asyncio.gather(*_keep(writer, room, "a")) == [1]
    postgres.stop()
    try:
        kept = _keep(writer, room, "b", "c")
        with pytest.raises(OperationalError):
            await writer.do(rooms.read, room)
    finally:
        postgres.start()
    assert await asyncio.gather(*kept) == [2, 3]


@ON_POSTGRESQL
async def test_a_commit_whose_answer_was_lost_is_not_made_twice(
    database: str, room: str, postgres: Postgres, cut_line: CutLine
) -> None:
    writer = Writer()
    await writer.do(rooms.read, room)
    cut_line.cut_next_commit()
    kept = _keep(writer, room, "a", "b")
    assert await asyncio.gather(*kept) == [1, 2]
    assert cut_line.cuts == 1
    assert await _titles(writer, room) == ["a", "b"]
    await writer.close()


@pytest.fixture
def cut_line(database: str, postgres: Postgres) -> Iterator[CutLine]:
    """All connections of threads that have none yet go by this line."""
    folder = postgres.folder / "line"
    folder.mkdir()
    described = connection.settings_dict
    with CutLine(folder, postgres.folder / f".s.PGSQL.{postgres.port}") as line:
        described["HOST"], host = str(folder), described["HOST"]
        yield line
        described["HOST"] = host
    (folder / f".s.PGSQL.{postgres.port}").unlink()
    folder.rmdir()
