"""How alike two lines are, and how much looking for alike lines may cost."""

from __future__ import annotations

import unicodedata

from ide.domain.edits.common import common_length

_FOLDED = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u200b\u200c\u200d\ufeff", None),
    }
)


class Budget:
    """A bound on work that does not depend on a clock, so that the same search always ends the same way."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def spend(self, steps: int) -> bool:
        """Take `steps`; False once there are none left."""
        self._left -= steps
        return self._left >= 0


def fold(line: str) -> str:
    """`line` with typographic dashes, quotes and spaces as their ASCII likes, and compatibility forms composed."""
    return line if line.isascii() else unicodedata.normalize("NFKC", line).translate(_FOLDED)


def similarity(one: str, other: str) -> float:
    """Twice the length of the longest common subsequence over both lengths: 1 for equal lines, 0 for no like letter."""
    if one == other:
        return 1.0
    if not one or not other:
        return 0.0
    return 2 * common_length(one, other) / (len(one) + len(other))


def may_be_similar(one: str, other: str, least: float) -> bool:
    """False if their lengths alone keep `similarity` below `least`."""
    return 2 * min(len(one), len(other)) >= least * (len(one) + len(other))
