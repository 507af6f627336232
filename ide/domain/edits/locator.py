"""Finding the place in a document that a model means by the old text of an edit.

Whole lines are compared, ever more leniently: exactly, without trailing space, without indentation (if one shift
explains the difference), with typographic signs folded, and at last by likeness. The first step that finds anything
decides. What stands there twice is refused, unless the model's hint is strictly nearer to one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ide.domain.edits.lines import content_of, split_lines
from ide.domain.edits.shift import UNSHIFTED, Shift, indent_of, infer_shift
from ide.domain.edits.similarity import Budget, fold, may_be_similar, similarity
from ide.wire.codes import Reason

LEAST_SIMILARITY: Final = 0.8
# Letters compared by likeness in one search: about a second of one core.
STEPS: Final = 2_000_000
SHOWN_LINES: Final = 12
SHOWN_ABOVE: Final = 2
SHOWN_LENGTH: Final = 160
SHOWN_PLACES: Final = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where the old text stands: its first line, counted from 0, how many lines, and how its indentation differs."""

    first: int
    count: int
    shift: Shift = UNSHIFTED


@dataclass(frozen=True, slots=True)
class Miss:
    """Why there is no such place; the message shows the nearest current lines."""

    reason: Reason
    message: str


def locate_exactly(text: str, target: Sequence[str], hint: int | None = None) -> Place | Miss | None:
    """The place where `target` stands letter for letter. None if it does not, so that `locate` should look."""
    if not any(line.strip() for line in target):
        return _locate_blank(text)
    lines = _contents(text)
    return _choose([Place(first, len(target)) for first in _occurrences(lines, target)], lines, hint)


def locate(text: str, target: Sequence[str], hint: int | None = None) -> Place | Miss:
    """The place that `target` means, by all steps. Work is bounded, but may take a second: not for the event loop."""
    exact = locate_exactly(text, target, hint)
    if exact is not None:
        return exact
    lines = _contents(text)
    budget = Budget(STEPS)
    for places in (
        [Place(first, len(target)) for first in _keyed(lines, target, str.rstrip)],
        _shifted(lines, target, str.strip, budget),
        _shifted(lines, target, _folded, budget),
        _similar(lines, target, budget),
    ):
        found = _choose(places, lines, hint)
        if found is not None:
            return found
    return Miss(Reason.NO_MATCH, _nearest(lines, target))


def _contents(text: str) -> list[str]:
    return [content_of(line) for line in split_lines(text)]


def _folded(line: str) -> str:
    return fold(line).strip()


def _locate_blank(text: str) -> Place | Miss:
    """Old text without a letter means the place of all text, so there must be none."""
    if text:
        message = "Empty old text is for an empty document only."
        return Miss(Reason.NO_MATCH, f"{message} Name the lines to replace, or rewrite the file with CREATE.")
    return Place(0, 0)


def _choose(places: list[Place], lines: Sequence[str], hint: int | None) -> Place | Miss | None:
    """The only place, or the one that is strictly nearest to the hint; a `Miss` if that leaves several."""
    if len(places) < 2:
        return places[0] if places else None
    if hint is not None:
        first, second = sorted(places, key=lambda place: abs(place.first + 1 - hint))[:2]
        if abs(first.first + 1 - hint) < abs(second.first + 1 - hint):
            return first
    numbers = [str(place.first + 1) for place in places[:SHOWN_PLACES]]
    listed = ", ".join(numbers) + (" and more" if len(places) > SHOWN_PLACES else "")
    around = "\n".join(_shown(lines, place.first, 1) for place in places[:SHOWN_PLACES])
    message = f"The old text stands {len(places)} times, at lines {listed}. Add lines around it that tell them apart."
    return Miss(Reason.AMBIGUOUS, f"{message}\n{around}")


# --- the steps -------------------------------------------------------------------------------------------------------
# A search that ran out of budget finds nothing: it may have missed a second place.


def _keyed(lines: Sequence[str], target: Sequence[str], key: Callable[[str], str]) -> Iterator[int]:
    return _occurrences([key(line) for line in lines], [key(line) for line in target])


