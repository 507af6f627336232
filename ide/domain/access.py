"""Capability tokens: who holds a link may do what the link says.

A token is `<role letter><generation>.<mac>`, made from the room's id with the server's key. It needs no row, survives a
restore of the database, and is revoked with all others of its role by raising the role's generation. A preview's
grant is made in the same way for one member, and ends with the token or when they are removed: it lets its holder see
the room's page and gives no right in it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from ide.wire.codes import Role

_LETTERS = {Role.OWNER: "o", Role.EDITOR: "e", Role.VIEWER: "v"}
_ROLES = {letter: role for role, letter in _LETTERS.items()}
_TOKEN = re.compile(r"([oev])([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{32})")
_GRANT = re.compile(r"([a-z0-9]{8,32})-([oev])([1-9][0-9]{0,8})-([a-z0-9]{8,32})-([A-Za-z0-9_-]{32})")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token that was not forged says. Whether its generation still holds, the room's row knows."""

    role: Role
    generation: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What a grant that was not forged says: whose it is, in which room, and by what right."""

    room: str
    member: str
    claim: Claim


def make_token(key: str, room_id: str, role: Role, generation: int) -> str:
    """The token of a role in a room."""
    head = f"{_LETTERS[role]}{generation}"
    return f"{head}.{_mac(key, 'token', room_id, head)}"


def read_token(key: str, room_id: str, token: str) -> Claim | None:
    """What the token says, or None if it was not made for this room by this server."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    letter, generation, mac = match.groups()
    if not hmac.compare_digest(mac, _mac(key, "token", room_id, f"{letter}{generation}")):
        return None
    return Claim(_ROLES[letter], int(generation))


def make_grant(key: str, grant: Grant) -> str:
    """The unguessable name under which the room's page is served to a member."""
    head = f"{_LETTERS[grant.claim.role]}{grant.claim.generation}-{grant.member}"
    return f"{grant.room}-{head}-{_mac(key, 'preview', grant.room, head)}"


def read_grant(key: str, text: str) -> Grant | None:
    """What a grant says, or None if it is forged."""
    match = _GRANT.fullmatch(text)
    if match is None:
        return None
    room_id, letter, generation, member, mac = match.groups()
    if not hmac.compare_digest(mac, _mac(key, "preview", room_id, f"{letter}{generation}-{member}")):
        return None
    return Grant(room_id, member, Claim(_ROLES[letter], int(generation)))


def _mac(key: str, purpose: str, room_id: str, head: str) -> str:
    digest = hmac.new(key.encode(), f"{purpose}\0{room_id}\0{head}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
