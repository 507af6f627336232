"""A room's document, and what hostile clients put into it."""

from __future__ import annotations

import gc
import weakref
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text, XmlFragment

from ide.domain.documents import BadPath
from ide.live.replica import AssetFile, BadUpdate, Delta, Replica


class Watched:
    def __init__(self) -> None:
        self.deltas: list[Delta] = []
        self.left = 0

    def changed(self, delta: Delta) -> None:
        self.deltas.append(delta)

    def gone(self) -> None:
        self.left += 1


def somebody(replica: Replica) -> tuple[Doc[Any], Map[Any]]:
    """Another client with all that the replica has."""
    doc: Doc[Any] = Doc()
    doc.apply_update(replica.diff())
    return doc, doc.get("files", type=Map)


class TestDocuments:
    def test_create_read_rename_delete(self) -> None:
        replica = Replica()
        file_id = replica.create("a.js", "é😀\r\n")
        assert replica.read("a.js") == "é😀\r\n"
        assert replica.files() == [(file_id, "a.js", 8)]
        replica.rename(file_id, "lib/b.js")
        assert [*replica.documents()] == ["lib/b.js"]
        document = replica.document("lib/b.js")
        assert document is not None and document is replica.document_by_id(file_id)
        replica.delete(file_id)
        assert (replica.files(), replica.read("lib/b.js")) == ([], None)

    def test_paths_are_checked(self) -> None:
        replica = Replica()
        file_id = replica.create("a")
        for path in ("../x", "", "A"):
            with pytest.raises(BadPath):
                replica.create(path)
        with pytest.raises(BadPath):
            replica.rename(file_id, "/x")
        replica.rename(file_id, "A")
        replica.create("lib/b")
        for path in ("a/b", "lib", "LIB/B/c"):
            with pytest.raises(BadPath):
                replica.create(path)
        replica.rename(file_id, "a/b")
        replica.rename(file_id, "a")
        with pytest.raises(KeyError):
            replica.rename("nobody", "b")
        with pytest.raises(KeyError):
            replica.delete("nobody")

    def test_what_is_written_can_be_read_before_the_transaction_ends(self) -> None:
        replica = Replica()
        with replica.transaction("me"):
            file_id = replica.create("a", "text", "me")
            assert replica.read("a") == "text"
            replica.rename(file_id, "b", "me")
            assert [*replica.documents()] == ["b"]
            replica.delete(file_id, "me")
            assert not replica.documents()

    def test_two_people_create_one_path(self) -> None:
        one, other = Replica(), Replica()
        one.create("a.js", "one")
        other.create("a.js", "other")
        one.apply(other.diff(one.state_vector()))
        other.apply(one.diff(other.state_vector()))
        assert [*one.documents()] == [*other.documents()] == ["a.js", "a (2).js"]
        assert {one.read("a.js"), one.read("a (2).js")} == {"one", "other"}


HASH, OTHER = "0" * 64, "1" * 64


class TestAssets:
    def test_a_binary_file_is_a_file_like_a_document(self) -> None:
        replica = Replica()
        file_id = replica.put_asset("img/cat.png", HASH)
        assert replica.assets()["img/cat.png"] == AssetFile(file_id, "img/cat.png", HASH)
        assert (replica.files(), replica.read("img/cat.png"), replica.document_by_id(file_id)) == ([], None, None)
        assert replica.put_asset("img/cat.png", OTHER) == file_id
        assert replica.assets()["img/cat.png"].hash == OTHER
        for path in ("IMG/cat.png", "img", "img/cat.png/x"):
            with pytest.raises(BadPath):
                replica.create(path)
            with pytest.raises(BadPath):
                replica.put_asset(path, HASH)
        replica.rename(file_id, "dog.png")
        assert [*replica.assets()] == ["dog.png"]
        replica.delete(file_id)
        assert not replica.assets()

    def test_text_and_bytes_take_each_others_place_under_one_id(self) -> None:
        replica = Replica()
        watched = Watched()
        file_id = replica.create("a.svg", "<svg/>")
        replica.watch(file_id, watched)
        assert replica.put_asset("a.svg", HASH) == file_id
        assert ([*replica.documents()], [*replica.assets()], watched.left) == ([], ["a.svg"], 1)
        assert replica.write("a.svg", "<svg></svg>") == file_id
        assert (replica.read("a.svg"), [*replica.assets()]) == ("<svg></svg>", [])

    def test_an_image_and_a_text_of_one_path_are_both_kept(self) -> None:
        one, other = Replica(), Replica()
        one.create("a.svg", "text")
        other.put_asset("A.svg", HASH)
        one.apply(other.diff(one.state_vector()))
        other.apply(one.diff(other.state_vector()))
        for replica in (one, other):
            assert [path.lower() for path in sorted((*replica.documents(), *replica.assets()))] in (
                ["a (2).svg", "a.svg"],
                ["a.svg", "a (2).svg"],
            )
        assert [*one.assets()] == [*other.assets()]

    def test_paths_are_checked_before_anything_is_written(self) -> None:
        replica = Replica()
        replica.create("a")
        replica.put_asset("b/c", HASH)
        replica.check_paths(["a", "b/c", "d"])
        for path in ("A", "b", "a/x"):
            with pytest.raises(BadPath):
                replica.check_paths(["d", path])


