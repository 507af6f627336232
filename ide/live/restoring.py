"""What people do with a room's history: name a state, compare one with now, have one back.

A restore is an ordinary edit, made by the differences alone: nobody's history breaks, undo goes on, and what people
type at that moment merges with it. It is refused while a model writes, whose work it would tear apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ide.domain.edits.difference import Edit, difference
from ide.domain.history import (
    FileState,
    Manifest,
    changes,
    only_file,
    plan_restore,
    text_hashes,
    unpack_manifest,
    unpack_text,
)
from ide.domain.refusals import Refusal
from ide.domain.rights import require
from ide.live.connection import Person
from ide.store import history
from ide.wire.codes import Code, Difference, Role, StepKind
from ide.wire.history import Checkpoint, ComparedFile, Comparison, Restored

if TYPE_CHECKING:
    from ide.live.replica import Replica
    from ide.live.room import LiveRoom

# Texts beyond this, in all, are read one by one.
MOST_COMPARED_BYTES = 1_000_000
GONE = "There is no such checkpoint in this room (any more)."


async def make_checkpoint(room: LiveRoom, person: Person, label: str) -> Checkpoint:
    """Make the room as it is now a checkpoint. Raises Refusal."""
    require(person.role, Role.EDITOR)
    await room.neighbours.level()
    return await _step(room, StepKind.CHECKPOINT, label, person)


async def restore(room: LiveRoom, person: Person, checkpoint: str, path: str | None) -> Restored:
    """Make the files what they were at a checkpoint, or the one at `path` alone. Raises Refusal."""
    require(person.role, Role.EDITOR)
    await room.neighbours.level()
    _refuse_while_writing(room)
    stored = await read_step(room, checkpoint)
    then = unpack_manifest(stored.files)
    if path is not None and path not in then and room.replica.read(path) is None and path not in room.replica.assets():
        raise Refusal(Code.NOT_FOUND, f"There is no file {path} in this room, nor was there then.")
    title = stored.checkpoint.label or "an earlier state"
    wanted = {path: then[path]} if path is not None and path in then else {} if path is not None else then
    texts = await _read_texts(room, wanted)
    _check_size(room, wanted, texts)
    before = await _step(room, StepKind.CHECKPOINT, f"Before restoring {title}", person, unless_known=True)
    edits = await _differences(room, then, path, texts)
    present = await room.history.present()
    # From here on nothing else happens in this process until the files are what they were.
    _refuse_while_writing(room)
    now = present.manifest()
    target = then if path is None else only_file(now, then, path)
    apply(room.replica, now, target, texts, edits, origin=room.history)
    after = await _step(room, StepKind.RESTORE, title if path is None else f"{path} of {title}", person)
    await room.services.appender.flush()
    return Restored(checkpoint=after.id, before=before.id)


def apply(
    replica: Replica,
    now: Manifest,
    then: Manifest,
    texts: Mapping[str, str],
    edits: Mapping[tuple[str, str], Sequence[Edit]],
    *,
    origin: object,
) -> None:
    """Make the files, which are as in `now`, what they are in `then`, in one transaction.

    `texts` are by their hashes; `edits` lead from one text to another, by the hashes of both, where that is known.
    """
    plan = plan_restore(now, then)
    hashes = {file.id: file.hash for file in now.values()}
    with replica.transaction(origin):
        for file_id in plan.delete:
            replica.delete(file_id, origin)
        for file_id, path in plan.move:
            replica.rename(file_id, path, origin, checked=False)
        # One that was shown as `name (2)` takes the bare name when the other goes: its own path is now the shown one.
        shown = {file_id: path for path, file_id in _shown(replica).items()}
        for file_id, path in (*plan.stay, *plan.move):
            if shown[file_id] != path:
                replica.rename(file_id, path, origin, checked=False)
        there = _shown(replica)
        for path in plan.write:
            file = then[path]
            if file.asset:
                replica.put_asset(path, file.hash, origin, checked=False)
            elif path in there:
                replica.write(path, texts[file.hash], origin, edits.get((hashes[there[path]], file.hash)))
            else:
                replica.create(path, texts[file.hash], origin, checked=False)


async def _differences(
    room: LiveRoom, then: Manifest, path: str | None, texts: Mapping[str, str]
) -> dict[tuple[str, str], list[Edit]]:
    """What would turn the texts of now into those of then, found in a thread: 10 ms a file and more."""
    now = (await room.history.present()).manifest()
    plan = plan_restore(now, then if path is None else only_file(now, then, path))
    ids = {path: file_id for file_id, path in (*plan.stay, *plan.move)}
    hashes = {file.id: file.hash for file in now.values()}
    pairs: dict[tuple[str, str], str] = {}
    for written in plan.write:
        document = room.replica.document_by_id(ids.get(written, ""))
        if document is not None and not then[written].asset:
            pairs[hashes[document.id], then[written].hash] = str(document.text)
    return await asyncio.to_thread(
        lambda: {(old, new): difference(text, texts[new]) for (old, new), text in pairs.items()}
    )


async def compare(room: LiveRoom, checkpoint: str) -> Comparison:
    """A checkpoint's files beside those of now. Raises Refusal."""
    await room.neighbours.level()
    stored = await read_step(room, checkpoint)
    then, now = unpack_manifest(stored.files), (await room.history.present()).manifest()
    different = {change.path: change for change in changes(then, now)}
    texts = await _read_texts(room, {path: file for path, file in then.items() if path in different})
    files: list[ComparedFile] = []
    told = 0
    for path in sorted(then.keys() | now.keys()):
        file = then.get(path)
        text = texts.get(file.hash) if file is not None and not file.asset and path in different else None
        told += len(text or "")
        files.append(
            ComparedFile(
                path=path,
                difference=_difference(file, now.get(path), path in different),
                text=text if told <= MOST_COMPARED_BYTES else None,
                asset=file.hash if file is not None and file.asset else None,
            )
        )
    return Comparison(checkpoint=stored.checkpoint, files=files)


