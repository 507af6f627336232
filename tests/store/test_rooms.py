from __future__ import annotations

from ide.store import rooms
from ide.wire.codes import Role


def test_a_browser_has_one_place_with_the_best_role_it_was_given(room: str) -> None:
    viewer = rooms.admit(room, "browser", Role.VIEWER, 1)
    editor = rooms.admit(room, "browser", Role.EDITOR, 1)
    assert (editor.id, editor.name, editor.role) == (viewer.id, viewer.name, Role.EDITOR)
    assert rooms.admit(room, "browser", Role.VIEWER, 1).role == Role.EDITOR
    assert rooms.member_of(room, "browser") == editor


def test_a_revoked_place_is_none_until_another_link_comes(room: str) -> None:
    rooms.admit(room, "browser", Role.EDITOR, 1)
    revoked = rooms.revoke(room, Role.EDITOR)
    assert revoked is not None
    assert revoked.generations == {Role.OWNER: 1, Role.EDITOR: 2, Role.VIEWER: 1}
    assert rooms.member_of(room, "browser") is None
    assert rooms.admit(room, "browser", Role.VIEWER, 1).role == Role.VIEWER
    assert rooms.member_of(room, "browser") is not None


def test_names_differ_within_a_room(room: str) -> None:
    names = {rooms.admit(room, f"browser-{number}", Role.EDITOR, 1).name for number in range(30)}
    assert len(names) == 30


def test_strangers_have_no_place(room: str) -> None:
    assert rooms.member_of(room, "stranger") is None
    assert rooms.read("gone") is None
    assert rooms.revoke("gone", Role.EDITOR) is None


def test_a_restored_room_has_another_epoch(room: str) -> None:
    other = rooms.create("Other")
    before = rooms.read(room)
    assert rooms.renew_epochs(room) == 1
    after = rooms.read(room)
    assert before is not None
    assert after is not None
    assert after.epoch != before.epoch
    assert rooms.read(other.id) == other
    assert rooms.renew_epochs() == 2
    assert rooms.read(other.id) != other
    assert rooms.renew_epochs("gone") == 0
