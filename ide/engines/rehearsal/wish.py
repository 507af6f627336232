"""Reading "make the snake a bit faster": by how much, and of what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ide.engines.rehearsal.words import is_negated, is_question, word_set, words

_BY: Final = {
    **dict.fromkeys(("bit", "little", "slightly", "somewhat", "tad"), Decimal("1.2")),
    **dict.fromkeys(
        ("much", "lot", "lots", "far", "way", "significantly", "considerably", "twice", "double", "halve"), Decimal(2)
    ),
}
# These need to be told what of: "double the speed".
_MORE_OF: Final = word_set("increase raise double")
_LESS_OF: Final = word_set("decrease reduce lower halve")
_TIMES: Final = {"two": 2, "three": 3, "four": 4, "five": 5}
_UNSAID: Final = word_set(
    "make let have get go goes going run runs running move moves moving be become please kindly thanks thank you can"
    " could would will i'd like want need the it its it's this that to of by my our your me us we i just now and"
    " everything all thing things whole hey hi ok okay so some bit in for with a as"
)
_NEW = re.compile(r"\b(?:a|an|another|new)\s+(?!bit\b|little\b|lot\b|tad\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """`factor` over 1 is more, under 1 is less. `nouns` are what it is about; none means: whatever there is.

    `said` are the nouns as they were said.
    """

    factor: Decimal
    nouns: frozenset[str]
    said: str


def read_wish(prompt: str, more: frozenset[str], less: frozenset[str], topic: frozenset[str]) -> Wish | None:
    """The wish that `prompt` is from its first word to its last. `topic` are words for the quality itself."""
    if is_negated(prompt) or is_question(prompt) or _NEW.search(prompt):
        return None
    said = words(prompt)
    if said[-1:] == ["?"]:
        said.pop()
    if topic & set(said):
        more, less = more | _MORE_OF, less | _LESS_OF
    up, down = [word for word in said if word in more], [word for word in said if word in less]
    if len(up) + len(down) != 1:
        return None
    by = [_amount(word) for word in said]
    amounts = [amount for amount in by if amount is not None]
    if len(amounts) > 1:
        return None
    rest = [word for word, amount in zip(said, by, strict=True) if amount is None and word not in {*up, *down, "times"}]
    nouns = [word for word in rest if word not in _UNSAID and word not in topic]
    amount = amounts[0] if amounts else Decimal("1.5")
    return Wish(amount if up else 1 / amount, frozenset(map(singular, nouns)), " ".join(nouns))


def singular(word: str) -> str:
    """`balls`, `ball's` and `ball` alike."""
    word = word.removesuffix("'s")
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as"))
    return word[:-1] if plural else word


def _amount(word: str) -> Decimal | None:
    if word in _TIMES:
        return Decimal(_TIMES[word])
    if (match := re.fullmatch(r"([2-9]|10)x?", word)) is not None:
        return Decimal(match[1])
    return _BY.get(word)
