"""A stand-in for a server of OpenAI's Responses, by HTTP and over WebSocket, under one address.

`sse.py` says how it is used and which faults it knows. Over a socket, what a script refuses with a status is refused at
the upgrade, or as an error event if the socket is open already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from tests.standins.responses_script import Event, ResponsesScript
from tests.standins.responses_socket import Socket
from tests.standins.sse import MODEL, SseStandIn


@dataclass
class ResponsesStandIn(SseStandIn[ResponsesScript]):
    """The server. Requests over sockets stand among `requests`, except those that generate nothing."""

    script: ResponsesScript | Callable[[int], ResponsesScript] = field(default_factory=ResponsesScript)
    greetings: list[Event] = field(default_factory=list)
    """Requests that generate nothing."""
    steers: list[Event] = field(default_factory=list)
    upgrades: int = 0
    """Sockets that were opened, or tried to be."""
    sockets: dict[web.WebSocketResponse, Socket] = field(default_factory=dict)
    """Those that are open."""
    lanes: Literal["known", "unknown", "refused"] = "known"
    refuses_upgrades: int | None = None
    """The status with which sockets are refused, while answers by HTTP are given."""

    answer_path = "/responses"
    key_prefix = "Bearer "

    def models(self) -> dict[str, object]:
        """The list, as OpenAI words it."""
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 1, "owned_by": "standin"}]}

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get(self.base_path + self.answer_path, self._upgrade)

    def script_of(self, number: int) -> ResponsesScript:
        """The script of the answer of this number."""
        return self.script(number) if callable(self.script) else self.script

    def drop(self) -> None:
        """Break every socket."""
        for socket in self.sockets.values():
            socket.drop()

    def forget(self) -> None:
        """Remember no response."""
        for socket in self.sockets.values():
            socket.forget()

    async def tell(self, event: Event) -> None:
        """Say this over every socket, in no lane."""
        for stream in list(self.sockets):
            await stream.send_json(event)

    async def _upgrade(self, request: web.Request) -> web.StreamResponse:
        self.note(request)
        self.upgrades += 1
        script = self.script_of(len(self.requests))
        given = request.headers.get(self.key_header, "")
        if script.key and given != self.key_prefix + script.key:
            return web.json_response(script.errors(f"Incorrect API key provided: {given}.", 401)[0], status=401)
        if self.refuses_upgrades is not None:
            return web.json_response({"error": {"message": "no sockets"}}, status=self.refuses_upgrades)
        if script.raw is not None:
            return web.Response(body=script.raw, headers=dict(script.headers))
        if script.status != 200:
            return web.json_response(script.error, status=script.status, headers=dict(script.headers))
        stream = web.WebSocketResponse(compress=False, max_msg_size=64_000_000)
        await stream.prepare(request)
        self.sockets[stream] = socket = Socket(self, stream, request)
        try:
            await socket.serve()
        finally:
            del self.sockets[stream]
        return stream
