"""daphne, the default server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

# Installs its reactor, which must come before anything else that imports Twisted's.
from daphne import http_protocol
from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from ide.asgi import application, shut_down
from ide.launcher.servers import binary_frame, inherited, message_bytes, settle
from ide.transports.bodies import MOST_BYTES, REFUSAL
from ide.transports.outgoing import CLOSE_SECONDS, EXTENSION

# What clients are told when the server ends, as uvicorn tells them: they come back.
RESTART_CODE = 1012
RESTART_REASON = "The server restarts."
# How long they may take to answer that.
GOODBYE_SECONDS = 0.5


class Socket(WebSocketProtocol):
    """A WebSocket, which is its application's `Pipe`. daphne's own drops the reason of a close, which people read."""

    # Of autobahn's: how long it waits for the other side's close frame. The application cuts a client off before that.
    closeHandshakeTimeout = 2 * CLOSE_SECONDS
    drained: Callable[[], None]
    behind = False

    def onOpen(self) -> None:
        """Called when the socket is accepted."""
        super().onOpen()
        # The connection's HTTP side has registered itself, which has nothing to say any more.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, streaming=True)

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Send one ASGI message to the client."""
        if message["type"] == "websocket.close" and self.state == self.STATE_OPEN:
            self.sendClose(code=message.get("code", 1000), reason=message.get("reason"))
        else:
            super().handle_reply(message)

    def write(self, message: bytes) -> bool:
        """See `Pipe.write`."""
        if self.state == self.STATE_OPEN:
            frame, transport = binary_frame(message), self.transport
            if not transport.dataBuffer and not transport._tempDataBuffer:
                # At once: the reactor would come back for every socket, at several times the cost.
                written = transport.writeSomeData(frame)
                # What is wrong with the connection, if anything, the reactor finds out.
                frame = frame[written:] if isinstance(written, int) else frame
            if frame:
                transport.write(frame)
        return not self.behind

    def abort(self) -> None:
        """See `Pipe.abort`."""
        self.transport.abortConnection()

    def pauseProducing(self) -> None:
        """Called by the transport when much waits in it."""
        self.behind = True

    def resumeProducing(self) -> None:
        """Called by the transport once nothing does."""
        self.behind = False
        self.drained()

    def stopProducing(self) -> None:
        """Called by the transport when it is closed."""


class Request(http_protocol.WebRequest):
    """A request, whose body daphne's own would write to a temporary file without end."""

    received = 0
    refused = False

    def gotLength(self, length: int | None) -> None:
        """Called once the headers are read; no length is known of a body in chunks."""
        super().gotLength(length)
        if length is not None and length > MOST_BYTES:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:
        """Called with more of the body."""
        self.received += len(data)
        if self.received > MOST_BYTES:
            self._refuse()
        elif not self.refused:
            super().handleContentChunk(data)

    def _refuse(self) -> None:
        if self.refused:
            return
        self.refused = True
        head = f"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\nContent-Length: {len(REFUSAL)}"
        self.channel.transport.write(head.encode() + b"\r\nConnection: close\r\n\r\n" + REFUSAL)
        # Whoever still sends would not read that from a connection that is closed at once.
        asyncio.get_running_loop().call_later(GOODBYE_SECONDS, self.channel.transport.abortConnection)


class OrderlyServer(Server):
    """daphne, which has no life-span events: rooms are closed before their sockets are."""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Start the application for a request or a socket."""
        if isinstance(protocol, Socket):
            scope["extensions"] = {EXTENSION: protocol}
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> Deferred[Any]:
        """What daphne calls before it ends."""
        closed = Deferred.fromFuture(asyncio.ensure_future(self._close()))
        return closed.addBoth(lambda _: Server.kill_all_applications(self))

    async def _close(self) -> None:
        await shut_down()
        sockets = [one for one in self.connections if isinstance(one, Socket) and one.state == Socket.STATE_OPEN]
        for socket in sockets:
            # Not `sendClose`, which takes codes of applications only.
            socket.sendCloseFrame(code=RESTART_CODE, reasonUtf8=RESTART_REASON.encode())
        if sockets:
            loop = asyncio.get_running_loop()
            await asyncio.wait([socket.is_closed.asFuture(loop) for socket in sockets], timeout=GOODBYE_SECONDS)


def main() -> None:
    """Serve until TERM."""
    listeners = inherited()
    WebSocketFactory.protocol = Socket
    http_protocol.WebRequest = Request
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

    def adopt() -> None:
        for listener in listeners:
            reactor.adoptStreamPort(listener.fileno(), listener.family, server.http_factory)

    reactor.callWhenRunning(adopt)
    settle()
    server.run()


if __name__ == "__main__":
    main()
