"""A room's Yjs document in this process, and the only code that knows how files stand in it.

`doc.get("files")` maps a file's id to `{path: string, text: Y.Text}`, or to `{path: string, asset: string}` for a
binary file, whose bytes stand elsewhere under that hash. Whatever a client put there instead is ignored by every
reader. One loop owns a replica: nothing here may be called from another thread.

Traps of pycrdt that this module keeps from its callers:
- A `Text` that was deleted or replaced still answers, and takes what is written into it, to nobody's use. Hold a
  file's id and ask for the document again; `Document.key` tells whether its text is still the same one.
- An observer keeps the whole document alive from inside the extension, where Python's collector does not see it.
"""

from __future__ import annotations

import secrets
import weakref
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from pycrdt import Doc, Map, MapEvent, Subscription, Text, TextEvent, TransactionEvent
from pycrdt import get_state as state_of_update

from ide.domain.documents import BadPath, check_path, shown_paths
from ide.domain.edits.coarse import coarsened
from ide.domain.edits.difference import Edit, difference
from ide.domain.units import byte_length, byte_offset
from ide.domain.updates import BadUpdate, Surveyed, apply_all, count_types
from ide.live.entries import AssetEntry, Entries
from ide.live.sizes import Sizes

__all__ = ["AssetFile", "BadUpdate", "Delta", "Document", "Replica", "Watcher"]

# Created by others since the room was loaded, two for each file. Nested in each other, some more would overflow the
# stack when they are deleted (20,000 do not, 50,000 do).
MOST_TYPES: Final = 20_000
# pycrdt passes over the text for each edit in it: so much in all takes about a tenth of a second.
_WRITE_BYTES: Final = 16_000_000

MOST_WAITING: Final = 64

Delta = Sequence[Mapping[str, Any]]
UpdateCallback = Callable[[bytes, object], None]


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a room, at the path under which it is shown. `key` names its text for as long as that exists."""

    id: str
    path: str
    text: Text
    key: str


@dataclass(frozen=True, slots=True)
class AssetFile:
    """One binary file of a room, at the path under which it is shown. `hash` names its bytes, which may be missing."""

    id: str
    path: str
    hash: str


class Watcher(Protocol):
    """Told what happens to one file's text, inside the transaction: it may not write."""

    def changed(self, delta: Delta) -> None:
        """The text changed: Yjs delta (`retain`, `insert`, `delete`), counted in UTF-8 bytes."""
        ...

    def gone(self) -> None:
        """The file was deleted, or another text put in its place. Nothing follows."""
        ...


