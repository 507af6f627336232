"""Which of a room's files a prompt names: by `@path`, by path or by file name; and which share names with its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ide.domain.turns.outline import Outline

# Longer texts name what they are about at their start or their end.
_READ: Final = 40_000
_MOST: Final = 200
_AT: Final = re.compile(r"(?<![\w@])@(?:\"([^\"\n]{1,300})\"|`([^`\n]{1,300})`|([\w./-]{1,300}))")
_WORD: Final = re.compile(r"[\w./-]{2,300}")
_PLAIN: Final = re.compile(r"[\w./-]+")
_NAME: Final = re.compile(r"[A-Za-z_$][\w$-]{2,59}")
_COMMON: Final = """
    the and for with this that from into make add change use file files code function class const var let all not new
    one two set get run page line lines type name text error test tests can you please should would when then now
    body html head main div span button input fix remove delete rename create update show move replace
"""
_COMMON_WORDS: Final = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class RoomFile:
    """One document of a room: `id` keeps it under every path."""

    id: str
    path: str
    text: str
    outline: Outline


@dataclass(frozen=True, slots=True)
class Mentions:
    """Ids of the files that a text names, in its order, those marked by `@` first; and `@paths` that name none."""

    files: tuple[str, ...]
    missing: tuple[str, ...] = ()


class Names:
    """The paths of a room's files, by id, for looking up. Made anew when they change."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = {}
        self._odd: list[tuple[str, str]] = []
        for file_id, path in paths.items():
            folded = path.lower()
            self._by_path[folded] = file_id
            self._by_name.setdefault(folded.rpartition("/")[2], []).append(file_id)
            if _PLAIN.fullmatch(path) is None:
                self._odd.append((folded, file_id))

    def find(self, text: str) -> Mentions:
        """The files that `text` names."""
        if len(text) > 2 * _READ:
            text = f"{text[:_READ]}\n{text[-_READ:]}"
        found: dict[str, None] = {}
        missing: dict[str, None] = {}
        for match in _AT.finditer(text):
            named = next(group for group in match.groups() if group)
            ids = self.of(named) or self._beneath(named)
            found.update(dict.fromkeys(ids))
            if not ids and ("." in named or "/" in named):
                missing[named] = None
        folded = text.lower()
        for word in _WORD.findall(folded):
            found.update(dict.fromkeys(self.of(word)))
        found.update((file_id, None) for path, file_id in self._odd if path in folded)
        return Mentions(tuple(found)[:_MOST], tuple(missing)[:20])

    def of(self, named: str) -> list[str]:
        """The file at that path, or else the files that are called so."""
        for name in (named.lower(), named.lower().rstrip(".-/").removeprefix("./")):
            if name in self._by_path:
                return [self._by_path[name]]
            if name in self._by_name:
                return self._by_name[name]
        # `src/game.js:41`, `/app/src/game.js`: a longer path that ends with one of ours.
        tail = named.lower().strip("./")
        while "/" in tail:
            tail = tail.partition("/")[2]
            if tail in self._by_path:
                return [self._by_path[tail]]
        return []

    def _beneath(self, named: str) -> list[str]:
        folder = named.lower().strip("./") + "/"
        return [file_id for path, file_id in self._by_path.items() if path.startswith(folder)]


def related(files: Mapping[str, RoomFile], prompt: str) -> list[str]:
    """Ids of files whose path or top-level names hold words of `prompt`, the most of them first."""
    words = {word.lower() for word in _NAME.findall(prompt[:_READ])} - _COMMON_WORDS
    if not words:
        return []
    scores: list[tuple[int, str]] = []
    for file in files.values():
        if score := len(words & file.outline.words):
            scores.append((-score, file.id))
    return [file_id for _, file_id in sorted(scores)]
