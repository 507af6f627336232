"""Bigger and smaller: numbers named after what they measure, and lengths in styles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, Literal

from ide.engines.rehearsal.code import Source
from ide.engines.rehearsal.nouns import TEXTUAL
from ide.engines.rehearsal.numbers import Number, named_numbers, scaled
from ide.engines.rehearsal.places import Place, settle, span
from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.rules.about import MOST, Elements, all_sources, elements, is_about
from ide.engines.rehearsal.styles import StyleRule, style_rules
from ide.engines.rehearsal.wish import Wish, read_wish, singular
from ide.engines.rehearsal.words import word_set, words

Side = Literal["any", "width", "height", "thickness"]

_BIGGER: Final = word_set("bigger larger wider taller thicker big large enlarge grow")
_SMALLER: Final = word_set("smaller narrower shorter thinner tinier small tiny shrink")
_SIDES: Final[dict[str, Side]] = {
    **dict.fromkeys(("wider", "narrower"), "width"),
    **dict.fromkeys(("taller", "shorter"), "height"),
    **dict.fromkeys(("thicker", "thinner"), "thickness"),
}
_SIZES: Final[dict[Side, frozenset[str]]] = {
    "any": word_set("size radius diameter width height scale thickness"),
    "width": word_set("width"),
    "height": word_set("height"),
    "thickness": word_set("thickness width size"),
}
_UNITS: Final = word_set("px pixels pixel em rem")
_PLAIN: Final = word_set("base default initial start the config setting option state game param constant")
_OTHER: Final = word_set("max maximum min minimum limit step batch page buffer chunk pool cache queue sample file")
_LENGTH = re.compile(r"(?P<number>\d*\.?\d+)(?:px|rem|em|vmin|vmax|vw|vh|ch|pt|%)?")
_FONT = re.compile(r"(?<![\w.])(?P<number>\d*\.?\d+)(?:px|rem|em|pt)\b")


@dataclass(frozen=True, slots=True)
class _Length:
    """A number, the words for what it measures, and which side of that."""

    number: Number
    side: str


def size(question: Question) -> str | None:
    """Make something bigger or smaller."""
    wish = read_wish(question.prompt, _BIGGER, _SMALLER, word_set("size"))
    if wish is None:
        return None
    sides = {_SIDES[word] for word in words(question.prompt) if word in _SIDES}
    side: Side = sides.pop() if sides else "any"
    sources = all_sources(question)
    named = elements(sources)
    groups = (group for source in sources for group in _groups(source, wish, side, named))
    places = [place for group in islice(groups, MOST) if (place := _place(group, wish))]
    about = f"of “{wish.said}” " if wish.nouns else ""
    return settle(question, places, f"I found no number in the room that clearly says the size {about}and can change.")


def _groups(source: Source, wish: Wish, side: Side, named: Elements) -> Iterator[list[_Length]]:
    """The lengths of one thing each, which change together."""
    if source.language == "style":
        yield from _styled(source, wish.nouns, side, named)
    if source.language in ("script", "python"):
        yield from _together(_named(named_numbers(source, partial(_is_size, side)), wish.nouns, side))


def _is_size(side: Side, words: Sequence[str]) -> bool:
    said = [word for word in words if word not in _UNITS]
    return bool(said) and said[-1] in _SIZES[side]


def _named(numbers: Iterable[Number], nouns: frozenset[str], side: Side) -> Iterator[_Length]:
    for number in numbers:
        said = [singular(word) for word in number.words if word not in _UNITS]
        if said and said[-1] in _SIZES[side] and not set(said) & _OTHER:
            rest = frozenset(said[:-1]) - _PLAIN
            if rest == nouns:
                yield _Length(number, said[-1])


def _together(lengths: Iterable[_Length]) -> Iterator[list[_Length]]:
    """One width and one height of one thing belong together; anything else stands alone."""
    found = list(lengths)
    if len(found) == 2 and {length.side for length in found} == {"width", "height"}:
        yield found
    else:
        yield from ([length] for length in found)


def _styled(source: Source, nouns: frozenset[str], side: Side, named: Elements) -> Iterator[list[_Length]]:
    custom: list[Number] = []
    for rule in style_rules(source):
        for declaration in rule.declarations:
            match = _LENGTH.fullmatch(declaration.value)
            if declaration.name.startswith("--") and match and float(match["number"]):
                start = declaration.start + match.start("number")
                stop = declaration.start + match.end("number")
                custom.append(Number(source, start, stop, declaration.name, fine=True))
        subject = nouns - {"text", "font"} or nouns
        if nouns and not rule.conditional and is_about(rule, subject, named):
            yield _declared(rule, bool(nouns & TEXTUAL), side)
    yield from _together(_named(custom, nouns, side))


def _declared(rule: StyleRule, textual: bool, side: Side) -> list[_Length]:
    """The lengths that a rule gives to what it is about: those of its box, or that of its letters."""
    lengths: dict[str, _Length] = {}
    for declaration in rule.declarations:
        match = _FONT.search(declaration.value) if declaration.name == "font" else _LENGTH.fullmatch(declaration.value)
        if match and float(match["number"]):
            start, stop = declaration.start + match.start("number"), declaration.start + match.end("number")
            lengths[declaration.name] = _Length(Number(rule.source, start, stop, "", fine=True), declaration.name)
    font = [lengths[name] for name in ("font-size", "font") if name in lengths]
    box = [lengths[name] for name in ("width", "height") if name in lengths and side in ("any", name)]
    if side == "any" and (textual or not box):
        return font[:1]
    return box


def _place(lengths: list[_Length], wish: Wish) -> Place | None:
    changed = [(length, scaled(length.number.literal, wish.factor, fine=length.number.fine)) for length in lengths]
    if not changed:
        return None
    spans = []
    said = []
    for length, new in changed:
        if new is None:
            return None
        number = length.number
        spans.append(span(number.source, number.start, number.stop, new))
        said.append(f"{number.name or length.side} from {number.literal} to {new}")
    source = lengths[0].number.source
    line = source.line(lengths[0].number.start)
    return Place(tuple(spans), f"Changed `{source.path}:{line}`: {' and '.join(said)}.")
