"""Reading style sheets: rules with their selectors and declarations, in the order in which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ide.engines.rehearsal.code import Source

_RULE = re.compile(r"(?:(?<=[{};])|\A)(?P<selector>[^{};]+)\{(?P<body>[^{}]*)\}")
_DECLARATION = re.compile(r"(?<![\w-])(?P<name>--[\w-]+|[a-z-]+)[ \t]*:\s*(?P<value>[^;{}]+)")
_LAST_PART = re.compile(r"[^\s>+~]+$")
_STATE = re.compile(r"::?(?!root\b|is\b|where\b)[\w-]+(?:\([^)]*\))?")


@dataclass(frozen=True, slots=True)
class Declaration:
    """`name: value`; `start` and `stop` are those of the value in its source."""

    name: str
    value: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class StyleRule:
    """One rule. `body` is where its declarations begin in its source."""

    source: Source
    selector: str
    start: int
    body: int
    stop: int
    declarations: tuple[Declaration, ...]

    def parts(self) -> list[str]:
        """What each selector of the list ends in, such as `.card` of `main > .card`."""
        ends = (_LAST_PART.search(part.strip()) for part in self.selector.split(","))
        return [end[0] for end in ends if end]

    @property
    def conditional(self) -> bool:
        """True if it holds for a state only, such as `:hover` or `::before`."""
        return any(_STATE.search(part) for part in self.parts())


def style_rules(source: Source) -> Iterator[StyleRule]:
    """The rules of a style sheet, those inside at-rules too, but for the steps of keyframes."""
    for match in _RULE.finditer(source.code):
        selector = match["selector"].strip()
        if selector.startswith("@") or re.fullmatch(r"(?:from|to|[\d.]+%)(?:\s*,\s*(?:from|to|[\d.]+%))*", selector):
            continue
        body = match.start("body")
        declarations = tuple(_declaration(found, body) for found in _DECLARATION.finditer(match["body"]))
        yield StyleRule(source, selector, match.start(), body, match.end("body"), declarations)


def _declaration(found: re.Match[str], body: int) -> Declaration:
    value = found["value"].rstrip()
    start = body + found.start("value")
    return Declaration(found["name"], value, start, start + len(value))