CONTENT = st.text("ab é😀\r\n", max_size=30)


class TestWrite:
    @settings(max_examples=150, deadline=None)
    @given(CONTENT, CONTENT)
    def test_the_document_equals_what_was_put(self, before: str, after: str) -> None:
        replica = Replica()
        replica.create("a", before)
        replica.write("a", after)
        assert replica.read("a") == after

    def test_a_small_change_is_a_small_update_and_merges(self) -> None:
        replica = Replica()
        text = "".join(f"line {number}\n" for number in range(500))
        file_id = replica.write("a", text)
        doc, files = somebody(replica)
        files[file_id]["text"].insert(0, "mine\n")
        updates: list[bytes] = []
        replica.on_update(lambda update, _origin: updates.append(update))
        assert replica.write("a", text.replace("line 250\n", "line zwei\n")) == file_id
        assert len(updates) == 1 and len(updates[0]) < 60
        replica.apply(doc.get_update())
        assert replica.read("a") == "mine\n" + text.replace("line 250\n", "line zwei\n")

    def test_a_large_text_that_changes_everywhere_is_rewritten_in_few_edits(self) -> None:
        replica = Replica()
        text = "".join(f"line {number} of many\n" for number in range(40_000))
        file_id = replica.write("a", text)
        watched = Watched()
        replica.watch(file_id, watched)
        changed = text.replace("0 of", "0 out of")
        replica.write("a", changed)
        assert replica.read("a") == changed
        assert len(watched.deltas) == 1
        assert sum("insert" in part for part in watched.deltas[0]) <= 25

    def test_a_text_that_holds_more_than_text_is_replaced(self) -> None:
        replica = Replica()
        replica.create("a", "old")
        replica.documents()["a"].text.insert_embed(1, {"image": "x"})
        replica.write("a", "new")
        assert replica.read("a") == "new"
        assert [size for _, _, size in replica.files()] == [3]


class TestUpdates:
    def test_callbacks_hear_the_origin_until_they_leave(self) -> None:
        replica = Replica()
        heard: list[object] = []
        leave = replica.on_update(lambda _update, origin: heard.append(origin))
        origin = object()
        file_id = replica.create("a", origin=origin)
        with replica.transaction(origin), replica.transaction(origin):
            replica.documents()["a"].text.insert(0, "x")
        replica.apply(somebody(replica)[0].get_update(), "nothing new")
        leave()
        replica.delete(file_id)
        assert heard == [origin, origin]

    def test_callbacks_may_read_and_write_and_all_hear_of_it_in_one_order(self) -> None:
        replica = Replica()
        heard: list[tuple[str, object]] = []

        def answer(_update: bytes, origin: object) -> None:
            heard.append(("first", origin))
            if replica.read("a") == "ping":
                replica.write("a", "pong", "answer")

        replica.on_update(answer)
        replica.on_update(lambda _update, origin: heard.append(("second", origin)))
        replica.create("a", "ping", "ask")
        assert heard == [("first", "ask"), ("second", "ask"), ("first", "answer"), ("second", "answer")]

    def test_transactions_of_two_origins_do_not_nest(self) -> None:
        replica = Replica()
        with replica.transaction("me"), pytest.raises(RuntimeError), replica.transaction("you"):
            pass
        replica.create("a", origin="you")

    def test_client_ids_have_32_bits(self) -> None:
        assert all(0 <= Replica().doc.client_id < 2**32 for _ in range(20))

    @pytest.mark.parametrize("garbage", [b"", b"\xff", b"\x01\x02\x03", b"\xff" * 50, b"\x01\x01\x01\x00\x04\x01\x01a"])
    def test_garbage_is_refused(self, garbage: bytes) -> None:
        replica = Replica()
        replica.create("a", "text")
        before = replica.state_vector()
        with pytest.raises(BadUpdate):
            replica.apply(garbage)
        assert (replica.state_vector(), replica.read("a")) == (before, "text")

    def test_what_was_stored_is_loaded(self) -> None:
        stored = Replica()
        stored.create("a", "é😀")
        replica = Replica()
        replica.load(stored.diff())
        assert replica.read("a") == "é😀"
        with pytest.raises(BadUpdate):
            replica.load(b"\xff")

    def test_a_bad_state_vector_is_refused(self) -> None:
        with pytest.raises(BadUpdate):
            Replica().diff(b"\xff")

    def test_deep_nesting_is_refused_before_it_overflows_the_stack(self) -> None:
        doc: Doc[Any] = Doc()
        doc.get("files", type=Map)["k"] = [1.0]
        update = doc.get_update()
        at = update.index(b"\x75\x01")
        with pytest.raises(BadUpdate, match="nested"):
            Replica().apply(update[:at] + b"\x75\x01" * 200_000 + update[at + 2 :])

    def test_so_are_more_types_than_a_room_can_have(self) -> None:
        replica = Replica()
        doc: Doc[Any] = Doc()
        files: Map[Any] = doc.get("files", type=Map)
        with doc.transaction():
            for number in range(20_001):
                files[str(number)] = Map()
        with pytest.raises(BadUpdate, match="shared types"):
            replica.apply(doc.get_update())

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def test_damaged_updates_never_get_further_than_bad_update(self, data: st.DataObject) -> None:
        doc: Doc[Any] = Doc(client_id=5)
        files: Map[Any] = doc.get("files", type=Map)
        files["a"] = Map({"path": "a", "text": Text("é😀 text")})
        files["b"] = Map({"path": ["x", {"y": None}], "text": Array([Map({"q": 1.5})])})
        del files["a"]
        update = bytearray(doc.get_update())
        for at, byte in data.draw(
            st.lists(st.tuples(st.integers(0, len(update) - 1), st.integers(0, 255)), max_size=4)
        ):
            update[at] = byte
        replica = Replica()
        replica.create("mine", "text")
        with suppress(BadUpdate):
            replica.apply(bytes(update))
        assert replica.read("mine") == "text"
        replica.files()
        replica.diff()


