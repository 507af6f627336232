"""`make bench`: the side-by-side figures, as tables and in `build/bench.json`.

python -m tests.benchmarks [stream] [lag] [stop] [crowd] [growth] [memory] [flood] [runs]
    these parts alone; the others' figures stay in the file
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks import crowd, flood, growth, lag, memory, runs, stop, stream
from tests.benchmarks.tables import table
from tests.stack import ROOT

REPORT = ROOT / "build" / "bench.json"
STREAM_COLUMNS = (
    ("path", ""),
    ("round_trip_ms", "round trip ms"),
    ("at_the_model_ms", "at the model ms"),
    ("first_token_ms", "first token ms"),
    ("last_token_ms", "last token ms"),
    ("messages", "messages"),
    ("cpu_us_per_token", "CPU µs/token"),
)
REDUCTION_COLUMNS = (
    ("path", "Sparkroom beside"),
    ("round_trip_ms", "round trip %"),
    ("first_token_ms", "first token %"),
    ("cpu_us_per_token", "CPU a token %"),
)
LAG_COLUMNS = (
    ("scenario", ""),
    ("server", "server"),
    ("tokens", "tokens"),
    ("lost", "lost"),
    ("p50_ms", "p50 ms"),
    ("p99_ms", "p99 ms"),
    ("longest_ms", "longest ms"),
    ("server_cpu", "CPU"),
)
CROWD_COLUMNS = (
    ("server", ""),
    ("delivered", "delivered"),
    ("p50_ms", "p50 ms"),
    ("p99_ms", "p99 ms"),
    ("p99_of_better_peer", "×"),
    ("longest_ms", "longest ms"),
    ("server_cpu", "CPU"),
    ("load_cpu", "crowd's CPU"),
    ("server_mb", "MB"),
)
FLOOD_COLUMNS = (
    ("scenario", ""),
    ("floods", "runs"),
    ("delivered", "delivered"),
    ("p50_ms", "p50 ms"),
    ("p99_ms", "p99 ms"),
    ("p99_of_no_flood", "×"),
    ("longest_ms", "longest ms"),
    ("server_cpu", "CPU"),
)
GROWTH_COLUMNS = (
    ("end", ""),
    ("text_kb", "text KB"),
    ("times_the_text", "held ×"),
    *((f"{part}_kb", part) for part in growth.SIZES),
    ("rows", "rows"),
    ("opening_ms", "opening ms"),
    ("slowest_ms", "slowest ms"),
    ("opening_cpu_ms", "server's CPU ms"),
)

START_COLUMNS = (
    ("path", ""),
    ("first_word_ms", "first word ms"),
    ("p90_ms", "p90 ms"),
    ("over_bare_ms", "over the bare one"),
)
JOB_COLUMNS = (
    ("path", ""),
    ("jobs_a_second", "jobs a second"),
    ("of_the_loop", "× the loop"),
    *((f"{name}_ms", name) for name in ("web", "worker", "redis", "benchmark")),
)


def measure_stream() -> Any:
    """What a token costs on our path and on plain relays."""
    rows = asyncio.run(stream.measure())
    reduced = []
    for scenario in stream.SCENARIOS:
        for server in stream.SERVERS:
            some = [row for row in rows if (row["scenario"], row["server"]) == (scenario.title, server)]
            less = stream.reductions(some)
            reduced += [{"scenario": scenario.title, "server": server, **row} for row in less]
            print(f"\n{scenario.title}; {server}\n")
            print(table(some, STREAM_COLUMNS))
            print(f"\n{table(less, REDUCTION_COLUMNS)}")
    print(f"\n{stream.NOTES}")
    return {"rounds": stream.ROUNDS, "rows": rows, "reductions_percent": reduced}


def measure_lag() -> Any:
    """How far the text is behind the model."""
    rows = asyncio.run(lag.measure())
    print(f"\n{table(rows, LAG_COLUMNS)}\n\n{lag.NOTES}")
    return {"rows": rows}


def measure_stop() -> Any:
    """How long a stopped turn still changes somebody's text."""
    stops = sorted(asyncio.run(stop.measure()))
    print(
        f"\n{len(stops)} stops: the last change reached another member {stops[len(stops) // 2]:.1f} ms after (median),"
        f"\n{stops[-1]:.1f} ms at the most."
    )
    return {"last_change_ms": stops}