def _shifted(lines: Sequence[str], target: Sequence[str], key: Callable[[str], str], budget: Budget) -> list[Place]:
    places = []
    for first in _keyed(lines, target, key):
        if not budget.spend(len(target)):
            return []
        shift = infer_shift(zip(target, lines[first : first + len(target)], strict=True))
        if shift is not None:
            places.append(Place(first, len(target), shift))
    return places


def _similar(lines: Sequence[str], target: Sequence[str], budget: Budget) -> list[Place]:
    """Places where every line is like its own. The longest line of the target is looked for first."""
    wanted = [_folded(line) for line in target]
    present = [_folded(line) for line in lines]
    anchor = max(range(len(wanted)), key=lambda index: len(wanted[index]))
    places = []
    for at in range(anchor, len(present) - len(wanted) + anchor + 1):
        first = at - anchor
        if not _alike(wanted[anchor], present[at], budget):
            continue
        if all(_alike(old, present[first + index], budget) for index, old in enumerate(wanted) if index != anchor):
            found = lines[first : first + len(target)]
            shift = infer_shift(zip(target, found, strict=True)) or _mostly_unshifted(target, found)
            if shift is not None:
                places.append(Place(first, len(target), shift))
    return places if budget.spend(0) else []


def _mostly_unshifted(target: Sequence[str], found: Sequence[str]) -> Shift | None:
    """No shift, if that is right for more than half of the lines."""
    equal = [indent_of(old) == indent_of(new) for old, new in zip(target, found, strict=True) if old.strip()]
    return UNSHIFTED if 2 * sum(equal) > len(equal) else None


def _alike(one: str, other: str, budget: Budget) -> bool:
    if one == other:
        return budget.spend(1)
    if not may_be_similar(one, other, LEAST_SIMILARITY) or not budget.spend(len(one) * len(other) // 64 + len(other)):
        return False
    return similarity(one, other) >= LEAST_SIMILARITY


def _occurrences(lines: Sequence[str], target: Sequence[str]) -> Iterator[int]:
    """Every index at which `target` stands in `lines`, overlapping ones too, in linear time (Knuth, Morris, Pratt)."""
    fallback = [0] * len(target)
    length = 0
    for index in range(1, len(target)):
        while length and target[index] != target[length]:
            length = fallback[length - 1]
        length += target[index] == target[length]
        fallback[index] = length
    matched = 0
    for index, line in enumerate(lines):
        while matched and (matched == len(target) or line != target[matched]):
            matched = fallback[matched - 1]
        matched += line == target[matched]
        if matched == len(target):
            yield index - matched + 1


# --- what is shown ---------------------------------------------------------------------------------------------------


def _nearest(lines: Sequence[str], target: Sequence[str]) -> str:
    """Says that there is no such place, and shows the lines that have most in common with the target."""
    message = "The old text does not stand in the document."
    if not lines:
        return f"{message} It is empty."
    first = max(0, _nearest_line(lines, target) - SHOWN_ABOVE)
    return f"{message} The nearest current lines are:\n{_shown(lines, first, SHOWN_LINES)}"


def _nearest_line(lines: Sequence[str], target: Sequence[str]) -> int:
    """Where most lines of the target stand in their order, else the line most like its longest."""
    offsets: dict[str, int] = {}
    for index, line in enumerate(target):
        if line.strip():
            offsets.setdefault(line.strip(), index)
    votes: dict[int, int] = {}
    for at, line in enumerate(lines):
        offset = offsets.get(line.strip())
        if offset is not None:
            votes[at - offset] = votes.get(at - offset, 0) + len(line.strip())
    if votes:
        return max(0, max(votes, key=lambda first: votes[first]))
    longest = max((_folded(line) for line in target), key=len)[:SHOWN_LENGTH]
    budget = Budget(STEPS // 8)
    best, best_similarity = 0, 0.0
    for at, line in enumerate(lines):
        candidate = _folded(line)[:SHOWN_LENGTH]
        if not budget.spend(len(candidate)):
            break
        alike = similarity(longest, candidate)
        if alike > best_similarity:
            best, best_similarity = at, alike
    return best


def _shown(lines: Sequence[str], first: int, count: int) -> str:
    """Some lines with their numbers."""
    return "\n".join(
        f"{first + index + 1}| {line[:SHOWN_LENGTH]}" for index, line in enumerate(lines[first : first + count])
    )
