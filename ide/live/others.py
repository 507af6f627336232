"""Following what others write in a room's documents while a model's stream is read."""

from __future__ import annotations

from collections.abc import Callable

from ide.domain.edits.foreign import Foreign
from ide.live.replica import Delta, Document, Replica


class Others:
    """Follows every document that there is, and those that are followed later, until it is lifted.

    `origin` is whose changes are not others'.
    """

    def __init__(self, replica: Replica, origin: object) -> None:
        self._replica = replica
        self._origin = origin
        self._followed: dict[str, _Followed] = {}
        for document in replica.documents().values():
            self.follow(document)

    def follow(self, document: Document) -> None:
        """Follow a document from now on."""
        self._followed[document.id] = _Followed(self._replica, document, self._origin)

    def wrote(self, document: Document) -> Foreign:
        """What they wrote in a document; nothing in a text that took another one's place."""
        followed = self._followed.get(document.id)
        return followed.foreign if followed is not None and followed.key == document.key else Foreign()

    def lift(self) -> None:
        """Follow nothing any more."""
        for followed in self._followed.values():
            followed.unwatch()
        self._followed.clear()


class _Followed:
    """One document; see `Watcher`."""

    def __init__(self, replica: Replica, document: Document, origin: object) -> None:
        self.key = document.key
        self.foreign = Foreign()
        self.unwatch: Callable[[], None] = replica.watch(document.id, self, but=origin)

    def changed(self, delta: Delta) -> None:
        self.foreign.changed(delta)

    def gone(self) -> None:
        self.key = ""
