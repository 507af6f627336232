"""The first figure: what a token costs, and how much later it is there, on our path and on plain relays beside it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path as Folder
from statistics import median

import aiohttp

from tests.benchmarks import upstream
from tests.benchmarks.paths import Ours, Path, Relayed, Turn
from tests.benchmarks.processes import listening, module, web_process
from tests.benchmarks.tables import Row
from tests.benchmarks.upstream import Sent
from tests.peer import join, new_room
from tests.stack import Stack, free_port

SERVERS = ("daphne", "uvicorn")
RELAYS = {
    "relay, vendor's client, new requests": "sdk/fresh",
    "relay, vendor's client, kept": "sdk/kept",
    "relay, aiohttp, new requests": "aiohttp/fresh",
    "relay, aiohttp, kept": "aiohttp/kept",
}
ROUNDS = 5
FIGURES = ("round_trip_ms", "first_token_ms", "cpu_us_per_token")
NOTES = """\
Medians; CPU is the sum over all turns, of the process that serves. One model server, turns alternating between the
paths. The same server serves Sparkroom and the relays, which are a view of Django each (`relay.py`): by the vendor's
client library, as most people write it, and by aiohttp, which costs least. "New requests" makes client and connection
anew each turn, upstream and down; "kept" keeps both.
Everything is what comes on top of the network's own time and of the model's: of both lines a round trip, or half of one
each way, is taken off, and for tokens the time until the model's server sent them.
Round trip: from asking until the server's word that it took the prompt. At the model: from asking until its server has
read the request. First token: that, and from the sending of the first character that belongs into the file until the
reader has it. Last token: from its sending until the reader has it.
The distance is made by a port that delays (`distance.py`): a new connection costs a round trip, as TCP's does. It has
no TLS, which would cost new connections one or two more. Over loopback a new connection costs next to nothing.
Our path also merges, stores and shares the text; the relays only pass it on."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Turns of so many tokens at so many a second; a round trip to either neighbour takes `distance_ms`."""

    tokens: int
    rate: float
    distance_ms: float = 0.0

    @property
    def title(self) -> str:
        """What it is, in words."""
        where = f"{self.distance_ms:g} ms to the reader and to the model" if self.distance_ms else "all over loopback"
        return f"{self.tokens:,} tokens at {self.rate:,.0f} tokens/s, {where}"


SCENARIOS = (Scenario(1_000, 1_000), Scenario(20_000, 20_000), Scenario(200, 1_000, 20))


@dataclass(frozen=True, slots=True)
class Timed:
    """A turn, and when the model's server sent what it brought."""

    turn: Turn
    sent: Sent


async def measure() -> list[Row]:
    """A row for each scenario, server and path."""
    rows: list[Row] = []
    for scenario in SCENARIOS:
        for server in SERVERS:
            rows += await _measured(scenario, server)
    return rows


async def _measured(scenario: Scenario, server: str) -> list[Row]:
    distance = scenario.distance_ms / 1000
    with module("tests.benchmarks.upstream", "create", str(scenario.tokens), str(scenario.rate)) as (_, addresses):
        model, times = addresses.split()
        with far(model, scenario) as model:
            async with paths(server, model, scenario) as each:
                found = await alternate(each, scenario.tokens, times)
    return [_row(scenario, server, name, turns, distance) for name, turns in found.items()]


async def alternate(each: list[Path], tokens: int, times: str) -> dict[str, list[Timed]]:
    """`ROUNDS` turns on each path, the order moving on by one each time, after one that is not counted."""
    answers = upstream.creating(tokens)
    found: dict[str, list[Timed]] = {path.name: [] for path in each}
    asked = 0
    for number in range(ROUNDS + 1):
        for at in range(len(each)):
            path = each[(at + number) % len(each)]
            turn = await path.turn(answers(asked)[1])
            if number:
                found[path.name].append(Timed(turn, await upstream.sent(times, asked)))
            asked += 1
    return found


