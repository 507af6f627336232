"""What a room's history is made of: its steps, when one is due, what goes when there are too many.

A step is a state of the room's files: a manifest, which names each file's text by its hash. Texts are kept once for all
steps that name them. Times are seconds of any one clock, passed in.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from ide.wire.codes import StepKind

QUIET_SECONDS: Final = 2.0
LONGEST_BURST_SECONDS: Final = 30.0
LABEL_LENGTH: Final = 200
NAME_LENGTH: Final = 40
# More could not be told apart on a slider, and reading them would take long.
MOST_STEPS: Final = 5_000
# What is thinned goes down to this share of the budget, so that it is not thinned again with every step.
THINNED_TO: Final = 0.8

# What goes first when the budget is spent.
_WORTH: Final = {
    StepKind.TYPING: 0,
    StepKind.HUNK: 1,
    StepKind.START: 2,
    StepKind.TURN: 2,
    StepKind.RESTORE: 2,
    StepKind.CHECKPOINT: 3,
}


@dataclass(frozen=True, slots=True)
class FileState:
    """One file of a step: its id in the room's document, and the SHA-256 of its text, or of its bytes if an asset."""

    id: str
    hash: str
    asset: bool = False


Manifest = Mapping[str, FileState]
"""The files of a step by the paths under which they are shown."""


def hash_text(text: str) -> str:
    """The name of a text: the SHA-256 of its UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def pack_text(text: str) -> bytes:
    """A text as it is stored."""
    return zlib.compress(text.encode())


def unpack_text(data: bytes) -> str:
    """A text from how it is stored."""
    return zlib.decompress(data).decode()


def pack_manifest(manifest: Manifest) -> bytes:
    """A manifest as it is stored. Equal ones give equal bytes."""
    rows = {path: [file.id, file.hash, file.asset] for path, file in manifest.items()}
    return zlib.compress(json.dumps(rows, sort_keys=True, separators=(",", ":")).encode())


def unpack_manifest(data: bytes) -> dict[str, FileState]:
    """A manifest from how it is stored."""
    rows = json.loads(zlib.decompress(data))
    return {path: FileState(file_id, digest, asset) for path, (file_id, digest, asset) in rows.items()}


def text_hashes(manifest: Manifest) -> frozenset[str]:
    """The texts that a manifest names; assets are kept elsewhere."""
    return frozenset(file.hash for file in manifest.values() if not file.asset)


def asset_hashes(manifest: Manifest) -> frozenset[str]:
    """The assets that a manifest names."""
    return frozenset(file.hash for file in manifest.values() if file.asset)


# --- when a step is due ----------------------------------------------------------------------------------------------


class Burst:
    """Typing that is not a step yet. It ends when nobody typed for a while, and at the latest after half a minute."""

    def __init__(self, now: float) -> None:
        self._began = self._last = now
        self._names: dict[str, None] = {}

    def type(self, name: str, now: float) -> None:
        """Somebody typed."""
        self._last = now
        self._names[name] = None

    @property
    def ends_at(self) -> float:
        """When it is over, unless somebody types on."""
        return min(self._last + QUIET_SECONDS, self._began + LONGEST_BURST_SECONDS)

    @property
    def by(self) -> str:
        """Who typed, in at most 40 characters. Scripts have no name."""
        first, *others = [name for name in self._names if name] or [""]
        if not others:
            return first[:NAME_LENGTH]
        tail = f" and {len(others)} more"
        return first[: NAME_LENGTH - len(tail)] + tail


class Fate(Enum):
    """What becomes of a step whose files are those of the step before it."""

    DROPPED = auto()
    STORED = auto()
    RELABELS = auto()


def fate_of_equal(kind: StepKind, turn: str | None, last: StepKind, last_turn: str | None) -> Fate:
    """Every turn and every checkpoint leaves its mark; typing and hunks only where they changed something.

    A turn's end takes the place of its own last hunk, and a checkpoint that of a burst of typing.
    """
    if kind is StepKind.TURN and last is StepKind.HUNK and turn == last_turn:
        return Fate.RELABELS
    if kind is StepKind.CHECKPOINT and last is StepKind.TYPING:
        return Fate.RELABELS
    return Fate.STORED if kind in (StepKind.TURN, StepKind.CHECKPOINT) else Fate.DROPPED


def label_of(words: str) -> str:
    """The first line of what somebody wrote, shortened to fit a label."""
    line = next((line.strip() for line in words.splitlines() if line.strip()), "")
    return line if len(line) <= LABEL_LENGTH else f"{line[: LABEL_LENGTH - 1].rstrip()}…"


# --- what goes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weighed:
    """A stored step: the bytes of its manifest, and the texts that it names."""

    id: str
    kind: StepKind
    bytes: int
    texts: Collection[str]


@dataclass(frozen=True, slots=True)
class Thinned:
    """Which steps go, and which texts no step names any more."""

    steps: frozenset[str]
    texts: frozenset[str]


def too_much(size: int, steps: int, budget: int) -> bool:
    """True if a history of so many bytes and steps has to be thinned."""
    return size > budget or steps > MOST_STEPS


def thin(steps: Sequence[Weighed], text_bytes: Mapping[str, int], budget: int, most: int = MOST_STEPS) -> Thinned:
    """What goes of a history, oldest first: typing, then hunks, then turns, checkpoints last. The newest step stays.

    `text_bytes` is the size of every stored text. Afterwards the rest is within the share of the budget, in bytes, and
    of `most`, in steps, that thinning goes down to.
    """
    named: dict[str, int] = {}
    for step in steps:
        for text in step.texts:
            named[text] = named.get(text, 0) + 1
    unnamed = {text for text in text_bytes if text not in named}
    size = sum(step.bytes for step in steps) + sum(text_bytes.get(text, 0) for text in named)
    count = len(steps)
    gone: set[str] = set()
    # Sorting keeps the order of age within one worth.
    for step in sorted(steps[:-1], key=lambda step: _WORTH[step.kind]):
        if size <= budget * THINNED_TO and count <= most * THINNED_TO:
            break
        gone.add(step.id)
        count -= 1
        size -= step.bytes
        for text in step.texts:
            named[text] -= 1
            if not named[text]:
                unnamed.add(text)
                size -= text_bytes.get(text, 0)
    return Thinned(frozenset(gone), frozenset(unnamed))


# --- what differs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is not the same in two manifests. None where there is no such file."""

    path: str
    before: FileState | None
    after: FileState | None


