"""daphne, the default server."""

from __future__ import annotations

import asyncio
from typing import Any

# Installs its reactor, which must come before anything else that imports Twisted's.
from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from ide.asgi import application, shut_down
from ide.launcher.servers import inherited, message_bytes

# A whole room in one message, and as much again.
UNREAD_BYTES = 2 * message_bytes()


class Socket(WebSocketProtocol):
    """daphne's own drops the reason of a close, which clients show to people."""

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Send one ASGI message to the client."""
        if message["type"] == "websocket.close" and self.state == self.STATE_OPEN:
            self.sendClose(code=message.get("code", 1000), reason=message.get("reason"))
        else:
            super().handle_reply(message)
        # daphne's send never waits: what a client does not read would pile up here without end.
        if len(self.transport.dataBuffer) + self.transport._tempDataLen > UNREAD_BYTES:
            self.transport.abortConnection()


class OrderlyServer(Server):
    """daphne, which has no life-span events: rooms are closed before their sockets are."""

    def kill_all_applications(self) -> Deferred[Any]:
        """What daphne calls before it ends."""
        closed = Deferred.fromFuture(asyncio.ensure_future(shut_down()))
        return closed.addBoth(lambda _: Server.kill_all_applications(self))


def main() -> None:
    """Serve until TERM."""
    listener = inherited()
    WebSocketFactory.protocol = Socket
    server = OrderlyServer(
        application,
        endpoints=["inherited"],
        websocket_timeout=-1,
        websocket_max_message_size=message_bytes(),
        websocket_max_frame_size=message_bytes(),
        server_name="",
    )
    # An endpoint would bind a socket of its own.
    server.endpoints = []
    reactor.callWhenRunning(lambda: reactor.adoptStreamPort(listener.fileno(), listener.family, server.http_factory))
    server.run()


if __name__ == "__main__":
    main()