class TestMalformedEntries:
    @pytest.mark.parametrize(
        "entry",
        [
            lambda: "text",
            lambda: None,
            lambda: 5.0,
            lambda: [1.0, {"path": "x"}],
            lambda: Text("x"),
            lambda: Array([Map({"path": "x"})]),
            lambda: XmlFragment(),
            lambda: Doc(),
            lambda: Map({}),
            lambda: Map({"path": "x"}),
            lambda: Map({"path": "x", "text": "no shared text"}),
            lambda: Map({"path": "x", "text": Map({"text": Text("x")})}),
            lambda: Map({"path": Text("x"), "text": Text("x")}),
            lambda: Map({"path": 5.0, "text": Text("x")}),
            lambda: Map({"path": "../x", "text": Text("x")}),
            lambda: Map({"path": "x", "asset": "../../etc/passwd"}),
            lambda: Map({"path": "x", "asset": Text("0" * 64)}),
            lambda: Map({"path": "../x", "asset": "0" * 64}),
        ],
    )
    def test_are_ignored_by_every_reader(self, entry: Any) -> None:
        replica = Replica()
        replica.create("good", "text")
        doc, files = somebody(replica)
        files["bad"] = entry()
        replica.apply(doc.get_update())
        assert [*replica.documents()] == ["good"]
        assert replica.document_by_id("bad") is None
        assert [path for _, path, _ in replica.files()] == ["good"]
        assert not replica.assets()

    def test_an_entry_that_is_mended_appears(self) -> None:
        replica = Replica()
        doc, files = somebody(replica)
        files["f"] = Map({"path": "../x", "text": Text("x")})
        replica.apply(doc.get_update())
        assert not replica.documents()
        files["f"]["path"] = "x"
        replica.apply(doc.get_update())
        assert replica.read("x") == "x"
        files["f"]["text"] = Text("other")
        replica.apply(doc.get_update())
        assert replica.read("x") == "other"
        files["f"] = 1.0
        replica.apply(doc.get_update())
        assert replica.read("x") is None


class TestWatching:
    def test_a_watcher_hears_of_its_text_alone_until_it_is_gone(self) -> None:
        replica = Replica()
        file_id, other = replica.create("a", "é"), replica.create("b")
        watched = Watched()
        replica.watch(file_id, watched)
        doc, files = somebody(replica)
        files[file_id]["text"].insert(2, "x")
        files[other]["text"].insert(0, "y")
        files[file_id]["path"] = "c"
        replica.apply(doc.get_update())
        assert (watched.deltas, watched.left) == ([[{"retain": 2}, {"insert": "x"}]], 0)
        files[file_id]["text"] = Text("other")
        replica.apply(doc.get_update())
        assert watched.left == 1

    def test_creating_and_watching_in_one_transaction(self) -> None:
        replica = Replica()
        watched = Watched()
        with replica.transaction():
            file_id = replica.create("a")
            leave = replica.watch(file_id, watched)
        assert watched.left == 0
        leave()
        replica.documents()["a"].text.insert(0, "x")
        assert watched.deltas == []


class Holder:
    def __init__(self, replica: Replica) -> None:
        self.replica = replica

    def hear(self, _update: bytes, _origin: object) -> None:
        self.replica.files()


@pytest.mark.parametrize("close", [True, False])
def test_nothing_keeps_a_document_alive(close: bool) -> None:
    replica = Replica()
    replica.on_update(Holder(replica).hear)
    replica.watch(replica.create("a", "text"), Watched())
    doc = weakref.ref(replica.doc)
    if close:
        replica.close()
    replica = Replica()
    gc.collect()
    assert doc() is None
