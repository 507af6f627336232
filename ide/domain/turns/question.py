"""What a question is about, told beside its prompt: the selected lines, the error that is to be mended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ide.domain.turns.budget import cost, fitted
from ide.domain.turns.context import numbered, render_lines
from ide.domain.turns.mentions import Names, RoomFile, related
from ide.domain.turns.modes import PLAN
from ide.domain.turns.room_view import RoomView
from ide.wire.codes import Mode
from ide.wire.shapes import Ask, Lines

_AROUND: Final = 8
_MOST_PLACES: Final = 20
_NUMBERED_SHARE: Final = 8
_PLACE: Final = re.compile(r"(?<![\w./-])([\w./-]{1,300}\.\w{1,10})[\"']?(?:, line |:|\()(\d{1,7})")
_SELECTED: Final = {
    Mode.EDIT: "The person selected {lines} of {path}. Change only those lines, unless the request says otherwise:",
    Mode.ASK: "The person selected {lines} of {path}, and asks about those:",
    Mode.PLAN: "The person selected {lines} of {path}:",
}
_WRONG: Final = {
    Mode.EDIT: "This went wrong. Mend its cause, and change nothing else:",
    Mode.ASK: "The person asks about this:",
    Mode.PLAN: "This is what the plan is about:",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Ids of the files that a question is about: `named` must be shown, `open` and `related` follow as far as they fit.

    `lines` are those of them that it points at, from 1.
    """

    named: tuple[str, ...]
    open: tuple[str, ...]
    related: tuple[str, ...]
    lines: dict[str, list[int]]


def wanted(view: RoomView, ask: Ask, prompt: str) -> Wanted:
    """What `prompt`, which stands for `ask` or goes on with it, is about."""
    named = dict.fromkeys(view.names.find(prompt).files)
    lines: dict[str, list[int]] = {}
    for place in _places(view.names, ask):
        for file_id in view.names.of(place.path)[:1]:
            named[file_id] = None
            lines.setdefault(file_id, []).extend((place.first, place.last))
    if ask.mode == Mode.PLAN:
        named.update(dict.fromkeys(view.names.of(PLAN)[:1]))
    opened = [file_id for path in ask.files for file_id in view.names.of(path)[:1]]
    return Wanted(tuple(named), tuple(dict.fromkeys(opened)), tuple(related(view.files, prompt)), lines)


def notes(view: RoomView, ask: Ask, about: Wanted, tokens: int) -> str:
    """What stands beside the prompt, but for its mode, within `tokens`; empty if nothing does."""
    parts: list[str] = []
    left = tokens
    for part in _beside(view, ask, about, tokens):
        if cost(part) <= left and part not in parts:
            parts.append(part)
            left -= cost(part)
    return "\n\n".join(parts)


def _beside(view: RoomView, ask: Ask, about: Wanted, tokens: int) -> Iterator[str]:
    """What may stand beside the prompt, the most important first."""
    if ask.selection is not None and (file := _file(view, ask.selection.path)) is not None:
        yield _selection(ask, ask.selection, file, tokens // 3)
    if ask.problem is not None:
        yield f"{_WRONG[ask.mode]}\n\n{fitted(ask.problem.text, tokens // 3)}"
        for place in islice(_places(view.names, ask), _MOST_PLACES):
            if (file := _file(view, place.path)) is not None and place is not ask.selection:
                yield _surroundings(place, file)
    if ask.mode == Mode.ASK:
        # Models count lines badly.
        for file_id in dict.fromkeys((*about.named, *about.open)):
            file = view.files[file_id]
            if 2 * file.outline.tokens <= tokens // _NUMBERED_SHARE:
                yield render_lines("numbered", file.path, numbered(file.text.split("\n"), 1))


def _selection(ask: Ask, selection: Lines, file: RoomFile, tokens: int) -> str:
    rows = file.text.split("\n")
    first = min(selection.first, len(rows))
    last = max(first, min(selection.last, len(rows)))
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    text = fitted("\n".join(rows[first - 1 : last]), tokens)
    said = _SELECTED[ask.mode].format(lines=lines, path=file.path)
    return f"{said}\n{render_lines('selection', file.path, text.split(chr(10)))}"


def _surroundings(place: Lines, file: RoomFile) -> str:
    """The lines of a place and some around them, numbered, those that it names marked."""
    rows = file.text.split("\n")
    first = max(1, min(place.first, len(rows)) - _AROUND)
    last = min(len(rows), min(place.last, place.first + _AROUND) + _AROUND)
    shown = numbered([row[:400] for row in rows[first - 1 : last]], first)
    marked = [f"> {row}" if place.first <= at <= place.last else f"  {row}" for at, row in enumerate(shown, first)]
    return render_lines("place", file.path, marked)


def _places(names: Names, ask: Ask) -> Iterator[Lines]:
    """The places that a question points at: what is selected, then what its problem names."""
    if ask.selection is not None:
        yield ask.selection
    if ask.problem is not None:
        yield from ask.problem.places
        told = {(place.path, place.first) for place in ask.problem.places}
        for path, line in _PLACE.findall(ask.problem.text):
            if (path, int(line)) not in told and names.of(path):
                told.add((path, int(line)))
                yield Lines(path=path, first=max(1, int(line)), last=max(1, int(line)))


def _file(view: RoomView, path: str) -> RoomFile | None:
    return next((view.files[file_id] for file_id in view.names.of(path)), None)
