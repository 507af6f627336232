"""Faster and slower: rates go up, intervals go down, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Final, Literal

from ide.engines.rehearsal.code import Source
from ide.engines.rehearsal.numbers import Number, named_numbers, scaled, timers
from ide.engines.rehearsal.places import Place, settle, span
from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.rules.about import MOST, all_sources, file_is_about, shares_a_line
from ide.engines.rehearsal.styles import style_rules
from ide.engines.rehearsal.wish import Wish, read_wish, singular
from ide.engines.rehearsal.words import name_words, word_set

_FASTER: Final = word_set("faster quicker quick fast speedier accelerate")
_SLOWER: Final = word_set("slower slow calmer decelerate")
_TOPIC: Final = word_set("speed pace velocity up down")
_RATES: Final = word_set("speed velocity fps pace tempo bpm")
_INTERVALS: Final = word_set("delay interval period")
_UNITS: Final = word_set("ms millis milliseconds millisecond msec")
_SECONDS: Final = word_set("s sec secs second seconds")
_GENERIC: Final = word_set(
    "game move movement step steps tick ticks frame frames update base initial default start animation main loop render"
    " draw refresh per time px pixels pixel second seconds in the my current duration play run next rate cell cells"
    " config settings options state defaults params constants"
)
# With one of these a name means something else: a bound, a change of the speed, a tax.
_OTHER: Final = word_set(
    "max maximum min minimum limit multiplier factor increment increase bonus boost threshold decay label text key"
    " timeout retry debounce throttle tax interest sample bit rotation error save autosave poll polling"
    " reconnect cache session"
)
_MOTION: Final = word_set("tick step frame move animation spin turn update game")
_SPEED_UP = re.compile(r"\bspeed(?=\b.*\bup\b)", re.IGNORECASE)
_FIRST_TIME = re.compile(r"(?<![\w.#-])(?P<number>\d*\.?\d+)(?P<unit>m?s)\b")

Kind = Literal["rate", "interval"]


def speed(question: Question) -> str | None:
    """Make something faster or slower."""
    wish = read_wish(_SPEED_UP.sub("faster", question.prompt), _FASTER, _SLOWER, _TOPIC)
    if wish is None:
        return None
    sources = all_sources(question)
    uses = partial(_uses_in_all, tuple(sources), {})
    found = list(islice(((n, kind) for source in sources for n in _numbers(source) if (kind := _kind(n, uses))), MOST))
    nouns = wish.nouns - {"game"}
    whole = [place for number, kind in _meant(found, nouns, sources) if (place := _place(number, kind, wish))]
    about = f"of “{wish.said}” " if nouns else ""
    return settle(question, whole, f"I found no number in the room that clearly says the speed {about}and can change.")


def _meant(
    found: Sequence[tuple[Number, Kind]], nouns: frozenset[str], sources: Sequence[Source]
) -> list[tuple[Number, Kind]]:
    """Those that `nouns` mean: named after them, or in code that is about them."""
    if not nouns:
        return _leading(found)
    if named := [one for one in found if _rest(one[0]) and _rest(one[0]) == nouns]:
        return named
    here = {one[0].source.path: file_is_about(one[0].source, nouns, sources) for one in found}
    nameless = [one for one in found if not _rest(one[0])]
    if meant := [one for one in nameless if here[one[0].source.path] or shares_a_line(one[0], nouns)]:
        return meant
    # "Make Pong faster": the speeds that the code of that name states, whatever they are of.
    return _leading([one for one in found if here[one[0].source.path] and not one[0].timer])


def _leading(found: Sequence[tuple[Number, Kind]]) -> list[tuple[Number, Kind]]:
    """Those that others follow, not those that are multiples of them."""
    return [one for one in found if not one[0].multiple] or list(found)


def _rest(number: Number) -> frozenset[str]:
    """What a name says beside speed."""
    return frozenset(map(singular, number.words)) - _RATES - _INTERVALS - _UNITS - _SECONDS - _GENERIC


def _numbers(source: Source) -> Iterator[Number]:
    if source.language in ("script", "python"):
        yield from named_numbers(source, lambda words: _kind_of_name(words) is not None)
        yield from timers(source)
    elif source.language == "style":
        yield from _durations(source)


def _durations(source: Source) -> Iterator[Number]:
    """How long animations take, named after the rule and the animation, and custom properties that are times."""
    for rule in style_rules(source):
        for declaration in rule.declarations:
            time = _FIRST_TIME.search(declaration.value)
            if time is None or not float(time["number"]):
                continue
            start = declaration.start + time.start("number")
            stop = declaration.start + time.end("number")
            if declaration.name in ("animation", "animation-duration"):
                parts = " ".join(rule.parts())
                yield Number(source, start, stop, f"{parts} animation", timer=True, fine=True)
            elif declaration.name.startswith("--") and _kind_of_name(name_words(declaration.name)):
                yield Number(source, start, stop, declaration.name, timer=True, fine=True)


def _kind(number: Number, uses_of: Callable[[Number], frozenset[Kind]]) -> Kind | None:
    """Whether more of it is faster (a rate) or slower (an interval); None if it says no speed, or not clearly."""
    if set(number.words) & _OTHER:
        return None
    if number.rate or number.timer:
        return "rate" if number.rate else "interval"
    kind = _kind_of_name(number.words)
    if kind is None:
        return None
    uses = uses_of(number)
    return None if len(uses) > 1 else next(iter(uses), kind)


def _kind_of_name(words: Sequence[str]) -> Kind | None:
    if "per" in words and words[-1] in _SECONDS | {"minute"}:
        return "rate"
    core = list(words)
    in_time = False
    while core and core[-1] in _UNITS | _SECONDS:
        core.pop()
        in_time = True
    if not core:
        return None
    if core[-1] in _RATES or (core[-1] == "rate" and set(core[:-1]) & _MOTION):
        return "interval" if in_time else "rate"
    timed = core[-1] in ("duration", "time") and set(core[:-1]) & _MOTION
    if core[-1] in _INTERVALS or timed or (in_time and core[-1] in _MOTION):
        return "interval"
    return None


def _uses_in_all(
    sources: Sequence[Source], known: dict[tuple[str, str], frozenset[Kind]], number: Number
) -> frozenset[Kind]:
    """How all code of a number's language uses its name. `known` is what was found out before."""
    key = (number.source.language, number.name)
    if key not in known:
        same = (source for source in sources if source.language == number.source.language)
        known[key] = frozenset(use for source in same for use in _uses(source, number.name))
    return known[key]


