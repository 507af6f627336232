"""One open socket of the stand-in for Responses: its lanes, what it remembers of each, and what it does when it is
steered."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tests.standins.responses_script import Event, ResponsesScript
from tests.standins.sse import Answered

if TYPE_CHECKING:
    from tests.standins.responses import ResponsesStandIn


class Socket:
    """One open socket: its lanes, and what it remembers of each."""

    def __init__(self, server: ResponsesStandIn, stream: web.WebSocketResponse, request: web.Request) -> None:
        self._server = server
        self._stream = stream
        self._request = request
        self._lanes: dict[str | None, asyncio.Queue[Event]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._latest: dict[str | None, str] = {}
        self._steers: dict[str, asyncio.Queue[Event]] = {}
        self._names = count(1)

    async def serve(self) -> None:
        """Read what the client says until it goes."""
        try:
            async for message in self._stream:
                if message.type is WSMsgType.TEXT:
                    await self._read(json.loads(message.data))
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def drop(self) -> None:
        """Break the connection."""
        if self._request.transport is not None:
            self._request.transport.close()

    def forget(self) -> None:
        """Remember no response."""
        self._latest.clear()

    async def _read(self, event: Event) -> None:
        if event["type"] == "response.steer":
            self._server.steers.append(event)
            queue = self._steers.get(event["previous_response_id"])
            if queue is None:
                await self._refuse_steer(event, "response_not_active", None)
            else:
                queue.put_nowait(event)
            return
        lane = event.get("stream_id")
        if lane is not None and self._server.lanes == "refused":
            error = {"type": "invalid_request_error", "code": "unknown_parameter", "param": "stream_id"}
            await self._send({"type": "error", "status": 400, "error": error | {"message": "no stream_id"}}, None)
            return
        if lane not in self._lanes:
            self._lanes[lane] = asyncio.Queue()
            self._tasks.append(asyncio.create_task(self._run(lane)))
        self._lanes[lane].put_nowait(event)

    async def _run(self, lane: str | None) -> None:
        """Answer what comes in one lane, in its order."""
        # A client that goes away makes every write fail.
        with suppress(ConnectionError):
            while True:
                await self._answer(await self._lanes[lane].get(), lane)

    async def _answer(self, request: Event, lane: str | None) -> None:
        name = f"resp_{id(self)}_{next(self._names)}"
        if request.get("generate") is False:
            self._server.greetings.append(request)
            for event in (script := ResponsesScript(())).opening(name) + script.closing(name):
                await self._send(event, lane)
            self._latest[lane] = name
            return
        number = len(self._server.requests)
        self._server.requests.append(request)
        answered = Answered(asyncio.get_running_loop().time())
        self._server.answered.append(answered)
        script = self._server.script_of(number)
        before = request.get("previous_response_id")
        if before is not None and before not in self._latest.values():
            error = {"type": "invalid_request_error", "code": "previous_response_not_found", "message": "not found"}
            await self._send({"type": "error", "status": 400, "error": error | {"param": "x"}}, lane)
            return
        if script.status != 200:
            await self._send(script.error, lane)
            return
        self._server.streaming += 1
        try:
            await self._write(script, name, lane, answered)
        finally:
            self._server.streaming -= 1

    async def _write(self, script: ResponsesScript, name: str, lane: str | None, answered: Answered) -> None:
        await asyncio.sleep(script.first_token_seconds)
        steers: asyncio.Queue[Event] = asyncio.Queue()
        self._steers[name] = steers
        self._latest.pop(lane, None)
        after = script.fault_after
        steps = script.steps if after is None else script.steps[: max(after, 0)]
        if after is None or after >= 0:
            await self._say(script, script.opening(name), lane)
        loop = asyncio.get_running_loop()
        began, sent = loop.time(), 0
        taken: list[Event] = []
        while sent < len(steps):
            due = sent + 64 if script.rate is None else 1 + int((loop.time() - began) * script.rate)
            if due > sent:
                answered.writes.append((loop.time(), min(due, len(steps))))
                for step in steps[sent:due]:
                    await self._say(script, step, lane)
                sent = min(due, len(steps))
                # Whoever stops or steers is heard between any two writes.
                await asyncio.sleep(0)
            elif script.rate is not None:
                await asyncio.sleep(max(0.0, began + sent / script.rate - loop.time()))
            while not steers.empty():
                taken += await self._steer(script, steers.get_nowait(), lane)
            if taken and script.steer == "accepted":
                break
        if after is not None:
            if script.error is None:
                self.drop()
            else:
                await self._send(script.error, lane)
            return
        cut = taken and script.steer in ("accepted", "dropped")
        ended = replace(script, finish_reason="steered") if cut else script
        await self._say(ended, ended.closing(name), lane)
        del self._steers[name]
        if script.finish_reason is None:
            self.drop()
        elif script.finish_reason == "completed":
            self._latest[lane] = name
        if taken:
            await self._succeed(script, name, taken, lane, answered)

    async def _succeed(
        self, script: ResponsesScript, name: str, taken: list[Event], lane: str | None, answered: Answered
    ) -> None:
        """What follows a response that took redirections."""
        if script.steer == "dropped":
            for steer in taken:
                await self._refuse_steer(steer, "successor_creation_failed", lane)
            return
        if script.steer == "pending":
            stub = {"type": "function_call_output", "call_id": "call_1", "name": "look"}
            for steer in taken:
                told = {"id": steer["id"], "previous_response_id": name}
                event = {**script._type("steer.pending"), "steer": told, "required_input": [stub]}
                await self._send(event | {"reason": "waiting_for_required_input"}, lane)
            request = await self._lanes[lane].get()
            self._server.requests.append(request)
        successor = ResponsesScript(script.successor, script.rate, steer=script.steer, successor=script.successor)
        await self._write(successor, f"resp_{id(self)}_{next(self._names)}", lane, answered)

    async def _steer(self, script: ResponsesScript, steer: Event, lane: str | None) -> list[Event]:
        if script.steer == "silent":
            return []
        if script.steer in ("failed", "unsupported"):
            code = "steering_not_supported" if script.steer == "unsupported" else "too_many_pending_steers"
            await self._refuse_steer(steer, code, lane)
            return []
        steer["id"] = f"steer_{len(self._server.steers)}_{next(self._names)}"
        told = {"id": steer["id"], "previous_response_id": steer["previous_response_id"]}
        await self._send({**script._type("steer.accepted"), "steer": told, "sequence_number": 1}, lane)
        return [steer]

    async def _refuse_steer(self, steer: Event, code: str, lane: str | None) -> None:
        told = {key: steer[key] for key in ("id", "previous_response_id", "input") if key in steer}
        error = {"type": "invalid_request_error", "code": code, "message": f"no: {code}"}
        await self._send({"type": "response.steer.failed", "steer": told, "error": error, "sequence_number": 1}, lane)

    async def _say(self, script: ResponsesScript, events: list[Event], lane: str | None) -> None:
        for event in script.numbered(events):
            if script.other_lane:
                await self._send(event | {"stream_id": "of nobody", "delta": "!"}, None)
            await self._send(event, lane)

    async def _send(self, event: object, lane: str | None) -> None:
        if lane is not None and self._server.lanes == "known" and isinstance(event, dict):
            event = event | {"stream_id": lane}
        # ASCII, because only escapes can carry half a surrogate pair.
        await self._stream.send_str(json.dumps(event))
