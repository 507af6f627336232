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


async def look(services: Services, rooms: Mapping[str, LiveRoom], judging: bool) -> list[tuple[str, JournaledEvent]]:
    """Tell the open `rooms` how long their runs still wait, and hand what was forgotten to the workers again.

    When `judging`, ends the runs that wait in vain, and answers, with their rooms, the events to send.
    """
    line = await services.writer.do(runs.line, services.places)
    _tell(line, rooms)
    if not line.waiting:
        return []
    await _send_again(services, line)
    return await _give_up(services, line) if judging else []


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


async def _give_up(services: Services, line: Line) -> list[tuple[str, JournaledEvent]]:
    now = services.now_ms()
    overdue = [ticket for ticket in line.waiting if ticket.created_at < now - UNSERVED_MS]
    if not overdue:
        return []
    served = {worker.queue for worker in await services.bus.workers() or ()}
    ended: list[tuple[str, JournaledEvent]] = []
    for ticket in overdue:
        if ticket.queue not in served:
            reason = "no worker took it"
        elif ticket.created_at < now - LONGEST_WAIT_MS:
            reason = "no place became free for it"
        else:
            continue
        event = await services.writer.do(runs.withdraw, ticket.run, RunState.LOST, reason)
        if event is not None:
            ended.append((ticket.room, event))
    return ended
