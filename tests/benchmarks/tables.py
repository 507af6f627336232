"""Figures as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

Row = dict[str, float | int | str]
Columns = Sequence[tuple[str, str]]
"""Each column's field and title."""


def table(rows: Sequence[Row], columns: Columns) -> str:
    """Rows under their titles, the first column to the left and all others to the right."""
    return _aligned([[title for _, title in columns], *([_cell(row[field]) for field, _ in columns] for row in rows)])


def _cell(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,g}"


def _aligned(cells: list[list[str]]) -> str:
    widths = [max(len(line[at]) for line in cells) for at in range(len(cells[0]))]
    return "\n".join("  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) for line in cells)
