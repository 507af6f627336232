"""The words of a prompt: which carry meaning, and which need no explanation by the rule that acts on it."""

from __future__ import annotations

import re
from typing import Final


def word_set(text: str) -> frozenset[str]:
    """The words of `text`, for tables that are easier to read as a sentence."""
    return frozenset(text.split())


FILLERS: Final = word_set(
    "a an the please kindly thanks thank you can could would will i i'd id we we'd me us my our it its it's this that"
    " to for of in with and just now hi hey ok okay some so on be up let let's lets want like love need have"
)
# Words that say that something new is wanted.
MAKING: Final = word_set("make create build write code generate show give get start open develop implement new")
NEGATIONS: Final = word_set(
    "not no never none nothing without except unless stop avoid skip cancel undo nor neither hardly instead but"
)
QUESTIONS: Final = word_set(
    "why how what when where who which whose is are was were does do did has should shall may might must am"
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\S", re.UNICODE)
_QUOTED = re.compile(r"\"([^\"\n]+)\"|“([^”\n]+)”|`([^`\n]+)`|(?<!\w)'([^'\n]+)'(?!\w)")
_ASIDE = frozenset(".,!;:-–—()…👍🙂🙏")
_POLITE = re.compile(
    r"(?:(?:please|hi|hey|hello|ok|okay|so|now)[\s,]+)*(?:can|could|would|will)\s+you\b", re.IGNORECASE
)


def words(text: str) -> list[str]:
    """The lower-case words of `text`. A sign that is no plain punctuation is a word of its own, and so content."""
    return [word for match in _WORD.findall(text.lower().replace("’", "'")) if (word := match) not in _ASIDE]


def is_negated(text: str) -> bool:
    """True if something in `text` says not to."""
    return any(word in NEGATIONS or word.endswith("n't") or word in ("dont", "cannot") for word in words(text))


def is_question(text: str) -> bool:
    """True for a question that is no polite request."""
    said = words(text)
    if not said or _POLITE.match(text.strip()):
        return False
    return said[0] in QUESTIONS or "?" in said


def content(text: str) -> list[str]:
    """The words of `text` that a rule must account for. A question mark after a polite request is none of them."""
    said = words(text)
    if _POLITE.match(text.strip()) and said[-1:] == ["?"]:
        said.pop()
    return [word for word in said if word not in FILLERS]


def quoted(text: str) -> list[str]:
    """What stands in quotes in `text`."""
    return ["".join(groups) for groups in _QUOTED.findall(text)]


def name_words(name: str) -> list[str]:
    """The lower-case words of an identifier or of a selector: `SNAKE_SPEED`, `snakeSpeed` and `--snake-speed` alike."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return [word.lower() for word in re.findall(r"[^\W\d_]+", spaced)]
