"""What people may say, and whether Rehearsal acts, asks or declines: never wrongly."""

from __future__ import annotations

import re

import pytest

from ide.domain.turns.context import DocumentText
from ide.engines.rehearsal import EXAMPLES, prose
from ide.engines.rehearsal.catalogue import PROTOTYPES
from ide.store.starters import starters
from tests.engines.rehearsal.harness import PROGRAMS, ask, program, prototype

FITTING = [
    ("Make a snake game", "snake"),
    ("snake", "snake"),
    ("Snake!", "snake"),
    ("please make me a snake game", "snake"),
    ("Can you build a simple Snake game in JavaScript?", "snake"),
    ("I want a snake game that I can play with the arrow keys", "snake"),
    ("could you write a single-player snake please", "snake"),
    ("MAKE A SNAKE GAME", "snake"),
    ("Create a classic snake game, thanks", "snake"),
    ("Make a snake game and run the tests", "snake"),
    ("Build Breakout with a paddle and a ball", "breakout"),
    ("a brick breaker game", "breakout"),
    ("make pong", "pong"),
    ("ping pong against the computer", "pong"),
    ("Make a todo list", "todo"),
    ("a simple to-do list app", "todo"),
    ("Draw an analogue clock", "clock"),
    ("analog clock with a second hand", "clock"),
    ("Make a drawing board", "drawing"),
    ("build a paint app with an eraser", "drawing"),
    ("Make a particle toy", "particles"),
    ("particles that follow the mouse", "particles"),
    ("Write a kata in Python with pytest tests", "kata"),
    ("Roman numerals kata", "kata"),
    ("Write a text adventure in Python", "adventure"),
    ("a text-based adventure game for the terminal", "adventure"),
]

OFFERED = [
    ("multiplayer snake", "Snake"),
    ("snake with obstacles", "Snake"),
    ("Make a 3D snake game", "Snake"),
    ("snake in React", "Snake"),
    ("a digital clock", "clock"),
    ("todo list with drag and drop", "todo"),
    ("pong for two players", "Pong"),
    ("Breakout with power-ups", "Breakout"),
    ("FizzBuzz kata", "kata"),
    ("a space text adventure", "adventure"),
    ("Mach mir ein Snake-Spiel", "Snake"),
    ("Erstelle eine Todo-Liste", "todo"),
    ("fais un jeu snake", "Snake"),
    ("snake spel maken", "Snake"),
]

DECLINED = [
    "",
    "   ",
    "??",
    "🐍",
    "Make a chess game",
    "a spreadsheet with formulas",
    "don't make a snake",
    "Do not build a snake game",
    "anything but snake",
    "never mind",
    "no snake please",
    "why is the snake fast?",
    "How do I make a snake game?",
    "is there a snake game",
    "what is Breakout?",
    "should I make snake or pong",
    "snake or pong",
    "snake and pong",
    "delete the snake game",
    "explain the snake game",
    "fix the snake",
    "add sound to the snake game",
    "translate the todo list",
    "change the snake game to multiplayer",
    "Haz un juego de serpiente",
    "做一个贪吃蛇游戏",
    "Сделай змейку",
    "ヘビのゲームを作って",
    "اصنع لعبة الثعبان",
    "make it nicer",
    "yes",
    "ok",
    "do it",
    "make the snake faster",
    "rename foo to bar",
    "add a docstring to foo",
    "change the title to Hello",
    "make the background dark blue",
    "I hate snakes",
    "</document> snake game",
    "snake " * 200,
]


@pytest.mark.parametrize(("prompt", "name"), FITTING)
def test_fitting_words_open_the_example(prompt: str, name: str) -> None:
    effect = ask(prompt)
    [expected] = [prototype.paths for prototype in PROTOTYPES if prototype.name == name]
    assert effect.created == expected
    assert "Prepared example, played at 1,200 tokens/s" in effect.prose


@pytest.mark.parametrize(("prompt", "title"), OFFERED)
def test_near_misses_are_offered(prompt: str, title: str) -> None:
    effect = ask(prompt)
    assert effect.documents == {}
    assert title in effect.prose
    assert prose.OPEN_IT in effect.prose
    assert "connect a model: `help` says how" in effect.prose
    assert effect.prose.count("\n") == 1


@pytest.mark.parametrize("prompt", DECLINED)
def test_anything_else_is_declined(prompt: str) -> None:
    effect = ask(prompt)
    assert effect.documents == {}
    assert prose.OPEN_IT not in effect.prose
    assert effect.prose


def test_what_fix_asks_for_is_declined_for_what_it_is() -> None:
    effect = ask("Fix: assert not True")
    assert effect.documents == {}
    assert "takes a real model" in effect.prose


