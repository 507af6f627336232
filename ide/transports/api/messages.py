"""The room's chat, and the models that can be asked."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from ide.store import messages
from ide.transports.access import editor_of, person_of
from ide.transports.composition import hub
from ide.wire import shapes

router = Router()
RECENT = 100


@router.get("/rooms/{room_id}/messages", response=list[shapes.Message], tags=["messages"])
async def list_messages(request: HttpRequest, room_id: str) -> list[shapes.Message]:
    """The last messages of the room's chat, oldest first."""
    services = await hub.services()
    await person_of(services, request, room_id)
    return await services.writer.do(messages.recent, room_id, RECENT)


@router.post("/rooms/{room_id}/messages", response={202: shapes.Made}, tags=["messages"])
async def say(request: HttpRequest, room_id: str, said: shapes.Said) -> tuple[int, shapes.Made]:
    """Say something in the room's chat."""
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return 202, shapes.Made(id=await live.say(person, said.text))


@router.get("/models", response=list[shapes.Model], tags=["models"])
async def list_models(request: HttpRequest) -> list[shapes.Model]:
    """The configured models, and what those need that cannot be chosen yet."""
    return (await hub.services()).catalogue.models()
