"""The bytes of binary files: stored once, kept while something names them, and for a while after."""

from __future__ import annotations

from ide.domain.assets import hash_of
from ide.domain.history import FileState, pack_manifest
from ide.store import assets, rooms
from ide.store.models import Asset, Step

MOST = 100
DAY_MS = 24 * 3600 * 1000
A, B, C, D = (letter * 40 for letter in (b"a", b"b", b"c", b"d"))


def put(room: str, *blobs: bytes, named: tuple[bytes, ...] = ()) -> bool:
    return assets.put(room, {hash_of(data): data for data in blobs}, {hash_of(data) for data in named}, MOST)


def kept(room: str) -> set[bytes]:
    return {bytes(data) for data in Asset.objects.filter(room_id=room).values_list("data", flat=True)}


def tidy(room: str, now_ms: int, *named: bytes) -> int:
    return assets.tidy(room, {hash_of(data) for data in named}, now_ms)


def test_bytes_are_stored_once_a_room_and_read_there_alone(room: str) -> None:
    other = rooms.create("Other").id
    assert put(room, A, B)
    assert put(room, A, named=(A, B))
    assert kept(room) == {A, B}
    assert assets.read(room, [hash_of(A), hash_of(C)]) == {hash_of(A): A}
    assert assets.heads(room, [hash_of(B)]) == {hash_of(B): (40, B)}
    assert assets.read(other, [hash_of(A)]) == {}
    assert not put("nowhere", A)


def test_what_files_name_has_a_bound_and_all_or_none_is_stored(room: str) -> None:
    assert put(room, A, B)
    assert not put(room, C, D, named=(A, B))
    assert not put(room, C, named=(A, B))
    assert kept(room) == {A, B}
    assert put(room, A, named=(A, B)), "it is there already"
    assert put(room, C, named=(B,)), "what is named no more does not count"


def test_what_nothing_names_goes_after_a_week(room: str) -> None:
    put(room, A, B)
    assert tidy(room, DAY_MS, A) == 0
    assert tidy(room, 7 * DAY_MS, A) == 0
    assert kept(room) == {A, B}
    assert tidy(room, 8 * DAY_MS + 1, A) == 1
    assert kept(room) == {A}


def test_what_is_named_again_within_the_week_stays(room: str) -> None:
    put(room, A)
    tidy(room, DAY_MS)
    tidy(room, 5 * DAY_MS, A)
    tidy(room, 9 * DAY_MS)
    assert tidy(room, 15 * DAY_MS) == 0
    put(room, A)
    assert tidy(room, 30 * DAY_MS) == 0, "it has just been uploaded again"
    assert kept(room) == {A}


def test_what_the_history_names_stays(room: str) -> None:
    put(room, A, B)
    manifest = {"cat.png": FileState("f", hash_of(A), True), "notes": FileState("g", hash_of(B))}
    Step.objects.create(id="s", room_id=room, kind="turn", label="", by="", files=pack_manifest(manifest), at=1)
    tidy(room, DAY_MS)
    assert tidy(room, 9 * DAY_MS) == 1
    assert kept(room) == {A}
    Step.objects.all().delete()
    assert tidy(room, 17 * DAY_MS) == 1


def test_what_is_not_named_makes_room_when_there_is_none(room: str) -> None:
    for number in range(5):
        assert put(room, bytes([number]) * 40)
        tidy(room, DAY_MS + number)
    assert put(room, A), "the oldest went"
    assert kept(room) == {bytes([number]) * 40 for number in range(1, 5)} | {A}
    fresh = rooms.create("Fresh").id
    for number in range(5):
        assert put(fresh, bytes([number]) * 40)
    assert not put(fresh, A), "what was only just uploaded may be named any moment"
