"""How late members see each other's typing while a program floods its room with output, and while none does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from tests.benchmarks.load import Load, Measured
from tests.benchmarks.processes import web_process
from tests.benchmarks.tables import Row
from tests.peer import Peer, join, new_room
from tests.stack import ROOT, Stack

ROUNDS = 3
SECONDS = 6.0
MEMBERS, WRITERS, RATE = 10, 5, 5.0
FLOODS = {"no flood": 0, "one flood": 1, "four floods": 4}
# A line as `yes` writes it, for as long as the measurement takes and longer.
COMMAND = ["sh", "-c", "yes"]
SETTINGS = {"SPARKROOM_RUN_CPU": "600", "SPARKROOM_RUN_SECONDS": "120", "SPARKROOM_MEMBER_RUNS": "4"}
NOTES = f"""\
{MEMBERS} members of one room, {WRITERS} of which type {RATE:g} times a second each: milliseconds from a write to its
arrival at each other member, without the first second; the median of the rounds' own percentiles. Two more members read
the output. A flood is `yes`, again and again as often as the limit on output ends it. Kinds take turns in every round,
each in a fresh room of one server; the crowd is a process of its own on the same machine. "×" is p99 against that
without a flood. CPU is processor seconds a second of the web process."""


async def measure() -> list[Row]:
    """A row for each number of floods."""
    results: dict[str, list[tuple[Measured, int]]] = {name: [] for name in FLOODS}
    with tempfile.TemporaryDirectory(prefix="sparkroom-bench-") as folder, Stack(Path(folder), **SETTINGS) as stack:
        for number in range(ROUNDS):
            for at in range(len(FLOODS)):
                name = list(FLOODS)[(at + number) % len(FLOODS)]
                results[name].append(await _trial(stack, FLOODS[name]))
    base = median(measured.p99_ms for measured, _ in results["no flood"])
    return [_row(name, rounds, base) for name, rounds in results.items()]


async def _trial(stack: Stack, floods: int) -> tuple[Measured, int]:
    """What came of it, and how many floods ended meanwhile."""
    room = await new_room(stack)
    async with join(stack, room) as asker, join(stack, room), _flooded(asker, floods):
        url = f"{stack.ws_url}/ws/rooms/{room['id']}?token={room['tokens']['edit']}"
        load = Load(url, "", web_process(stack.pid), MEMBERS, WRITERS, RATE, SECONDS)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.load", orjson.dumps(asdict(load)).decode()),
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, "the crowd broke up"
        runs = [event["run"] for event in asker.events if event["type"] == "run"]
        ended = [run for run in runs if run["state"] == "failed" and run["truncated"]]
        assert bool(ended) == bool(floods), "what was measured is no flood"
    return Measured(**orjson.loads(out)), len(ended)


@asynccontextmanager
async def _flooded(asker: Peer, floods: int) -> AsyncIterator[None]:
    """Keep so many floods going meanwhile."""
    tasks = [asyncio.create_task(_flood(asker)) for _ in range(floods)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


async def _flood(asker: Peer) -> None:
    while True:
        run = await asker.command("start_run", run={"command": COMMAND})
        await asker.until(partial(_ended, asker, run))


def _ended(asker: Peer, run: str | None) -> dict[str, Any] | None:
    """The run, once it is over."""
    told = (event["run"] for event in reversed(asker.events) if event["type"] == "run" and event["run"]["id"] == run)
    latest = next(told, None)
    return latest if latest and latest["state"] not in ("queued", "running") else None


def _row(name: str, trials: list[tuple[Measured, int]], base: float) -> Row:
    rounds = [measured for measured, _ in trials]
    p99 = median(measured.p99_ms for measured in rounds)
    expected = sum(measured.expected for measured in rounds)
    return {
        "scenario": name,
        "floods": sum(ended for _, ended in trials),
        "delivered": round(sum(measured.arrived for measured in rounds) / expected, 6),
        "p50_ms": round(median(measured.p50_ms for measured in rounds), 2),
        "p99_ms": round(p99, 2),
        "p99_of_no_flood": round(p99 / base, 2),
        "longest_ms": max(measured.longest_ms for measured in rounds),
        "server_cpu": round(median(measured.server_cpu for measured in rounds), 2),
    }