def measure_crowd() -> Any:
    """Many members in one room, on our servers and on others."""
    rows = asyncio.run(crowd.measure())
    for scenario in crowd.SCENARIOS:
        print(f"\n{scenario.title}\n")
        print(table([row for row in rows if row["scenario"] == scenario.title], CROWD_COLUMNS))
    print(f"\n{crowd.NOTES}")
    return {"seconds": crowd.SECONDS, "rounds": crowd.ROUNDS, "rows": rows}


def measure_flood() -> Any:
    """Members who type while programs flood their room."""
    rows = asyncio.run(flood.measure())
    print(f"\n{table(rows, FLOOD_COLUMNS)}\n\n{flood.NOTES}")
    return {"seconds": flood.SECONDS, "rounds": flood.ROUNDS, "rows": rows}


def measure_growth() -> Any:
    """A room into which a model wrote for long."""
    rows = asyncio.run(growth.measure())
    print(f"\n{growth.TOKENS:,} tokens\n")
    print(table(rows, GROWTH_COLUMNS))
    print(f"\n{growth.NOTES}")
    return {"tokens": growth.TOKENS, "rows": rows}


def measure_memory() -> Any:
    """Many rooms that are open while nobody does anything in them."""
    figures = memory.measure()
    print(
        f"\n{figures['rooms']:,.0f} open, idle rooms with {memory.TEXT_BYTES:,} bytes of text in one process:"
        f"\n{figures['bytes_a_room'] / 1000:.0f} KB a room beside its sockets,"
        f" {figures['opening_ms_a_room']:.1f} ms to open one;"
        f"\ntyped into {memory.TYPED_IN} of them at once, all saved after {figures['saved_after_ms']:.0f} ms."
    )
    return figures


def measure_runs() -> Any:
    """How soon a run is heard of elsewhere, and how many a machine carries out."""
    starts, jobs = asyncio.run(runs.measure_starts()), asyncio.run(runs.measure_jobs())
    print(f"\n{table(starts, START_COLUMNS)}\n\n{table(jobs, JOB_COLUMNS)}\n\n{runs.NOTES}")
    return {"rounds": runs.ROUNDS, "jobs": runs.JOBS, "starts": starts, "throughput": jobs}


PARTS: dict[str, Callable[[], Any]] = {
    "stream": measure_stream,
    "lag": measure_lag,
    "stop": measure_stop,
    "crowd": measure_crowd,
    "growth": measure_growth,
    "memory": measure_memory,
    "flood": measure_flood,
    "runs": measure_runs,
}


def main(names: list[str]) -> None:
    """Measure these parts, or all."""
    if unknown := [name for name in names if name not in PARTS]:
        raise SystemExit(f"{unknown[0]}: no part of the benchmark; those are {', '.join(PARTS)}")
    report = json.loads(REPORT.read_text()) if REPORT.exists() and names else {}
    for name in names or PARTS:
        began = datetime.now(UTC)
        figures = PARTS[name]()
        seconds, load = (datetime.now(UTC) - began).total_seconds(), os.getloadavg()[0]
        print(f"\nTook {seconds:.0f} s. Load at the end: {load:.2f} on {os.cpu_count()} processors.")
        machine = {
            "processors": os.cpu_count(),
            "load": load,
            "python": platform.python_version(),
            "system": platform.platform(),
        }
        at = began.isoformat(timespec="seconds")
        report[name] = {"at": at, "took_seconds": round(seconds, 1), "machine": machine, **figures}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
