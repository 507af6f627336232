"""The prepared examples, and which of them a prompt asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ide.engines.rehearsal.words import MAKING, content, word_set, words

_FOLDER: Final = Path(__file__).resolve().parent / "prototypes"
_WEB: Final = word_set("app web browser page site website html css javascript js simple small little nice")
_PYTHON: Final = word_set("python program script simple small little nice")
_GAME: Final = word_set("game play playable classic single player singleplayer retro keyboard keys score canvas")

EXAMPLES: Final = (
    "Make a snake game",
    "Build Breakout with a paddle and a ball",
    "Make a todo list",
    "Draw an analogue clock",
    "Make a particle toy",
    "Write a text adventure in Python",
)


@dataclass(frozen=True, slots=True)
class Prototype:
    """A prepared example. `names` are what it is called, each a set of words; `facts` are words that are true of it.

    `paths` are its files in the order in which they are written: the page first, so that it is seen at once.
    """

    name: str
    title: str
    names: tuple[frozenset[str], ...]
    facts: frozenset[str]
    paths: tuple[str, ...]
    use: str

    def files(self) -> tuple[tuple[str, str], ...]:
        """Path and text of each file."""
        return _files(self.name, self.paths)


def _prototype(
    name: str, title: str, names: str, facts: str, paths: str, use: str, kinds: frozenset[str] = _WEB
) -> Prototype:
    called = tuple(frozenset(one.split()) for one in names.split("|"))
    return Prototype(name, title, called, kinds | frozenset(facts.split()), tuple(paths.split()), use)


PROTOTYPES: Final = (
    _prototype(
        "snake",
        "a single-player Snake",
        "snake",
        "arrow arrows wasd swipe food eats touch",
        "index.html style.css snake.js",
        "Steer with the arrow keys, W A S D or by swiping.",
        _WEB | _GAME,
    ),
    _prototype(
        "breakout",
        "a Breakout",
        "breakout|brick breaker|bricks breaker|brickbreaker",
        "paddle ball bricks brick arrow arrows mouse touch lives rows colourful colorful",
        "index.html style.css breakout.js",
        "Move with the arrow keys, the mouse or a finger.",
        _WEB | _GAME,
    ),
    _prototype(
        "pong",
        "a Pong against the computer",
        "pong|ping pong",
        "paddle paddles ball arrow arrows mouse touch against computer ai opponent",
        "index.html style.css pong.js",
        "Move with the arrow keys, the mouse or a finger. Seven points win.",
        _WEB | _GAME,
    ),
    _prototype(
        "todo",
        "a todo list",
        "todo|to do list|to do app|task list",
        "to do list tasks filters checkboxes manager",
        "index.html style.css todo.js",
        "Add tasks, tick them off, and show all, the open or the done ones.",
    ),
    _prototype(
        "clock",
        "an analogue clock",
        "clock",
        "analogue analog wall draw hand hands second svg date time smooth round",
        "index.html style.css clock.js",
        "It shows this computer's time.",
    ),
    _prototype(
        "drawing",
        "a drawing board",
        "drawing board|drawing app|drawing pad|drawing canvas|paint app|painting app|sketch pad|sketchpad|whiteboard",
        "drawing board draw paint colours colors brush eraser mouse touch pen finger canvas",
        "index.html style.css drawing.js",
        "Draw with the mouse, a pen or a finger; Undo takes a stroke back.",
    ),
    _prototype(
        "particles",
        "a particle toy",
        "particle|particles",
        "toy effect animation interactive follow follows pointer mouse cursor canvas swarm system playground demo",
        "index.html style.css particles.js",
        "Move the pointer to lead the particles, press to scatter them.",
    ),
    _prototype(
        "kata",
        "a Roman numerals kata in Python with tests",
        "roman numerals|roman numeral|roman kata|kata",
        "kata coding pytest tests unit converter exercise roman numerals",
        "roman.py test_roman.py",
        'Ask me to "run the tests", or press Tests.',
        _PYTHON,
    ),
    _prototype(
        "adventure",
        "a text adventure in Python",
        "text adventure|text-based adventure|adventure game",
        "text based game adventure terminal console input lighthouse interactive play playable",
        "adventure.py",
        "Run `python adventure.py` and type what you want to do.",
        _PYTHON,
    ),
)


@dataclass(frozen=True, slots=True)
class Match:
    """A prepared example that a prompt names, and the words of the prompt that it does not account for."""

    prototype: Prototype
    unknown: tuple[str, ...]


def match(prompt: str) -> Match | None:
    """The example that `prompt` names. None if it names none, or several."""
    said, meant = set(words(prompt)), content(prompt)
    found = [
        Match(prototype, tuple(dict.fromkeys(word for word in meant if word not in MAKING | prototype.facts | name)))
        for prototype in PROTOTYPES
        for name in sorted((name for name in prototype.names if name <= said), key=len)[-1:]
    ]
    return found[0] if len(found) == 1 else None


def titles() -> list[str]:
    """What there is, for a sentence."""
    return [prototype.title for prototype in PROTOTYPES]


@cache
def _files(name: str, paths: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((path, (_FOLDER / name / path).read_text(encoding="utf-8")) for path in paths)
