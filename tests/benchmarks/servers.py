"""The servers that a crowd is put before: ours under uvicorn and under daphne, y-websocket's own, and Hocuspocus.

`peers/` holds the last two, at the versions of its lock file. Both keep a room in memory alone; ours also merges it,
stores it and waits for the disk.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ide.launcher.setup import node
from tests.benchmarks.processes import web_process
from tests.peer import new_room
from tests.stack import ROOT, Stack, free_port

PEERS = ROOT / "tests" / "benchmarks" / "peers"


@dataclass(frozen=True)
class Server:
    """One that runs. `room` makes a fresh room: its socket's address, and the name that each message must carry."""

    name: str
    pid: int
    room: Callable[[], Awaitable[tuple[str, str]]]


@contextmanager
def all_servers(folder: Path) -> Iterator[list[Server]]:
    """All four, started."""
    with ExitStack() as stack:
        yield [
            *(stack.enter_context(_sparkroom(folder / name, name)) for name in ("uvicorn", "daphne")),
            stack.enter_context(_y_websocket()),
            stack.enter_context(_hocuspocus()),
        ]


@contextmanager
def _sparkroom(folder: Path, server: str) -> Iterator[Server]:
    folder.mkdir()
    with Stack(folder, SPARKROOM_SERVER=server) as stack:

        async def room() -> tuple[str, str]:
            made = await new_room(stack)
            return f"{stack.ws_url}/ws/rooms/{made['id']}?token={made['tokens']['edit']}", ""

        yield Server(f"Sparkroom, {server}", web_process(stack.pid), room)


@contextmanager
def _y_websocket() -> Iterator[Server]:
    with _node("node_modules/y-websocket/bin/server.cjs") as (pid, port):
        yield Server("y-websocket 2.1.0", pid, _rooms(lambda number: (f"ws://127.0.0.1:{port}/room-{number}", "")))


@contextmanager
def _hocuspocus() -> Iterator[Server]:
    with _node("hocuspocus.mjs") as (pid, port):
        yield Server("Hocuspocus 3.4.4", pid, _rooms(lambda number: (f"ws://127.0.0.1:{port}/", f"room-{number}")))


def _rooms(address: Callable[[int], tuple[str, str]]) -> Callable[[], Awaitable[tuple[str, str]]]:
    """Both peers make a room of whatever name is asked for."""
    made = 0

    async def room() -> tuple[str, str]:
        nonlocal made
        made += 1
        return address(made)

    return room


@contextmanager
def _node(script: str) -> Iterator[tuple[int, int]]:
    """A Node program that says something once it listens. Gives its process id and port."""
    port = free_port()
    environment = {**os.environ, **node.environment(), "HOST": "127.0.0.1", "PORT": str(port)}
    install()
    with subprocess.Popen(["node", script], cwd=PEERS, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline(), f"{script} ended before it was ready"
            yield process.pid, port
        finally:
            process.terminate()


def install() -> None:
    """Have the peers' packages, as their lock file names them."""
    lock = PEERS / "package-lock.json"
    stamp = PEERS / "node_modules" / ".sparkroom"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    began = time.monotonic()
    print("Installing the servers to measure against …", flush=True)
    environment = {**os.environ, **node.environment()}
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PEERS, env=environment, check=True)
    stamp.write_bytes(lock.read_bytes())
    print(f"Installing the servers to measure against: done in {time.monotonic() - began:.0f} s", flush=True)
