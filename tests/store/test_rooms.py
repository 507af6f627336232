from __future__ import annotations

from ide.store import rooms


def test_there_is_no_room_without_a_row(room: str) -> None:
    assert rooms.read(room) is not None
    assert rooms.read("gone") is None
    assert rooms.standing("gone") is None
    assert rooms.rights_of([room, "gone"]) == {room: 0}


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
