"""Which runs wait for the same places, who begins next, and how long the line is. Pure: the store says what there is.

Runs that people wait for and page checks are handed to different workers, so that neither holds up the other. Within a
worker, programs and sessions have places of their own: twenty terminals in which nobody types cost a thread each, and
must not keep a program from beginning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from ide.wire.codes import RunKind

RUNS = "runs"
CHECKS = "checks"
QUEUES = (RUNS, CHECKS)
"""The names of the queues; each has workers of its own."""


class Lane(StrEnum):
    """Runs that wait for the same places: `sessions` wait for people most of the time, `programs` end by themselves."""

    PROGRAMS = "programs"
    SESSIONS = "sessions"
    PAGES = "pages"


QUEUE_OF: Mapping[Lane, str] = MappingProxyType({Lane.PROGRAMS: RUNS, Lane.SESSIONS: RUNS, Lane.PAGES: CHECKS})
_LANE_OF: Mapping[RunKind, Lane] = MappingProxyType(
    {
        RunKind.PROGRAM: Lane.PROGRAMS,
        RunKind.TESTS: Lane.PROGRAMS,
        RunKind.DEBUG: Lane.SESSIONS,
        RunKind.PAGE: Lane.PAGES,
    }
)


def lane_of(kind: RunKind, terminal: bool) -> Lane:
    """The lane of a run of this kind, with a terminal or without."""
    return Lane.SESSIONS if terminal else _LANE_OF[kind]


@dataclass(frozen=True, slots=True)
class Places:
    """How many runs of one lane go on at the same time, in one room and of one of its members."""

    room: int
    member: int


PlacesOf = Mapping[Lane, Places]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A run that waits or goes on. `sent_at` is when a worker was last told of it, in milliseconds since 1970."""

    run: str
    room: str
    member: str
    lane: Lane
    running: bool
    created_at: int
    sent_at: int

    @property
    def queue(self) -> str:
        """Whose workers carry it out."""
        return QUEUE_OF[self.lane]


class Line:
    """All runs that wait or go on, or those of one room; `tickets` come in the order in which they were asked for."""

    def __init__(self, tickets: Iterable[Ticket], places: PlacesOf) -> None:
        self._places = places
        self._taken: Counter[tuple[str, ...]] = Counter()
        self._waiting: list[Ticket] = []
        for ticket in tickets:
            if ticket.running:
                self._take(ticket)
            else:
                self._waiting.append(ticket)

    @property
    def waiting(self) -> Sequence[Ticket]:
        """Those that wait."""
        return self._waiting

    def has_place(self, ticket: Ticket) -> bool:
        """Whether a run of this kind could begin now, whoever else waits."""
        places = self._places[ticket.lane]
        in_room, of_member = _keys(ticket)
        return self._taken[in_room] < places.room and self._taken[of_member] < places.member

    def next(self) -> list[Ticket]:
        """Those that may begin: each has a place when those before it have begun.

        Rooms take turns: one with fewer runs of a kind comes first, then whoever asked first.
        """
        rehearsed = Line((), self._places)
        rehearsed._taken = self._taken.copy()
        may = []
        for ticket in self._waiting:
            if rehearsed.has_place(ticket):
                in_room, _ = _keys(ticket)
                may.append((rehearsed._taken[in_room], ticket))
                rehearsed._take(ticket)
        return [ticket for _, ticket in sorted(may, key=lambda turn: turn[0])]

    def ahead(self) -> dict[str, int]:
        """For each run that waits, how many begin before it.

        One that may begin has those before it in its queue; one for which there is no place, those of its room.
        """
        counts: Counter[tuple[str, ...]] = Counter()
        found = {}
        for ticket in self.next():
            in_queue = (ticket.queue,)
            found[ticket.run] = counts[in_queue]
            counts[in_queue] += 1
        for ticket in self._waiting:
            in_room, _ = _keys(ticket)
            found.setdefault(ticket.run, counts[in_room])
            counts[in_room] += 1
        return found

    def _take(self, ticket: Ticket) -> None:
        self._taken.update(_keys(ticket))


def _keys(ticket: Ticket) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (ticket.room, ticket.lane), (ticket.room, ticket.lane, ticket.member)
