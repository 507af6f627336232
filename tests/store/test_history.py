"""A room's history in a real database: steps are whole, in order, and within their budget."""

from __future__ import annotations

import random

import pytest

from ide.domain.history import (
    FileState,
    Weighed,
    hash_text,
    pack_manifest,
    pack_text,
    text_hashes,
    thin,
    unpack_manifest,
    unpack_text,
)
from ide.store import history, journal, rooms
from ide.store.models import Asset, Step, StepText
from ide.wire.codes import StepKind
from ide.wire.history import Checkpoint
from ide.wire.messages import CheckpointEvent


def _append(
    room: str, kind: StepKind, files: dict[str, str], *, label: str = "", turn: str | None = None, at: int = 1000
) -> CheckpointEvent | None:
    """A step of these texts by their paths."""
    manifest = {path: FileState(path, hash_text(text)) for path, text in files.items()}
    checkpoint = Checkpoint(id=rooms.fresh_id(), kind=kind, label=label, by="Blue Fox", turn=turn, at=at)
    step = history.StoredStep(checkpoint, pack_manifest(manifest))
    missing = history.missing(room, text_hashes(manifest))
    texts = {manifest[path].hash: pack_text(text) for path, text in files.items() if manifest[path].hash in missing}
    return history.append(room, step, text_hashes(manifest), texts)


def _timeline(room: str) -> list[tuple[str, str]]:
    return [(step.checkpoint.kind.value, step.checkpoint.label) for step in history.steps(room, None, 100)]


def _files(room: str, step_id: str) -> dict[str, str]:
    """What a step's files are, read as a restore reads them."""
    step = history.read(room, step_id)
    assert step is not None
    manifest = unpack_manifest(step.files)
    texts = history.texts(room, text_hashes(manifest))
    return {path: unpack_text(texts[file.hash]) for path, file in manifest.items()}


def test_a_step_is_read_as_it_was_and_texts_are_stored_once(room: str) -> None:
    _append(room, StepKind.START, {"a": "one", "b": "two"})
    _append(room, StepKind.TYPING, {"a": "one", "b": "three", "c": "one"})
    first, second = (step.checkpoint.id for step in history.steps(room, None, 100))
    assert _files(room, first) == {"a": "one", "b": "two"}
    assert _files(room, second) == {"a": "one", "b": "three", "c": "one"}
    assert StepText.objects.count() == 3


def test_steps_are_in_the_order_in_which_they_were_stored_whatever_the_clocks_say(room: str) -> None:
    for index, at in enumerate((5_000, 1_000, 1_000, 9_000)):
        _append(room, StepKind.TURN, {"a": str(index)}, label=str(index), at=at)
    steps = history.steps(room, None, 100)
    assert [step.checkpoint.label for step in steps] == ["0", "1", "2", "3"]
    assert [step.checkpoint.at for step in steps] == [5_000, 5_001, 5_002, 9_000]
    page = history.steps(room, steps[3].checkpoint.id, 2)
    assert [step.checkpoint.label for step in page] == ["1", "2"]
    assert history.steps(room, "gone", 2) == []


def test_a_step_that_says_nothing_new_is_not_stored(room: str) -> None:
    _append(room, StepKind.START, {"a": "one"})
    assert _append(room, StepKind.TYPING, {"a": "one"}) is None
    assert _append(room, StepKind.HUNK, {"a": "one"}, turn="t") is None
    assert _timeline(room) == [("start", "")]
    _append(room, StepKind.HUNK, {"a": "two"}, turn="t")
    _append(room, StepKind.TURN, {"a": "two"}, label="Make it two", turn="t")
    assert _timeline(room) == [("start", ""), ("turn", "Make it two")]
    _append(room, StepKind.CHECKPOINT, {"a": "two"}, label="Works")
    assert _timeline(room) == [("start", ""), ("turn", "Make it two"), ("checkpoint", "Works")]
    _append(room, StepKind.TYPING, {"a": "three"})
    _append(room, StepKind.CHECKPOINT, {"a": "three"}, label="Works too")
    assert _timeline(room)[2:] == [("checkpoint", "Works"), ("checkpoint", "Works too")]


