"""Asking to join: a browser without a link waits until an owner answers.

A browser has one request in a room. Only so many wait at a time, and what nobody answered or needs any more goes when
the next one asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q

from ide.domain.refusals import Refusal
from ide.store import journal, members, rooms
from ide.store.models import JoinRequest, Member
from ide.wire import shapes
from ide.wire.codes import Code, RequestState, Role
from ide.wire.messages import RequestEvent

WAITING_AT_MOST: Final = 20
WAITING_MS: Final = 24 * 3_600_000
# Who has waited this long gives way to the next one, if too many wait: otherwise whoever asks often enough would keep
# all others out for a day.
GIVES_WAY_MS: Final = 10 * 60_000
# How long who was declined is left alone with it.
DECLINED_MS: Final = 10 * 60_000


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """What became of a browser's request. Times are milliseconds since 1970."""

    id: str
    state: RequestState
    again_at: int | None


def ask(room_id: str, browser: str, name: str | None, now_ms: int) -> RequestEvent | None:
    """Let a browser ask, under `name` or the one it has here. None if it has asked before. Raises Refusal."""
    with transaction.atomic():
        rooms.locked(room_id)
        over = Q(declined=True, asked_at__lte=now_ms - DECLINED_MS) | Q(asked_at__lte=now_ms - WAITING_MS)
        rows = JoinRequest.objects.filter(room_id=room_id)
        rows.filter(over).delete()
        if rows.filter(browser=browser).exists():
            return None
        waiting = rows.filter(declined=False).order_by("asked_at", "id")
        if waiting.count() >= WAITING_AT_MOST:
            oldest = waiting[0]
            if oldest.asked_at > now_ms - GIVES_WAY_MS:
                raise Refusal(Code.TOO_MANY, "Too many people ask to join this room right now. Try again later.")
            oldest.delete()
        known_name, colour = members.named(room_id, browser) or members.free_person(room_id)
        row = JoinRequest(id=rooms.fresh_id(), room_id=room_id, browser=browser, asked_at=now_ms)
        row.name, row.colour = name or known_name, colour
        row.save()
        return _journal(row, RequestState.WAITING)


def state_of(room_id: str, browser: str) -> StoredRequest | None:
    """What became of the request of a browser; None if it has none, or was let in."""
    row = JoinRequest.objects.filter(room_id=room_id, browser=browser).first()
    if row is None:
        return None
    if row.declined:
        return StoredRequest(row.id, RequestState.DECLINED, row.asked_at + DECLINED_MS)
    return StoredRequest(row.id, RequestState.WAITING, None)


def waiting(room_id: str) -> list[shapes.JoinRequest]:
    """Who waits for an answer, oldest first."""
    return _shapes(room_id, JoinRequest.objects.filter(room_id=room_id, declined=False).order_by("asked_at", "id"))


def answer(room_id: str, request_id: str, role: Role | None, now_ms: int) -> RequestEvent:
    """Let somebody in who waits, or (None) decline. Raises Refusal."""
    with transaction.atomic():
        room = rooms.locked(room_id)
        row = JoinRequest.objects.filter(room_id=room_id, pk=request_id, declined=False).first()
        if row is None:
            raise Refusal(Code.CONFLICT, "Nobody waits for this answer any more.")
        if role is None:
            row.declined, row.asked_at = True, now_ms
            row.save()
            return _journal(row, RequestState.DECLINED)
        event = _journal(row, RequestState.ADMITTED, role)
        members.let_in(room, row.browser, row.name, row.colour, role)
        row.delete()
        return event


def withdraw(room_id: str, browser: str) -> RequestEvent | None:
    """Forget what a browser asked for: it has come in otherwise. None if nobody waits for it."""
    with transaction.atomic():
        row = JoinRequest.objects.filter(room_id=room_id, browser=browser).first()
        if row is None:
            return None
        event = None if row.declined else _journal(row, RequestState.WITHDRAWN)
        row.delete()
        return event


def _journal(row: JoinRequest, state: RequestState, role: Role | None = None) -> RequestEvent:
    [request] = _shapes(row.room_id, [row])
    return journal.append(row.room_id, lambda seq: RequestEvent(seq=seq, request=request, state=state, role=role))


def _shapes(room_id: str, rows: Iterable[JoinRequest]) -> list[shapes.JoinRequest]:
    found = list(rows)
    browsers = [row.browser for row in found]
    known = {row.browser: row for row in Member.objects.filter(room_id=room_id, browser__in=browsers)}
    return [
        shapes.JoinRequest(
            id=row.id,
            name=row.name,
            colour=row.colour,
            member=known[row.browser].id if row.browser in known else None,
            removed=row.browser in known and known[row.browser].removed,
            asked_at=row.asked_at,
        )
        for row in found
    ]
