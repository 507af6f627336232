"""Finding the place in a document that a model means by the old text of an edit.

Whole lines are compared, ever more leniently: exactly, without trailing space, without indentation (if one shift
explains the difference), with typographic signs folded, and at last by likeness. The first step that finds anything
decides. What stands there twice is refused, unless the model's hint is strictly nearer to one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ide.domain.edits.matching import (
    STEPS,
    Place,
    contents,
    exact_places,
    folded,
    shifted_places,
    similar_places,
    unended_places,
)
from ide.domain.edits.nearest import nearest, shown
from ide.domain.edits.similarity import Budget
from ide.wire.codes import Reason

SHOWN_PLACES: Final = 8


@dataclass(frozen=True, slots=True)
class Miss:
    """Why there is no such place; the message shows the nearest current lines."""

    reason: Reason
    message: str


def locate_exactly(text: str, target: Sequence[str], hint: int | None = None) -> Place | Miss | None:
    """The place where `target` stands letter for letter. None if it does not, so that `locate` should look."""
    if not any(line.strip() for line in target):
        return _locate_blank(text)
    lines = contents(text)
    return choose(exact_places(lines, target), lines, hint)


def locate(text: str, target: Sequence[str], hint: int | None = None) -> Place | Miss:
    """The place that `target` means, by all steps. Work is bounded, but may take a second: not for the event loop."""
    exact = locate_exactly(text, target, hint)
    if exact is not None:
        return exact
    lines = contents(text)
    budget = Budget(STEPS)
    for places in (
        unended_places(lines, target),
        shifted_places(lines, target, str.strip, budget),
        shifted_places(lines, target, folded, budget),
        similar_places(lines, target, budget),
    ):
        found = choose(places, lines, hint)
        if found is not None:
            return found
    return Miss(Reason.NO_MATCH, nearest(lines, target))


def choose(places: Sequence[Place], lines: Sequence[str], hint: int | None = None) -> Place | Miss | None:
    """The only place, or the one that is strictly nearest to the hint; a `Miss` if that leaves several."""
    if len(places) < 2:
        return places[0] if places else None
    if hint is not None:
        first, second = sorted(places, key=lambda place: abs(place.first + 1 - hint))[:2]
        if abs(first.first + 1 - hint) < abs(second.first + 1 - hint):
            return first
    numbers = [str(place.first + 1) for place in places[:SHOWN_PLACES]]
    listed = ", ".join(numbers) + (" and more" if len(places) > SHOWN_PLACES else "")
    around = "\n".join(shown(lines, place.first, 1) for place in places[:SHOWN_PLACES])
    message = f"The old text stands {len(places)} times, at lines {listed}. Add lines around it that tell them apart."
    return Miss(Reason.AMBIGUOUS, f"{message}\n{around}")


def _locate_blank(text: str) -> Place | Miss:
    """Old text without a letter means the place of all text, so there must be none."""
    if text:
        message = "Empty old text is for an empty document only."
        return Miss(Reason.NO_MATCH, f"{message} Name the lines to replace, or rewrite the file with CREATE.")
    return Place(0, 0)
