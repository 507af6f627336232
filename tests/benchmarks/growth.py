"""What a room becomes into which a model has written for a long time: how fast it opens, and what the database holds.

A model rewrites and edits the same few files over and over, while members watch and one of them types. Then the server
dies, and what that leaves is measured and opened; after it, what an orderly end leaves.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from time import perf_counter
from typing import Any

import psutil

from tests.benchmarks.processes import cpu_seconds, web_process
from tests.benchmarks.tables import Row
from tests.peer import call, dial, join, new_room
from tests.stack import Stack
from tests.standins.chat import ChatStandIn, Script, tokens_of

TOKENS = 1_000_000
RATE = 20_000.0
FILES = 8
LINES = 640
"""Lines of each file: 200 KB in all."""
EDITS = 20
MEMBERS = 3
OPENINGS = 5
NOTES = """\
KB of the database's pages, indexes included. "Held" is all of them but the history, which has a budget of its own
(steps, their texts and hunks), and free pages, which are used again; the write-ahead log is not in it. Opening: from
dialling the socket until the client has merged everything, the median of several, each in a server that was just
started and has opened another room; beside it the server's processor time. "kill -9": right after the last turn."""

# Which of the figures a table belongs to.
PARTS = {
    "store_update": "updates",
    "store_snapshot": "snapshot",
    "store_event": "journal",
    "store_turn": "turns",
    "store_hunk": "history",
    "store_step": "history",
    "store_steptext": "history",
}
SIZES = (*dict.fromkeys(PARTS.values()), "other", "free")


@dataclass
class Rewriter:
    """A model's answers. Each writes one file anew, a third of it changed, and then edits lines of the next file."""

    tokens: int = 0
    """How many were made so far."""
    _lines: list[list[str]] = field(
        default_factory=lambda: [[_line(file, at, 0) for at in range(LINES)] for file in range(FILES)]
    )

    def __call__(self, number: int) -> Script:
        file, other = number % FILES, (number + 1) % FILES
        if number >= FILES:
            for at in range(number % 3, LINES, 3):
                self._lines[file][at] = _line(file, at, number)
        blocks = [f"<<<<<<< CREATE {_path(file)}\n{''.join(self._lines[file])}>>>>>>> END\n"]
        if number >= FILES:
            blocks += [self._edit(other, (number + at * LINES // EDITS) % LINES, number) for at in range(EDITS)]
        deltas = tokens_of("".join(blocks) + "I went over the totals.")
        self.tokens += len(deltas)
        return Script(deltas, RATE)

    def _edit(self, file: int, at: int, number: int) -> str:
        old, self._lines[file][at] = self._lines[file][at], _line(file, at, number)
        return f"<<<<<<< EDIT {_path(file)}\n{old}======= WITH\n{self._lines[file][at]}>>>>>>> END\n"


def _path(file: int) -> str:
    return f"totals/{file}.js"


def _line(file: int, at: int, number: int) -> str:
    return f"  total_{file}_{at} += step({number * 7919 % 997}, {at * 31 + number});  // {number}\n"


async def measure() -> list[Row]:
    """A row for what each of the two ends leaves."""
    with tempfile.TemporaryDirectory(prefix="sparkroom-bench-") as name:
        folder = Path(name)
        async with ChatStandIn(model := Rewriter()) as upstream:
            models = folder / "models.toml"
            models.write_text(
                f'[[model]]\nname = "rewriter"\nprotocol = "chat"\nbase_url = "{upstream.base_url}"\nmodel = "m"\n'
            )
            stack = Stack(folder, SPARKROOM_MODELS=str(models))
            with stack:
                room = await new_room(stack)
                room |= await call(stack, "GET", f"/api/rooms/{room['id']}", token=room["tokens"]["edit"])
                seconds, text_bytes = await _grow(stack, room, model)
                psutil.Process(web_process(stack.pid)).kill()
        print(f"{model.tokens:,} tokens in {seconds:.0f} s; {text_bytes:,} bytes of text are left", flush=True)
        rows = [await _measured("kill -9", stack, room, text_bytes)]
        with stack:
            async with join(stack, room):
                pass
        return [*rows, await _measured("orderly stop", stack, room, text_bytes)]


async def _grow(stack: Stack, room: dict[str, Any], model: Rewriter) -> tuple[float, int]:
    """Stream the tokens. Answers how long that took, and the bytes of the text then."""
    async with AsyncExitStack() as leaving:
        first, *_ = [await leaving.enter_async_context(join(stack, room)) for _ in range(MEMBERS)]
        await first.create("notes.txt")
        began = perf_counter()
        while model.tokens < TOKENS:
            turn = await first.command("ask", prompt="Go over the totals.", model="rewriter")
            assert turn
            await first.insert("notes.txt", 0, "looked at them again\n")
            over = await first.until_over(turn)
            assert over["state"] == "settled", over["error"]
            refused = [hunk for hunk in over["hunks"] if hunk["state"] != "applied"]
            assert not refused, refused[0]
            first.events.clear()
        await first.until(lambda: first.saved == first.sent_frames)
        return perf_counter() - began, sum(len(first.document(path)) for path in first.paths())


async def _measured(end: str, stack: Stack, room: dict[str, Any], text_bytes: int) -> Row:
    sizes = _sizes(stack.data)
    kept = sum(size for part, size in sizes.items() if part not in ("history", "free"))
    left = stack.data.with_name("left")
    shutil.copytree(stack.data, left)
    openings = []
    for _ in range(OPENINGS):
        openings.append(await _opening(stack, room, text_bytes))
        shutil.rmtree(stack.data)
        shutil.copytree(left, stack.data)
    shutil.rmtree(left)
    return {
        "end": end,
        "text_kb": round(text_bytes / 1000),
        **{f"{part}_kb": round(size / 1000) for part, size in sizes.items()},
        "times_the_text": round(kept / text_bytes, 2),
        "rows": _rows(stack.data),
        "opening_ms": round(median(took for took, _ in openings)),
        "slowest_ms": round(max(took for took, _ in openings)),
        "opening_cpu_ms": round(mean(cpu for _, cpu in openings)),
    }


async def _opening(stack: Stack, room: dict[str, Any], text_bytes: int) -> tuple[float, float]:
    """Milliseconds until somebody who comes has the text, and of processor time in the server."""
    with stack:
        async with join(stack, await new_room(stack)):
            pass
        web = web_process(stack.pid)
        used, began = cpu_seconds(web), perf_counter()
        async with dial(stack, room, epoch=room["epoch"]) as peer:
            await peer.until(lambda: peer.synced)
            took = perf_counter() - began
            assert sum(len(peer.document(path)) for path in peer.paths()) == text_bytes, "the text is another one"
            used = cpu_seconds(web) - used
    return took * 1000, used * 1000


def _rows(data: Path) -> int:
    with sqlite3.connect(_database(data)) as database:
        rows: int = database.execute("SELECT count(*) FROM store_update").fetchone()[0]
        return rows


def _sizes(data: Path) -> dict[str, int]:
    """Bytes of the database by what they are for."""
    sizes = dict.fromkeys(SIZES, 0)
    with sqlite3.connect(_database(data)) as database:
        # An index counts for its table.
        rows = database.execute(
            "SELECT coalesce(tbl_name, dbstat.name), sum(pgsize) FROM dbstat LEFT JOIN sqlite_schema USING (name)"
            " GROUP BY 1"
        )
        for table, size in rows:
            sizes[PARTS.get(table, "other")] += size
        [[free]] = database.execute("SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size")
        sizes["free"] = free
    return sizes


def _database(data: Path) -> Path:
    [path] = data.glob("*.sqlite3")
    return path
