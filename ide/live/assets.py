"""The binary files of an open room: their entries stand in its document, their bytes in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ide.domain.assets import hash_of, type_of
from ide.domain.documents import check_path
from ide.domain.refusals import Refusal
from ide.live.replica import AssetFile
from ide.store import assets
from ide.wire.codes import Code
from ide.wire.shapes import File

if TYPE_CHECKING:
    from ide.live.room import LiveRoom


class Assets:
    """One room's."""

    def __init__(self, room: LiveRoom) -> None:
        self._room = room
        self._heads: dict[str, tuple[int, bytes]] = {}

    async def put(self, path: str, data: bytes) -> bool:
        """Make the file at `path` show these bytes; True if there was none. Raises BadPath or Refusal."""
        replica = self._room.replica
        replica.check_paths([check_path(path)])
        self._room.capacity.check({}, [path])
        await self.store({path: data})
        # Others may have written while the bytes were stored.
        replica.check_paths([path])
        self._room.capacity.check({}, [path])
        made = path not in replica.assets() and path not in replica.documents()
        replica.put_asset(path, hash_of(data))
        return made

    async def store(self, blobs: Mapping[str, bytes]) -> None:
        """Store the bytes of files by their path, all or none. Raises Refusal if one or all of them are too large."""
        limits, services = self._room.services.limits, self._room.services
        for path, data in blobs.items():
            if len(data) > limits.asset_bytes:
                raise Refusal(
                    Code.TOO_LARGE, f"{path} is too large: a binary file holds at most {limits.asset_bytes:,} bytes."
                )
        by_hash = {hash_of(data): data for data in blobs.values()}
        room_id, most = self._room.id, limits.room_assets_bytes
        others = {file.hash for path, file in self._room.replica.assets().items() if path not in blobs}
        await self.tidy()
        if not await services.writer.do(assets.put, room_id, by_hash, others, most):
            raise Refusal(
                Code.TOO_LARGE, f"A room's binary files, and those of its history, hold at most {most:,} bytes."
            )

    async def read(self, file: AssetFile) -> bytes | None:
        """The bytes of a file; None if they are missing."""
        found = await self._room.services.writer.do(assets.read, self._room.id, [file.hash])
        return found.get(file.hash)

    async def read_all(self) -> dict[str, bytes]:
        """The bytes of every file by its path, without those that are missing."""
        shown = self._room.replica.assets().values()
        found = await self._room.services.writer.do(assets.read, self._room.id, {file.hash for file in shown})
        return {file.path: found[file.hash] for file in shown if file.hash in found}

    async def learn(self) -> None:
        """Find out how large the room's binary files are, and of which type."""
        unknown = self._named() - self._heads.keys()
        if unknown:
            self._heads |= await self._room.services.writer.do(assets.heads, self._room.id, unknown)

    def files(self) -> list[File]:
        """The room's binary files, in the order of their ids, as far as they were learnt of."""
        return [self._file(file) for file in self._room.replica.assets().values()]

    async def tidy(self) -> None:
        """Have what nothing names any more removed, some time after."""
        services = self._room.services
        await services.writer.do(assets.tidy, self._room.id, self._named(), services.now_ms())

    def _file(self, file: AssetFile) -> File:
        size, head = self._heads.get(file.hash, (0, None))
        return File(
            id=file.id,
            path=file.path,
            bytes=size,
            type=None if head is None else type_of(file.path, head),
            asset=file.hash,
        )

    def _named(self) -> set[str]:
        return {file.hash for file in self._room.replica.assets().values()}