class Replica:
    """The documents of one room."""

    def __init__(self) -> None:
        self._doc: Doc[Any] = Doc(client_id=secrets.randbits(32))
        self._files: Map[Any] = self._doc.get("files", type=Map)
        self._entries = Entries(self._files)
        self.sizes = Sizes(self._files)
        self._followed: list[set[str]] = []
        self._shown: dict[str, Document] | None = None
        self._assets: dict[str, AssetFile] = {}
        self._by_id: dict[str, Document] = {}
        self._callbacks: list[UpdateCallback] = []
        self._updates: deque[tuple[bytes, object]] = deque()
        self._delivering = False
        self._watchers: dict[str, list[tuple[Watcher, Collection[object]]]] = {}
        self.models: list[object] = []
        """The origins of the models that write here at the moment."""
        self.rewritten: set[str | None] = set()
        """Ids of the files that one of them writes from the first line to the last: two would mix their lines."""
        self._origin: object = None
        self._depth = 0
        self._types = 0
        self._waiting: list[Surveyed] = []
        me = weakref.ref(self)
        subscriptions = (
            (self._doc, self._doc.observe(partial(_relay_update, me))),
            (self._files, self._files.observe_deep(partial(_relay_events, me))),
        )
        self._release = weakref.finalize(self, _unobserve, subscriptions)

    @property
    def doc(self) -> Doc[Any]:
        """The Yjs document itself. Write to it only inside `transaction`."""
        return self._doc

    def close(self) -> None:
        """Stop observing, so that the memory can go. The replica is not used afterwards."""
        self._callbacks.clear()
        self._watchers.clear()
        self._release()

    # --- synchronising -----------------------------------------------------------------------------------------------

    def load_all(self, stored: Sequence[Surveyed]) -> None:
        """Merge what was stored, whose types count against what members may still add. Raises `BadUpdate` as `load`."""
        self._types += sum(update.types for update in stored)
        self._waiting = apply_all(stored, lambda some: self.load(*some), self.state_vector)

    def load(self, *updates: bytes) -> None:
        """Merge what was looked at when it came. Raises `BadUpdate` if it cannot be read."""
        try:
            # One transaction: what follows each takes longer than the merging.
            with self.transaction():
                for update in updates:
                    self._doc.apply_update(update)
        except (ValueError, RuntimeError) as error:
            raise BadUpdate(str(error)) from None

    def apply(self, update: bytes, origin: object = None, types: int | None = None) -> None:
        """Merge somebody's update. Raises `BadUpdate`, with the document untouched, if it is none.

        `types` are the shared types that it creates, where that was counted already.
        One that is well formed but puts something into what can hold nothing is found out while it is merged: it
        raises `BadUpdate` too, and what stood in it before that stays.
        """
        types = self._types + (count_types(update) if types is None else types)
        if types > MOST_TYPES:
            raise BadUpdate(f"The room's document holds more than {MOST_TYPES:,} shared types.")
        try:
            state_of_update(update)
        except ValueError as error:
            raise BadUpdate(str(error)) from None
        with self.transaction(origin):
            try:
                self._doc.apply_update(update)
            except (ValueError, RuntimeError) as error:
                raise BadUpdate(str(error)) from None
        self._types = types
        if self._waiting:
            self._retry()

    def expect(self, update: Surveyed) -> None:
        """Keep an update that was applied and waits for others, to apply it again when they come.

        pycrdt leaves some of what waited where it is then. Where very many wait, the oldest are given up.
        """
        self._waiting = [*self._waiting[-MOST_WAITING + 1 :], update]

    @property
    def waits(self) -> bool:
        """Whether something is kept that waits for others: the next update may bring it in with itself."""
        return bool(self._waiting)

    def _retry(self) -> None:
        self._waiting = apply_all(self._waiting, lambda some: self.load(*some), self.state_vector)

    def state_vector(self) -> bytes:
        """What this replica has, for asking others for the rest."""
        return self._doc.get_state()

    def diff(self, state_vector: bytes | None = None) -> bytes:
        """Everything that somebody with `state_vector` lacks (None: everything). Raises `BadUpdate` if it is none."""
        try:
            return self._doc.get_update(state_vector)
        except ValueError as error:
            raise BadUpdate(str(error)) from None

    def on_update(self, callback: UpdateCallback) -> Callable[[], None]:
        """Call back with every update and its transaction's origin, right after its end. Answers how to stop that.

        Every callback hears of all updates in one order, even if another one writes in turn.
        """
        self._callbacks.append(callback)
        return partial(_discard, self._callbacks, callback)

    def follow(self) -> set[str]:
        """Ids of files that changed, at first all: whoever asked for the set takes them out."""
        changed = set(self._files.keys())
        self._followed.append(changed)
        return changed

    def watch(self, file_id: str, watcher: Watcher, *, but: Collection[object] = ()) -> Callable[[], None]:
        """Tell `watcher` what happens to a file's text, but for changes of the origins `but`. Answers how to stop."""
        watching = (watcher, but)
        self._watchers.setdefault(file_id, []).append(watching)
        return partial(self._unwatch, file_id, watching)

    @contextmanager
    def transaction(self, origin: object = None) -> Iterator[None]:
        """Everything written inside becomes one update. Those of one origin nest; another's raises `RuntimeError`."""
        if self._depth and self._origin is not origin:
            raise RuntimeError("A transaction of another origin is open.")
        outermost = self._depth == 0
        self._origin = origin
        self._depth += 1
        try:
            with self._doc.transaction():
                yield
        finally:
            self._depth -= 1
            if outermost:
                self._origin = None
                self._deliver()

    # --- reading -----------------------------------------------------------------------------------------------------

    def documents(self) -> Mapping[str, Document]:
        """Every document by the path under which it is shown, in the order of their ids."""
        if self._shown is None or self._entries.changed:
            entries = self._entries.current()
            paths = shown_paths({file_id: entry.path for file_id, entry in entries.items()})
            self._by_id, self._assets = {}, {}
            for file_id, path in paths.items():
                entry = entries[file_id]
                if isinstance(entry, AssetEntry):
                    self._assets[path] = AssetFile(file_id, path, entry.hash)
                else:
                    self._by_id[file_id] = Document(file_id, path, entry.text, entry.key)
            self._shown = {document.path: document for document in self._by_id.values()}
        return self._shown

    def assets(self) -> Mapping[str, AssetFile]:
        """Every binary file by the path under which it is shown, in the order of their ids."""
        self.documents()
        return self._assets

    def document(self, path: str) -> Document | None:
        """The document shown at `path`."""
        return self.documents().get(path)

    def document_by_id(self, file_id: str) -> Document | None:
        """The document with this file id."""
        self.documents()
        return self._by_id.get(file_id)

    def read(self, path: str) -> str | None:
        """The text of the document shown at `path`."""
        document = self.document(path)
        return None if document is None else str(document.text)

    def files(self) -> list[tuple[str, str, int]]:
        """Id, shown path and size in bytes of every document, in the order of their ids. Binary files are `assets`."""
        return [(document.id, document.path, len(document.text)) for document in self.documents().values()]

    # --- writing -----------------------------------------------------------------------------------------------------

    def create(
        self, path: str, text: str = "", origin: object = None, *, checked: bool = True, file_id: str | None = None
    ) -> str:
        """Add a document and answer its id. Raises `BadPath` if it cannot be called so, or another one is.

        Unless `checked`, which is for files that stood beside each other before. `file_id` is for one that comes back.
        """
        if checked:
            self._check_free(path)
        file_id = file_id or secrets.token_hex(8)
        with self.transaction(origin):
            self._files[file_id] = Map({"path": path, "text": Text(text)})
            self._mark([file_id])
        return file_id

    def put_asset(self, path: str, asset: str, origin: object = None, *, checked: bool = True) -> str:
        """Make the file at `path` show the bytes of that hash, or create it (`checked` as there). Answers its id."""
        document = self.document(path)
        file = document or self.assets().get(path)
        if file is None:
            if checked:
                self._check_free(path)
            file_id = secrets.token_hex(8)
            with self.transaction(origin):
                self._files[file_id] = Map({"path": path, "asset": asset})
                self._mark([file_id])
            return file_id
        with self.transaction(origin):
            self._files[file.id]["asset"] = asset
            if document is not None:
                del self._files[file.id]["text"]
            self._mark([file.id])
        return file.id

    def rename(self, file_id: str, path: str, origin: object = None, *, checked: bool = True) -> None:
        """Give a file another path, as `create` does. Raises `BadPath`, and `KeyError` if there is no such file."""
        if file_id not in self._entries.current():
            raise KeyError(file_id)
        if checked:
            self._check_free(path, but=file_id)
        with self.transaction(origin):
            self._files[file_id]["path"] = path
            self._mark([file_id])

    def delete(self, file_id: str, origin: object = None) -> None:
        """Remove a file. Raises `KeyError` if there is no such file."""
        if file_id not in self._entries.current():
            raise KeyError(file_id)
        with self.transaction(origin):
            del self._files[file_id]
            self._mark([file_id])

    def write(self, path: str, text: str, origin: object = None, edits: Sequence[Edit] | None = None) -> str:
        """Make the document at `path` equal `text` by a small edit, or create it. Answers its id; raises `BadPath`.

        A binary file there becomes a document. `edits` are the difference from what stands there, if it is known.
        """
        document = self.document(path)
        if document is None and (asset := self.assets().get(path)) is not None:
            with self.transaction(origin):
                self._files[asset.id]["text"] = Text(text)
                del self._files[asset.id]["asset"]
                self._mark([asset.id])
            return asset.id
        if document is None:
            return self.create(path, text, origin)
        before = str(document.text)
        with self.transaction(origin):
            if len(document.text) != byte_length(before):
                # Something other than characters stands in it, so offsets into its text lead elsewhere.
                self._files[document.id]["text"] = Text(text)
                self._mark([document.id])
                return document.id
            if edits is None:
                edits = difference(before, text)
            for edit in reversed(coarsened(before, edits, _WRITE_BYTES // len(before) if before else 1)):
                start, end = byte_offset(before, edit.start), byte_offset(before, edit.end)
                if end > start:
                    del document.text[start:end]
                if edit.text:
                    document.text.insert(start, edit.text)
        return document.id

    def check_paths(self, paths: Iterable[str]) -> None:
        """Raise `BadPath` unless a file can be written at each of these, which do not stand in each other's way."""
        shown, assets = self.documents(), self.assets()
        for path in paths:
            if path not in shown and path not in assets:
                self._check_free(path)

    def _mark(self, file_ids: Sequence[str]) -> None:
        self._entries.mark(file_ids)
        self.sizes.mark(file_ids)
        for changed in self._followed:
            changed.update(file_ids)

    def _check_free(self, path: str, but: str | None = None) -> None:
        check_path(path)
        conflict = self._entries.conflict(path, but)
        if conflict is not None:
            raise BadPath(conflict)

    # --- keeping up --------------------------------------------------------------------------------------------------
    # Observers run when a transaction ends; what writes here marks its entries itself, so that they can be read before.

    def _updated(self, update: bytes) -> None:
        # Inside pycrdt's commit nobody may even read: those who listen are told when it is over.
        self._updates.append((update, self._origin))
        if not self._depth:
            self._deliver()

    def _deliver(self) -> None:
        if self._delivering:
            return
        self._delivering = True
        try:
            while self._updates:
                update, origin = self._updates.popleft()
                for callback in tuple(self._callbacks):
                    callback(update, origin)
        finally:
            self._delivering = False

    def _observed(self, events: list[Any]) -> None:
        for event in events:
            path = event.path
            kind = type(event)
            if kind is TextEvent and len(path) == 2 and path[1] == "text":
                self.sizes.mark_text(path[0])
                for changed in self._followed:
                    changed.add(path[0])
                for watcher, but in tuple(self._watchers.get(path[0], ())):
                    if self._origin not in but:
                        watcher.changed(event.delta)
            elif kind is MapEvent and not path:
                self._mark(list(event.keys))
                self._dismiss(key for key, change in event.keys.items() if change["action"] != "add")
            elif kind is MapEvent and len(path) == 1:
                self._mark(path)
                if "text" in event.keys:
                    self._dismiss(path)

    def _dismiss(self, file_ids: Iterable[str]) -> None:
        for file_id in file_ids:
            for watcher, _ in self._watchers.pop(file_id, ()):
                watcher.gone()

    def _unwatch(self, file_id: str, watching: tuple[Watcher, object]) -> None:
        watchers = self._watchers.get(file_id, [])
        _discard(watchers, watching)
        if not watchers:
            self._watchers.pop(file_id, None)


def _relay_update(me: weakref.ref[Replica], event: TransactionEvent) -> None:
    replica = me()
    if replica is not None:
        replica._updated(event.update)


def _relay_events(me: weakref.ref[Replica], events: list[Any]) -> None:
    replica = me()
    if replica is not None:
        replica._observed(events)


def _unobserve(subscriptions: tuple[tuple[Any, Subscription], ...]) -> None:
    for observed, subscription in subscriptions:
        observed.unobserve(subscription)


def _discard(items: list[Any], item: object) -> None:
    """Remove `item` if it is there, by identity."""
    items[:] = [other for other in items if other is not item]
