"""The runs that wait, looked at once a second: none is forgotten, and everybody sees how long the line is."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping

from kombu.exceptions import OperationalError

from ide.domain.queues import Line, Ticket
from ide.live.room import LiveRoom
from ide.live.services import Services
from ide.store import runs
from ide.wire.codes import RunState
from ide.wire.messages import JournaledEvent

# Handed to the workers again if it has a place and none took it: its message was lost with Redis or with a worker.
AGAIN_MS = 3_000
# Given up if there is no worker that could take it.
UNSERVED_MS = 120_000
# Given up although there is one. Other runs of its room have ended meanwhile, whatever they were.
LONGEST_WAIT_MS = 30 * 60_000

log = logging.getLogger(__name__)


class Watch:
    """One web process's look at the line, and since when it has seen no worker for a queue in which runs wait."""

    def __init__(self) -> None:
        self._unserved: dict[str, int] = {}

    async def look(
        self, services: Services, rooms: Mapping[str, LiveRoom], judging: bool
    ) -> list[tuple[str, JournaledEvent]]:
        """Tell the open `rooms` how long their runs still wait, and hand what was forgotten to the workers again.

        When `judging`, ends the runs that wait in vain, and answers, with their rooms, the events to send.
        """
        line = await services.writer.do(runs.line, services.places)
        _tell(line, rooms)
        if not line.waiting:
            self._unserved.clear()
            return []
        await _send_again(services, line)
        return await self._give_up(services, line) if judging else []

    async def _give_up(self, services: Services, line: Line) -> list[tuple[str, JournaledEvent]]:
        workers = await services.bus.workers()
        if workers is None:
            return []
        now = services.now_ms()
        served = {worker.queue for worker in workers}
        waited_for = {ticket.queue for ticket in line.waiting} - served
        self._unserved = {queue: self._unserved.get(queue, now) for queue in waited_for}
        ended: list[tuple[str, JournaledEvent]] = []
        for ticket in line.waiting:
            since = max(ticket.created_at, self._unserved.get(ticket.queue, now))
            if since < now - UNSERVED_MS:
                reason = "no worker took it"
            elif ticket.created_at < now - LONGEST_WAIT_MS:
                reason = "no place became free for it"
            else:
                continue
            event = await services.writer.do(runs.withdraw, ticket.run, RunState.LOST, reason)
            if event is not None:
                ended.append((ticket.room, event))
        return ended


def _tell(line: Line, rooms: Mapping[str, LiveRoom]) -> None:
    ahead, places = line.ahead(), defaultdict[str, dict[str, int]](dict)
    for ticket in line.waiting:
        places[ticket.room][ticket.run] = ahead[ticket.run]
    for room_id, room in rooms.items():
        room.runs.stand(places.get(room_id, {}))


async def _send_again(services: Services, line: Line) -> None:
    now, do = services.now_ms(), services.writer.do
    for ticket in line.next():
        # Of several web processes one does it.
        if now - ticket.sent_at >= AGAIN_MS and await do(runs.send_again, ticket.run, ticket.sent_at, now):
            await _send(services, ticket)


async def _send(services: Services, ticket: Ticket) -> None:
    try:
        # While messages wait there, this one's may be among them, and the workers have enough to do.
        if not await services.bus.waiting(ticket.queue):
            await services.queue.send_run(ticket.run, ticket.queue)
    except OperationalError as error:
        log.warning("run %s was not handed to the workers again: %s", ticket.run, error)
