"""uvicorn with uvloop: the server for crowds (`SPARKROOM_SERVER=uvicorn`)."""

from __future__ import annotations

import socket

import uvicorn

from ide.asgi import application, shut_down
from ide.launcher.servers import inherited, message_bytes

# Shorter than the launcher's patience, so that sockets get their close frames.
GRACE_SECONDS = 3


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
    OrderlyServer(config).run(sockets=[inherited()])


if __name__ == "__main__":
    main()
