"""What an open room costs when nobody does anything in it: 10 KB of text, beside its sockets."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import django
import psutil
from django.core.management import call_command

from ide.launcher import redis
from tests.stack import KEPT, ROOT, TIED

OPEN_ROOMS = 5_000
TEXT_BYTES = 10_000
WARM_UP = 50
AT_ONCE = 20
TYPED_IN = 200


async def measure_here(count: int) -> dict[str, float]:
    """Open `count` rooms in this process, and type into some. Bytes a room, and milliseconds."""
    # Models need Django set up first.
    from ide.live.hub import Hub
    from ide.live.room import LiveRoom
    from ide.store import rooms
    from ide.transports.composition import make_services

    await asyncio.to_thread(call_command, "migrate", verbosity=0)
    hub = Hub(make_services)
    writer = (await hub.services()).writer
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:

        async def open_one() -> LiveRoom:
            stored = await writer.do(rooms.create, "Open")
            async with hub.visit(stored.id) as room:
                room.put("index.html", "".join(f"{line:04} {'x' * 44}\n" for line in range(TEXT_BYTES // 50)))
            await room.services.appender.flush()
            return await stack.enter_async_context(hub.visit(stored.id))

        async def open_many(number: int) -> list[LiveRoom]:
            opened: list[LiveRoom] = []
            for _ in range(number // AT_ONCE):
                opened += await asyncio.gather(*(open_one() for _ in range(AT_ONCE)))
            return opened

        await open_many(WARM_UP)
        gc.collect()
        before, began = psutil.Process().memory_info().rss, loop.time()
        opened = await open_many(count)
        opening = loop.time() - began
        gc.collect()
        grown = psutil.Process().memory_info().rss - before
        began = loop.time()
        for room in opened[:: max(1, count // TYPED_IN)]:
            room.put("index.html", "typed")
        await opened[0].services.appender.flush()
        typing = loop.time() - began
    await hub.close()
    return {
        "rooms": float(count),
        "bytes_a_room": grown / count,
        "opening_ms_a_room": opening * 1000 / count,
        "saved_after_ms": typing * 1000,
    }


def measure(count: int = OPEN_ROOMS) -> dict[str, float]:
    """Open so many rooms in a process that holds nothing else, with a Redis and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="sparkroom-memory-") as folder:
        socket = redis.socket_path(Path(folder))
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= {
            "SPARKROOM_DATA": folder,
            "REDIS_URL": f"unix://{socket}",
            "DJANGO_SETTINGS_MODULE": "ide.settings",
        }
        tied = [sys.executable, "-IS", str(TIED), "KILL", str(os.getpid())]
        with subprocess.Popen([*tied, *redis.command(socket)], stdin=subprocess.DEVNULL) as server:
            try:
                command = [sys.executable, "-m", "tests.benchmarks.memory", str(count)]
                done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
            finally:
                server.terminate()
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    django.setup()
    print(json.dumps(asyncio.run(measure_here(int(sys.argv[1])))))
