from __future__ import annotations

import pytest

from ide.domain.access import Claim
from ide.domain.refusals import Refusal
from ide.store import members, rooms
from ide.wire.codes import Code, Role

OWNER, EDITOR, VIEWER = (Claim(role, 1) for role in Role)


def rights(room: str) -> int:
    """How often the rights in the room were changed."""
    return rooms.rights_of([room])[room]


def may(room: str, browser: str) -> Role | None:
    """What a browser may do in the room."""
    member = members.member_of(room, browser)
    return member.role if member else None


def test_a_browser_has_one_place_with_the_best_role_it_was_given(room: str) -> None:
    viewer = members.admit(room, "browser", VIEWER)
    editor = members.admit(room, "browser", EDITOR)
    assert (editor.id, editor.name, editor.role) == (viewer.id, viewer.name, Role.EDITOR)
    assert members.admit(room, "browser", VIEWER).role == Role.EDITOR
    assert members.member_of(room, "browser") == editor


def test_a_revoked_place_is_none_until_another_link_comes(room: str) -> None:
    members.admit(room, "browser", EDITOR)
    revoked = rooms.revoke(room, Role.EDITOR)
    assert revoked.generations == {Role.OWNER: 1, Role.EDITOR: 2, Role.VIEWER: 1}
    assert members.member_of(room, "browser") is None
    assert members.admit(room, "browser", VIEWER).role == Role.VIEWER
    assert members.member_of(room, "browser") is not None


def test_who_replaces_the_owners_links_stays_one(room: str) -> None:
    mine = members.admit(room, "mine", OWNER)
    members.admit(room, "other", OWNER)
    rooms.revoke(room, Role.OWNER, mine.id)
    assert may(room, "mine") == Role.OWNER
    assert may(room, "other") is None


def test_names_differ_within_a_room(room: str) -> None:
    names = {members.admit(room, f"browser-{number}", EDITOR).name for number in range(30)}
    assert len(names) == 30


def test_strangers_have_no_place(room: str) -> None:
    assert members.member_of(room, "stranger") is None
    assert not members.may_write(room, "stranger")
    with pytest.raises(Refusal) as refused:
        members.remove(room, "stranger")
    assert refused.value.code == Code.NOT_FOUND
    with pytest.raises(Refusal):
        members.change_role(room, "stranger", Role.OWNER)
    with pytest.raises(Refusal):
        rooms.revoke("gone", Role.EDITOR)
    other = members.admit(rooms.create("Other").id, "browser", EDITOR)
    with pytest.raises(Refusal):
        members.remove(room, other.id)


def test_a_role_that_an_owner_gave_stands_against_older_links(room: str) -> None:
    member = members.admit(room, "browser", EDITOR)
    members.change_role(room, member.id, Role.VIEWER)
    assert may(room, "browser") == Role.VIEWER
    assert members.admit(room, "browser", EDITOR).role == Role.VIEWER
    rooms.revoke(room, Role.EDITOR)
    assert members.admit(room, "browser", Claim(Role.EDITOR, 2)).role == Role.EDITOR


def test_who_was_removed_is_out_until_a_newer_link_comes(room: str) -> None:
    member = members.admit(room, "browser", EDITOR)
    members.remove(room, member.id)
    with pytest.raises(Refusal):
        members.member_of(room, "browser")
    with pytest.raises(Refusal):
        members.admit(room, "browser", VIEWER)
    with pytest.raises(Refusal):
        members.remove(room, member.id)
    rooms.revoke(room, Role.VIEWER)
    back = members.admit(room, "browser", Claim(Role.VIEWER, 2))
    assert (back.id, back.name, back.role) == (member.id, member.name, Role.VIEWER)
    assert may(room, "browser") == Role.VIEWER


def test_the_last_owner_stays_one(room: str) -> None:
    first, second = (members.admit(room, browser, OWNER) for browser in ("first", "second"))
    members.change_role(room, second.id, Role.EDITOR)
    with pytest.raises(Refusal) as refused:
        members.remove(room, first.id)
    assert refused.value.code == Code.CONFLICT
    with pytest.raises(Refusal):
        members.change_role(room, first.id, Role.VIEWER)
    assert members.change_role(room, first.id, Role.OWNER).role == Role.OWNER
    members.change_role(room, second.id, Role.OWNER)
    members.remove(room, first.id)
    assert may(room, "second") == Role.OWNER


def test_an_owner_whose_link_was_revoked_is_not_one_who_stays(room: str) -> None:
    gone = members.admit(room, "gone", OWNER)
    rooms.revoke(room, Role.OWNER)
    here = members.admit(room, "here", Claim(Role.OWNER, 2))
    with pytest.raises(Refusal):
        members.remove(room, here.id)
    members.remove(room, gone.id)


def test_every_decision_counts_the_rooms_rights_up(room: str) -> None:
    members.admit(room, "owner", OWNER)
    member = members.admit(room, "browser", EDITOR)
    assert rights(room) == 0
    members.change_role(room, member.id, Role.VIEWER)
    members.remove(room, member.id)
    assert rights(room) == 2
    standing = rooms.standing(room)
    assert standing is not None
    assert standing.removed == {member.id}
    assert member.id not in standing.places
    rooms.revoke(room, Role.VIEWER)
    assert rights(room) == 3
    members.admit(room, "browser", Claim(Role.VIEWER, 2))
    assert rights(room) == 4


def test_a_room_knows_who_may_come_in(room: str) -> None:
    known = [members.admit(room, browser, EDITOR) for browser in ("a", "b", "c")]
    removed, lowered, kept = known
    members.remove(room, removed.id)
    members.change_role(room, lowered.id, Role.VIEWER)
    assert {member.id: member.role for member in members.known(room)} == {
        lowered.id: Role.VIEWER,
        kept.id: Role.EDITOR,
    }
    rooms.revoke(room, Role.EDITOR)
    assert [member.id for member in members.known(room)] == [lowered.id]
