from __future__ import annotations

import pytest

from ide.domain.access import Claim
from ide.domain.refusals import Refusal
from ide.store import members, requests, rooms
from ide.store.requests import DECLINED_MS, GIVES_WAY_MS, WAITING_AT_MOST, WAITING_MS
from ide.wire.codes import Code, RequestState, Role
from ide.wire.messages import RequestEvent

NOW = 1_800_000_000_000


def ask(room: str, browser: str = "browser", name: str | None = None, now_ms: int = NOW) -> RequestEvent:
    """A request that somebody did not make before."""
    event = requests.ask(room, browser, name, now_ms)
    assert event is not None
    return event


def test_a_browser_asks_once_and_waits(room: str) -> None:
    event = ask(room, name="Ada")
    assert (event.state, event.request.name, event.request.member) == (RequestState.WAITING, "Ada", None)
    assert requests.ask(room, "browser", "Somebody else", NOW + 1) is None
    assert requests.waiting(room) == [event.request]
    state = requests.state_of(room, "browser")
    assert state == requests.StoredRequest(event.request.id, RequestState.WAITING, None)
    assert requests.state_of(room, "other") is None
    assert members.member_of(room, "browser") is None


@pytest.mark.parametrize("role", list(Role))
def test_who_is_let_in_has_the_role_and_the_name(room: str, role: Role) -> None:
    request = ask(room, name="Ada").request
    event = requests.answer(room, request.id, role, NOW)
    assert (event.state, event.role, event.request) == (RequestState.ADMITTED, role, request)
    member = members.member_of(room, "browser")
    assert member is not None
    assert (member.name, member.colour, member.role) == ("Ada", request.colour, role)
    assert requests.waiting(room) == []
    assert requests.state_of(room, "browser") is None
    assert rooms.rights_of([room]) == {room: 1}


def test_one_answer_counts(room: str) -> None:
    request = ask(room).request
    requests.answer(room, request.id, Role.VIEWER, NOW)
    with pytest.raises(Refusal) as refused:
        requests.answer(room, request.id, Role.OWNER, NOW)
    assert refused.value.code == Code.CONFLICT
    other = rooms.create("Other").id
    foreign = ask(other).request
    with pytest.raises(Refusal):
        requests.answer(room, foreign.id, Role.OWNER, NOW)


def test_who_was_declined_may_ask_again_after_a_while(room: str) -> None:
    request = ask(room).request
    event = requests.answer(room, request.id, None, NOW + 5)
    assert (event.state, event.role) == (RequestState.DECLINED, None)
    assert requests.waiting(room) == []
    again_at = NOW + 5 + DECLINED_MS
    assert requests.state_of(room, "browser") == requests.StoredRequest(request.id, RequestState.DECLINED, again_at)
    assert requests.ask(room, "browser", None, again_at - 1) is None
    with pytest.raises(Refusal):
        requests.answer(room, request.id, Role.OWNER, NOW + 6)
    assert ask(room, now_ms=again_at).request.id != request.id
    assert members.member_of(room, "browser") is None


def test_only_so_many_wait(room: str) -> None:
    first = ask(room, "first", now_ms=NOW - 1)
    for number in range(WAITING_AT_MOST - 1):
        ask(room, f"browser-{number}")
    with pytest.raises(Refusal) as refused:
        ask(room, "one more")
    assert refused.value.code == Code.TOO_MANY
    ask(rooms.create("Other").id, "one more")
    # Who has waited long gives way to the next.
    with pytest.raises(Refusal):
        ask(room, "one more", now_ms=NOW + GIVES_WAY_MS - 2)
    ask(room, "one more", now_ms=NOW + GIVES_WAY_MS)
    waiting = {request.id for request in requests.waiting(room)}
    assert len(waiting) == WAITING_AT_MOST
    assert first.request.id not in waiting
    # What nobody answers goes.
    ask(room, "another", now_ms=NOW + GIVES_WAY_MS + WAITING_MS)
    assert len(requests.waiting(room)) == 1


def test_who_came_in_otherwise_does_not_wait_any_more(room: str) -> None:
    request = ask(room).request
    event = requests.withdraw(room, "browser")
    assert event is not None
    assert (event.state, event.request) == (RequestState.WITHDRAWN, request)
    assert requests.withdraw(room, "browser") is None
    assert requests.waiting(room) == []


def test_who_looks_on_or_was_removed_asks_as_who_they_are(room: str) -> None:
    viewer = members.admit(room, "viewer", Claim(Role.VIEWER, 1))
    removed = members.admit(room, "removed", Claim(Role.EDITOR, 1))
    members.remove(room, removed.id)
    for browser, member, was_removed in (("viewer", viewer, False), ("removed", removed, True)):
        request = ask(room, browser).request
        assert (request.member, request.name, request.removed) == (member.id, member.name, was_removed)
        requests.answer(room, request.id, Role.EDITOR, NOW)
        back = members.member_of(room, browser)
        assert back is not None
        assert (back.id, back.role) == (member.id, Role.EDITOR)


def test_letting_somebody_in_never_lowers_what_they_have(room: str) -> None:
    request = ask(room).request
    members.admit(room, "browser", Claim(Role.OWNER, 1))
    requests.answer(room, request.id, Role.VIEWER, NOW)
    member = members.member_of(room, "browser")
    assert member is not None
    assert member.role == Role.OWNER
