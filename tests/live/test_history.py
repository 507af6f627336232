"""A room's history as it is made, and restoring: any step gives exactly its files, by an edit that merges."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pycrdt
import pytest

from ide.domain.history import text_hashes, unpack_manifest, unpack_text
from ide.domain.refusals import Refusal
from ide.live.connection import Person
from ide.live.replica import Replica
from ide.live.restoring import compare, files_at, make_checkpoint, restore
from ide.live.room import LiveRoom, Loaded
from ide.store import history, rooms
from ide.store.models import Step, StepText
from ide.transports.composition import make_services
from ide.wire.codes import Code, Difference, Mode, Role, StepKind, TurnState
from ide.wire.shapes import Turn

ALICE = Person("a", "Blue Fox", "#2563eb", Role.EDITOR, 1)
VIEWER = Person("v", "Red Owl", "#dc4a3d", Role.VIEWER, 1)
BUDGET = 1_500_000


@pytest.fixture
async def room(transactional_db: None) -> AsyncIterator[LiveRoom]:
    services = replace(await make_services(), history_bytes=BUDGET)
    stored = await services.writer.do(rooms.create, "Test")
    room = LiveRoom(Loaded(stored, [], []), Replica(), services)
    yield room
    await room.close()
    await services.appender.flush()
    await services.catalogue.close()
    await services.bus.close()
    services.queue.close()
    await services.writer.close()


async def _steps(room: LiveRoom) -> list[history.StoredStep]:
    return await room.services.writer.do(history.steps, room.id, None, 1_000)


async def _kinds(room: LiveRoom) -> list[str]:
    return [step.checkpoint.kind.value for step in await _steps(room)]


async def _files_of(room: LiveRoom, step: history.StoredStep) -> dict[str, str]:
    """What a step holds: texts, and the hashes of assets, by their paths."""
    manifest = unpack_manifest(step.files)
    packed = await room.services.writer.do(history.texts, room.id, text_hashes(manifest))
    return {path: file.hash if file.asset else unpack_text(packed[file.hash]) for path, file in manifest.items()}


def _files(room: LiveRoom) -> dict[str, str]:
    """What the room holds, likewise."""
    documents = {path: str(document.text) for path, document in room.replica.documents().items()}
    return documents | {path: asset.hash for path, asset in room.replica.assets().items()}


async def _settled(room: LiveRoom) -> None:
    """Make a step of what was typed, and wait until it is stored."""
    room.history.settle()
    async with asyncio.timeout(20):
        while room.busy:
            await asyncio.sleep(0.001)


def _turn(turn_id: str, prompt: str) -> Turn:
    return Turn(
        id=turn_id,
        member="a",
        member_name="Blue Fox",
        model="spark",
        rehearsal=False,
        mode=Mode.EDIT,
        prompts=[prompt],
        state=TurnState.SETTLED,
        text="",
        hunks=[],
        asked_at=1,
    )


async def test_a_burst_of_typing_is_one_step_and_says_who_typed(room: LiveRoom) -> None:
    await room.history.start()
    for letter in "hello":
        room.replica.write("a.txt", (room.replica.read("a.txt") or "") + letter, ALICE)
    room.replica.write("a.txt", "hello you", replace(ALICE, name="Red Owl"))
    await _settled(room)
    start, typed = await _steps(room)
    assert (start.checkpoint.kind, await _files_of(room, start)) == (StepKind.START, {})
    assert (typed.checkpoint.kind, typed.checkpoint.by) == (StepKind.TYPING, "Blue Fox and 1 more")
    assert await _files_of(room, typed) == {"a.txt": "hello you"}


async def test_what_another_process_wrote_is_its_own_to_keep(room: LiveRoom) -> None:
    await room.history.start()
    room.replica.create("a.txt", "theirs", "another process")
    await _settled(room)
    assert await _kinds(room) == ["start"]
    room.replica.create("b.txt", "ours", ALICE)
    await _settled(room)
    assert await _files_of(room, (await _steps(room))[-1]) == {"a.txt": "theirs", "b.txt": "ours"}


async def test_a_turn_is_a_checkpoint_with_its_prompt_and_its_hunks_are_steps(room: LiveRoom) -> None:
    await room.history.start()
    room.replica.create("a.txt", "one", "turn")
    room.history.hunk("t", "spark", "a.txt")
    room.replica.write("a.txt", "one two", object())
    room.history.hunk("t", "spark", "a.txt")
    room.history.turn(_turn("t", "Count to two\nplease"))
    room.history.turn(_turn("u", "What is this?"))
    await _settled(room)
    told = [(step.checkpoint.kind.value, step.checkpoint.label, step.checkpoint.turn) for step in await _steps(room)]
    assert told == [
        ("start", "", None),
        ("hunk", "a.txt", "t"),
        ("turn", "Count to two", "t"),
        ("turn", "What is this?", "u"),
    ]


async def test_hunks_that_come_fast_are_few_steps_and_none_is_lost(room: LiveRoom) -> None:
    await room.history.start()
    for number in range(300):
        room.replica.write("a.txt", f"{number}\n" + (room.replica.read("a.txt") or ""), object())
        room.history.hunk("t", "spark", "a.txt")
    await _settled(room)
    steps = await _steps(room)
    assert 2 <= len(steps) <= 20
    assert await _files_of(room, steps[-1]) == _files(room)


async def test_what_was_typed_is_a_step_when_the_room_closes(room: LiveRoom) -> None:
    room.replica.create("a.txt", "last words", ALICE)
    await room.close()
    assert [await _files_of(room, step) for step in await _steps(room)] == [{"a.txt": "last words"}]


async def test_only_what_changed_is_stored_again(room: LiveRoom) -> None:
    for number in range(20):
        room.replica.create(f"{number}.txt", f"text {number}", ALICE)
    await _settled(room)
    room.replica.write("7.txt", "changed", ALICE)
    await _settled(room)
    assert await room.services.writer.do(StepText.objects.count) == 21
    # As if another process had thinned what this one believes to be stored.
    await room.services.writer.do(StepText.objects.all().delete)
    room.replica.write("7.txt", "changed again", ALICE)
    await _settled(room)
    assert await _files_of(room, (await _steps(room))[-1]) == _files(room)


async def test_a_room_with_much_typing_stays_within_its_budget(room: LiveRoom) -> None:
    seed = random.Random(3)
    for number in range(10):
        room.replica.create(f"{number}.txt", seed.randbytes(100_000).hex(), ALICE)
    await make_checkpoint(room, ALICE, "All of it")
    assert (await room.services.writer.do(history.weigh, room.id))[0] <= BUDGET
    for burst in range(20):
        room.replica.write(f"{burst % 10}.txt", f"{burst} {room.replica.read(f'{burst % 10}.txt')}", ALICE)
        await _settled(room)
        assert (await room.services.writer.do(history.weigh, room.id))[0] <= BUDGET
    assert await _files_of(room, (await _steps(room))[-1]) == _files(room)


# --- restoring ---


class Random:
    """What people may do to a room's files, at random."""

    def __init__(self, room: LiveRoom, seed: int) -> None:
        self.room = room
        self.choice = random.Random(seed)

    def act(self) -> None:
        """One change, by a member or by somebody whose client heeds no rule of paths."""
        replica, choice = self.room.replica, self.choice
        paths = [*replica.documents(), *replica.assets()]
        ids = [document.id for document in replica.documents().values()]
        ids += [asset.id for asset in replica.assets().values()]
        path = choice.choice(["a.js", "A.js", "b.js", "src/a.js", "src", "é.css", "x (2).js", "x.js"])
        match choice.randrange(6):
            case 0 | 1:
                self._entry({"path": path, "text": pycrdt.Text(self._text())})
            case 2:
                self._entry({"path": path, "asset": f"{choice.randrange(3)}" * 64})
            case 3 if ids:
                replica.rename(choice.choice(ids), path, ALICE, checked=False)
            case 4 if ids:
                replica.delete(choice.choice(ids), ALICE)
            case 5 if paths:
                replica.write(choice.choice(paths), self._text(), ALICE)

    def _entry(self, entry: dict[str, object]) -> None:
        files = self.room.replica.doc.get("files", type=pycrdt.Map)
        with self.room.replica.transaction(ALICE):
            files[f"{self.choice.randrange(10**6):x}"] = pycrdt.Map(entry)

    def _text(self) -> str:
        return "".join(f"{self.choice.choice(['one', 'two 😀', 'é', ''])}\n" for _ in range(self.choice.randrange(4)))


