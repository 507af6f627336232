"""Many members in one room: does everything arrive, and how late, on each of four servers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import orjson

from tests.benchmarks.load import Load, Measured
from tests.benchmarks.servers import Server, all_servers
from tests.benchmarks.tables import Row
from tests.stack import ROOT

ROUNDS = 3
SECONDS = 5.0
NOTES = """\
Milliseconds from a write to its arrival at each other member, without the first second; the median of the rounds' own
percentiles. Servers take turns in every round, one at a time, each in a fresh room; the crowd is one process of its own
on the same machine, which reads what arrives without merging it. "×" is p99 against the better of the two peers. CPU is
processor seconds a second, of the server's process and of the crowd's. The peers only relay and keep a room in memory;
Sparkroom merges and stores it as well."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`members` sockets in one room, the first `writers` of which write `rate` times a second each."""

    title: str
    members: int
    writers: int
    rate: float


SCENARIOS = (
    Scenario("50 readers, one writer at 60/s", 51, 1, 60),
    Scenario("5 readers, one writer at 1,000/s", 6, 1, 1_000),
    Scenario("200 members, 50 of them write 5/s", 200, 50, 5),
    Scenario("200 members, 100 of them write 2/s", 200, 100, 2),
    Scenario("20 members, one writes 60/s", 20, 1, 60),
)


async def measure() -> list[Row]:
    """A row for each scenario and server."""
    results: dict[tuple[Scenario, str], list[Measured]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="sparkroom-bench-") as folder, all_servers(Path(folder)) as servers:
        for scenario in SCENARIOS:
            for number in range(ROUNDS):
                for at in range(len(servers)):
                    server = servers[(at + number) % len(servers)]
                    results[scenario, server.name].append(await _trial(scenario, server))
        names = [server.name for server in servers]
    rows = []
    for scenario in SCENARIOS:
        peers = [median(measured.p99_ms for measured in results[scenario, name]) for name in names[2:]]
        rows += [_row(scenario, name, results[scenario, name], min(peers)) for name in names]
    return rows


async def _trial(scenario: Scenario, server: Server) -> Measured:
    url, document = await server.room()
    load = Load(url, document, server.pid, scenario.members, scenario.writers, scenario.rate, SECONDS)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.load", orjson.dumps(asdict(load)).decode()),
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, f"{server.name}: {scenario.title}: the crowd broke up"
    return Measured(**orjson.loads(out))


def _row(scenario: Scenario, name: str, rounds: list[Measured], peer_p99: float) -> Row:
    p99 = median(measured.p99_ms for measured in rounds)
    expected = sum(measured.expected for measured in rounds)
    return {
        "scenario": scenario.title,
        "server": name,
        "delivered": round(sum(measured.arrived for measured in rounds) / expected, 6),
        "p50_ms": round(median(measured.p50_ms for measured in rounds), 2),
        "p99_ms": round(p99, 2),
        "p99_of_better_peer": round(p99 / peer_p99, 2),
        "longest_ms": max(measured.longest_ms for measured in rounds),
        "server_cpu": round(median(measured.server_cpu for measured in rounds), 2),
        "load_cpu": round(median(measured.load_cpu for measured in rounds), 2),
        "server_mb": round(max(measured.server_bytes for measured in rounds) / 1e6),
    }
