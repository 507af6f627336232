"""What a model takes the room's documents to be: what it was told, changed by what it wrote itself.

What is told to it next is the difference from this. Where its own blocks did not become exactly what it wrote, or where
somebody typed in them meanwhile, the belief is unsure, and the whole text is told again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ide.domain.edits.hunks import HunkRecord
from ide.wire.codes import HunkState

_STANDING = (HunkState.APPLIED, HunkState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Belief:
    """A document as a model knows it. `text` is None if it does not know all of it.

    `unsure`: it did, but cannot tell any more what its own changes made of it.
    """

    path: str
    text: str | None
    unsure: bool = False


def after_answer(beliefs: dict[str, Belief], answer: str, hunks: Iterable[HunkRecord]) -> None:
    """Change `beliefs`, by file id, as the applied hunks of a model's answer did."""
    said = _lines_of(answer)
    for hunk in hunks:
        if hunk.state in _STANDING and hunk.file_id is not None:
            before = beliefs.get(hunk.file_id)
            if hunk.kind == "delete":
                beliefs.pop(hunk.file_id, None)
            elif hunk.kind == "move":
                beliefs[hunk.file_id] = Belief(hunk.after, before.text if before else None)
            else:
                known = before is not None and before.text is not None
                text = _written(before.text if before else None, hunk) if _is_said(hunk.after, said) else None
                unsure = text is None and (known or hunk.kind == "create" or (before is not None and before.unsure))
                beliefs[hunk.file_id] = Belief(hunk.path, text, unsure)


def _written(text: str | None, hunk: HunkRecord) -> str | None:
    """`text` with what the hunk did to it; None if it cannot be told."""
    if hunk.kind == "create":
        return hunk.after
    if text is None:
        return None
    if not hunk.before:
        return hunk.after if not text else None
    at = _nearest(text, hunk.before, hunk.line or 1)
    return None if at is None else text[:at] + hunk.after + text[at + len(hunk.before) :]


def _nearest(text: str, part: str, line: int) -> int | None:
    """Where `part` stands at the beginning of a line, nearest to `line`."""
    best: tuple[int, int] | None = None
    at = text.find(part)
    counted, number = 0, 1
    while at >= 0:
        number += text.count("\n", counted, at)
        counted = at
        if at == 0 or text[at - 1] == "\n":
            away = abs(number - line)
            if best is None or away < best[0]:
                best = (away, at)
            if number > line:
                break
        at = text.find(part, at + 1)
    return None if best is None else best[1]


def _lines_of(answer: str) -> set[str]:
    """The lines of an answer; also without their first character, which patches put before them."""
    lines = set(answer.splitlines())
    return lines | {line[1:] for line in lines if line[:1] in ("+", " ")}


def _is_said(text: str, said: set[str]) -> bool:
    return all(line in said for line in text.splitlines())
