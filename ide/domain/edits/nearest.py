"""What is shown of a document when the place that a model means cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ide.domain.edits.matching import STEPS, folded
from ide.domain.edits.similarity import Budget, similarity

SHOWN_LINES: Final = 12
SHOWN_ABOVE: Final = 2
SHOWN_LENGTH: Final = 160


def nearest(lines: Sequence[str], target: Sequence[str]) -> str:
    """Says that there is no such place, and shows the lines that have most in common with the target."""
    message = "The old text does not stand in the document."
    if not lines:
        return f"{message} It is empty."
    first = max(0, _nearest_line(lines, target) - SHOWN_ABOVE)
    return f"{message} The nearest current lines are:\n{shown(lines, first, SHOWN_LINES)}"


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
    longest = max((folded(line) for line in target), key=len)[:SHOWN_LENGTH]
    budget = Budget(STEPS // 8)
    best, best_similarity = 0, 0.0
    for at, line in enumerate(lines):
        candidate = folded(line)[:SHOWN_LENGTH]
        if not budget.spend(len(candidate)):
            break
        alike = similarity(longest, candidate)
        if alike > best_similarity:
            best, best_similarity = at, alike
    return best


def shown(lines: Sequence[str], first: int, count: int) -> str:
    """Some lines with their numbers."""
    return "\n".join(
        f"{first + index + 1}| {line[:SHOWN_LENGTH]}" for index, line in enumerate(lines[first : first + count])
    )
