"""Who is in a room, by way of which process, and what they may do there at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ide.domain.refusals import Refusal
from ide.domain.rights import REMOVED
from ide.live.connection import Connection, Person
from ide.store import journal, rooms
from ide.store.rooms import Standing, StoredRoom
from ide.wire.codes import Close, Code
from ide.wire.messages import MemberEvent
from ide.wire.shapes import Member

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

REMEMBERED_MEMBERS = 300
REVOKED = "The link you came in by was revoked."


class Members:
    """One room's. `known` are those who may come in, `removed` those who may not come back."""

    def __init__(self, room: LiveRoom, stored: StoredRoom, known: Iterable[Member], removed: frozenset[str]) -> None:
        self._room = room
        self.rights = stored.rights
        """How often the rights had been changed when they were last read."""
        self.generations = dict(stored.generations)
        self.removed = removed
        self._members = {member.id: member for member in known}
        self._homes: dict[str, str] = {}
        """Members who are here by way of another process: which."""

    def all(self) -> list[Member]:
        """Everybody who may come in, as far as they are known, or has been here since the room was opened."""
        return list(self._members.values())

    def here(self) -> list[Member]:
        """Those who are here by way of this process."""
        return [self._members[member_id] for member_id in {person.id for person in self._room.connections.values()}]

    # --- coming and going ---

    def join(self, connection: Connection, person: Person) -> None:
        """Let somebody in. Refused when the room is full, or when their link was revoked while they were coming."""
        connections, most = self._room.connections, self._room.services.limits.members
        if person.generation < self.generations[person.role]:
            raise Refusal(Code.NOT_AUTHORISED, REVOKED)
        if len(connections) + len(self._homes) >= most:
            raise Refusal(Code.TOO_MANY, f"This room is full: it takes {most} people at a time.")
        connections[connection] = person
        self._see(person, here=True)
        if person.rights != self.rights:
            # They may have changed for this one, after it was read what they are and before the sockets were looked at.
            self._room.background(self.read_rights())

    def leave(self, connection: Connection) -> None:
        """Let somebody go."""
        person = self._room.connections.pop(connection, None)
        if person is None:
            return
        self._room.outbox.farewell(self._room.presence.leave(connection))
        if not self._is_here(person.id):
            self._see(person, here=person.id in self._homes)

    def rename(self, person: Person, name: str) -> None:
        """Give somebody a new name, in all of their sockets."""
        for connection, other in self._room.connections.items():
            if other.id == person.id:
                renamed = replace(other, name=name)
                self._room.connections[connection] = renamed
                self._see(renamed, here=True)

    # --- rights ---

    async def rights_changed(self) -> None:
        """The rights in the database changed: apply them to the sockets in every process."""
        self._room.neighbours.tell_rights()
        standing = await self.read_rights()
        places = {} if standing is None else standing.places
        for member in self.all():
            role, _ = places.get(member.id, (member.role, 0))
            # Of those who are here, the process tells by way of which they are.
            if role != member.role and not member.here:
                self._announce(member.model_copy(update={"role": role}))

    async def read_rights(self) -> Standing | None:
        """Read from the database who may do what, and apply it to the sockets here. None if it is outdated already."""
        standing = await self._room.services.writer.do(rooms.standing, self._room.id)
        if standing is None or standing.rights < self.rights:
            return None
        self.rights = standing.rights
        self.generations = dict(standing.generations)
        self.removed = standing.removed
        for connection, person in list(self._room.connections.items()):
            role, generation = standing.places.get(person.id, (person.role, person.generation))
            if person.id in standing.removed:
                connection.close(Close.NOT_AUTHORISED, REMOVED)
                # Not when the client has read that: its cursor goes at once.
                self.leave(connection)
            elif generation < self.generations[role]:
                connection.close(Close.NOT_AUTHORISED, REVOKED)
            elif role != person.role:
                self._change_role(connection, replace(person, role=role, generation=generation))
        for member_id in standing.removed & self._members.keys():
            self._announce(self._members[member_id].model_copy(update={"here": False, "removed": True}))
        return standing

    def _change_role(self, connection: Connection, changed: Person) -> None:
        self._room.connections[connection] = changed
        connection.role_changed(changed.role)
        self._see(changed, here=True)

    # --- by way of other processes ---

    def meet(self, member: Member, process: str) -> None:
        """Another process tells of a member."""
        if member.here:
            self._homes[member.id] = process
        elif self._homes.get(member.id) == process:
            del self._homes[member.id]
        self._keep(member)
        for connection, person in self._room.connections.items():
            if person.id == member.id:
                self._room.connections[connection] = replace(person, name=member.name, colour=member.colour)
        if self._is_here(member.id) and not member.here and not member.removed:
            self._announce(member.model_copy(update={"here": True}))

    def hear_standing(self, process: str, members: Iterable[Member]) -> None:
        """These are the members in another process. Of what ended there, the news may have been lost."""
        listed = {member.id: member for member in members}
        for member_id in self._homed_in(process):
            if member_id not in listed:
                del self._homes[member_id]
                if not self._is_here(member_id):
                    # Journaled over there: those who are here hear of it by that.
                    self._members[member_id] = self._members[member_id].model_copy(update={"here": False})
        for member in listed.values():
            self._homes[member.id] = process
            known = self._members.get(member.id)
            if known is not None and not known.here:
                # That process was taken for dead.
                self._announce(member)
            self._members[member.id] = member

    def forget(self, process: str) -> None:
        """Another process left or died, and whoever was here by way of it is not here any more."""
        for member_id in self._homed_in(process):
            del self._homes[member_id]
            if not self._is_here(member_id) and self._members[member_id].here:
                self._announce(self._members[member_id].model_copy(update={"here": False}))

    def _homed_in(self, process: str) -> list[str]:
        return [member_id for member_id, home in self._homes.items() if home == process]

    # --- telling ---

    def _see(self, person: Person, *, here: bool) -> None:
        member = Member(id=person.id, name=person.name, colour=person.colour, role=person.role, here=here)
        if self._members.get(person.id) != member:
            self._announce(member)

    def _announce(self, member: Member) -> None:
        self._keep(member)
        self._forget_some()
        self._room.feed.record(journal.append, self._room.id, lambda seq: MemberEvent(seq=seq, member=member))

    def _keep(self, member: Member) -> None:
        if member.removed:
            self._members.pop(member.id, None)
        else:
            self._members[member.id] = member

    def _forget_some(self) -> None:
        """A client without a browser is somebody new each time: those who left longest ago are forgotten."""
        gone = [member_id for member_id, member in self._members.items() if not member.here]
        for member_id in gone[: max(0, len(self._members) - REMEMBERED_MEMBERS)]:
            del self._members[member_id]

    def _is_here(self, member_id: str) -> bool:
        """True if a member has a socket in this process."""
        return any(person.id == member_id for person in self._room.connections.values())