def _uses(source: Source, name: str) -> set[Kind]:
    """How the code uses a name: `setInterval(step, SPEED)` waits for it, `1000 / SPEED` divides by it."""
    word = rf"(?<![\w$]){re.escape(name)}(?![\w$])"
    waits = (
        rf"\bset(?:Interval|Timeout)\b[^;]{{0,2000}}?,\s*(?:this\.|self\.)?{word}\s*\)",
        rf"(?:\bsleep|\.after)\(\s*(?:self\.)?{word}",
        rf"\b(?:now|time|last\w{{0,40}}|elapsed|delta|dt|acc\w{{0,40}}|timestamp|timer|since|counter|frames?\w{{0,40}})\b[^\n;]{{0,200}}[<>]=?\s*"
        rf"(?:this\.|self\.)?{word}(?!\s*[*/])",
        rf"%\s*(?:this\.|self\.)?{word}",
    )
    divides = (rf"\b1(?:000|e3|\.0)?\s*/\s*\(?(?:this\.|self\.)?{word}", rf"\.tick\(\s*(?:self\.)?{word}")
    uses: set[Kind] = set()
    if any(re.search(pattern, source.code, re.IGNORECASE) for pattern in waits):
        uses.add("interval")
    if any(re.search(pattern, source.code) for pattern in divides):
        uses.add("rate")
    return uses


def _place(number: Number, kind: Kind, wish: Wish) -> Place | None:
    factor = wish.factor if kind == "rate" else Decimal(1) / wish.factor
    new = scaled(number.literal, factor, fine=number.fine)
    if new is None:
        return None
    source = number.source
    line = source.line(number.start)
    name = f" (`{number.name.strip()}`)" if number.name and not number.timer else ""
    return Place(
        (span(source, number.start, number.stop, new),),
        f"Changed `{source.path}:{line}`{name} from {number.literal} to {new}.",
    )
