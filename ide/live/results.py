"""Files that a run made, taken over as the room's own: text by an edit that merges, anything else as a binary file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ide.domain.assets import as_text, hash_of
from ide.domain.documents import fold_path
from ide.domain.edits.difference import difference
from ide.domain.refusals import Refusal
from ide.domain.units import byte_length
from ide.live.connection import Person
from ide.store import results
from ide.wire.codes import Code
from ide.wire.run_shapes import KeepFiles, MadeFile
from ide.wire.shapes import File

if TYPE_CHECKING:
    from ide.live.room import LiveRoom

NO_RUN = "There is no such run in this room."
GONE = "{path} is not kept any more: the files of newer runs took its place. Run the program again."
NAMED = 3


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is to be the room's: texts of documents, and bytes of binary files, by path."""

    texts: Mapping[str, str]
    binary: Mapping[str, bytes]


def find(made: list[MadeFile] | None, path: str) -> MadeFile:
    """The file that a run made at `path`. Raises Refusal."""
    if made is None:
        raise Refusal(Code.NOT_FOUND, NO_RUN)
    for file in made:
        if file.path == path:
            return file
    raise Refusal(Code.NOT_FOUND, f"That run made no file {path}.")


async def keep(room: LiveRoom, person: Person, run_id: str, asked: KeepFiles) -> list[File]:
    """Make files that a run made the room's, all or none, and answer them. Raises Refusal or BadPath.

    Where the room has other files of these paths, that is refused unless the person asked to replace them.
    """
    services = room.services
    made = await services.writer.do(results.made, room.id, run_id)
    wanted = {path: find(made, path) for path in asked.paths}
    stored = await services.writer.do(results.read, room.id, {file.hash for file in wanted.values()})
    for path, file in wanted.items():
        if file.hash not in stored:
            raise Refusal(Code.NOT_FOUND, GONE.format(path=path))
    taken = await asyncio.to_thread(_sorted, {path: stored[file.hash] for path, file in wanted.items()}, room)
    _check(room, taken, asked.replace)
    await room.assets.store(taken.binary)
    before = {path: text for path in taken.texts if (text := room.replica.read(path)) is not None}
    edits = await asyncio.to_thread(
        lambda: {path: difference(text, taken.texts[path]) for path, text in before.items()}
    )
    # Others may have written meanwhile.
    _check(room, taken, asked.replace)
    replica = room.replica
    with replica.transaction(person):
        for path, text in taken.texts.items():
            as_read = path in before and replica.read(path) == before[path]
            replica.write(path, text, person, edits=edits[path] if as_read else None)
        for path, data in taken.binary.items():
            replica.put_asset(path, hash_of(data), person)
    await services.appender.flush()
    await room.assets.learn()
    return [file for file in room.files() if file.path in wanted]


def _sorted(files: Mapping[str, bytes], room: LiveRoom) -> _Taken:
    most = room.services.limits.document_bytes
    texts = {path: text for path, data in files.items() if (text := as_text(path, data, most)) is not None}
    return _Taken(texts, {path: data for path, data in files.items() if path not in texts})


def _check(room: LiveRoom, taken: _Taken, replace: bool) -> None:
    """Raise Refusal or BadPath unless the room takes all of it."""
    paths = [*taken.texts, *taken.binary]
    if len({fold_path(path) for path in paths}) < len(paths):
        raise Refusal(Code.CONFLICT, "Two of these files differ in the case of their letters alone: keep one of them.")
    if not replace and (others := _others(room, taken)):
        names = ", ".join(others[:NAMED]) + (f" and {len(others) - NAMED} more" if len(others) > NAMED else "")
        raise Refusal(Code.CONFLICT, f"The room has other files of this name already: {names}. Replace them, or not?")
    room.replica.check_paths(paths)
    room.capacity.check({path: byte_length(text) for path, text in taken.texts.items()}, taken.binary)


def _others(room: LiveRoom, taken: _Taken) -> list[str]:
    """Paths at which the room has something else."""
    replica, found = room.replica, []
    assets = replica.assets()
    for path in (*taken.texts, *taken.binary):
        there = assets.get(path)
        if there is not None:
            same = path in taken.binary and hash_of(taken.binary[path]) == there.hash
        else:
            text = replica.read(path)
            same = text is None or text == taken.texts.get(path)
        if not same:
            found.append(path)
    return found
