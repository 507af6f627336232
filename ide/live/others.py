"""Following what others write in a room's documents while a model's stream is read."""

from __future__ import annotations

from collections.abc import Callable

from ide.domain.edits.foreign import Foreign
from ide.live.replica import Delta, Document, Replica


class Others:
    """Follows every document that there is, and those that come later, until it is lifted.

    Neither what `origin` changes is theirs, nor what another model does. A document that others made meanwhile, and a
    text that they put in another one's place, are theirs from their first letter on.
    """

    def __init__(self, replica: Replica, origin: object) -> None:
        self._replica = replica
        self._origin = origin
        self._followed: dict[str, _Followed] = {}
        # What another model writes is none of people's: that one may write it anew as well.
        replica.models.append(origin)
        for document in replica.documents().values():
            self.follow(document)

    def follow(self, document: Document) -> None:
        """Follow a document from now on; what stands in it is not others'."""
        self._followed[document.id] = _Followed(self._replica, document)

    def wrote(self, document: Document) -> Foreign:
        """What they wrote in a document."""
        return self._of(document).foreign

    def made(self, document: Document) -> bool:
        """Whether they made it, and more than an empty file."""
        return self._of(document).made

    def _of(self, document: Document) -> _Followed:
        followed = self._followed.get(document.id)
        if followed is None or followed.key != document.key:
            if followed is not None:
                followed.unwatch()
            followed = self._followed[document.id] = _Followed(self._replica, document)
            followed.take()
        return followed

    def lift(self) -> None:
        """Follow nothing any more."""
        if self._origin in self._replica.models:
            self._replica.models.remove(self._origin)
        for followed in self._followed.values():
            followed.unwatch()
        self._followed.clear()


class _Followed:
    """One document; see `Watcher`."""

    def __init__(self, replica: Replica, document: Document) -> None:
        self.key = document.key
        self.made = False
        self.foreign = Foreign()
        self._document = document
        self.unwatch: Callable[[], None] = replica.watch(document.id, self, but=replica.models)

    def take(self) -> None:
        """All that stands in it is others'."""
        if text := str(self._document.text):
            self.made = True
            self.foreign.changed([{"insert": text}])

    def changed(self, delta: Delta) -> None:
        self.foreign.changed(delta)

    def gone(self) -> None:
        self.key = ""
