"""Rooms and who is in them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from ide.domain.names import new_id, new_person
from ide.store.models import Member, Room
from ide.wire.codes import Role

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
class StoredMember:
    """A browser's place in a room. It holds while `generation` is the room's for that role."""

    id: str
    name: str
    colour: str
    role: Role
    generation: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Who may do what in a room. `rights` counts the changes; `removed` are members who may not come back."""

    rights: int
    generations: dict[Role, int]
    roles: dict[str, Role]
    removed: frozenset[str]


def fresh_id() -> str:
    """A new id for anything."""
    return new_id(_choice)


def create(title: str) -> StoredRoom:
    """A new, empty room."""
    return _room(Room.objects.create(id=fresh_id(), title=title, epoch=new_id(_choice, 8)))


def read(room_id: str) -> StoredRoom | None:
    """The room with this id."""
    row = Room.objects.filter(pk=room_id).first()
    return _room(row) if row else None


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


def revoke(room_id: str, role: Role) -> StoredRoom | None:
    """Make every token of `role` worthless by raising its generation."""
    field = f"{role.value}_generation"
    with transaction.atomic():
        row = Room.objects.select_for_update().filter(pk=room_id).first()
        if row is None:
            return None
        setattr(row, field, getattr(row, field) + 1)
        row.rights += 1
        row.save(update_fields=[field, "rights"])
    return _room(row)


def standing(room_id: str) -> Standing | None:
    """Who may do what in a room now. None if there is no such room."""
    with transaction.atomic():
        row = Room.objects.filter(pk=room_id).first()
        if row is None:
            return None
        members = list(Member.objects.filter(room_id=room_id).values_list("id", "role", "removed"))
    roles = {member_id: Role(role) for member_id, role, _ in members}
    removed = frozenset(member_id for member_id, _, is_removed in members if is_removed)
    return Standing(row.rights, _room(row).generations, roles, removed)


def rights_of(room_ids: Iterable[str]) -> dict[str, int]:
    """How often the rights in each of these rooms were changed, by room."""
    return dict(Room.objects.filter(pk__in=list(room_ids)).values_list("pk", "rights"))


def admit(room_id: str, browser: str, role: Role, generation: int) -> StoredMember:
    """Give a browser its place: a new one, or the old one with this role if that is worth more or the old one ended."""
    try:
        return _admit(room_id, browser, role, generation)
    except IntegrityError:  # the same browser, in two tabs at once
        return _admit(room_id, browser, role, generation)


def _admit(room_id: str, browser: str, role: Role, generation: int) -> StoredMember:
    with transaction.atomic():
        room = _room(Room.objects.get(pk=room_id))
        row = Member.objects.filter(room_id=room_id, browser=browser).first()
        if row is None:
            taken = frozenset(Member.objects.filter(room_id=room_id).values_list("name", flat=True))
            name, colour = new_person(_choice, taken)
            row = Member(id=fresh_id(), room_id=room_id, browser=browser, name=name, colour=colour)
            row.role, row.generation = role, generation
        elif row.generation != room.generations[Role(row.role)] or role.covers(Role(row.role)):
            row.role, row.generation = role, generation
        row.save()
    return _member(row)


def member_of(room_id: str, browser: str) -> StoredMember | None:
    """The place that a browser has in a room, if what it was given still holds."""
    row = Member.objects.filter(room_id=room_id, browser=browser).select_related("room").first()
    if row is None or row.generation != _room(row.room).generations[Role(row.role)]:
        return None
    return _member(row)


def rename(member_id: str, name: str) -> None:
    """Give a member another name."""
    Member.objects.filter(pk=member_id).update(name=name)


def _room(row: Room) -> StoredRoom:
    generations = {
        Role.OWNER: row.owner_generation,
        Role.EDITOR: row.editor_generation,
        Role.VIEWER: row.viewer_generation,
    }
    return StoredRoom(row.id, row.title, row.epoch, row.seq, row.rights, generations)


def _member(row: Member) -> StoredMember:
    return StoredMember(row.id, row.name, row.colour, Role(row.role), row.generation)