@pytest.mark.parametrize("seed", range(8))
async def test_restoring_any_step_gives_exactly_its_files(room: LiveRoom, seed: int) -> None:
    people = Random(room, seed)
    for _ in range(10):
        for _ in range(people.choice.randrange(1, 6)):
            people.act()
        await _settled(room)
    steps = await _steps(room)
    for step in people.choice.sample(steps, len(steps)):
        expected = await _files_of(room, step)
        people.act()
        await restore(room, ALICE, step.checkpoint.id, None)
        assert _files(room) == expected, f"seed {seed}, step {step.checkpoint.id}"


@pytest.mark.parametrize("seed", range(4))
async def test_restoring_one_file_leaves_the_others_alone(room: LiveRoom, seed: int) -> None:
    people = Random(room, seed)
    for _ in range(5):
        for _ in range(4):
            people.act()
        await _settled(room)
    for step in await _steps(room):
        then, now = await _files_of(room, step), _files(room)
        path = people.choice.choice(sorted({*then, *now} or {"none"}))
        if path not in then and path not in now:
            continue
        await restore(room, ALICE, step.checkpoint.id, path)
        after = _files(room)
        assert after.get(path) == then.get(path)
        assert {other: text for other, text in after.items() if other != path} == {
            other: text for other, text in now.items() if other != path
        }


