"""An open room as a zip archive: handed out, and taken in whole or not at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ide.domain.archives import BadArchive, Unpacked, pack, unpack
from ide.domain.assets import hash_of
from ide.domain.edits.difference import difference
from ide.domain.refusals import Refusal
from ide.domain.units import byte_length
from ide.wire import shapes
from ide.wire.codes import Code

if TYPE_CHECKING:
    from ide.live.room import LiveRoom


async def archive_of(room: LiveRoom) -> bytes:
    """Everything in the room, as it is now. Binary files whose bytes are missing are left out."""
    texts = {path: str(document.text).encode() for path, document in room.replica.documents().items()}
    files = texts | await room.assets.read_all()
    return await asyncio.to_thread(pack, sorted(files.items()))


async def take_in(room: LiveRoom, data: bytes, folder: str) -> shapes.Unpacked:
    """Make the room's files equal those of an archive, by an edit that merges with people typing; others stay.

    A top folder of the name `folder` that holds everything is passed over. Raises Refusal or BadPath, with nothing
    changed, if a part of it cannot be had.
    """
    try:
        unpacked = await asyncio.to_thread(unpack, data, room.services.limits, folder)
    except BadArchive as error:
        raise Refusal(Code.BAD_REQUEST, str(error)) from None
    _check(room, unpacked)
    await room.assets.store(unpacked.binary)
    texts = {path: text for path in unpacked.texts if (text := room.replica.read(path)) is not None}
    edits = await asyncio.to_thread(
        lambda: {path: difference(text, unpacked.texts[path]) for path, text in texts.items()}
    )
    # Others may have written meanwhile.
    _check(room, unpacked)
    replica = room.replica
    before = {*replica.documents(), *replica.assets()}
    with replica.transaction():
        for path, text in unpacked.texts.items():
            as_read = path in texts and replica.read(path) == texts[path]
            replica.write(path, text, edits=edits[path] if as_read else None)
        for path, content in unpacked.binary.items():
            replica.put_asset(path, hash_of(content))
    changed = len(before.intersection((*unpacked.texts, *unpacked.binary)))
    return shapes.Unpacked(made=len(unpacked.texts) + len(unpacked.binary) - changed, changed=changed)


def _check(room: LiveRoom, unpacked: Unpacked) -> None:
    room.replica.check_paths((*unpacked.texts, *unpacked.binary))
    room.capacity.check({path: byte_length(text) for path, text in unpacked.texts.items()}, unpacked.binary)
