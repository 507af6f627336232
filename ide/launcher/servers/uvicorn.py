"""uvicorn with uvloop: the server for crowds (`SPARKROOM_SERVER=uvicorn`)."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ide.asgi import application, shut_down
from ide.launcher.servers import binary_frame, inherited, message_bytes, settle
from ide.transports.outgoing import EXTENSION

# Shorter than the launcher's patience, so that sockets get their close frames.
GRACE_SECONDS = 3


class Socket(WebSocketsSansIOProtocol):
    """A WebSocket, which is its application's `Pipe`."""

    drained: Callable[[], None]

    async def run_asgi(self) -> None:
        """Serve the connection."""
        cast(dict[str, Any], self.scope["extensions"])[EXTENSION] = self
        await super().run_asgi()

    def write(self, message: bytes) -> bool:
        """See `Pipe.write`."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(binary_frame(message))
        return self.writable.is_set()

    def resume_writing(self) -> None:
        """Called by the transport once little waits in it."""
        super().resume_writing()
        self.drained()

    def abort(self) -> None:
        """See `Pipe.abort`."""
        self.transport.abort()

    def keepalive_timeout(self) -> None:
        """Whoever answers no ping reads no close frame either; a transport that waits to be read would never close."""
        self.abort()


class OrderlyServer(uvicorn.Server):
    """Rooms are closed before their sockets are."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """What uvicorn calls before it ends."""
        await shut_down()
        await super().shutdown(sockets)


def main() -> None:
    """Serve until TERM."""
    config = uvicorn.Config(
        application,
        ws=Socket,
        ws_max_size=message_bytes(),
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=30,
        access_log=False,
        log_config=None,
        lifespan="off",
        # Believed from this machine alone, or from FORWARDED_ALLOW_IPS.
        proxy_headers=True,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    settle()
    OrderlyServer(config).run(sockets=inherited())


if __name__ == "__main__":
    main()
