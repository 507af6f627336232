"""A room's files as they are at one moment, taken on the loop and hashed off it, reading only what changed since."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from ide.domain.history import FileState, hash_text, pack_text
from ide.live.replica import Replica


class Held:
    """A text that a snapshot holds: until it is stored itself, afterwards by its hash alone."""

    __slots__ = ("hash", "stored", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.hash = ""
        self.stored = False

    def name(self) -> str:
        """Its hash. Costs about 2 ms a megabyte the first time."""
        if not self.hash:
            self.hash = hash_text(self.text)
        return self.hash

    def was_stored(self) -> None:
        """Let go of the text."""
        self.stored, self.text = True, ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files at one moment, by the paths under which they are shown."""

    documents: dict[str, tuple[str, Held]]
    assets: dict[str, FileState]

    def manifest(self) -> dict[str, FileState]:
        """What a step keeps of it. Hashes what is not hashed yet; for a thread, unless that is little."""
        texts = {path: FileState(file_id, held.name()) for path, (file_id, held) in self.documents.items()}
        return texts | self.assets

    def unstored(self) -> dict[str, Held]:
        """The texts that may not be stored yet, by their hashes."""
        return {held.name(): held for _, held in self.documents.values() if not held.stored}


class Snapshots:
    """Takes snapshots of one replica. Remembers the hash of every text, and no text that is stored."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._touched = replica.follow()
        self._held: dict[str, Held] = {}

    def take(self) -> Snapshot:
        """The files as they are now."""
        for file_id in self._touched:
            self._held.pop(file_id, None)
        self._touched.clear()
        documents: dict[str, tuple[str, Held]] = {}
        for path, document in self._replica.documents().items():
            held = self._held.get(document.id)
            if held is None:
                held = self._held[document.id] = Held(str(document.text))
            documents[path] = (document.id, held)
        assets = {path: FileState(asset.id, asset.hash, True) for path, asset in self._replica.assets().items()}
        return Snapshot(documents, assets)

    def forget(self) -> None:
        """Read every text anew next time."""
        self._held.clear()


async def packed(texts: Iterable[Held]) -> dict[str, bytes]:
    """Texts as they are stored, by their hashes, made in a thread."""
    kept = {held.name(): held.text for held in texts}
    return await asyncio.to_thread(lambda: {name: pack_text(text) for name, text in kept.items()})
