"""Which prompts run the tests, and which never do."""

from __future__ import annotations

import time

import pytest

from ide.domain.turns.intent import (
    asks_for_page_check,
    asks_for_tests,
    without_request_for_page_check,
    without_request_for_tests,
)

ASKS = [
    "run the tests",
    "Run the tests.",
    "run tests",
    "Please run the tests!",
    "run all the tests",
    "run all of the tests please",
    "re-run the tests",
    "rerun the tests now",
    "Run pytest",
    "run the test suite",
    "run my unit tests again",
    "execute the tests",
    "Can you run the tests?",
    "could you please run the tests?",
    "let's run the tests",
    "Fix the bug and run the tests",
    "Fix the bug, then run the tests",
    "Fix the bug. Run the tests.",
    "Fix the bug\nRun the tests",
    "Rename total to amount and run the tests",
    "make the snake faster and run the tests",
    "Write tests and run them",
    "Write tests. Then run them all.",
    "Why does it fail? Run the tests.",
    "RUN THE TESTS",
    "instead of writing code, run the tests",
    "can you fix main.py and run the tests?",
    "İ fixed main.py. Run the tests",
]

DOES_NOT = [
    "",
    "   ",
    "write tests",
    "Write tests for the parser",
    "add tests but do not run them",
    "add tests but don’t run them",
    "write tests, don't run them",
    "don't run the tests",
    "Do not run the tests",
    "never run the tests",
    "Fix it without running the tests",
    "Fix it. Don't run the tests. Run the tests",
    "how do I run the tests?",
    "how do I run the tests",
    "why do the tests fail?",
    "should I run the tests?",
    "should I fix this and run the tests",
    "did you run the tests?",
    "run the tests?",
    "what happens if I run the tests",
    "if it works, run the tests",
    "Add a button to save and run the tests",
    "Write a script to build and run the tests",
    "Explain how to install it and run the tests",
    "Make a workflow that will lint and run the tests",
    "I want you to check and run the tests",
    "document 'run the tests'",
    'Change the label to "run the tests"',
    "Say `run the tests` in the README",
    "```\nrun the tests\n```",
    "run them",
    "run it",
    "test it",
    "run the program",
    "run the tests button should be green",
    "the tests run too long",
    "Tests laufen lassen",
    "ejecuta los tests",
    "lance les tests",
    "no tests please",
    "skip the tests",
    "make run tests a command",
    "I will run the tests",
]


@pytest.mark.parametrize("prompt", ASKS)
def test_a_clear_request_asks(prompt: str) -> None:
    assert asks_for_tests(prompt)


@pytest.mark.parametrize("prompt", DOES_NOT)
def test_anything_else_does_not(prompt: str) -> None:
    assert not asks_for_tests(prompt)


@pytest.mark.parametrize(
    ("prompt", "rest"),
    [
        ("make the snake faster and run the tests", "make the snake faster"),
        ("Make a snake game. Run the tests.", "Make a snake game"),
        ("Fix it, then run the tests, please", "Fix it, please"),
        ("run the tests", ""),
        ("write tests", "write tests"),
        ("don't run the tests", "don't run the tests"),
    ],
)
def test_what_else_is_asked(prompt: str, rest: str) -> None:
    assert without_request_for_tests(prompt) == rest


def test_of_a_long_prompt_only_the_ends_are_read() -> None:
    filler = "a line of a log\n" * 2_000
    assert asks_for_tests(f"Run the tests.\n{filler}")
    assert asks_for_tests(f"{filler}\nRun the tests.")
    assert not asks_for_tests(f"{filler}\nRun the tests.\n{filler}")
    assert not asks_for_tests(f"Do not run the tests.\n{filler}\nRun the tests.")


@pytest.mark.parametrize(
    "piece", ["please ", "run ", "and ", "`", '"', "the ", "not ", ", ", "\n", "```", "change to "]
)
def test_no_prompt_takes_long(piece: str) -> None:
    began = time.process_time()
    for prompt in (piece * 200_000, piece * (3_900 // len(piece))):
        assert not asks_for_tests(prompt)
        without_request_for_tests(prompt)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "prompt",
    [
        "check the page",
        "Make a clock and check the page.",
        "Add a button, then check the page for errors",
        "Please check that the page works",
        "Take a screenshot",
        "Make it blue and take a screenshot of the page",
        "Build a web page and check it in the browser",
        "Can you check the page?",
    ],
)
def test_a_clear_request_for_a_look_at_the_page_is_one(prompt: str) -> None:
    assert asks_for_page_check(prompt)
    assert not asks_for_tests(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Make a page",
        "check the code",
        "Don't check the page",
        "Add a check page",
        "How do I check the page?",
        "Write a script to check the page",
        "Make the page check the time",
        "Look at the page",
        "Add a button that says check the page",
        "check the page title",
        "Make a page to take a screenshot",
        "Do not take a screenshot, check the page",
        'Write "check the page" on the button',
        "Run the tests",
    ],
)
def test_nothing_else_is(prompt: str) -> None:
    assert not asks_for_page_check(prompt)


def test_what_else_a_prompt_asks_stays() -> None:
    assert without_request_for_page_check("Make a clock, and check the page") == "Make a clock"


@pytest.mark.parametrize("blank", [" ", "\t", " -", ", "])
def test_long_stretches_of_blanks_are_read_in_one_pass(blank: str) -> None:
    # What begins a search to the end at each of them takes seconds for one prompt.
    prompt = "Fix it" + blank * 4_000 + "x"
    for _ in range(20):
        assert not asks_for_tests(prompt) and not asks_for_page_check(prompt)