def test_checkpoints_are_told_of_and_smaller_steps_are_not(room: str) -> None:
    assert _append(room, StepKind.TYPING, {"a": "one"}) is None
    assert _append(room, StepKind.HUNK, {"a": "two"}, turn="t") is None
    told = _append(room, StepKind.TURN, {"a": "two"}, label="Two", turn="t")
    assert told is not None
    assert journal.since(room, 0) == [told]
    assert [checkpoint.id for checkpoint in history.checkpoints(room, 10)] == [told.checkpoint.id]
    assert history.newest(room) == told.checkpoint


def test_a_step_whose_texts_are_missing_is_not_stored(room: str) -> None:
    manifest = {"a": FileState("a", hash_text("one")), "b": FileState("b", hash_text("two"))}
    checkpoint = Checkpoint(id="s", kind=StepKind.TURN, label="", by="", at=1)
    step = history.StoredStep(checkpoint, pack_manifest(manifest))
    with pytest.raises(history.MissingTexts):
        history.append(room, step, text_hashes(manifest), {hash_text("one"): pack_text("one")})
    assert Step.objects.count() == StepText.objects.count() == 0
    assert journal.last(room) == 0
    with pytest.raises(journal.NoRoom):
        history.append("gone", step, frozenset(), {})


def test_what_another_process_stored_meanwhile_is_not_thinned(room: str) -> None:
    for word in ("one", "two", "three"):
        _append(room, StepKind.TYPING, {"a": word})
    steps, sizes = history.everything(room)
    seen = [step.checkpoint.id for step in steps]
    thinned = thin([Weighed(step, StepKind.TYPING, 1, ()) for step in seen], sizes, budget=1)
    assert thinned.texts == sizes.keys()
    _append(room, StepKind.TYPING, {"a": "one"})
    assert not history.drop(room, thinned, seen)
    assert Step.objects.count() == 4
    assert StepText.objects.count() == 3


def test_a_room_of_ten_megabytes_and_much_typing_stay_within_the_budget(room: str) -> None:
    seed = random.Random(7)
    budget = 30_000_000
    files = {f"{index}.txt": seed.randbytes(500_000).hex() for index in range(10)}
    assert sum(map(len, files.values())) == 10_000_000
    _append(room, StepKind.START, files)
    for burst in range(60):
        path = f"{burst % 10}.txt"
        files = {**files, path: f"{burst} {files[path]}"}
        kind = StepKind.TURN if burst % 20 == 0 else StepKind.TYPING
        _append(room, kind, files, label=str(burst))
        if history.weigh(room)[0] > budget:
            stored, sizes = history.everything(room)
            weighed = [
                Weighed(
                    step.checkpoint.id, step.checkpoint.kind, len(step.files), text_hashes(unpack_manifest(step.files))
                )
                for step in stored
            ]
            assert history.drop(room, thin(weighed, sizes, budget), [step.id for step in weighed])
            assert history.weigh(room)[0] <= budget
    kept = history.steps(room, None, 100)
    assert [step.checkpoint.label for step in kept if step.checkpoint.kind is StepKind.TURN] == ["0", "20", "40"]
    assert kept[0].checkpoint.kind is StepKind.START
    assert _files(room, kept[-1].checkpoint.id) == files
    named = {name for step in kept for name in text_hashes(unpack_manifest(step.files))}
    assert set(StepText.objects.values_list("hash", flat=True)) == named


def test_a_history_goes_with_its_room(room: str) -> None:
    _append(room, StepKind.START, {"a": "one"})
    rooms.delete(room)
    assert Step.objects.count() == StepText.objects.count() == 0


def test_a_copy_has_the_assets_that_it_names(room: str) -> None:
    other = rooms.create("Other").id
    for name in ("1", "2"):
        Asset.objects.create(room_id=room, hash=name * 64, bytes=3, data=b"abc")
    history.copy_assets(room, other, {"1" * 64, "gone"})
    assert list(Asset.objects.filter(room_id=other).values_list("hash", "bytes")) == [("1" * 64, 3)]
    assert Asset.objects.filter(room_id=room).count() == 2
