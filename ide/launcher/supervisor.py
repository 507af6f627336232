"""Keeps child processes running: starts them, waits until they answer, starts again what dies, ends all of them.

Each child leads a process group of its own, so that Ctrl-C reaches the launcher alone and a child's own children end
with it. A child is tied to the launcher: if that is killed, the kernel kills the child.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TIED = str(Path(__file__).with_name("tied.py"))
ASK_AGAIN_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, eq=False)
class Child:
    """A process to keep running."""

    name: str
    """As people read it."""
    command: Sequence[str]
    answers: Callable[[], Awaitable[bool]]
    """Whether it does its work now; asked until it is true."""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    inherited: tuple[int, ...] = ()
    """File descriptors that it gets."""
    seconds_to_answer: float = 60.0
    seconds_to_end: float = 5.0
    """From TERM to KILL."""
    words: str = "its own words, if any, stand above"
    """Where people find what it wrote."""


class NotStarted(Exception):
    """A child that ended, or stayed silent, before it answered for the first time."""


class Supervisor:
    """The children of one launcher. Its methods run in one event loop, in the main thread."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """`say` gets one line for people at a time."""
        self._say = say
        self._processes: dict[Child, asyncio.subprocess.Process] = {}
        self._keepers: dict[Child, asyncio.Task[None]] = {}
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Has an exception once a child cannot be kept any more, which is an error of ours."""

    async def start(self, child: Child) -> None:
        """Start a child and wait until it answers; from then on it is kept running. Raises NotStarted."""
        process = await self._spawn(child)
        if not await self._answered(child, process):
            code = process.returncode
            silent = f"gave no answer within {child.seconds_to_answer:g} s"
            raise NotStarted(f"{child.name} {silent if code is None else ending(code)}: {child.words}.")
        self._watch(child, process)

    async def restart(self, child: Child) -> None:
        """End a child that is kept and start it again, without waiting until it answers."""
        await self.end(child)
        self._watch(child, await self._spawn(child))

    async def end(self, *children: Child) -> None:
        """End these children at the same time: TERM, a bounded wait, KILL, for their whole process groups."""
        for child in children:
            if keeper := self._keepers.pop(child, None):
                keeper.cancel()
                await asyncio.wait([keeper])
        await asyncio.gather(
            *(self._end_process(child, self._processes.pop(child)) for child in children if child in self._processes)
        )

    async def _spawn(self, child: Child) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-IS", TIED, "KILL", str(os.getpid())),
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            env=child.environment,
            pass_fds=child.inherited,
            start_new_session=True,
        )
        self._processes[child] = process
        return process

    async def _answered(self, child: Child, process: asyncio.subprocess.Process) -> bool:
        """Wait for the first answer. False if the process ended or its time ran out."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(child.seconds_to_answer):
                while process.returncode is None:
                    if await child.answers():
                        return True
                    await asyncio.sleep(ASK_AGAIN_SECONDS)
        return False

    def _watch(self, child: Child, process: asyncio.subprocess.Process) -> None:
        def notice(keeper: asyncio.Task[None]) -> None:
            if not keeper.cancelled() and (error := keeper.exception()) and not self.broken.done():
                self.broken.set_exception(error)

        self._keepers[child] = asyncio.create_task(self._keep(child, process))
        self._keepers[child].add_done_callback(notice)

    async def _keep(self, child: Child, process: asyncio.subprocess.Process) -> None:
        """Start the child again whenever it dies: at once if it had answered, else after longer and longer pauses."""
        pause = 0.0
        while True:
            code = await process.wait()
            kill_group(process.pid)
            self._say(f"{child.name} {ending(code)}; starting it again" + (f" in {pause:g} s" if pause else ""))
            await asyncio.sleep(pause)
            process = await self._spawn(child)
            if await self._answered(child, process):
                self._say(f"{child.name} is back")
                pause = 0.0
            else:
                # One that lives but is silent is as good as dead.
                kill_group(process.pid)
                pause = min(max(1.0, 2 * pause), LONGEST_PAUSE_SECONDS)

    async def _end_process(self, child: Child, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), child.seconds_to_end)
        kill_group(process.pid)
        await process.wait()


def kill_group(leader: int) -> None:
    """Kill what is left of a process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def ending(code: int) -> str:
    """How a process ended, in words."""
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
