"""One stream of a `ResponsesSocket`: it asks in a lane, reads the answer, asks again where that is safe, and steers."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final, Literal

from ide.engines.model import Failed, ModelEvent, ModelRequest, Steered, SteerFailed, TextDelta, Usage
from ide.engines.protocols.responses import Responses, item
from ide.engines.protocols.steering import Steering
from ide.engines.streams.answer import NAME_LENGTH, NOT_JSON
from ide.engines.streams.body import Patience
from ide.engines.streams.exchange import Exchange, Said
from ide.engines.streams.lane_pool import LanePool
from ide.engines.streams.lanes import Lane

Recovery = Literal["whole", "limit", "unnamed", "lost"]
"""Why the same is asked again: the server forgot what came before; its socket is too old; it knows no lanes; the
socket broke before anything was answered."""

_SILENT: Final = "the model's server stopped sending"
_NOT_TAKEN: Final = "the model's answer was over before it took the redirection"
_CUT: Final = "the model stopped for a redirection and did not go on"
# What a model writes first is a block's head, and nobody sees anything before that is whole.
_EAGER_READS: Final = 24


class Call:
    """One request and its answer: `read` until `over`, and `release` in any case."""

    def __init__(
        self,
        wire: Responses,
        pool: LanePool,
        request: ModelRequest,
        patience: Patience,
        steering: Steering,
        redirections: asyncio.Queue[str] | None,
    ) -> None:
        self.over = False
        self._wire = wire
        self._pool = pool
        self._request = request
        self._patience = patience
        self._steering = steering
        self._redirections = redirections
        self._texts: deque[str] = deque()
        self._carrier = asyncio.create_task(self._carry(redirections)) if redirections is not None else None
        self._fields = wire.body(request)
        del self._fields["stream"]
        self._items: list[dict[str, Any]] = self._fields.pop("input")
        self._says = Said.of(self._fields, self._items)
        self._answer = wire.answer(request)
        self._closings = pool.closings
        self._began = self._since = asyncio.get_running_loop().time()
        self._lane: Lane | None = None
        self._reads = 0
        self._heard = False
        self._again: Recovery | None = None
        self._tried: set[Recovery] = set()
        self._response = ""
        self._said: list[str] = []
        self._owed: dict[str, Any] | None = None
        self._held: list[ModelEvent] | None = None
        self._found: list[ModelEvent] = []

    async def read(self) -> list[ModelEvent]:
        """Ask, if that is to be done, and what has come then. Raises `Refused` or TimeoutError when it cannot ask."""
        lane = self._lane
        if lane is None or self._again is not None:
            lane = await self._ask(lane)
        try:
            events = await lane.read(self._deadline())
        except TimeoutError:
            self._lose(_SILENT)
        else:
            for event in events:
                if not self.over:
                    self._hear(event)
            if lane.broken is not None and not self.over and self._again is None:
                self._lose(lane.broken)
            if not self.over and self._again is None:
                self._collect()
                await self._steer(lane)
                self._rest(lane)
        found, self._found = self._found, []
        return found

    def give_up(self, message: str = _NOT_TAKEN) -> list[SteerFailed]:
        """No redirection is taken any more: one refusal for each that is open."""
        while self._redirections is not None and not self._redirections.empty():
            self._texts.append(self._redirections.get_nowait())
        left = len(self._texts)
        self._texts.clear()
        return [SteerFailed(message)] * left + self._steering.give_up(message)

    def release(self) -> None:
        """Let go of the upstream. What it still sends, nobody hears."""
        if self._carrier is not None:
            self._carrier.cancel()
        if self._lane is not None:
            lane, self._lane = self._lane, None
            self._pool.give_back(lane, ended=self._answer.over and self._answer.whole)

    # --- asking ---

    async def _ask(self, lane: Lane | None) -> Lane:
        why, self._again = self._again, None
        if why == "unnamed":
            self._pool.support.named = False
        if lane is not None and why in ("limit", "lost"):
            self._lane = None
            self._pool.give_back(lane, ended=True)
            lane.socket.retire()
        patience = self._patience
        async with asyncio.timeout_at(self._began + min(patience.first_token, patience.whole)):
            if self._lane is None:
                self._lane = await self._pool.take(self._goes_on_from, fresh=why is not None)
            lane = self._lane
            latest, lane.latest = lane.latest, None
            message = {"type": "response.create", **self._fields, "input": self._items}
            if latest is not None and self._goes_on_from(latest):
                rest = self._items[len(latest.said.items) :]
                message |= {"input": rest, "previous_response_id": latest.response_id}
            await lane.send(message)
        return lane

    def _goes_on_from(self, latest: Exchange) -> bool:
        return self._says.goes_on_from(latest.said)

    def _recovery(self, event: dict[str, Any]) -> Recovery | None:
        """How to ask again after an error that says nothing against the request itself."""
        inner = event.get("error")
        error = inner if isinstance(inner, dict) else event
        if error.get("code") == "previous_response_not_found":
            return "whole"
        if error.get("code") == "websocket_connection_limit_reached":
            return "limit"
        return "unnamed" if error.get("param") == "stream_id" else None

    def _recovers(self, why: Recovery | None) -> bool:
        """Ask again next, if nothing was answered yet: once for each reason, and not after the engine was closed."""
        if why is None or why in self._tried or self._heard or self._closings != self._pool.closings:
            return False
        self._tried.add(why)
        self._again = why
        return True

    # --- hearing ---

    def _hear(self, event: dict[str, Any]) -> None:
        kind = event.get("type")
        if kind == "response.output_text.delta":
            self._answer.accept(event)
        elif kind == "response.steer.accepted":
            self._steering.accept(event)
        elif kind == "response.steer.failed":
            self._collect()
            self._found += self._steering.fail(event)
        elif kind == "response.steer.pending":
            self._owed = self._steering.pending(event) or self._owed
        elif kind == "error" and self._recovers(self._recovery(event)):
            return
        else:
            if kind == "response.created":
                self._created(event)
            self._answer.accept(event)
        self._heard = True
        if self._held is None and self._answer.over:
            self._end()
        elif self._held is not None and not self._steering.owed:
            self._settle()

    def _created(self, event: dict[str, Any]) -> None:
        """A response has begun: the first, or a successor, which commits redirections."""
        response = event.get("response")
        name = response.get("id") if isinstance(response, dict) else None
        if not isinstance(name, str) or len(name) > NAME_LENGTH or name == self._response:
            return
        before, self._response = self._response, name
        texts = self._steering.commit(before)
        if not texts:
            return
        self._collect()
        self._found += [one for one in self._held or () if isinstance(one, Usage)]
        self._found += [Steered(name)] * len(texts)
        self._items = [*self._exchanged(), *(item("user", text) for text in texts)]
        self._said.clear()
        self._held = None
        self._answer = self._wire.answer(self._request)
        # `Steered` says that it has begun.
        self._answer.start(name)
        self._answer.take()
        self._since = asyncio.get_running_loop().time()

    def _end(self) -> None:
        """The response has ended, and the stream with it unless a redirection is open."""
        events = self._answer.take()
        tail = 2 if len(events) > 1 and isinstance(events[-2], Usage) else 1
        self._found += self._noted(events[:-tail])
        self._held = events[-tail:]
        self._since = asyncio.get_running_loop().time()
        if isinstance(self._held[-1], Failed) or not self._steering.owed:
            self._settle()

    def _settle(self) -> None:
        """No successor comes any more: the end of the response is the stream's."""
        held = self._held or []
        if self._answer.ending == "steered":
            held = [Failed("lost", _CUT)]
        elif self._answer.ending == "completed" and self._said and self._lane is not None:
            self._lane.latest = Exchange(self._response, Said.of(self._fields, self._exchanged()))
        if self._steering.owed:
            # A successor may still come over this lane.
            self._answer.whole = False
        self._found += [*self.give_up(), *held]
        self.over = True
        # Before anybody gets the last event, and may close the stream at once.
        self.release()

    def _lose(self, reason: str) -> None:
        """Nothing more comes, for this reason."""
        if self._held is not None:
            self._settle()
        elif reason in (_SILENT, NOT_JSON) or not self._recovers("lost"):
            self._collect()
            if reason == NOT_JSON:
                self._answer.fail("protocol", reason)
            self._found += [*self.give_up(), *self._noted([*self._answer.take(), *self._answer.end(reason)])]
            self.over = True
            self.release()

    def _collect(self) -> None:
        self._found += self._noted(self._answer.take())

    def _noted(self, events: list[ModelEvent]) -> list[ModelEvent]:
        """The same events, their text remembered."""
        self._said += [event.text for event in events if isinstance(event, TextDelta)]
        return events

    def _exchanged(self) -> list[dict[str, Any]]:
        """All that was said until now, the answer last."""
        return [*self._items, item("assistant", "".join(self._said))] if self._said else self._items

    # --- steering and waiting ---

    async def _carry(self, redirections: asyncio.Queue[str]) -> None:
        while True:
            self._texts.append(await redirections.get())
            if self._lane is not None:
                self._lane.wake()

    async def _steer(self, lane: Lane) -> None:
        while self._texts:
            self._found += self._steering.want(self._texts.popleft())
        if self._response:
            for message in self._steering.due(self._response):
                await lane.steer(message)
        if self._owed is not None:
            owed, self._owed = self._owed, None
            await lane.send({"type": "response.create", **self._fields, **owed})

    def _rest(self, lane: Lane) -> None:
        self._reads += self._answer.begun
        if self._reads > _EAGER_READS:
            lane.flowing = True
            lane.socket.rest()

    def _deadline(self) -> float:
        patience, now = self._patience, asyncio.get_running_loop().time()
        if self._held is not None:
            deadline = self._since + (patience.idle if self._steering.accepted else patience.finish)
        elif self._answer.begun:
            deadline = now + patience.idle
        else:
            deadline = self._since + patience.first_token
        return min(deadline, self._began + patience.whole)
