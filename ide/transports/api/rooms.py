"""Rooms: made, read, changed, opened by a link."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from ide.domain.access import make_token
from ide.domain.refusals import Refusal
from ide.live.connection import Person
from ide.store import members, requests, rooms
from ide.store.starters import starters
from ide.transports.access import (
    as_person,
    browser_of,
    check_same_origin,
    claim_of,
    owner_of,
    person_of,
    preview_address,
    set_browser,
    stored_room,
)
from ide.transports.composition import hub
from ide.transports.origins import reachable_origins
from ide.wire import shapes
from ide.wire.codes import Code, Role

router = Router(tags=["rooms"])


@router.post("/rooms", response={201: shapes.NewRoom})
async def create_room(request: HttpRequest, asked: shapes.AskForRoom) -> tuple[int, shapes.NewRoom]:
    """Make a room from a template."""
    check_same_origin(request)
    starter = starters().get(asked.template)
    if starter is None:
        raise Refusal(Code.NOT_FOUND, f'There is no template "{asked.template}"; there are {", ".join(starters())}.')
    services = await hub.services()
    room = await services.writer.do(rooms.create, asked.title or starter.title)
    async with hub.visit(room.id) as live:
        for path, text in starter.files.items():
            live.replica.create(path, text)
        await live.history.start()
        await services.appender.flush()
    return 201, new_room(request, room)


@router.get("/rooms/{room_id}", response=shapes.Room)
async def read_room(request: HttpRequest, room_id: str) -> shapes.Room:
    """The room as one's role sees it."""
    person = await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.assets.learn()
        return live.shape(person.role, _preview(request, room_id, person))


@router.patch("/rooms/{room_id}", response=shapes.Room)
async def change_room(request: HttpRequest, room_id: str, change: shapes.ChangeRoom) -> shapes.Room:
    """Give the room another title. For owners."""
    services = await hub.services()
    person = await owner_of(services, request, room_id)
    async with hub.visit(room_id) as live:
        await services.writer.do(rooms.retitle, room_id, change.title)
        live.retitle(change.title)
        return live.shape(person.role, _preview(request, room_id, person))


@router.delete("/rooms/{room_id}", response={204: None})
async def delete_room(request: HttpRequest, room_id: str) -> tuple[int, None]:
    """Remove the room with everything in it. For owners."""
    services = await hub.services()
    await owner_of(services, request, room_id)
    # The row first: nobody can come back in while the sockets are being closed.
    await services.writer.do(rooms.delete, room_id)
    await hub.dismiss(room_id)
    return 204, None


@router.post("/rooms/{room_id}/session", response=shapes.Room)
async def open_session(
    request: HttpRequest, response: HttpResponse, room_id: str, link: shapes.LinkToken
) -> shapes.Room:
    """Exchange a link's token for the browser's cookie."""
    check_same_origin(request)
    services = await hub.services()
    claim = await claim_of(services, room_id, link.token)
    browser = browser_of(request.COOKIES, request.get_host()) or services.new_id() + services.new_id()
    member = await services.writer.do(members.admit, room_id, browser, claim)
    set_browser(response, request, browser)
    async with hub.visit(room_id) as live:
        if member.role.covers(Role.EDITOR):
            await live.feed.commit(requests.withdraw, room_id, browser)
        return live.shape(member.role, _preview(request, room_id, as_person(member)))


@router.get("/rooms/{room_id}/links", response=shapes.RoomLinks)
async def read_links(request: HttpRequest, room_id: str) -> shapes.RoomLinks:
    """The room's links. For owners."""
    services = await hub.services()
    await owner_of(services, request, room_id)
    links = _links(request, room_id, _tokens(await stored_room(services, room_id)))
    return shapes.RoomLinks(**links.model_dump(), origins=reachable_origins(request))


@router.post("/rooms/{room_id}/tokens/revoke", response=shapes.RevokedToken)
async def revoke_token(request: HttpRequest, room_id: str, asked: shapes.RevokeToken) -> shapes.RevokedToken:
    """Make every link of a role worthless, close who came in by one, and answer the new one. For owners.

    An owner's session that does so to the owners' links goes on.
    """
    services = await hub.services()
    owner = await owner_of(services, request, room_id)
    room = await services.writer.do(rooms.revoke, room_id, asked.role, owner.id)
    async with hub.visit(room_id) as live:
        await live.members.rights_changed()
    token = make_token(settings.SECRET_KEY, room_id, asked.role, room.generations[asked.role])
    return shapes.RevokedToken(role=asked.role, token=token, link=_link(request, room_id, token))


def new_room(request: HttpRequest, room: rooms.StoredRoom) -> shapes.NewRoom:
    """A room that was just made, as its maker is told of it."""
    tokens = _tokens(room)
    return shapes.NewRoom(id=room.id, title=room.title, tokens=tokens, links=_links(request, room.id, tokens))


def _preview(request: HttpRequest, room_id: str, person: Person) -> str:
    return preview_address(room_id, person, request.get_host(), request.scheme or "http")


def _tokens(room: rooms.StoredRoom) -> shapes.Links:
    def token(role: Role) -> str:
        return make_token(settings.SECRET_KEY, room.id, role, room.generations[role])

    return shapes.Links(owner=token(Role.OWNER), edit=token(Role.EDITOR), view=token(Role.VIEWER))


def _links(request: HttpRequest, room_id: str, tokens: shapes.Links) -> shapes.Links:
    return shapes.Links(**{name: _link(request, room_id, token) for name, token in tokens.model_dump().items()})


def _link(request: HttpRequest, room_id: str, token: str) -> str:
    origin = urlsplit(request.build_absolute_uri("/"))
    return f"{origin.scheme}://{origin.netloc}/r/{room_id}#{token}"
