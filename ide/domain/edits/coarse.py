"""Fewer edits for the same result, where each of many would cost a pass over a large text."""

from __future__ import annotations

from collections.abc import Sequence

from ide.domain.edits.difference import Edit


def coarsened(old: str, edits: Sequence[Edit], most: int) -> list[Edit]:
    """At most `most` edits of `old` (at least one) that come to the same: those nearest to each other become one."""
    if len(edits) <= most:
        return list(edits)
    gaps = sorted(range(1, len(edits)), key=lambda index: edits[index].start - edits[index - 1].end)
    closed = set(gaps[: len(edits) - max(1, most)])
    joined: list[Edit] = []
    parts: list[str] = []
    start = 0
    for index, edit in enumerate(edits):
        if index in closed:
            parts.append(old[edits[index - 1].end : edit.start])
        else:
            if index:
                joined.append(Edit(start, edits[index - 1].end, "".join(parts)))
            start, parts = edit.start, []
        parts.append(edit.text)
    joined.append(Edit(start, edits[-1].end, "".join(parts)))
    return joined