@contextmanager
def far(address: str, scenario: Scenario) -> Iterator[str]:
    """The same address at the scenario's distance."""
    if not scenario.distance_ms:
        yield address
        return
    port = address.rsplit(":", 1)[1].partition("/")[0]
    with module("tests.benchmarks.distance", port, str(scenario.distance_ms)) as (_, other):
        yield address.replace(f":{port}", f":{other}")


@contextmanager
def sparkroom(server: str, model: str) -> Iterator[Stack]:
    """A Sparkroom by this server program, whose model "standin" is at this address."""
    with tempfile.TemporaryDirectory(prefix="sparkroom-bench-") as folder:
        models = Folder(folder) / "models.toml"
        models.write_text(
            f'[[model]]\nname = "standin"\nprotocol = "chat"\nbase_url = "{model}"\nmodel = "standin-1"\n'
        )
        with Stack(Folder(folder), SPARKROOM_MODELS=str(models), SPARKROOM_SERVER=server) as stack:
            yield stack


@contextmanager
def relay(server: str, model: str) -> Iterator[tuple[int, str]]:
    """The relay by this server program, to the model at this address. Gives its process id and its address."""
    port = free_port()
    options = {
        "daphne": ("-v", "0", "-b", "127.0.0.1", "-p", str(port)),
        "uvicorn": ("--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning"),
    }
    application = "tests.benchmarks.relay:application"
    with listening(port, server, *options[server], application, RELAY_UPSTREAM=model) as pid:
        yield pid, f"http://127.0.0.1:{port}"


@asynccontextmanager
async def paths(server: str, model: str, scenario: Scenario) -> AsyncIterator[list[Path]]:
    """All paths to this model by this server program, each its own process, ours through a room."""
    async with AsyncExitStack() as stack:
        ours = stack.enter_context(sparkroom(server, model))
        pid, address = stack.enter_context(relay(server, model))
        # Seen from where the reader is.
        seen = copy(ours)
        seen.base_url = stack.enter_context(far(ours.base_url, scenario))
        seen.ws_url = seen.base_url.replace("http", "ws", 1)
        address = stack.enter_context(far(address, scenario))
        peer = await stack.enter_async_context(join(seen, await new_room(ours)))
        kept = await stack.enter_async_context(aiohttp.ClientSession())
        yield [
            Ours(peer, "standin", web_process(ours.pid)),
            *(
                Relayed(name, f"{address}/{view}", pid, kept if view.endswith("/kept") else None)
                for name, view in RELAYS.items()
            ),
        ]


def _row(scenario: Scenario, server: str, name: str, timed: list[Timed], distance: float) -> Row:
    def typical(seconds: Callable[[Turn, Sent], float]) -> float:
        return round(median(seconds(one.turn, one.sent) for one in timed) * 1000, 2)

    return {
        "scenario": scenario.title,
        "server": server,
        "path": name,
        "turns": len(timed),
        "round_trip_ms": typical(lambda turn, _: turn.accepted - turn.asked - distance),
        "at_the_model_ms": typical(lambda turn, sent: sent.asked - turn.asked - distance),
        "first_token_ms": typical(lambda turn, sent: sent.asked - turn.asked + turn.first - sent.at(2) - 2 * distance),
        "last_token_ms": typical(lambda turn, sent: turn.last - sent.at(scenario.tokens - 1) - distance),
        "messages": int(median(one.turn.messages for one in timed)),
        # A sum, since a process's time is counted in steps of 10 ms.
        "cpu_us_per_token": round(sum(one.turn.cpu_seconds for one in timed) / scenario.tokens / len(timed) * 1e6, 1),
    }


def reductions(rows: list[Row]) -> list[Row]:
    """By how many percent the first row's figures are below each other one's."""
    ours, *others = rows
    return [
        {"path": row["path"]}
        | {figure: round(100 * (float(ours[figure]) / float(row[figure]) - 1), 1) for figure in FIGURES}
        for row in others
    ]
