"""Candidates for an edit, and what is done with one of them, with none and with several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ide.domain.turns.context import DocumentText
from ide.engines.rehearsal import prose
from ide.engines.rehearsal.blocks import CannotWrite, Change, edit
from ide.engines.rehearsal.code import Source
from ide.engines.rehearsal.question import Question

_LISTED: Final = 5


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a document, and what shall stand there instead."""

    document: DocumentText
    start: int
    stop: int
    new: str

    @property
    def line(self) -> int:
        """The line of its first character, from 1."""
        return self.document.text.count("\n", 0, self.start) + 1


@dataclass(frozen=True, slots=True)
class Place:
    """One way to do what was asked: spans that change together. `what` names it in a sentence."""

    spans: tuple[Span, ...]
    what: str

    @property
    def at(self) -> tuple[str, int]:
        """Path and line of its first span."""
        return self.spans[0].document.path, self.spans[0].line


def span(source: Source, start: int, stop: int, new: str) -> Span:
    """A span given by places in a source's text."""
    return Span(source.document, source.start + start, source.start + stop, new)


def settle(question: Question, places: Iterable[Place], missing: str) -> str:
    """Do the one thing that can be meant; ask if there are several; say `missing` if there is none."""
    left = _in_scope(question, places)
    if not left:
        return f"{missing} I changed nothing."
    if len(left) > 1:
        return ask(left)
    return write(left[0].spans, left[0].what)


def ask(places: Sequence[Place]) -> str:
    """Which of several places is meant? They are numbered, so that the answer can be a number."""
    listed = [f"{i}. `{_address(place)}`: `{_shown(place)}`" for i, place in enumerate(places[:_LISTED], 1)]
    more = f"\nand {len(places) - _LISTED} more" if len(places) > _LISTED else ""
    return (
        f"{prose.WHICH}\n" + "\n".join(listed) + f"{more}\n\nSay its number, or name the place. I changed nothing yet."
    )


def write(spans: Sequence[Span], what: str) -> str:
    """The blocks that replace `spans`, and a sentence."""
    by_path: dict[str, list[Span]] = {}
    for one in spans:
        by_path.setdefault(one.document.path, []).append(one)
    try:
        blocks = [edit(path, changed[0].document.text, _changes(changed)) for path, changed in by_path.items()]
    except CannotWrite as error:
        return f"`{error}` holds lines there that look like the marks of an edit, or all alike. I changed nothing."
    return f"{''.join(blocks)}{what}"


def _changes(spans: Sequence[Span]) -> list[Change]:
    """The lines that change, one `Change` for spans that share lines."""
    text = spans[0].document.text
    changes: list[Change] = []
    group: list[Span] = []
    ordered = sorted(spans, key=lambda one: one.start)
    for one, following in zip(ordered, [*ordered[1:], None], strict=True):
        group.append(one)
        end = text.find("\n", one.stop)
        end = len(text) if end < 0 else end
        if following is not None and following.start <= end:
            continue
        start = text.rfind("\n", 0, group[0].start) + 1
        new, at = "", start
        for part in group:
            new += text[at : part.start] + part.new
            at = part.stop
        new += text[at:end]
        changes.append(
            Change(one.document.path, group[0].line, tuple(text[start:end].split("\n")), tuple(new.split("\n")))
        )
        group = []
    return changes


def _in_scope(question: Question, places: Iterable[Place]) -> list[Place]:
    """Places within the scope, each once, in the order of the room."""
    scope = question.scope
    kept = {
        place.spans: place
        for place in places
        if scope is None
        or (place.at[0] == scope.path and (scope.line is None or any(one.line == scope.line for one in place.spans)))
    }
    return sorted(kept.values(), key=lambda place: place.at)


def _address(place: Place) -> str:
    path, line = place.at
    return f"{path}:{line}"


def _shown(place: Place) -> str:
    first = place.spans[0]
    text = first.document.text
    start = text.rfind("\n", 0, first.start) + 1
    return text[start:].partition("\n")[0].strip()[:80].replace("`", "'")
