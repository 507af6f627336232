"""How much a room takes, decided before anything is merged: what is refused leaves no trace.

What an update brings is counted while it is walked, which it is anyway. Only when that, added to what is there, could
be too much, is it tried on a second replica, which is kept as long as the room stays near its limits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from ide.domain.refusals import Refusal
from ide.domain.updates import Contents, Surveyed, contents_of, read_state_vector
from ide.live.replica import BadUpdate, Replica
from ide.wire.codes import Code
from ide.wire.shapes import Limits

# The second replica goes once the room has this part of its limits left, and the size of the whole document is not
# measured more often than after so much has come: both take time that grows with the room.
_NEAR: Final = 16
_MARGIN: Final = 64
_MOST_HELD: Final = 1_000


class Capacity:
    """One room's. Whatever a member sends is merged by `apply`; what others write is seen in the replica.

    `encoded` is how many bytes the replica was read from: what it takes as one update is hardly ever more.
    """

    def __init__(self, replica: Replica, limits: Limits, encoded: int = 0) -> None:
        self._replica = replica
        self._limits = limits
        self._trial: Replica | None = None
        self._known: dict[int, int] = {}
        self._held: list[Contents] = []
        self._encoded = encoded
        replica.on_update(self._wrote)

    def apply(self, update: bytes, origin: object) -> bool:
        """Merge what a member sent; False if some of it waits for what has not arrived.

        Raises `BadUpdate`, or Refusal if the room or a document would be too large.
        The refusal's code is the final one even where there are too many documents: a client that came back would only
        send the same again.
        """
        contents = contents_of(update)
        try:
            if contents.structs:
                self._admit(update, contents)
            return self._merge(update, contents, origin)
        except (BadUpdate, Refusal):
            # Either replica may have merged a part of it.
            self._end_trial()
            self._known = {}
            raise

    def apply_admitted(self, update: bytes, origin: object) -> None:
        """Merge what another process admitted. Raises `BadUpdate`."""
        self._merge(update, contents_of(update), origin)

    def check(self, texts: Mapping[str, int], assets: Collection[str] = ()) -> None:
        """Raise Refusal unless the room takes documents of these sizes in bytes, and binary files, at these paths."""
        documents, limits = self._replica.documents(), self._limits
        total = sum(len(document.text) for path, document in documents.items() if path not in texts)
        if any(size > limits.document_bytes for size in texts.values()):
            raise Refusal(Code.TOO_LARGE, _too_large(limits))
        if total + sum(texts.values()) > limits.room_bytes:
            raise Refusal(Code.TOO_LARGE, _room_full(limits))
        if len({*documents, *self._replica.assets(), *texts, *assets}) > limits.documents:
            raise Refusal(Code.TOO_MANY, _too_many(limits))

    def _merge(self, update: bytes, contents: Contents, origin: object) -> bool:
        self._replica.apply(update, origin, contents.types)
        if not self._covers(contents.reach):
            self._known = read_state_vector(self._replica.state_vector())
            if not self._covers(contents.reach):
                self._replica.expect(Surveyed(update, contents.types, contents.reach))
                return False
        return True

    # --- what a member sends ---

    def _admit(self, update: bytes, contents: Contents) -> None:
        limits, sizes = self._limits, self._replica.sizes
        if self._encoded + len(update) > limits.message_bytes:
            self._encoded = len(self._replica.diff())
            if self._encoded + len(update) > limits.message_bytes - limits.message_bytes // _MARGIN:
                raise Refusal(Code.TOO_LARGE, "The room is full: its text and history fit into no message any more.")
        complete = self._is_complete(contents)
        held_bytes, held_maps = self._held_back()
        if not complete:
            held_bytes, held_maps = held_bytes + contents.text_bytes, held_maps + contents.maps
        sizes.refresh()
        if self._trial is not None and self._has_room_again():
            self._end_trial()
        added = held_bytes + (contents.text_bytes if complete else 0)
        made = held_maps + (contents.maps if complete else 0)
        if not self._surely_fits(added, made):
            sizes.find_largest()
            if not self._surely_fits(added, made):
                self._try(update, contents, held_bytes, held_maps)
        if complete:
            self._known.update(contents.ends)
        elif len(self._held) >= _MOST_HELD:
            raise Refusal(Code.TOO_LARGE, "Too much of this room builds on text that has not arrived.")
        else:
            self._held.append(contents)

    def _surely_fits(self, added: int, made: int) -> bool:
        limits, sizes = self._limits, self._replica.sizes
        return (
            (not added or sizes.total + added <= limits.room_bytes)
            and (not added or sizes.largest + added <= limits.document_bytes)
            and (not made or sizes.entries + made <= limits.documents)
        )

    def _try(self, update: bytes, contents: Contents, held_bytes: int, held_maps: int) -> None:
        """Merge the update into the second replica. What grows there beyond a limit is refused, and nothing else."""
        if self._trial is None:
            self._trial = Replica()
            self._trial.load(self._replica.diff())
        sizes, limits = self._trial.sizes, self._limits
        sizes.refresh()
        total, entries = sizes.total, sizes.entries
        self._trial.apply(update, self, contents.types)
        grown = sizes.refresh()
        if held_bytes:
            # Nobody knows into which document that will go.
            grown = sizes.find_largest() + held_bytes
        if grown > limits.document_bytes:
            raise Refusal(Code.TOO_LARGE, _too_large(limits))
        if sizes.total + held_bytes > limits.room_bytes and sizes.total + held_bytes > total:
            raise Refusal(Code.TOO_LARGE, _room_full(limits))
        if sizes.entries + held_maps > limits.documents and sizes.entries + held_maps > entries:
            raise Refusal(Code.TOO_LARGE, _too_many(limits))

    # --- what waits ---
    # An update that builds on one which has not arrived is held back by the replica, where it counts for nothing.

    def _is_complete(self, contents: Contents) -> bool:
        """True if the replica has all that the update builds on."""
        if contents.needs is None:
            return False
        if self._covers(contents.needs):
            return True
        self._known = read_state_vector(self._replica.state_vector())
        return self._covers(contents.needs)

    def _held_back(self) -> tuple[int, int]:
        """Bytes of text and maps of what still waits."""
        if self._held:
            self._known = read_state_vector(self._replica.state_vector())
            self._held = [contents for contents in self._held if not self._covers(contents.ends)]
        return sum(contents.text_bytes for contents in self._held), sum(contents.maps for contents in self._held)

    def _covers(self, clocks: Mapping[int, int]) -> bool:
        return all(self._known.get(client, 0) >= clock for client, clock in clocks.items())

    # --- the second replica ---

    def _wrote(self, update: bytes, _origin: object) -> None:
        self._encoded += len(update)
        if self._trial is not None:
            self._trial.load(update)

    def _has_room_again(self) -> bool:
        limits, sizes = self._limits, self._replica.sizes
        return (
            sizes.find_largest() <= limits.document_bytes - limits.document_bytes // _NEAR
            and sizes.total <= limits.room_bytes - limits.room_bytes // _NEAR
            and sizes.entries <= limits.documents - limits.documents // _NEAR
        )

    def _end_trial(self) -> None:
        if self._trial is not None:
            self._trial.close()
            self._trial = None


def _too_large(limits: Limits) -> str:
    return f"A document holds at most {limits.document_bytes:,} bytes."


def _room_full(limits: Limits) -> str:
    return f"A room holds at most {limits.room_bytes:,} bytes of text."


def _too_many(limits: Limits) -> str:
    return f"A room holds at most {limits.documents:,} files."
