"""What people call the parts of a page, and the elements that these are."""

from __future__ import annotations

from typing import Final

from ide.engines.rehearsal.words import word_set

PAGE: Final = word_set("page site website body screen window")
TEXTUAL: Final = word_set("title heading headline text font paragraph link label writing letters")
_TAGS: Final = {
    "title": "h1",
    "heading": "h1 h2",
    "headline": "h1 h2",
    "button": "button",
    "link": "a",
    "paragraph": "p",
    "text": "body html :root p",
    "font": "body html :root",
    "writing": "body html :root",
    "list": "ul ol",
    "item": "li",
    "input": "input textarea",
    "field": "input textarea",
    "image": "img",
    "picture": "img",
    "table": "table",
    "header": "header",
    "footer": "footer",
    "canvas": "canvas",
    "label": "label",
    "background": "body html :root",
    "page": "body html :root",
    "site": "body html :root",
    "website": "body html :root",
    "body": "body",
}


def tags_of(nouns: frozenset[str]) -> frozenset[str]:
    """The selectors that one noun means by itself; several nouns name something more special."""
    return frozenset(_TAGS.get(next(iter(nouns)), "").split()) if len(nouns) == 1 else frozenset()
