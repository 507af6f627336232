"""Numbers in code that have a name: constants, fields, arguments, delays of timers, durations in styles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice

from ide.engines.rehearsal.code import Source
from ide.engines.rehearsal.words import name_words

_TIMERS = 200  # timers that are looked at in one source
_NUMBER = r"(?P<number>\d[\d_]*(?:\.\d+)?|\.\d+)"
_NAMED = re.compile(
    r"(?<![\w.$])(?:this\.|self\.)?(?P<name>[^\W\d]\w*)[ \t]*(?::[ \t]*(?:int|float|number)[ \t]*)?"
    rf"(?:=(?!=)|:)[ \t]*(?P<of>[A-Z][A-Z0-9_]*[ \t]*\*[ \t]*)?{_NUMBER}[ \t]*(?=[,;)}}\r\n]|$)"
)
_TIMER = re.compile(r"\bsetInterval[ \t]*\([ \t]*(?:\(\)[ \t]*=>[ \t]*)?(?P<name>[\w.]+)?")
_LAST_NUMBER = re.compile(r",[ \t\n]*(?P<number>\d+)[ \t\n]*$")
_WAIT = re.compile(
    rf"\bsleep\([ \t]*{_NUMBER}[ \t]*\)|\.after\([ \t]*(?P<number2>\d+)[ \t]*,[ \t]*(?:self\.)?(?P<name>\w+)"
)
_OWNER = re.compile(r"([^\W\d]\w*)[ \t]*[:=][ \t]*$")
_TICK = re.compile(rf"\.tick\([ \t]*{_NUMBER}[ \t]*\)")


@dataclass(frozen=True, slots=True)
class Number:
    """A literal, where it stands in its source, and its name, with that of the object it is a field of.

    `timer`: the pause between two steps. `rate`: steps a second. `fine`: it may have a fraction. `multiple`: it says
    how many times another constant, as in `PADDLE_SPEED = BALL_SPEED * 1.5`.
    """

    source: Source
    start: int
    stop: int
    name: str
    timer: bool = False
    rate: bool = False
    fine: bool = False
    multiple: bool = False

    @property
    def literal(self) -> str:
        """As it stands."""
        return self.source.text[self.start : self.stop]

    @property
    def words(self) -> list[str]:
        """The words of its name."""
        return name_words(self.name)


def named_numbers(source: Source, wanted: Callable[[list[str]], bool]) -> Iterator[Number]:
    """Numbers with a name of `wanted` words, but zero: where something starts is not how large it is."""
    for match in _NAMED.finditer(source.code):
        if wanted(name_words(match["name"])) and Decimal(match["number"].replace("_", "")) != 0:
            name = owned_name(source.code, match.start(), match["name"])
            times = match["of"] is not None
            yield Number(source, *match.span("number"), name, fine=times, multiple=times)


def timers(source: Source) -> Iterator[Number]:
    """The delays of timers that repeat, and frames a second."""
    for match in islice(_TIMER.finditer(source.code), _TIMERS):
        stop = _closing(source.code, source.code.index("(", match.start()))
        found = _LAST_NUMBER.search(source.code, match.end(), stop) if stop else None
        # What happens once a second tells the time: that is no speed.
        if found and int(found["number"]) % 1000:
            yield Number(source, found.start("number"), found.end("number"), match["name"] or "", timer=True)
    for match in _WAIT.finditer(source.code) if source.language == "python" else ():
        group = "number" if match["number"] else "number2"
        if group == "number2" or Decimal(match["number"].replace("_", "")) % 1:
            yield Number(source, match.start(group), match.end(group), match["name"] or "", timer=True)
    for match in _TICK.finditer(source.code) if source.language == "python" else ():
        yield Number(source, match.start("number"), match.end("number"), "", rate=True)


def owned_name(code: str, at: int, name: str) -> str:
    """`ball.radius` for the `radius` at `at` in `ball = { x: 0, radius: 12 }`; `name` alone elsewhere."""
    opening = _opening(code, at)
    owner = _OWNER.search(code, max(0, opening - 200), opening) if opening is not None else None
    return f"{owner[1]}.{name}" if owner else name


def scaled(literal: str, factor: Decimal, *, fine: bool = False) -> str | None:
    """`literal` times `factor`, as short as it was and different from it. None if there is no such number.

    A whole number stays one, unless it is `fine`.
    """
    number = Decimal(literal.replace("_", ""))
    target = number * factor
    whole = "." not in literal
    if whole and (number >= 10 if fine else number >= 2):
        rounded = target.quantize(Decimal(1), ROUND_HALF_UP)
        if number >= 50 and number % 5 == 0:
            rounded = (target / 5).quantize(Decimal(1), ROUND_HALF_UP) * 5
        if rounded == number:
            rounded += 1 if factor > 1 else -1
        return _grouped(f"{rounded:f}", literal) if rounded >= 1 else None
    if whole and factor > 1 and not fine:
        return f"{max(number + 1, target.quantize(Decimal(1), ROUND_HALF_UP)):f}"
    digits = max(-int(number.as_tuple().exponent), 1)
    for places in (digits, digits + 1, digits + 2):
        rounded = target.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if rounded > 0 and abs(rounded - target) <= target / 10 and rounded != number:
            shown = f"{rounded:f}".rstrip("0").rstrip(".")
            return shown[1:] if literal.startswith(".") and shown.startswith("0.") else shown
    return None


def _grouped(digits: str, literal: str) -> str:
    return f"{int(digits):_}" if "_" in literal else digits


def _opening(code: str, at: int) -> int | None:
    """Where the innermost brace opens that is still open at `at`. Reads at most 2,000 characters."""
    depth = 0
    for back in range(at - 1, max(-1, at - 2_000), -1):
        depth += {"}": 1, "{": -1}.get(code[back], 0)
        if depth < 0:
            return back
    return None


def _closing(code: str, opening: int) -> int | None:
    """Where the parenthesis that opens at `opening` closes. Reads at most 5,000 characters."""
    depth = 0
    for at in range(opening, min(len(code), opening + 5_000)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at
    return None
