"""Sparkroom is told to end: whoever is there is told so, and nothing counts as saved that is not."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.faults.stored import Sqlite, texts
from tests.peer import join, new_room
from tests.stack import Stack

SERVICE_RESTART = 1012


async def test_a_database_that_takes_nothing_keeps_nobody_from_a_close_frame(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        room = await new_room(stack)
        async with join(stack, room) as alice, join(stack, room, events=False) as stock:
            await alice.create("a.txt", "kept")
            await alice.until(lambda: alice.saved == alice.sent_frames)
            with closing(sqlite3.connect(stack.data / "sparkroom.sqlite3", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                saved = alice.saved
                await alice.insert("a.txt", 0, "not ")
                await stock.until_text("a.txt", "not kept")
                await asyncio.to_thread(stack.stop)
                for peer in (alice, stock):
                    assert (await peer.until_closed())[0] == SERVICE_RESTART
                assert alice.saved == saved
            assert texts(Sqlite(stack.data), room["id"]) == {"a.txt": "kept"}
