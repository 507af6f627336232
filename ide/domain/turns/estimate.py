"""How many tokens a text has, without any model's tokeniser: an estimate that is meant to be too high.

Held against two public vocabularies of 100,000 and 200,000 tokens, over source code, minified code, prose in seven
scripts, hashes and emoji, it stood between 1.0 and 1.8 times the larger count; base64 alone came out lower, at 0.9.
Characters divided by four, the usual rule, stood at 0.7 for CSS, 0.5 for lock files and 0.2 for Chinese.
"""

from __future__ import annotations

import string

_HIGH = bytes(range(0x80, 0xF0))
_FOUR_BYTE_LEADS = bytes(range(0xF0, 0x100))
_WEIGHTS: tuple[tuple[bytes, float], ...] = (
    (string.ascii_lowercase.encode(), 0.25),
    (string.ascii_uppercase.encode(), 0.9),
    (string.digits.encode(), 1.1),
    (string.punctuation.encode(), 0.7),
    (_HIGH, 0.45),
    # Emoji and rare scripts: the lead byte pays for its three followers, which count as high bytes too.
    (_FOUR_BYTE_LEADS, 1.7),
)
_OTHER = 0.15


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` has. Linear, and some milliseconds a megabyte."""
    left = text.encode("utf-8", "replace")
    tokens = 0.0
    for characters, weight in _WEIGHTS:
        rest = left.translate(None, characters)
        tokens += (len(left) - len(rest)) * weight
        left = rest
    return int(tokens + len(left) * _OTHER) + 1
