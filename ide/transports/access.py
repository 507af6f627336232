"""Who is asking: a browser by its cookie, anything else by a token. Fails closed.

The cookie names the browser and nothing more; what that browser may do in a room is a row, which revoking a link
makes worthless. Its name carries the port, since cookies are shared between the ports of a host.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from ide.domain.access import Claim, Grant, make_grant, read_grant, read_token
from ide.domain.names import new_id, new_person
from ide.domain.refusals import Refusal
from ide.domain.rights import require
from ide.domain.sites import split_host
from ide.live.connection import Person
from ide.live.services import Services
from ide.store import members, rooms
from ide.wire.codes import Code, Role

NOT_VALID = "This link is not valid (any more). It may have been cut off on its way, or replaced."
COOKIE_SECONDS = 365 * 24 * 3600
_choice = random.SystemRandom()


async def stored_room(services: Services, room_id: str) -> rooms.StoredRoom:
    """The room's row. Raises Refusal if there is none."""
    room = await services.writer.do(rooms.read, room_id)
    if room is None:
        raise Refusal(Code.NOT_FOUND, "There is no such room.")
    return room


async def claim_of(services: Services, room_id: str, token: str) -> Claim:
    """What a token gives. Raises Refusal if it is forged, foreign or revoked."""
    room = await stored_room(services, room_id)
    claim = read_token(settings.SECRET_KEY, room_id, token)
    if claim is None or room.generations[claim.role] != claim.generation:
        raise Refusal(Code.NOT_AUTHORISED, NOT_VALID)
    return claim


async def person_by_token(services: Services, room_id: str, token: str) -> Person:
    """Whoever holds this token, under a new name each time. Raises Refusal like `claim_of`."""
    claim = await claim_of(services, room_id, token)
    return _stranger(_choice, claim)


async def person_by_browser(services: Services, room_id: str, browser: str | None) -> Person:
    """The member that this browser is in the room. Raises Refusal if it was never let in, or is not any more."""
    await stored_room(services, room_id)
    member = await services.writer.do(members.member_of, room_id, browser) if browser else None
    if member is None:
        raise Refusal(Code.NOT_AUTHORISED, "This room opens by a link that its owners can copy for you.")
    return as_person(member)


async def person_of(services: Services, request: HttpRequest, room_id: str) -> Person:
    """Who sent this request: by `Authorization: Bearer`, or else by the browser's cookie."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        claim = await claim_of(services, room_id, token.strip())
        # The same person each time, so that a script can redirect the turn that it asked for.
        same = random.Random(f"{room_id} {token.strip()}")  # noqa: S311 - a name, and no secret
        return _stranger(same, claim)
    check_same_origin(request)
    return await person_by_browser(services, room_id, browser_of(request.COOKIES, request.get_host()))


async def editor_of(services: Services, request: HttpRequest, room_id: str) -> Person:
    """As `person_of`, for those who may write. Raises Refusal for others."""
    person = await person_of(services, request, room_id)
    require(person.role, Role.EDITOR)
    return person


async def owner_of(services: Services, request: HttpRequest, room_id: str) -> Person:
    """As `person_of`, for owners. Raises Refusal for others."""
    person = await person_of(services, request, room_id)
    require(person.role, Role.OWNER)
    return person


def check_same_origin(request: HttpRequest) -> None:
    """Refuse a change that another site's page asks for with this browser's cookie. Raises Refusal."""
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.get_host()}":
        raise Refusal(Code.NOT_AUTHORISED, "This request comes from another site.")


def browser_of(cookies: Mapping[str, str], host: str) -> str | None:
    """The browser that the cookie names, if the cookie is ours."""
    try:
        return Signer(salt="browser").unsign(cookies[_cookie_name(host)])
    except (KeyError, BadSignature):
        return None


def set_browser(response: HttpResponse, request: HttpRequest, browser: str) -> None:
    """Give the browser its cookie."""
    response.set_cookie(
        _cookie_name(request.get_host()),
        Signer(salt="browser").sign(browser),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def preview_address(room_id: str, person: Person, host: str, scheme: str) -> str:
    """Where the room's page is served to somebody on `host`; empty where the other site has to be configured."""
    origin = settings.SITES.preview_origin_for(host, scheme)
    grant = make_grant(settings.SECRET_KEY, Grant(room_id, person.id, Claim(person.role, person.generation)))
    return f"{origin}/preview/{grant}/" if origin else ""


def grant_of(grant: str) -> Grant | None:
    """Whose grant this is, for which room's page and by what right, or None if it is forged."""
    return read_grant(settings.SECRET_KEY, grant)


def as_person(member: members.StoredMember) -> Person:
    """A member, as the open room knows them."""
    return Person(member.id, member.name, member.colour, member.role, member.generation, member.rights)


def _stranger(choice: random.Random, claim: Claim) -> Person:
    name, colour = new_person(choice)
    return Person(new_id(choice), name, colour, claim.role, claim.generation)


def _cookie_name(host: str) -> str:
    return f"sparkroom-{split_host(host)[1][1:] or 'default'}"