async def test_a_restore_can_be_taken_back(room: LiveRoom) -> None:
    room.replica.create("a.txt", "one", ALICE)
    first = await make_checkpoint(room, ALICE, "One")
    room.replica.write("a.txt", "two", ALICE)
    room.replica.create("b.txt", "new", ALICE)
    restored = await restore(room, ALICE, first.id, None)
    assert _files(room) == {"a.txt": "one"}
    told = [(step.checkpoint.kind.value, step.checkpoint.label) for step in await _steps(room)]
    assert told == [("checkpoint", "One"), ("checkpoint", "Before restoring One"), ("restore", "One")]
    await restore(room, ALICE, restored.before, None)
    assert _files(room) == {"a.txt": "two", "b.txt": "new"}


async def test_a_restored_file_is_the_same_file_and_others_keep_their_undo(room: LiveRoom) -> None:
    file_id = room.replica.create("a.txt", "one\ntwo\nthree\n", ALICE)
    first = await make_checkpoint(room, ALICE, "One")
    room.replica.rename(file_id, "b.txt", ALICE)
    room.replica.write("b.txt", "one\ntwo!\nthree\n", ALICE)
    # Somebody else types in a replica of their own, and can still take that back when the file was restored.
    theirs: pycrdt.Doc[Any] = pycrdt.Doc()
    theirs.apply_update(room.replica.diff())
    entry = theirs.get("files", type=pycrdt.Map)[file_id]
    undo = pycrdt.UndoManager(scopes=[entry["text"]], capture_timeout_millis=0)
    undo.include_origin("them")
    with theirs.transaction(origin="them"):
        entry["text"].insert(0, "zero\n")
    with theirs.transaction(origin="them"):
        entry["text"].insert(len(str(entry["text"])), "four\n")
    room.replica.apply(theirs.get_update(room.replica.state_vector()), "elsewhere")
    await restore(room, ALICE, first.id, None)
    assert _files(room) == {"a.txt": "one\ntwo\nthree\n"}
    assert room.replica.documents()["a.txt"].id == file_id
    theirs.apply_update(room.replica.diff(theirs.get_state()))
    with theirs.transaction(origin="them"):
        entry["text"].insert(0, "again\n")
    assert undo.undo()
    assert str(entry["text"]) == "one\ntwo\nthree\n"
    while undo.can_undo():
        undo.undo()
    assert str(entry["text"]) == "one\ntwo\nthree\n", "what the restore removed is not theirs to bring back"


async def test_what_is_typed_while_a_file_is_restored_merges(room: LiveRoom) -> None:
    room.replica.create("a.txt", "one\ntwo\nthree\n", ALICE)
    first = await make_checkpoint(room, ALICE, "One")
    room.replica.write("a.txt", "one\nTWO\nthree\n", ALICE)
    theirs: pycrdt.Doc[Any] = pycrdt.Doc()
    theirs.apply_update(room.replica.diff())
    text = next(iter(theirs.get("files", type=pycrdt.Map).values()))["text"]
    text += "four\n"
    await restore(room, ALICE, first.id, None)
    room.replica.apply(theirs.get_update(room.replica.state_vector()), "elsewhere")
    assert _files(room) == {"a.txt": "one\ntwo\nthree\nfour\n"}


async def test_viewers_restore_nothing_and_nobody_what_is_not_there(room: LiveRoom) -> None:
    room.replica.create("a.txt", "one", ALICE)
    first = await make_checkpoint(room, ALICE, "")
    for person, checkpoint, path, code in (
        (VIEWER, first.id, None, Code.ROLE_MAY_NOT),
        (ALICE, "gone", None, Code.NOT_FOUND),
        (ALICE, first.id, "nowhere.txt", Code.NOT_FOUND),
    ):
        with pytest.raises(Refusal) as refused:
            await restore(room, person, checkpoint, path)
        assert refused.value.code is code
    with pytest.raises(Refusal):
        await make_checkpoint(room, VIEWER, "Mine")
    assert await room.services.writer.do(Step.objects.count) == 1


async def test_a_checkpoint_is_compared_with_now(room: LiveRoom) -> None:
    for path, text in (("same", "1"), ("changed", "2"), ("deleted", "3")):
        room.replica.create(path, text, ALICE)
    room.replica.put_asset("logo.png", "a" * 64, ALICE)
    first = await make_checkpoint(room, ALICE, "One")
    room.replica.write("changed", "two", ALICE)
    room.replica.delete(room.replica.documents()["deleted"].id, ALICE)
    room.replica.create("added", "4", ALICE)
    room.replica.put_asset("logo.png", "b" * 64, ALICE)
    comparison = await compare(room, first.id)
    assert [(file.path, file.difference, file.text, file.asset) for file in comparison.files] == [
        ("added", Difference.ADDED, None, None),
        ("changed", Difference.CHANGED, "2", None),
        ("deleted", Difference.DELETED, "3", None),
        ("logo.png", Difference.CHANGED, None, "a" * 64),
        ("same", Difference.SAME, None, None),
    ]
    files, texts = await files_at(room, first.id)
    assert {path: texts.get(file.hash) for path, file in files.items()} == {
        "same": "1", "changed": "2", "deleted": "3", "logo.png": None,
    }  # fmt: skip
