"""Starts the children in their order, says once that all of them answer, and ends them in the opposite order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from ide.launcher.supervisor import Child, Supervisor


async def serve(
    layers: Sequence[Sequence[Child]],
    ready: str,
    say: Callable[[str], None],
    alongside: Callable[[Supervisor], Coroutine[None, None, None]] | None = None,
) -> None:
    """Keep the children running until Ctrl-C, TERM or the end of the terminal.

    The children of one layer start at the same time, once those of the layer before answer. `ready` is said when all
    do; then `alongside` runs until the end. Raises NotStarted if a child does not start. All have ended afterwards.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    supervisor = Supervisor(say)
    starting = asyncio.create_task(_start(supervisor, layers))
    tasks: list[asyncio.Future[Any]] = [starting, asyncio.create_task(stop.wait()), supervisor.broken]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await tasks.pop(0)
            say(ready)
            if alongside:
                tasks.append(asyncio.create_task(alongside(supervisor)))
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            # One that did not just end must not go unnoticed.
            for task in done:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        say("Stopping")
        for layer in reversed(layers):
            await supervisor.end(*layer)


async def _start(supervisor: Supervisor, layers: Sequence[Sequence[Child]]) -> None:
    for layer in layers:
        try:
            async with asyncio.TaskGroup() as group:
                for child in layer:
                    group.create_task(supervisor.start(child))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
