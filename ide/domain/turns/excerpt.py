"""The lines of a document that matter, where it is too long to be shown whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from ide.domain.turns.budget import PER_MESSAGE
from ide.domain.turns.context import render_part
from ide.domain.turns.estimate import estimate_tokens

_BLOCK: Final = 20
_LONGEST_LINE: Final = 400
_WORD: Final = re.compile(r"[a-z_$][\w$]{2,59}")


def excerpt(path: str, text: str, prompt: str, lines: Collection[int], tokens: int) -> str:
    """Parts of a document within `tokens`: its head, those with `lines` (from 1), those with words of the prompt."""
    rows = [row if len(row) <= _LONGEST_LINE else f"{row[:_LONGEST_LINE]}…" for row in text.split("\n")]
    blocks = [rows[at : at + _BLOCK] for at in range(0, len(rows), _BLOCK)]
    words = set(_WORD.findall(prompt.lower()))
    wanted = {(line - 1) // _BLOCK for line in lines}
    chosen: set[int] = set()
    for at in sorted(range(len(blocks)), key=lambda at: _rank(at, blocks[at], wanted, words)):
        used = estimate_tokens("\n".join(blocks[at])) + 4 * PER_MESSAGE + estimate_tokens(path)
        if used <= tokens:
            tokens -= used
            chosen.add(at)
        elif tokens < _BLOCK:
            break
    parts = []
    for at in sorted(chosen):
        if at - 1 not in chosen:
            last = at
            while last + 1 in chosen:
                last += 1
            shown = [row for block in blocks[at : last + 1] for row in block]
            parts.append(render_part(path, shown, at * _BLOCK + 1, len(rows)))
    return "\n".join(parts)


def _rank(at: int, block: Sequence[str], wanted: set[int], words: set[str]) -> tuple[int, int, int]:
    """Less comes first."""
    near = min((abs(at - one) for one in wanted), default=2)
    found = len(words.intersection(_WORD.findall("\n".join(block).lower())))
    return (0 if at == 0 else min(near, 2), -found, at)
