"""The room's journal: numbered events, so that a client that reconnects asks for what it missed.

A number is given by updating the room's row in the same transaction, so numbers have no gaps and no two events share
one, however many processes write. Hunks stand in rows of their own and are not repeated here (`store/hunks.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Length

from ide.store.hunks import with_hunks, without_hunks
from ide.store.models import Event, Room
from ide.wire.messages import EVENTS, JournaledEvent

EventT = TypeVar("EventT", bound=JournaledEvent)

# Older ones are forgotten: a client that missed more gets the whole state instead.
KEPT_EVENTS = 2_000
KEPT_CHARACTERS = 100_000
# So many stay, however long they are, and after so many is looked what may go.
LEAST_EVENTS = 100


class NoRoom(LookupError):
    """The room does not exist (any more)."""


def append(room_id: str, make_event: Callable[[int], EventT]) -> EventT:
    """Journal the event that `make_event` makes of its number. Raises NoRoom."""
    with transaction.atomic():
        if not Room.objects.filter(pk=room_id).update(seq=F("seq") + 1):
            raise NoRoom(room_id)
        seq = Room.objects.values_list("seq", flat=True).get(pk=room_id)
        event = make_event(seq)
        Event.objects.create(room_id=room_id, seq=seq, data=without_hunks(event).model_dump_json())
        if seq % LEAST_EVENTS == 0:
            _forget(room_id)
    return event


def since(room_id: str, seq: int) -> list[JournaledEvent] | None:
    """The events after `seq`, oldest first; None if some of them are forgotten or `seq` is from the future."""
    last = Room.objects.values_list("seq", flat=True).get(pk=room_id)
    rows = list(Event.objects.filter(room_id=room_id, seq__gt=seq).order_by("seq").values_list("seq", "data"))
    # Only the oldest are ever missing, maybe since `last` was read.
    if seq > last or (seq < last and (not rows or rows[0][0] != seq + 1)):
        return None
    return with_hunks([EVENTS.validate_json(data) for _, data in rows])  # type: ignore[misc]


def last(room_id: str) -> int:
    """The number of the room's last event."""
    return Room.objects.values_list("seq", flat=True).get(pk=room_id)


def _forget(room_id: str) -> None:
    rows = Event.objects.filter(room_id=room_id).order_by("-seq").values_list("seq", Length("data"))
    characters = 0
    for number, (seq, size) in enumerate(rows):
        characters += size
        if number >= LEAST_EVENTS and (number >= KEPT_EVENTS or characters > KEPT_CHARACTERS):
            Event.objects.filter(room_id=room_id, seq__lte=seq).delete()
            return
