"""The first figure: what a token costs, and when it is there, on our path and on plain relays beside it."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path as Folder
from statistics import median

import aiohttp

from tests.benchmarks.paths import Expected, Ours, Path, Relayed, Turn
from tests.benchmarks.processes import module, web_process
from tests.benchmarks.tables import Row
from tests.peer import join, new_room
from tests.stack import Stack
from tests.standins.chat import numbered

TOKENS = 1_000
ROUNDS = {1_000.0: 6, 20_000.0: 6}
"""How many turns on each path, for each rate in tokens a second."""
NOTES = """\
Medians; CPU is the sum over all turns. One model server, one run, turns alternating between the paths. Everything runs
on this machine over loopback, where a new connection costs next to nothing: what it costs over a network, one round
trip for TCP and one or two for TLS on each side of the server, is not in these figures.
Round trip: from asking until the server says that it took the prompt. CPU: the process that serves; "all processes" has
Redis, the worker and the launcher in it, idle as they may be. Our path also merges, stores and shares the text; the
relay only passes it on."""


async def measure() -> list[Row]:
    """A row for each rate and path."""
    rows: list[Row] = []
    with ExitStack() as stack:
        upstreams = {rate: stack.enter_context(model_server(rate)) for rate in ROUNDS}
        sparkroom = stack.enter_context(started(upstreams))
        for rate, rounds in ROUNDS.items():
            async with paths(sparkroom, rate, upstreams[rate]) as each:
                rows += [_row(rate, name, turns) for name, turns in (await alternate(each, rounds, rate)).items()]
    return rows


async def alternate(each: list[Path], rounds: int, rate: float) -> dict[str, list[Turn]]:
    """`rounds` turns on each path, the order moving on by one each time, after one that is not counted."""
    script = numbered(TOKENS, rate)
    turns: dict[str, list[Turn]] = defaultdict(list)
    asked = 0
    for number in range(rounds + 1):
        for at in range(len(each)):
            path = each[(at + number) % len(each)]
            turn = await path.turn(Expected.of(script(asked)))
            asked += 1
            if number:
                turns[path.name].append(turn)
    return {path.name: turns[path.name] for path in each}


@contextmanager
def model_server(rate: float) -> Iterator[str]:
    """The model's server, at this many tokens a second. Gives its address."""
    with module("tests.standins.chat", "--tokens", str(TOKENS), "--rate", str(rate)) as (_, address):
        yield address


@contextmanager
def started(upstreams: dict[float, str]) -> Iterator[Stack]:
    """A Sparkroom whose models are these, each named after its rate."""
    with tempfile.TemporaryDirectory(prefix="sparkroom-bench-") as folder:
        models = Folder(folder) / "models.toml"
        entry = '[[model]]\nname = "{}"\nprotocol = "chat"\nbase_url = "{}"\nmodel = "standin-1"\n'
        models.write_text("".join(entry.format(rate, address) for rate, address in upstreams.items()))
        with Stack(Folder(folder), SPARKROOM_MODELS=str(models)) as sparkroom:
            yield sparkroom


@asynccontextmanager
async def paths(sparkroom: Stack, rate: float, upstream: str) -> AsyncIterator[list[Path]]:
    """The three paths to the model's server of this rate, ours through a room of its own."""
    async with AsyncExitStack() as stack:
        pid, relay = stack.enter_context(module("tests.benchmarks.relay", upstream))
        peer = await stack.enter_async_context(join(sparkroom, await new_room(sparkroom)))
        kept = await stack.enter_async_context(aiohttp.ClientSession())
        ours = Ours(peer, str(rate), web_process(sparkroom.pid), sparkroom.pid)
        yield [ours, Relayed(relay, pid, None), Relayed(relay, pid, kept)]


def _row(rate: float, name: str, turns: Iterable[Turn]) -> Row:
    turns = list(turns)
    tokens = TOKENS * len(turns)
    return {
        "path": name,
        "tokens_per_second": rate,
        "turns": len(turns),
        "round_trip_ms": round(median(turn.accepted for turn in turns), 2),
        "first_token_ms": round(median(turn.first for turn in turns), 2),
        "whole_ms": round(median(turn.last for turn in turns), 1),
        "messages": int(median(turn.messages for turn in turns)),
        # Sums, since a process's time is counted in steps of 10 ms.
        "cpu_us_per_token": round(sum(turn.cpu_seconds for turn in turns) / tokens * 1e6, 1),
        "all_cpu_us_per_token": round(sum(turn.all_cpu_seconds for turn in turns) / tokens * 1e6, 1),
    }
