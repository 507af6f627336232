"""What a room takes [P10]: decided exactly, before anything is merged; a keystroke needs no look at the rest."""

from __future__ import annotations

import random
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from ide.domain.refusals import Refusal
from ide.live.capacity import Capacity
from ide.live.replica import BadUpdate, Replica
from ide.wire.codes import Code
from ide.wire.shapes import Limits
from tests.written import written_by_three

DOCUMENT, ROOM, FILES = 40, 100, 6


def limits_of(document: int = DOCUMENT, room: int = ROOM, files: int = FILES, message: int = 1_000_000) -> Limits:
    return Limits(
        document_bytes=document,
        room_bytes=room,
        documents=files,
        members=1,
        prompt_bytes=1,
        message_bytes=message,
        asset_bytes=1,
        room_assets_bytes=1,
    )


class Client:
    """Another Yjs client, which does as it likes."""

    def __init__(self, replica: Replica) -> None:
        self.doc: Doc[Any] = Doc()
        self.files: Map[Any] = self.doc.get("files", type=Map)
        self.doc.apply_update(replica.diff())
        self.updates: list[bytes] = []
        self._subscription = self.doc.observe(lambda event: self.updates.append(event.update))

    def first(self) -> str:
        """The id of a file."""
        return next(iter(self.files.keys()))

    def sent(self) -> bytes:
        """What it wrote last."""
        return self.updates.pop()


def truth(doc: Doc[Any]) -> tuple[dict[str, int], int]:
    """The bytes of every text that is, or could become, a document by a rename; and how many files there are so."""
    entries = {file_id: entry for file_id, entry in doc.get("files", type=Map).items() if isinstance(entry, Map)}
    texts = {file_id: entry.get("text") for file_id, entry in entries.items()}
    return {file_id: len(str(text).encode()) for file_id, text in texts.items() if isinstance(text, Text)}, len(entries)


def too_much(before: Doc[Any], after: Doc[Any]) -> bool:
    """True if something grew beyond a limit."""
    old, old_count = truth(before)
    new, new_count = truth(after)
    return (
        any(size > DOCUMENT and size > old.get(file_id, 0) for file_id, size in new.items())
        or (sum(new.values()) > ROOM and sum(new.values()) > sum(old.values()))
        or (new_count > FILES and new_count > old_count)
    )


def something(choice: random.Random, files: Map[Any]) -> None:
    """Do one thing that a client may do to a room's files, proper or not."""
    ids = [file_id for file_id in list(files.keys()) if isinstance(files[file_id], Map)]
    texts = [files[file_id]["text"] for file_id in ids if isinstance(files[file_id].get("text"), Text)]
    written = choice.choice(["x", "é", "😀"]) * choice.choice([1, 1, 2, 5, 12, 30])
    match choice.randrange(9):
        case 0 | 1:
            path = choice.choice(["a", "b", "../x"])
            files[str(choice.randrange(9))] = Map({"path": path, "text": Text(written)})
        case 2:
            files[str(choice.randrange(9))] = choice.choice(
                [1.0, "text", Map({}), Map({"path": "c", "asset": "0" * 64})]
            )
        case 3 if ids:
            del files[choice.choice(ids)]
        case 4 if ids:
            files[choice.choice(ids)]["text"] = Text(written)
        case 5 if ids:
            files[choice.choice(ids)]["path"] = "mended"
        case 6 if texts:
            text = choice.choice(texts)
            # pycrdt takes a cut through a character, and what it writes then is no update.
            del text[0 : len(str(text)[: choice.randrange(15)].encode())]
        case _ if texts:
            text = choice.choice(texts)
            text.insert(choice.choice([0, len(text)]), written)


@pytest.mark.parametrize("seed", range(40))
def test_an_update_is_refused_if_and_only_if_something_grows_beyond_its_limit(seed: int, soak: bool) -> None:
    choice = random.Random(seed)
    replica = Replica()
    capacity = Capacity(replica, limits_of())
    clients = [Client(replica) for _ in range(3)]
    for _ in range(400 if soak else 60):
        client = choice.choice(clients)
        client.doc.apply_update(replica.diff(client.doc.get_state()))
        client.updates.clear()
        with client.doc.transaction():
            for _ in range(choice.choice([1, 1, 3])):
                something(choice, client.files)
        if not client.updates:
            continue
        update, before = client.sent(), replica.diff()
        old: Doc[Any] = Doc()
        new: Doc[Any] = Doc()
        for doc in (old, new):
            doc.apply_update(before)
        new.apply_update(update)
        if choice.random() < 0.1:  # somebody whose writing is not this room's to judge
            replica.apply(update)
            continue
        try:
            capacity.apply(update, client)
        except Refusal as refusal:
            assert refusal.code == Code.TOO_LARGE
            assert too_much(old, new), f"seed {seed}: refused although it fits"
            assert replica.diff() == before, f"seed {seed}: refused, and yet merged"
            clients[clients.index(client)] = Client(replica)
        else:
            assert not too_much(old, new), f"seed {seed}: merged although it does not fit"
    replica.sizes.refresh()
    assert truth(replica.doc)[1] == replica.sizes.entries
    assert sum(truth(replica.doc)[0].values()) == replica.sizes.total
    assert replica.sizes.find_largest() == max(truth(replica.doc)[0].values(), default=0)


