"""Who may do what: the rule that everything asks which changes a room, and how a browser's place in a room changes.

An owner's decision outlives the links there were when it was made: who was made a viewer, or removed, does not get the
old role back by opening the old link again, but may by a newer one, or by an owner's word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ide.domain.access import Claim
from ide.domain.refusals import Refusal
from ide.wire.codes import Code, Role

REMOVED = "An owner of this room removed you."
OVERRULED = "An owner of this room lowered your role, and this link is older than that."


@dataclass(frozen=True, slots=True)
class Place:
    """What a browser may do in a room: `role`, while `generation` is that of the role's links.

    `overruled` are the generations of all links when an owner last lowered the role or removed the browser.
    """

    role: Role
    generation: int
    removed: bool = False
    overruled: Mapping[Role, int] = field(default_factory=dict)

    def holds(self, generations: Mapping[Role, int]) -> bool:
        """True if the browser may come in, where these are the generations of the room's links now."""
        return not self.removed and self.generation == generations[self.role]


def require(role: Role, needed: Role) -> None:
    """Raises Refusal unless `role` may do what `needed` may."""
    if not role.covers(needed):
        raise Refusal(Code.ROLE_MAY_NOT, f"That takes the role of {needed}; yours is {role}.")


def place_by_link(place: Place | None, link: Claim, generations: Mapping[Role, int]) -> Place:
    """The place of a browser that opens a valid link: the link's, or the one it had if that is worth more.

    Raises Refusal where an owner decided otherwise after the link was made.
    """
    if place is None:
        return Place(link.role, link.generation)
    if link.generation <= place.overruled.get(link.role, 0):
        if place.removed:
            raise Refusal(Code.NOT_AUTHORISED, REMOVED)
        if not place.role.covers(link.role):
            if place.holds(generations):
                return place
            raise Refusal(Code.NOT_AUTHORISED, OVERRULED)
    if place.holds(generations) and not link.role.covers(place.role):
        return place
    return replace(place, role=link.role, generation=link.generation, removed=False)


def place_by_owner(place: Place | None, role: Role, generations: Mapping[Role, int]) -> Place:
    """The place of a browser to which an owner gives a role."""
    if place is None:
        return Place(role, generations[role])
    overruled = place.overruled if role.covers(place.role) else generations
    return Place(role, generations[role], overruled=overruled)


def place_removed(place: Place, generations: Mapping[Role, int]) -> Place:
    """The place of a browser that an owner removes."""
    return replace(place, removed=True, overruled=generations)