async def read_step(room: LiveRoom, checkpoint: str) -> history.StoredStep:
    """One step of the room's history. Raises Refusal if there is none, or not any more."""
    stored = await room.services.writer.do(history.read, room.id, checkpoint)
    if stored is None:
        raise Refusal(Code.NOT_FOUND, GONE)
    return stored


async def files_at(room: LiveRoom, checkpoint: str | None) -> tuple[Manifest, dict[str, str]]:
    """All files of a checkpoint, or as they are now, and their texts by their hashes. Raises Refusal."""
    if checkpoint is not None:
        manifest = unpack_manifest((await read_step(room, checkpoint)).files)
        texts = await _read_texts(room, manifest)
        _check_size(room, manifest, texts)
        return manifest, texts
    await room.neighbours.level()
    manifest = (await room.history.present()).manifest()
    read = {path: room.replica.read(path) for path, file in manifest.items() if not file.asset}
    return manifest, {manifest[path].hash: text for path, text in read.items() if text is not None}


def _refuse_while_writing(room: LiveRoom) -> None:
    if room.turns.running_anywhere:
        raise Refusal(Code.CONFLICT, "A model is writing in this room: stop it, or wait until it is done.")


async def _step(
    room: LiveRoom, kind: StepKind, label: str, person: Person, *, unless_known: bool = False
) -> Checkpoint:
    checkpoint = await room.history.checkpoint(kind, label, person, unless_known=unless_known)
    if checkpoint is None:
        raise Refusal(Code.NOT_FOUND, "There is no such room any more.")
    return checkpoint


async def _read_texts(room: LiveRoom, manifest: Manifest) -> dict[str, str]:
    hashes = text_hashes(manifest)
    packed = await room.services.writer.do(history.texts, room.id, hashes)
    if len(packed) < len(hashes):
        # It was thinned out after its list of files was read.
        raise Refusal(Code.NOT_FOUND, GONE)
    return await asyncio.to_thread(lambda: {name: unpack_text(data) for name, data in packed.items()})


def _check_size(room: LiveRoom, wanted: Manifest, texts: Mapping[str, str]) -> None:
    """A state that was there once may be larger than a room may be now, if the limits were lowered."""
    limits = room.services.limits
    sizes = [len(texts[file.hash].encode()) for file in wanted.values() if not file.asset]
    if max(sizes, default=0) > limits.document_bytes or sum(sizes) > limits.room_bytes:
        raise Refusal(Code.TOO_LARGE, f"That state holds more text than a room may now: {limits.room_bytes:,} bytes.")
    if len(wanted) > limits.documents:
        raise Refusal(Code.TOO_MANY, f"That state holds more documents than a room may now: {limits.documents:,}.")


def _shown(replica: Replica) -> dict[str, str]:
    """Path → file id, of documents and assets."""
    documents = {path: document.id for path, document in replica.documents().items()}
    return documents | {path: asset.id for path, asset in replica.assets().items()}


def _difference(then: FileState | None, now: FileState | None, different: bool) -> Difference:
    if then is None:
        return Difference.ADDED
    if now is None:
        return Difference.DELETED
    return Difference.CHANGED if different else Difference.SAME
