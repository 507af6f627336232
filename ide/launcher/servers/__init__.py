"""The web process: `python -m ide.launcher.servers.NAME FD` serves `ide.asgi` on the listening socket FD until TERM.

Every server gets message limits above the room's, so that the room answers with its own close code, and writes no
access log: a link's token must not stand in one.
"""

from __future__ import annotations

import socket
import sys

from django.conf import settings


def inherited() -> socket.socket:
    """The listening socket that the launcher passed on."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    listener.setblocking(False)
    return listener


def message_bytes() -> int:
    """The longest message that the server itself lets through, in both directions."""
    return int(settings.MESSAGE_BYTES) + (1 << 20)
