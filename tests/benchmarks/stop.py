"""How long after a member's Stop the text of another member still changes, at the rehearsal's usual speed."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from tests.peer import Peer, join, new_room
from tests.stack import Stack

STOPS = 12
# Nothing that a stopped turn wrote could be under way for longer.
QUIET_SECONDS = 0.5


async def measure() -> list[float]:
    """Milliseconds from the command to the last change at another member, for each stop."""
    with tempfile.TemporaryDirectory(prefix="sparkroom-bench-") as folder, Stack(Path(folder)) as sparkroom:
        return [await _stop(sparkroom, number) for number in range(STOPS)]


async def _stop(sparkroom: Stack, number: int) -> float:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as asker, join(sparkroom, room) as other:
        changed = 0.0

        def note(_: object) -> None:
            nonlocal changed
            changed = time.perf_counter()

        subscription = other.doc.observe(note)
        turn = await asker.command("ask", prompt="Make a snake game")
        await other.until(lambda: _length(other) > 200 * (number + 1))
        stopped = time.perf_counter()
        await asker.command("stop_turn", turn=turn)
        while time.perf_counter() - max(changed, stopped) < QUIET_SECONDS:
            await asyncio.sleep(0.05)
        other.doc.unobserve(subscription)
        return max(0.0, changed - stopped) * 1000


def _length(peer: Peer) -> int:
    return sum(len(str(entry["text"])) for entry in peer.files.values())
