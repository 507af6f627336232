"""`make dev`: what was changed in the sources is built and loaded again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ide.launcher.setup import frontend
from ide.launcher.setup.steps import ROOT
from ide.launcher.supervisor import Child, Supervisor

LOOK_SECONDS = 1.0


async def keep_current(supervisor: Supervisor, children: Sequence[Child], say: Callable[[str], None]) -> None:
    """Until cancelled: after a change build the frontend, if it is its, and start the children again."""
    seen = await asyncio.to_thread(_times)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        times = await asyncio.to_thread(_times)
        if times != seen:
            seen = times
            try:
                # Does nothing if the change is not the frontend's.
                await asyncio.to_thread(frontend.BUILD.do)
            except SystemExit as failure:
                say(str(failure))
                continue
            say("The sources have changed: loading them again")
            for child in children:
                await supervisor.restart(child)


def _times() -> dict[Path, int]:
    """When each source was changed last, in ns."""
    sources: Iterable[Path] = (
        *(
            path
            for folder in ("ide", "workers")
            for path in (ROOT / folder).rglob("*")
            if "__pycache__" not in path.parts
        ),
        *frontend.sources(),
    )
    times = {}
    for path in sources:
        try:
            times[path] = path.stat().st_mtime_ns
        except FileNotFoundError:
            # Editors write a new file and rename it.
            continue
    return times
