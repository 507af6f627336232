"""`make bench`: the side-by-side figures, as a table and in `build/bench.json`."""

from __future__ import annotations

import asyncio
import json
import os
import platform
from datetime import UTC, datetime

from tests.benchmarks import stop, stream
from tests.stack import ROOT

COLUMNS = (
    ("path", ""),
    ("round_trip_ms", "round trip ms"),
    ("first_token_ms", "first token ms"),
    ("whole_ms", "last token ms"),
    ("messages", "messages"),
    ("cpu_us_per_token", "CPU µs/token"),
    ("all_cpu_us_per_token", "all processes"),
)
NOTES = """\
Medians; CPU is the sum over all turns. One model server, one run, turns alternating between the paths. Everything runs
on this machine over loopback, where a new connection costs next to nothing: what it costs over a network, one round
trip for TCP and one or two for TLS on each side of the server, is not in these figures.
Round trip: from asking until the server says that it took the prompt. CPU: the process that serves; "all processes" has
Redis, the worker and the launcher in it, idle as they may be. Our path also merges, stores and shares the text; the
relay only passes it on."""


def main() -> None:
    began = datetime.now(UTC)
    rows = asyncio.run(stream.measure())
    for rate in stream.ROUNDS:
        print(f"\n{stream.TOKENS:,} tokens at {rate:,.0f} tokens/s\n")
        print(table([row for row in rows if row["tokens_per_second"] == rate]))
    stops = sorted(asyncio.run(stop.measure()))
    print(
        f"\n{len(stops)} stops: the last change reached another member {stops[len(stops) // 2]:.1f} ms after (median),"
    )
    print(f"{stops[-1]:.1f} ms at the most.")
    print(f"\n{NOTES}\nLoad when it ended: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors.")
    report = {
        "at": began.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - began).total_seconds(), 1),
        "machine": {
            "processors": os.cpu_count(),
            "load": os.getloadavg()[0],
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "stream": {"tokens": stream.TOKENS, "rows": rows},
        "stop": {"last_change_ms": stops},
    }
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n")


def table(rows: list[stream.Row]) -> str:
    """Rows under their titles. Beside each figure, how many times the first row's it is."""
    cells = [[title for _, title in COLUMNS]]
    for row in rows:
        cells.append([_cell(row[field], rows[0][field]) for field, _ in COLUMNS])
    widths = [max(len(line[at]) for line in cells) for at in range(len(COLUMNS))]
    return "\n".join("  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) for line in cells)


def _cell(value: float | str, ours: float | str) -> str:
    if isinstance(value, str) or isinstance(ours, str):
        return str(value)
    ratio = f"{value / ours:.2f}×" if ours else "–"
    return f"{value:,g} ({ratio})"


if __name__ == "__main__":
    main()