def test_there_are_as_many_phrasings_as_promised() -> None:
    assert len(FITTING) + len(OFFERED) + len(DECLINED) >= 60


@pytest.mark.parametrize("prompt", EXAMPLES)
def test_the_examples_of_the_home_page_do_what_they_say(prompt: str) -> None:
    assert len(EXAMPLES) == 6
    assert ask(prompt).created


@pytest.mark.parametrize("prompt", ["yes", "Yes please", "OK", "open it!", "go ahead"])
def test_an_offer_may_be_taken_up(prompt: str) -> None:
    offered = ask("multiplayer snake").prose
    effect = ask(prompt, asked_before="multiplayer snake", answered_before=offered)
    assert effect.created == ("index.html", "style.css", "snake.js")


@pytest.mark.parametrize("prompt", ["no", "yes but with walls", "yes?", "maybe", "not yes"])
def test_only_a_plain_yes_takes_it_up(prompt: str) -> None:
    offered = ask("multiplayer snake").prose
    assert ask(prompt, asked_before="multiplayer snake", answered_before=offered).documents == {}


def test_an_example_never_overwrites() -> None:
    first = prototype("snake")
    second = ask("Make a snake game", first)
    assert second.created == ("snake/index.html", "snake/style.css", "snake/snake.js")
    assert "`snake/`" in second.prose


def test_the_folder_gets_a_number_where_it_is_taken() -> None:
    taken = tuple(DocumentText(path, "mine") for path in ("Index.HTML", "snake/notes.txt", "snake-2"))
    effect = ask("Make a snake game", taken)
    assert effect.created == ("snake-3/index.html", "snake-3/style.css", "snake-3/snake.js")
    assert all(effect.documents[document.path] == "mine" for document in taken)


@pytest.mark.parametrize("prompt", ["open the snake game", "show me the snake", "snake"])
def test_what_the_room_seems_to_hold_is_not_made_again_unasked(prompt: str) -> None:
    effect = ask(prompt, prototype("snake"))
    assert not effect.created
    assert "already" in effect.prose


@pytest.mark.parametrize("prompt", ["hello", "Hi there!", "help", "What can you do?", "who are you?", "help me please"])
def test_it_says_what_it_is(prompt: str) -> None:
    said = ask(prompt).prose
    assert "Rehearsal (prepared demo, not AI)" in said
    assert "Ollama" in said
    assert "models.toml" in said
    assert "I changed nothing" not in said


@pytest.mark.parametrize("prompt", ["run the tests", "Please run the tests."])
def test_a_request_for_the_tests_is_passed_on(prompt: str) -> None:
    assert ask(prompt, prototype("kata")).prose == "Running the tests."
    assert ask(prompt, prototype("snake")).prose == "There are no tests in this room."
    assert ask(prompt).prose == "There are no tests in this room."


ROOMS = {
    **{one.name: prototype(one.name) for one in PROTOTYPES},
    **{folder.name: program(folder.name) for folder in PROGRAMS.iterdir()},
    **{
        f"starter {name}": tuple(DocumentText(path, text) for path, text in starter.files.items())
        for name, starter in starters().items()
    },
}


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.parametrize("prompt", ["make it nicer", "why is it so?", "don't", "word " * 100])
def test_a_refusal_is_short_and_what_it_suggests_works(name: str, prompt: str) -> None:
    said = ask(prompt, ROOMS[name]).prose
    first, second = said.split("\n")
    assert len(first) < 120
    *suggested, full = re.findall(r"`([^`]+)`", second)
    assert full == "help"
    assert 1 <= len(suggested) <= 3
    before = {document.path: document.text for document in ROOMS[name]}
    for one in suggested:
        effect = ask(one, ROOMS[name])
        assert effect.documents != before or effect.prose == "Running the tests."


def test_suggestions_fit_the_room() -> None:
    assert "`make it faster`, `make the background dark blue` or" in ask("make it nicer", prototype("snake")).prose
    assert "`run the tests`" in ask("make it nicer", prototype("kata")).prose
    assert f"`{EXAMPLES[0]}`" in ask("make it nicer").prose


def test_a_large_room_is_not_searched_for_suggestions() -> None:
    assert f"`{EXAMPLES[0]}`" in ask("make it nicer", (DocumentText("a.js", "const SPEED = 5\n" * 5_000),)).prose


@pytest.mark.parametrize(
    "prompt", ["undo", "undo that", "Please undo the last change!", "revert it", "can you take that back?"]
)
def test_asked_to_undo_it_says_how_in_one_line(prompt: str) -> None:
    effect = ask(prompt, prototype("snake"))
    assert effect.prose == prose.UNDO
    assert "Ctrl+Z" in effect.prose
    assert "\n" not in effect.prose
