"""Rooms, their links, and who may do what in them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from ide.domain.names import new_id
from ide.domain.refusals import Refusal
from ide.store.models import Member, Room
from ide.wire.codes import Code, Role

_choice = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class StoredRoom:
    """A room's row. `generations` says which tokens of each role still hold, `rights` how often they were changed."""

    id: str
    title: str
    epoch: str
    seq: int
    rights: int
    generations: dict[Role, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """Who may do what in a room. `rights` counts the changes; `removed` are members who may not come back.

    `places` are the roles of the others, each with the generation of the links by which it holds.
    """

    rights: int
    generations: dict[Role, int]
    places: dict[str, tuple[Role, int]]
    removed: frozenset[str]


def fresh_id() -> str:
    """A new id for anything."""
    return new_id(_choice)


def create(title: str) -> StoredRoom:
    """A new, empty room."""
    return to_stored(Room.objects.create(id=fresh_id(), title=title, epoch=new_id(_choice, 8)))


def read(room_id: str) -> StoredRoom | None:
    """The room with this id."""
    row = Room.objects.filter(pk=room_id).first()
    return to_stored(row) if row else None


def retitle(room_id: str, title: str) -> None:
    """Give a room another title."""
    Room.objects.filter(pk=room_id).update(title=title)


def renew_epochs(room_id: str | None = None) -> int:
    """Begin another history of every room's text, or of one room's. Returns how many rooms that were.

    After the database was restored from a backup, browsers hold text that the rooms do not; by the epoch they are told
    not to merge it.
    """
    with transaction.atomic():
        chosen = Room.objects.all() if room_id is None else Room.objects.filter(pk=room_id)
        ids = list(chosen.values_list("pk", flat=True))
        for each in ids:
            Room.objects.filter(pk=each).update(epoch=new_id(_choice, 8))
    return len(ids)


def delete(room_id: str) -> None:
    """Remove a room and everything in it."""
    Room.objects.filter(pk=room_id).delete()


def locked(room_id: str) -> StoredRoom:
    """A room that no other process changes until this transaction ends. Raises Refusal if there is none."""
    row = Room.objects.select_for_update().filter(pk=room_id).first()
    if row is None:
        raise Refusal(Code.NOT_FOUND, "There is no such room.")
    return to_stored(row)


def count_rights(room_id: str) -> None:
    """Say that who may do what has changed. Belongs into the transaction that changes it."""
    Room.objects.filter(pk=room_id).update(rights=F("rights") + 1)


def revoke(room_id: str, role: Role, by: str | None = None) -> StoredRoom:
    """Make every token of `role` worthless by raising its generation. Raises Refusal.

    `by` is the member who does so, if it is one: they keep their own place.
    """
    with transaction.atomic():
        room = locked(room_id)
        generation = room.generations[role]
        Room.objects.filter(pk=room_id).update(**{f"{role.value}_generation": generation + 1})
        own = Member.objects.filter(room_id=room_id, pk=by, role=role, generation=generation)
        own.update(generation=generation + 1)
        count_rights(room_id)
        return locked(room_id)


def standing(room_id: str) -> Standing | None:
    """Who may do what in a room now. None if there is no such room."""
    with transaction.atomic():
        row = Room.objects.filter(pk=room_id).first()
        if row is None:
            return None
        members = list(Member.objects.filter(room_id=room_id).values_list("id", "role", "generation", "removed"))
    places = {member_id: (Role(role), generation) for member_id, role, generation, removed in members if not removed}
    return Standing(row.rights, to_stored(row).generations, places, frozenset(row[0] for row in members if row[3]))


def rights_of(room_ids: Iterable[str]) -> dict[str, int]:
    """How often the rights in each of these rooms were changed, by room."""
    return dict(Room.objects.filter(pk__in=list(room_ids)).values_list("pk", "rights"))


def to_stored(row: Room) -> StoredRoom:
    """What a row says."""
    generations = {
        Role.OWNER: row.owner_generation,
        Role.EDITOR: row.editor_generation,
        Role.VIEWER: row.viewer_generation,
    }
    return StoredRoom(row.id, row.title, row.epoch, row.seq, row.rights, generations)
