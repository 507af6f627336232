"""Who is in a room, as its owners decide it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from ninja import Router

from ide.domain.refusals import Refusal
from ide.live.room import LiveRoom
from ide.store import members, requests
from ide.store.members import StoredMember
from ide.transports.access import owner_of
from ide.transports.composition import hub
from ide.wire import shapes
from ide.wire.codes import Code

router = Router(tags=["members"])

NO_BROWSER = "They came with a link's token and without a browser: replace that link to end what they may do."


@router.patch("/rooms/{room_id}/members/{member}", response=shapes.Member)
async def change_member(request: HttpRequest, room_id: str, member: str, change: shapes.ChangeMember) -> shapes.Member:
    """Give a member another role; their open pages follow within a second. For owners."""
    await owner_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        changed = await _decide(live, member, lambda: members.change_role(room_id, member, change.role))
        here = any(known.here for known in live.members.all() if known.id == member)
        return shapes.Member(id=member, name=changed.name, colour=changed.colour, role=changed.role, here=here)


@router.delete("/rooms/{room_id}/members/{member}", response={204: None})
async def remove_member(request: HttpRequest, room_id: str, member: str) -> tuple[int, None]:
    """Remove a member: their open pages are closed, and no link there is by now lets them in again. For owners."""
    await owner_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await _decide(live, member, lambda: members.remove(room_id, member))
    return 204, None


async def _decide(live: LiveRoom, member: str, decision: Callable[[], StoredMember]) -> StoredMember:
    """Store what an owner decided about a member, and apply it to their sockets. Raises Refusal."""
    try:
        decided = await live.services.writer.do(decision)
    except Refusal as refusal:
        if refusal.code == Code.NOT_FOUND and any(known.id == member for known in live.members.all()):
            raise Refusal(Code.CONFLICT, NO_BROWSER) from None
        raise
    await live.members.rights_changed()
    # What they asked for is answered by this.
    await live.feed.commit(requests.withdraw, live.id, decided.browser)
    return decided
