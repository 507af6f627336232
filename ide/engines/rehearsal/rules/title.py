"""A new title: of a page, of its heading, of a window, of a README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Final

from ide.engines.rehearsal.code import Source
from ide.engines.rehearsal.colours import find_colours
from ide.engines.rehearsal.places import Place, settle, span
from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.rules.about import all_sources
from ide.engines.rehearsal.words import quoted, word_set, words

_ASKED = re.compile(
    r"(?:(?:please|can you|could you|would you)\s+)*(?:change|set|make|rename|update)\s+(?:the\s+)?"
    r"(?:(?P<where>page|tab|window|browser|site|website|document|main|game)(?:'s|’s)?\s+)?"
    r"(?P<what>title|heading|headline)(?:\s+of\s+(?:the\s+)?(?:page|site|website|window|game|document))?"
    r"(?:\s+text)?\s*(?:\s+to\s+say\s|\s+to\s|\s+into\s|\s+say\s|:|=)\s*(?P<value>.+)",
    re.IGNORECASE | re.DOTALL,
)
# Without quotes these words may be part of the wish and not of the title.
_UNSURE: Final = word_set(
    "and then but also or please something someone anything whatever what which the a an my your our be match use it"
    " this that if same one include say read bigger smaller larger bold italic faster slower uppercase lowercase upper"
    " lower capital capitals case centre center left right more less better different new another random empty nothing"
)
_HTML_TITLE = re.compile(r"<title\b[^<>]{0,500}>(?P<value>[^<]{0,500})</title>", re.IGNORECASE)
_HTML_HEADING = re.compile(r"<h1\b[^<>]{0,500}>(?P<value>[^<]{0,500})</h1>", re.IGNORECASE)
_MARKDOWN = re.compile(r"\A\s*#[ \t]+(?P<value>[^\n]+)")
_CALLS = re.compile(
    r"(?:\bset_caption|\b(?:root|window|screen|app|win|master|self)\.title|\bsetWindowTitle)\([ \t]*(?P<quote>['\"])"
    r"(?P<value>(?:(?!(?P=quote))[^\\\n])*)(?P=quote)|document\.title[ \t]*=[ \t]*(?P<quote2>['\"])"
    r"(?P<value2>(?:(?!(?P=quote2))[^\\\n])*)(?P=quote2)"
)
LONGEST: Final = 120


def title(question: Question) -> str | None:
    """Change a title, word for word."""
    asked = _ASKED.fullmatch(question.prompt.strip())
    if asked is None:
        return None
    value = asked["value"].strip()
    new = _value(value)
    if new is None:
        return (
            "I am not sure where the title ends that you want. Put it in quotes: "
            'change the title to "Hello". I changed nothing.'
        )
    tab = (asked["where"] or "").lower() in ("tab", "window", "browser")
    heading = asked["what"].lower() != "title"
    places = [place for source in all_sources(question) for place in _places(source, new)]
    if tab or heading:
        places = [place for place in places if place.what.endswith("heading.") is heading]
    else:
        places = list(_united(places))
    return settle(question, places, "I found no title in the room.")


def _value(value: str) -> str | None:
    """The title that is meant, if that is beyond doubt."""
    inside = quoted(value)
    if len(inside) == 1 and value.strip(" .!")[1:-1] == inside[0]:
        new = inside[0].strip()
    else:
        new = value.rstrip(".").strip()
        said = words(new)
        doubtful = said[:1] == [] or set(said[1:]) & {"and", "then", "but", "also", "please"}
        lower = new[:1].islower() and (said[0] in _UNSURE or find_colours(said))
        if doubtful or lower or inside or re.search(r"[.;:?!,]\s", new) or (find_colours(said) and len(said) <= 2):
            return None
    return new if 0 < len(new) <= LONGEST and "\n" not in new and new.isprintable() else None


def _places(source: Source, new: str) -> Iterator[Place]:
    if source.language == "page":
        for pattern, what in ((_HTML_TITLE, "title"), (_HTML_HEADING, "heading")):
            for match in pattern.finditer(source.code):
                yield _place(source, *match.span("value"), escape(new, quote=False), what)
    elif source.language == "prose" and source.path.lower().endswith(".md"):
        if heading := _MARKDOWN.match(source.text):
            yield _place(source, *heading.span("value"), new, "title")
    elif source.language in ("script", "python"):
        for match in _CALLS.finditer(source.text):
            group = "value" if match["quote"] else "value2"
            quote = match["quote"] or match["quote2"]
            if source.code[match.start()].strip():
                safe = new.replace("\\", "\\\\").replace(quote, f"\\{quote}")
                yield _place(source, *match.span(group), safe, "title")


def _place(source: Source, start: int, stop: int, new: str, what: str) -> Place:
    where = f"`{source.path}:{source.line(start)}`"
    return Place((span(source, start, stop, new),), f"Changed {where}, the {what}.")


def _united(places: list[Place]) -> Iterator[Place]:
    """A page's title and a heading that says the same are one: they change together."""
    for path in dict.fromkeys(place.at[0] for place in places):
        here = [place for place in places if place.at[0] == path]
        said = {_old(place) for place in here}
        if len(here) == 2 and len(said) == 1:
            first, second = here[0].spans[0], here[1].spans[0]
            what = f"Changed `{path}:{first.line}` and the heading in `{path}:{second.line}`."
            yield Place((first, second), what)
        else:
            yield from here


def _old(place: Place) -> str:
    first = place.spans[0]
    return unescape(first.document.text[first.start : first.stop]).strip().casefold()