def changes(before: Manifest, after: Manifest) -> list[FileChange]:
    """What differs between two manifests, in the order of the paths."""
    return [
        FileChange(path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if not _same(before.get(path), after.get(path))
    ]


@dataclass(frozen=True, slots=True)
class Plan:
    """How files are made equal to a step's: ids to delete, ids to move, ids that stay, and paths to write or create."""

    delete: tuple[str, ...]
    move: tuple[tuple[str, str], ...]
    stay: tuple[tuple[str, str], ...]
    write: tuple[str, ...]


def only_file(now: Manifest, then: Manifest, path: str) -> Manifest:
    """The files as they are now, but for the one at `path`, which is as it was then."""
    kept = {other: file for other, file in now.items() if other != path}
    return {**kept, path: then[path]} if path in then else kept


def plan_restore(now: Manifest, then: Manifest) -> Plan:
    """How to get from the files as they are now to those of a step.

    A file stays the same file where its path is, or where it has moved away from a path that no other took.
    """
    stay = {path: now[path] for path in sorted(now.keys() & then.keys())}
    leaving = {file.id: file for path, file in now.items() if path not in then}
    move = {path: leaving.pop(file.id) for path, file in sorted(then.items()) if path not in now and file.id in leaving}
    found = stay | move
    return Plan(
        delete=tuple(leaving),
        move=tuple((file.id, path) for path, file in move.items()),
        stay=tuple((file.id, path) for path, file in stay.items()),
        write=tuple(path for path, file in sorted(then.items()) if not _same(found.get(path), file)),
    )


def _same(one: FileState | None, other: FileState | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.hash, one.asset) == (other.hash, other.asset)


def interned(hashes: Iterable[str], known: dict[str, str]) -> tuple[str, ...]:
    """The same strings for the same hashes: thousands of steps name mostly the same texts."""
    return tuple(known.setdefault(name, name) for name in hashes)
