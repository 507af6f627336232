"""A room's members: which place a browser has in it, by a link or by an owner's decision.

Every decision counts the room's `rights` up in its transaction. What leads to it is read under the room's lock, so that
two owners, in whatever processes, decide one after the other.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from ide.domain.access import Claim
from ide.domain.names import new_person
from ide.domain.refusals import Refusal
from ide.domain.rights import REMOVED, Place, place_by_link, place_by_owner, place_removed
from ide.store import rooms
from ide.store.models import Member
from ide.store.rooms import StoredRoom
from ide.wire import shapes
from ide.wire.codes import Code, Role

LISTED = 300
NO_MEMBER = "There is no such member in this room."
LAST_OWNER = "A room keeps at least one owner: make somebody else an owner first."

_choice = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class StoredMember:
    """The place of `browser` in a room. It holds while `generation` is the room's for that role.

    `rights` says how often the rights in the room had changed when this was read.
    """

    id: str
    browser: str
    name: str
    colour: str
    role: Role
    generation: int
    rights: int


def admit(room_id: str, browser: str, link: Claim) -> StoredMember:
    """Give a browser the place that a valid link opens, or leave it its own if that is worth more. Raises Refusal."""
    try:
        return _admit(room_id, browser, link)
    except IntegrityError:  # the same browser, in two tabs at once
        return _admit(room_id, browser, link)


def _admit(room_id: str, browser: str, link: Claim) -> StoredMember:
    with transaction.atomic():
        room = rooms.locked(room_id)
        row = Member.objects.filter(room_id=room_id, browser=browser).first()
        if row is None:
            row = _new(room_id, browser, *free_person(room_id))
            _put(row, place_by_link(None, link, room.generations))
        else:
            was_removed = row.removed
            _put(row, place_by_link(_place(row), link, room.generations))
            if was_removed:
                rooms.count_rights(room_id)
        return _member(row, room.rights)


def let_in(room: StoredRoom, browser: str, name: str, colour: str, role: Role) -> StoredMember:
    """Give a browser a place because an owner says so. Belongs into a transaction that holds the room's lock."""
    row = Member.objects.filter(room_id=room.id, browser=browser).first()
    known = None if row is None else _place(row)
    row = row or _new(room.id, browser, name, colour)
    if known is None or not known.holds(room.generations) or not known.role.covers(role):
        _put(row, place_by_owner(known, role, room.generations))
        rooms.count_rights(room.id)
    return _member(row, room.rights)


def change_role(room_id: str, member_id: str, role: Role) -> StoredMember:
    """Give a member another role, by an owner's decision. Raises Refusal."""
    with transaction.atomic():
        room = rooms.locked(room_id)
        row = _find(room_id, member_id)
        if role != Role.OWNER:
            _keep_an_owner(room, row)
        _put(row, place_by_owner(_place(row), role, room.generations))
        rooms.count_rights(room_id)
        return _member(row, room.rights)


def remove(room_id: str, member_id: str) -> StoredMember:
    """End a member's place. Raises Refusal."""
    with transaction.atomic():
        room = rooms.locked(room_id)
        row = _find(room_id, member_id)
        _keep_an_owner(room, row)
        _put(row, place_removed(_place(row), room.generations))
        rooms.count_rights(room_id)
        return _member(row, room.rights)


def member_of(room_id: str, browser: str) -> StoredMember | None:
    """The place that a browser has in a room, if what it was given still holds. Raises Refusal if it was removed."""
    row = Member.objects.filter(room_id=room_id, browser=browser).select_related("room").first()
    if row is None:
        return None
    if row.removed:
        raise Refusal(Code.NOT_AUTHORISED, REMOVED)
    room = rooms.to_stored(row.room)
    return _member(row, room.rights) if _place(row).holds(room.generations) else None


def may_write(room_id: str, browser: str) -> bool:
    """True if a browser may come in and do more than look on."""
    room = rooms.read(room_id)
    row = Member.objects.filter(room_id=room_id, browser=browser).first()
    if room is None or row is None:
        return False
    place = _place(row)
    return place.holds(room.generations) and place.role.covers(Role.EDITOR)


def is_in(room_id: str, member_id: str) -> bool:
    """True if a member's place in the room holds."""
    room = rooms.read(room_id)
    row = Member.objects.filter(room_id=room_id, pk=member_id).first()
    return room is not None and row is not None and _place(row).holds(room.generations)


def known(room_id: str) -> list[shapes.Member]:
    """Members whose place in the room holds, as if all were away; at most 300."""
    room = rooms.read(room_id)
    rows = Member.objects.filter(room_id=room_id, removed=False).order_by("pk")
    holding = [row for row in rows if room is not None and _place(row).holds(room.generations)]
    return [
        shapes.Member(id=row.id, name=row.name, colour=row.colour, role=Role(row.role), here=False)
        for row in holding[:LISTED]
    ]


def named(room_id: str, browser: str) -> tuple[str, str] | None:
    """The name and the colour by which a room knows a browser, whether it may come in or not."""
    row = Member.objects.filter(room_id=room_id, browser=browser).first()
    return None if row is None else (row.name, row.colour)


def free_person(room_id: str) -> tuple[str, str]:
    """A name that nobody in the room has, and its colour."""
    return new_person(_choice, frozenset(Member.objects.filter(room_id=room_id).values_list("name", flat=True)))


def rename(member_id: str, name: str) -> None:
    """Give a member another name."""
    Member.objects.filter(pk=member_id).update(name=name)


def _find(room_id: str, member_id: str) -> Member:
    row = Member.objects.filter(room_id=room_id, pk=member_id, removed=False).first()
    if row is None:
        raise Refusal(Code.NOT_FOUND, NO_MEMBER)
    return row


def _keep_an_owner(room: StoredRoom, row: Member) -> None:
    """Raises Refusal if nobody but this one owns the room."""
    owners = Member.objects.filter(
        room_id=room.id, role=Role.OWNER, generation=room.generations[Role.OWNER], removed=False
    )
    if row in owners and not owners.exclude(pk=row.pk).exists():
        raise Refusal(Code.CONFLICT, LAST_OWNER)


def _new(room_id: str, browser: str, name: str, colour: str) -> Member:
    return Member(id=rooms.fresh_id(), room_id=room_id, browser=browser, name=name, colour=colour)


def _place(row: Member) -> Place:
    overruled = {Role(role): generation for role, generation in row.overruled.items()}
    return Place(Role(row.role), row.generation, row.removed, overruled)


def _put(row: Member, place: Place) -> None:
    row.role, row.generation, row.removed = place.role, place.generation, place.removed
    row.overruled = {role.value: generation for role, generation in place.overruled.items()}
    row.save()


def _member(row: Member, rights: int) -> StoredMember:
    return StoredMember(row.id, row.browser, row.name, row.colour, Role(row.role), row.generation, rights)
