"""The web process: `python -m ide.launcher.servers.NAME FD...` serves `ide.asgi` on listening sockets until TERM.

Every server gets message limits above the room's, so that the room answers with its own close code, and writes no
access log: a link's token must not stand in one.
"""

from __future__ import annotations

import gc
import socket
import sys

from django.conf import settings


def inherited() -> list[socket.socket]:
    """The listening sockets that the launcher passed on."""
    listeners = [socket.socket(fileno=int(number)) for number in sys.argv[1:]]
    for listener in listeners:
        listener.setblocking(False)
    return listeners


def message_bytes() -> int:
    """The longest message that the server itself lets through, in both directions."""
    return int(settings.MESSAGE_BYTES) + (1 << 20)


def settle() -> None:
    """Have the collector pass over what was imported: looking at all of it would stop everybody for tens of ms."""
    gc.collect()
    gc.freeze()


def binary_frame(message: bytes) -> bytes:
    """A binary message as one WebSocket frame of a server: neither masked nor compressed."""
    size = len(message)
    if size < 126:
        return bytes((0x82, size)) + message
    if size < 65_536:
        return b"\x82\x7e" + size.to_bytes(2, "big") + message
    return b"\x82\x7f" + size.to_bytes(8, "big") + message
