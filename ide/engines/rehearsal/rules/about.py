"""What code is about: which nouns its file, its page or its lines name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ide.engines.rehearsal.code import Source, sources
from ide.engines.rehearsal.nouns import tags_of
from ide.engines.rehearsal.numbers import Number
from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.styles import StyleRule
from ide.engines.rehearsal.wish import singular
from ide.engines.rehearsal.words import name_words, words

Elements = Mapping[str, set[str]]

LARGEST: Final = 200_000
# More than this many candidates are not told apart any better by more of them.
MOST: Final = 50

_HEADING = re.compile(r"<(?:title|h1)\b[^<>]{0,500}>([^<]{0,500})<", re.IGNORECASE)
_ELEMENT = re.compile(r"<([a-zA-Z][\w-]*)((?:\s+[^<>]{0,2000})?)>")
_ATTRIBUTE = re.compile(r"\b(class|id)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[^\W\d][\w$]*")


def all_sources(question: Question) -> list[Source]:
    """Every stretch of code in the room, but for documents so large that nobody wrote them by hand."""
    small = (document for document in question.documents if len(document.text) <= LARGEST)
    return [source for document in small for source in sources(document)]


def file_is_about(source: Source, nouns: frozenset[str], others: Sequence[Source]) -> bool:
    """True if the path names all of `nouns`, or the title of the page beside it does."""
    if nouns <= {singular(word) for word in name_words(source.path.rpartition(".")[0])}:
        return True
    folder = source.path.rpartition("/")[0]
    pages = [other for other in others if other.language == "page" and other.path.rpartition("/")[0] == folder]
    if len(pages) != 1:
        return False
    return any(nouns <= {singular(word) for word in words(title)} for title in _HEADING.findall(pages[0].text))


def elements(among: Sequence[Source]) -> Elements:
    """Which elements of the room's pages have which class or id."""
    found: dict[str, set[str]] = {}
    for source in among:
        for element in _ELEMENT.finditer(source.code) if source.language == "page" else ():
            for name, value in _ATTRIBUTE.findall(element[2]):
                for one in value.split():
                    found.setdefault(("." if name.lower() == "class" else "#") + one, set()).add(element[1].lower())
    return found


def is_about(rule: StyleRule, nouns: frozenset[str], named: Elements) -> bool:
    """True if every selector of a rule means `nouns`: an element of that kind, or what is named after all of them."""
    parts = rule.parts()
    return bool(parts) and all(_means(part, nouns, named) for part in parts)


def _means(part: str, nouns: frozenset[str], named: Elements) -> bool:
    said = {singular(word) for word in name_words(part)}
    if nouns <= said:
        return True
    # A class that only buttons have stands for a button.
    bearers = named.get(part, set())
    kinds = ((noun, tags_of(frozenset({noun}))) for noun in nouns)
    return any(
        (nouns == {noun} and part.lower() in tags) or (bearers and bearers <= tags and nouns - {noun} <= said)
        for noun, tags in kinds
    )


def shares_a_line(number: Number, nouns: frozenset[str]) -> bool:
    """True if a line that uses the number's name also names all of `nouns`."""
    if not number.name or number.timer:
        return False
    for line in number.source.code.split("\n"):
        names = _IDENTIFIER.findall(line) if number.name in line else []
        if number.name in names and nouns <= {singular(word) for name in names for word in name_words(name)}:
            return True
    return False