def test_the_words_name_what_is_full() -> None:
    replica = Replica()
    capacity = Capacity(replica, limits_of())
    for number in range(2):
        replica.create(f"{number}", "x" * DOCUMENT)
    client = Client(replica)
    client.files[client.first()]["text"].insert(0, "y")
    with pytest.raises(Refusal, match="A document holds at most 40 bytes"):
        capacity.apply(client.sent(), client)
    client = Client(replica)
    client.files["z"] = Map({"path": "z", "text": Text("x" * 21)})
    with pytest.raises(Refusal, match="A room holds at most 100 bytes of text"):
        capacity.apply(client.sent(), client)
    client = Client(replica)
    with client.doc.transaction():
        for number in range(5):
            client.files[f"z{number}"] = Map({"path": f"z{number}", "text": Text()})
    with pytest.raises(Refusal, match="A room holds at most 6 files"):
        capacity.apply(client.sent(), client)


def test_a_room_that_is_too_large_already_may_shrink_and_be_renamed() -> None:
    replica = Replica()
    capacity = Capacity(replica, limits_of())
    for number in range(4):
        replica.create(f"{number}", "x" * 60)
    client = Client(replica)
    file_id = client.first()
    with client.doc.transaction():
        del client.files[file_id]["text"][0:10]
        client.files[file_id]["text"].insert(0, "y")
    capacity.apply(client.sent(), client)
    client.files[file_id]["path"] = "renamed"
    capacity.apply(client.sent(), client)
    assert replica.read("renamed") == "y" + "x" * 50


def test_text_cannot_hide_in_an_update_that_waits_for_another() -> None:
    replica = Replica()
    capacity = Capacity(replica, limits_of())
    replica.create("a")
    client = Client(replica)
    file_id = client.first()
    for written in ("x", "y" * 30, "z" * 30):
        client.files[file_id]["text"].insert(0, written)
    last, middle, first = client.sent(), client.sent(), client.sent()
    capacity.apply(middle, client)
    assert replica.read("a") == "", "it builds on what has not come"
    with pytest.raises(Refusal):
        capacity.apply(last, client)
    capacity.apply(first, client)
    assert replica.read("a") == "y" * 30 + "x"
    client = Client(replica)
    client.files[file_id]["text"].insert(0, "w" * 9)
    capacity.apply(client.sent(), client)
    assert replica.read("a") == "w" * 9 + "y" * 30 + "x", "what had waited is not counted twice"


def test_what_is_no_text_has_a_bound_too() -> None:
    replica = Replica()
    capacity = Capacity(replica, limits_of(message=10_000))
    client = Client(replica)
    with pytest.raises(Refusal, match="The room is full"):
        for number in range(100):
            client.doc.get("junk", type=Map)[str(number)] = "x" * 500
            capacity.apply(client.sent(), client)
    assert 5_000 < len(replica.diff()) < 10_000


def test_a_keystroke_looks_at_its_own_document_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    replica = Replica()
    for number in range(50):
        replica.create(f"{number}", "x" * 100)
    capacity = Capacity(replica, limits_of(1_000, 100_000, 1_000))
    client = Client(replica)
    texts = [entry["text"] for entry in client.files.values()]
    texts[0].insert(0, "warm")
    capacity.apply(client.sent(), client)
    for owner, name in ((replica, "diff"), (replica, "documents"), (replica.sizes, "find_largest")):
        monkeypatch.setattr(owner, name, lambda *_: pytest.fail("a pass over the whole room"))
    for number in range(20):
        texts[number].insert(0, "y" * 40)
        capacity.apply(client.sent(), client)
    assert replica.sizes.total == 50 * 100 + 4 + 19 * 40, "as of the last but one"


def test_near_a_limit_the_second_replica_is_kept_up_and_goes_when_there_is_room_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replica = Replica()
    full, other = replica.create("full", "x" * 1_000), replica.create("other")
    capacity = Capacity(replica, limits_of(1_000, 100_000, 1_000))
    client = Client(replica)
    client.files[other]["text"].insert(0, "y" * 10)
    capacity.apply(client.sent(), client)
    copies = 0
    diff = replica.diff

    def counted(state: bytes | None = None) -> bytes:
        nonlocal copies
        copies += 1
        return diff(state)

    monkeypatch.setattr(replica, "diff", counted)
    for _ in range(20):
        client.files[other]["text"].insert(0, "y" * 10)
        capacity.apply(client.sent(), client)
        replica.documents()["other"].text.insert(0, "by others")
        client.doc.apply_update(diff(client.doc.get_state()))
        client.updates.clear()
    assert copies == 0
    del client.files[full]
    capacity.apply(client.sent(), client)
    client.files[other]["text"].insert(0, "y" * 10)
    capacity.apply(client.sent(), client)
    assert capacity._trial is None


def test_garbage_is_refused_as_before() -> None:
    replica = Replica()
    replica.create("a", "text")
    capacity = Capacity(replica, limits_of())
    for garbage in (b"", b"\xff" * 9, b"\x01\x01\x01\x00\x04\x01\x01a"):
        with pytest.raises(BadUpdate):
            capacity.apply(garbage, None)
    assert replica.read("a") == "text"


@pytest.mark.parametrize("seed", range(20))
def test_what_comes_in_any_order_is_merged_whole(seed: int) -> None:
    """As it does from two other processes. pycrdt alone loses sight of some that had to wait."""
    made, text = written_by_three(seed)
    random.Random(seed).shuffle(made)
    replica = Replica()
    capacity = Capacity(replica, limits_of(document=10_000, room=10_000))
    for update in made:
        capacity.apply_admitted(update, "another process")
    assert str(replica.doc.get("text", type=Text)) == text
