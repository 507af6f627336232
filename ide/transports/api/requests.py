"""Asking to join a room of which one has only the address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from ide.domain.refusals import Refusal
from ide.live.room import LiveRoom
from ide.store import members, requests
from ide.store.requests import StoredRequest
from ide.transports.access import browser_of, check_same_origin, owner_of, set_browser, stored_room
from ide.transports.composition import hub
from ide.wire import shapes
from ide.wire.codes import Code, RequestState, Role

router = Router(tags=["requests"])

NO_REQUEST = "This browser has not asked to join here."


@router.post("/rooms/{room_id}/requests", response={202: shapes.JoinState})
async def ask_to_join(
    request: HttpRequest, response: HttpResponse, room_id: str, asked: shapes.AskToJoin
) -> tuple[int, shapes.JoinState]:
    """Ask the room's owners to be let in, or who looks on to be let write. Asking again changes nothing."""
    check_same_origin(request)
    services = await hub.services()
    await stored_room(services, room_id)
    browser = browser_of(request.COOKIES, request.get_host()) or services.new_id() + services.new_id()
    if await services.writer.do(members.may_write, room_id, browser):
        raise Refusal(Code.CONFLICT, "You may come in already.")
    async with hub.visit(room_id) as live:
        await live.feed.commit(requests.ask, room_id, browser, asked.name, services.now_ms())
        state = await services.writer.do(requests.state_of, room_id, browser)
        set_browser(response, request, browser)
        if state is None:
            raise Refusal(Code.CONFLICT, "You may come in already.")
        return 202, _shape(live, state)


@router.get("/rooms/{room_id}/requests", response=list[shapes.JoinRequest])
async def list_requests(request: HttpRequest, room_id: str) -> list[shapes.JoinRequest]:
    """Who asks to join. For owners."""
    services = await hub.services()
    await owner_of(services, request, room_id)
    return await services.writer.do(requests.waiting, room_id)


@router.get("/rooms/{room_id}/requests/{asked}", response=shapes.JoinState)
async def read_request(request: HttpRequest, room_id: str, asked: str) -> shapes.JoinState:
    """What became of one's own request. For the browser that asked."""
    services = await hub.services()
    browser = browser_of(request.COOKIES, request.get_host())
    if browser is None:
        raise Refusal(Code.NOT_FOUND, NO_REQUEST)
    state = await services.writer.do(requests.state_of, room_id, browser)
    if state is not None and state.id == asked:
        async with hub.visit(room_id) as live:
            return _shape(live, state)
    if await services.writer.do(members.member_of, room_id, browser) is None:
        raise Refusal(Code.NOT_FOUND, NO_REQUEST)
    return shapes.JoinState(id=asked, state=RequestState.ADMITTED)


@router.post("/rooms/{room_id}/requests/{asked}/answer", response=shapes.JoinRequest)
async def answer_request(
    request: HttpRequest, room_id: str, asked: str, answer: shapes.AnswerToRequest
) -> shapes.JoinRequest:
    """Let somebody in, or decline. For owners."""
    services = await hub.services()
    await owner_of(services, request, room_id)
    async with hub.visit(room_id) as live:
        event = await services.writer.do(requests.answer, room_id, asked, answer.role, services.now_ms())
        live.feed.deliver(event)
        await live.members.rights_changed()
        return event.request


def _shape(live: LiveRoom, state: StoredRequest) -> shapes.JoinState:
    owner_here = any(member.here and member.role == Role.OWNER for member in live.members.all())
    return shapes.JoinState(id=state.id, state=state.state, owner_here=owner_here, again_at=state.again_at)
