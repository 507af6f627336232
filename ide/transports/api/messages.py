"""The room's chat."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from ide.store import messages
from ide.transports.access import editor_of, person_of
from ide.transports.composition import hub
from ide.wire import shapes

router = Router(tags=["messages"])
RECENT = 100


@router.get("/rooms/{room_id}/messages", response=list[shapes.Message])
async def list_messages(request: HttpRequest, room_id: str) -> list[shapes.Message]:
    """The last messages of the room's chat, oldest first."""
    services = await hub.services()
    await person_of(services, request, room_id)
    return await services.writer.do(messages.recent, room_id, RECENT)


@router.post("/rooms/{room_id}/messages", response={202: shapes.Made})
async def say(request: HttpRequest, room_id: str, said: shapes.Said) -> tuple[int, shapes.Made]:
    """Say something in the room's chat."""
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return 202, shapes.Made(id=await live.say(person, said.text))
