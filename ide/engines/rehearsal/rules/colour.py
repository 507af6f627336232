"""A colour of something: custom properties, named constants, and declarations in styles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from ide.engines.rehearsal.code import Source
from ide.engines.rehearsal.colours import Colour, find_colours, is_colour
from ide.engines.rehearsal.nouns import PAGE, TEXTUAL
from ide.engines.rehearsal.numbers import owned_name
from ide.engines.rehearsal.places import Place, settle, span
from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.rules.about import MOST, all_sources, elements, is_about
from ide.engines.rehearsal.styles import Declaration, StyleRule, style_rules
from ide.engines.rehearsal.wish import singular
from ide.engines.rehearsal.words import is_negated, is_question, name_words, word_set, words

_UNSAID: Final = word_set(
    "make change turn paint set give have let be to the of its it's my our your this that please kindly thanks thank"
    " you can could would will i want like need i'd now just and hi hey ok okay so into in"
)
_TOPIC: Final = word_set("color colour colored coloured")
_VAGUE: Final = word_set("darker lighter brighter different other another new better nicer")
_COLOUR_WORDS: Final = word_set("color colour fill theme palette config settings")
_NEW = re.compile(r"\b(?:a|an|another|new|add)\b", re.IGNORECASE)
_SCHEME: Final = word_set("mode theme")
_ONE: Final = word_set("a an add")  # "add a blue background": a page has one, so that is no new thing
_SIGNS = re.compile(r"#\s*(?=[0-9a-f]{3})", re.IGNORECASE)
_STRING = re.compile(
    r"(?<![\w$])(?P<name>[^\W\d]\w*)[ \t]*(?::[ \t]*str[ \t]*)?[:=][ \t]*"
    r"(?P<quote>['\"`])(?P<value>[^'\"`\n]+)(?P=quote)"
)
_TUPLE = re.compile(
    r"(?<![\w.])(?P<name>[^\W\d]\w*)[ \t]*=[ \t]*(?P<value>\([ \t]*\d{1,3}(?:[ \t]*,[ \t]*\d{1,3}){2}[ \t]*,?[ \t]*\))"
)
_PAGE_STYLE = re.compile(
    r"document\.body\.style\.background(?:Color)?[ \t]*=[ \t]*(?P<quote>['\"])(?P<value>[^'\"\n]+)(?P=quote)"
)
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*\)")


@dataclass(frozen=True, slots=True)
class _Wish:
    """The colour, what shall have it, as it was said too, and whether its letters or its ground."""

    colour: Colour
    nouns: frozenset[str]
    said: str
    letters: bool


def colour(question: Question) -> str | None:
    """Give something a colour."""
    wish = _read(question.prompt)
    if wish is None:
        return _which(question.prompt)
    sources = all_sources(question)
    about = _about(sources, wish)
    stated = chain(_properties(sources, wish), _constants(sources, wish), _rules(about, sources, wish))
    places = list(islice(stated, MOST))
    if not places:
        places = [_added(rule, _names(wish)[0], wish.colour) for rule in about if rule.declarations]
    return settle(question, places, f"I found no place in the room that clearly says the colour of “{wish.said}”.")


def _read(prompt: str) -> _Wish | None:
    if is_negated(prompt) or is_question(prompt):
        return None
    said = words(_SIGNS.sub("hex", prompt))
    said = [f"#{word[3:]}" if re.fullmatch(r"hex(?:[0-9a-f]{3}|[0-9a-f]{6})", word) else word for word in said]
    if said[-1:] == ["?"]:
        said.pop()
    found = find_colours(said)
    if len(found) != 1:
        return None
    first, stop, wanted = found[0]
    rest = [word for word in [*said[:first], *said[stop:]] if word not in _UNSAID | _TOPIC | {"'"}]
    nouns = frozenset(map(singular, rest))
    ground = PAGE | {"background"} | (_SCHEME if wanted.said in ("dark", "light") else frozenset())
    if nouns - _ONE and nouns - _ONE <= ground:
        return _Wish(
            wanted, frozenset({"background"}), " ".join(word for word in rest if word not in _ONE), letters=False
        )
    if not nouns or _NEW.search(prompt):
        return None
    return _of_a_part(wanted, nouns, " ".join(rest))


def _which(prompt: str) -> str | None:
    """The question for the colour, if `prompt` wants another background and names none."""
    said = words(prompt)
    if is_negated(prompt) or is_question(prompt) or find_colours(said):
        return None
    if set(said) - _UNSAID - _TOPIC - _VAGUE - _ONE != {"background"}:
        return None
    return "Which colour? Name it, as in `make the background dark blue`. I changed nothing yet."


def _of_a_part(wanted: Colour, nouns: frozenset[str], said: str) -> _Wish:
    """ "The text of the button" and "the button's background" are about the button."""
    if len(nouns) > 1 and nouns & {"text", "font"}:
        return _Wish(wanted, nouns - {"text", "font"}, said, letters=True)
    if len(nouns) > 1 and "background" in nouns:
        return _Wish(wanted, nouns - {"background"}, said, letters=False)
    return _Wish(wanted, nouns, said, letters=bool(nouns & TEXTUAL))


def _is_named(name: str, nouns: frozenset[str]) -> bool:
    """True if an identifier says `nouns` and nothing else but that it is a colour."""
    said = {"background" if word in ("bg", "backdrop") else singular(word) for word in name_words(name)}
    return said - _COLOUR_WORDS == nouns


def _properties(sources: Sequence[Source], wish: _Wish) -> Iterator[Place]:
    """`--snake: …` and `--snake-colour: …`."""
    for source, _, declaration in _declarations(sources):
        if (
            declaration.name.startswith("--")
            and is_colour(declaration.value)
            and _is_named(declaration.name, wish.nouns)
        ):
            yield _replaced(source, declaration.start, declaration.stop, wish.colour, declaration.name)


def _constants(sources: Sequence[Source], wish: _Wish) -> Iterator[Place]:
    """`const SNAKE_COLOR = "…"`, `{snake: "#0f0"}`, `SNAKE_COLOR = (0, 255, 0)`."""
    for source in sources:
        if source.language not in ("script", "python"):
            continue
        patterns = (_STRING, _TUPLE) if source.language == "python" else (_STRING,)
        for match in (match for pattern in patterns for match in pattern.finditer(source.text)):
            name = owned_name(source.code, match.start(), match["name"])
            if not source.code[match.start("name")].strip() or not _is_named(name, wish.nouns):
                continue
            start, stop = match.span("value")
            if match.re is _TUPLE:
                if set(name_words(name)) & (_COLOUR_WORDS | {"bg", "background"}):
                    yield _replaced(source, start, stop, wish.colour, name, str(wish.colour.rgb))
            elif is_colour(match["value"]):
                yield _replaced(source, start, stop, wish.colour, name)
        if wish.nouns == {"background"} and source.language == "script":
            for match in _PAGE_STYLE.finditer(source.text):
                yield _replaced(source, *match.span("value"), wish.colour, "the page's background")


def _about(sources: Sequence[Source], wish: _Wish) -> list[StyleRule]:
    """The rules about the noun."""
    named = elements(sources)
    return [
        rule
        for source in sources
        if source.language == "style"
        for rule in style_rules(source)
        if not rule.conditional and is_about(rule, wish.nouns, named)
    ][:MOST]


def _names(wish: _Wish) -> tuple[str, ...]:
    return ("color",) if wish.letters else ("background", "background-color")


def _rules(about: Sequence[StyleRule], sources: Sequence[Source], wish: _Wish) -> Iterator[Place]:
    """Those of the rules that have such a colour."""
    for rule in about:
        for declaration in rule.declarations:
            if declaration.name in _names(wish):
                yield from _stated(rule, declaration, sources, wish)


def _stated(rule: StyleRule, declaration: Declaration, sources: Sequence[Source], wish: _Wish) -> Iterator[Place]:
    variable = _VARIABLE.fullmatch(declaration.value)
    if variable and _is_named(variable[1], wish.nouns):
        return  # a place of its own, which `_properties` names
    if variable:
        defined = [(source, one) for source, _, one in _declarations(sources) if one.name == variable[1]]
        used = sum(source.code.count(f"var({variable[1]}") for source in sources)
        if len(defined) == 1 and used == 1:
            source, one = defined[0]
            yield _replaced(source, one.start, one.stop, wish.colour, one.name)
            return
    if variable or is_colour(declaration.value):
        yield _replaced(rule.source, declaration.start, declaration.stop, wish.colour, rule.selector)


def _added(rule: StyleRule, name: str, wanted: Colour) -> Place:
    last = rule.declarations[-1]
    text = rule.source.text
    between = text[last.stop : rule.stop]
    ends = ";" in between
    at = last.stop + between.index(";") + 1 if ends else last.stop
    line = text.rfind("\n", 0, text.rfind(last.name, 0, last.start)) + 1
    indent = re.match(r"[ \t]*", text[line:])
    apart = f"\n{indent[0] if indent else ''}" if "\n" in text[rule.body : rule.stop] else " "
    new = f"{'' if ends else ';'}{apart}{name}: {wanted.css};"
    source = rule.source
    return Place((span(source, at, at, new),), f"Added `{name}: {wanted.css}` to `{rule.selector}` in `{source.path}`.")


def _declarations(sources: Sequence[Source]) -> Iterator[tuple[Source, StyleRule, Declaration]]:
    for source in sources:
        if source.language == "style":
            yield from ((source, rule, one) for rule in style_rules(source) for one in rule.declarations)


def _replaced(source: Source, start: int, stop: int, wanted: Colour, what: str, new: str | None = None) -> Place:
    fresh = new or wanted.css
    sentence = f"Changed `{source.path}:{source.line(start)}` (`{what}`) to {fresh}."
    return Place((span(source, start, stop, fresh),), sentence)
