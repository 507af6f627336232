"""How long a run takes to say its first word to somebody else, and how many of them a machine carries out."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from time import perf_counter

import psutil

from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.shell_loop import ShellLoop
from tests.benchmarks.tables import Row
from tests.peer import Peer, join, new_room
from tests.stack import Stack
from workers.sandboxes.toolchain import locate

ROUNDS = 30
JOBS = 240
AT_ONCE = 8
SETTLE_SECONDS = 0.2
SERVERS = {"web": "launcher.servers", "worker": "sparkroom-runs-", "redis": "redis-server"}
"""Processes of the product, and what stands in their commands."""
PROGRAM = "print('first', flush=True)\n"
TERMINAL = {"columns": 80, "rows": 24}
NOTES = """\
First word: from the command of one member until another member's socket has the program's first output; the bare
interpreter is the sandbox's own, started by a process that reads its output. Every path has its turn in each round.
Cold runs begin in a new sandbox, warm ones in one where an interpreter waits (SPARKROOM_WARM).
Jobs: one Python program after the other that prints a word, from the first command until all have ended, with their
rows, events and output; beside it the same bubblewrap command from a shell loop, two at a time, that stores nothing.
Beside that, milliseconds of processor time a job, of each process without what it started."""


async def measure_starts() -> list[Row]:
    """A row for each path."""
    cold, warm = ("python", "cold.py"), ("python", "main.py")
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="sparkroom-bench-") as folder, Stack(Path(folder)) as stack:
        room = await new_room(stack)
        async with join(stack, room) as alice, join(stack, room) as bob:
            for path in ("cold.py", "main.py"):
                await alice.create(path, PROGRAM)
            await alice.until(lambda: alice.saved == alice.sent_frames)
            for number in range(ROUNDS + 1):
                times = {"the bare interpreter": await asyncio.to_thread(bare)}
                for name, command in (("a cold run", cold), ("a warm run", warm)):
                    times[f"{name}, pipes"] = await first_word(alice, bob, command)
                    times[f"{name}, terminal"] = await first_word(alice, bob, command, terminal=TERMINAL)
                if number:  # in the first round nothing waits yet
                    for name, seconds in times.items():
                        found.setdefault(name, []).append(seconds)
    own = median(found["the bare interpreter"])
    return [
        {
            "path": name,
            "first_word_ms": round(median(times) * 1000, 1),
            "p90_ms": round(sorted(times)[len(times) * 9 // 10] * 1000, 1),
            "over_bare_ms": round((median(times) - own) * 1000, 1),
        }
        for name, times in found.items()
    ]


def bare() -> float:
    """Seconds from starting the interpreter until its first output."""
    interpreter = locate().interpreter
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.py").write_text(PROGRAM)
        began = perf_counter()
        with subprocess.Popen([interpreter, "main.py"], cwd=folder, env={}, stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"first\n"
            return perf_counter() - began


async def first_word(asker: Peer, reader: Peer, command: tuple[str, ...], **fields: object) -> float:
    """Seconds until somebody else has the first output of a run. Returns when the run is over."""
    seen = len(reader.events)

    def spoke() -> bool:
        return any(event["type"] == "output" and event["text"] for event in reader.events[seen:])

    began = perf_counter()
    run_id = await asker.command("start_run", run={"command": command, **fields})
    await reader.until(spoke)
    seconds = perf_counter() - began
    assert run_id
    await reader.until(lambda: over(reader, run_id))
    await asyncio.sleep(SETTLE_SECONDS)  # a person does not ask again in the same moment; another sandbox gets ready
    return seconds


def over(peer: Peer, run_id: str) -> bool:
    """True once a run has ended."""
    run = peer.run(run_id)
    return run is not None and run["state"] not in ("queued", "running")


async def measure_jobs() -> list[Row]:
    """Jobs a second of a shell loop, and of Sparkroom as a part of that."""
    settings = {"SPARKROOM_RUNS": "64", "SPARKROOM_MEMBER_RUNS": "64", "SPARKROOM_RUN_QUEUE": "1000"}
    with tempfile.TemporaryDirectory(prefix="sparkroom-bench-") as folder, Stack(Path(folder), **settings) as stack:
        async with AsyncExitStack() as leaving:
            room = await new_room(stack)
            reader = await leaving.enter_async_context(join(stack, room))
            await reader.create("job.py", PROGRAM)
            await reader.until(lambda: reader.saved == reader.sent_frames)
            await jobs(reader, AT_ONCE)
            before = processor_seconds(stack.pid)
            ours = [await jobs(reader, JOBS)]
            spent = {name: seconds - before[name] for name, seconds in processor_seconds(stack.pid).items()}
            with ShellLoop({"job.py": PROGRAM.encode()}, ["python", "job.py"]) as loop:
                loop.run(AT_ONCE)
                theirs = [await asyncio.to_thread(loop.run, JOBS)]
                for _ in range(2):
                    ours.append(await jobs(reader, JOBS))
                    theirs.append(await asyncio.to_thread(loop.run, JOBS))
    best = JOBS / median(theirs)
    return [
        {
            "path": "a shell loop of the same command, two at a time",
            "jobs_a_second": round(best, 1),
            "of_the_loop": 1.0,
        },
        {
            "path": f"Sparkroom, {AT_ONCE} asked for at a time",
            "jobs_a_second": round(JOBS / median(ours), 1),
            "of_the_loop": round(JOBS / median(ours) / best, 2),
            **{f"{name}_ms": round(seconds / JOBS * 1000, 1) for name, seconds in spent.items()},
        },
    ]


def processor_seconds(launcher: int) -> dict[str, float]:
    """What each kind of process has used, without what it started; and this one, which asks and listens."""
    spent = {"web": 0.0, "worker": 0.0, "redis": 0.0, "benchmark": cpu_seconds(os.getpid())}
    for process in psutil.Process(launcher).children():
        words = " ".join(process.cmdline())
        for kind, word in SERVERS.items():
            if word in words:
                spent[kind] += cpu_seconds(process.pid)
    return spent


async def jobs(reader: Peer, count: int) -> float:
    """Seconds until so many runs have ended."""
    places = asyncio.Semaphore(AT_ONCE)

    async def job() -> None:
        async with places:
            run_id = await reader.command("start_run", run={"command": ["python", "job.py"]})
            assert run_id
            await reader.until(lambda: over(reader, run_id))
            run = reader.run(run_id)
            assert run is not None and run["output"] == "first\n", run

    began = perf_counter()
    await asyncio.gather(*(job() for _ in range(count)))
    return perf_counter() - began
