"""Takes secrets out of texts that an upstream wrote, before people see them."""

from __future__ import annotations

import re

_KEY_LIKE = re.compile(
    r"""
    (?i:bearer|basic)\s+[^\s"',;]+                                  # an Authorization header, quoted back
    | (?<![A-Za-z0-9])(?:sk|gsk|csk|pk|rk|xai|nvapi|hf|or|key|api|fw|tgp)[-_][A-Za-z0-9_*.\-]{6,}
    | (?<![A-Za-z0-9])AIza[\w\-]{10,}
    | [^\s"'`,;:=()]*\*{3,}[^\s"'`,;()]*                            # a key that the upstream masked itself
    | (?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9_+/]{24,}={0,2}       # a long run of letters with digits
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"[^\s\"'`,;()]+")
_PIECE = 6
_MASK = "[hidden]"


def scrub(text: str, secret: str | None = None, most: int = 300) -> str:
    """One line of at most `most` characters of `text`, without `secret`, pieces of it, or what looks like a key."""
    # A key that the cut would halve must still be recognised, so the cut comes last.
    line = "".join(char if char.isprintable() else " " for char in text[: 4 * most])
    if secret:
        line = line.replace(secret, _MASK)
        # In any case: some servers lower what they quote.
        folded = secret.casefold()
        pieces = {folded[at : at + _PIECE] for at in range(len(folded) - _PIECE + 1)}
        line = _WORD.sub(lambda word: _MASK if any(piece in word[0].casefold() for piece in pieces) else word[0], line)
    line = " ".join(_KEY_LIKE.sub(_MASK, line).split())
    return line if len(line) <= most else line[: most - 1] + "…"
