"""What Rehearsal says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

NAME: Final = "Rehearsal (prepared demo, not AI)"
CONNECT: Final = (
    "For anything else, connect a model: the page `/models` of this server lists them, takes a provider's key, and "
    "finds a local one that Ollama runs; others stand in a `models.toml`."
)
OTHERWISE: Final = "For anything else, connect a model: `help` says how."
UNDO: Final = (
    "I cannot take a change back: Ctrl+Z in the editor undoes what you typed yourself, and nothing undoes a turn yet."
)
WHICH: Final = "Which one do you mean?"
OPEN_IT: Final = "Open it?"


def played(tokens_per_second: float) -> str:
    """The line under every prepared example."""
    return f"Prepared example, played at {tokens_per_second:,.0f} tokens/s."


PAGE_CHECK: Final = "Looking at the page."
"""The answer to a request for a look at the page and nothing else; it is the room that looks."""


def tests(*, there: bool) -> str:
    """The answer to a request for the tests and nothing else; it is the room that runs them."""
    return "Running the tests." if there else "There are no tests in this room."


def greeting(titles: Sequence[str]) -> str:
    """Who this is and what it can do."""
    return (
        f"I am {NAME}. I play prepared examples: {', '.join(titles)}.\nIn what the room holds I can make something "
        'faster, slower, bigger or smaller, change a colour ("make the background dark blue") or a title '
        '("change the title to Hello"), rename a name ("rename total to amount") and add a docstring '
        f'("add a docstring to load").\n{CONNECT}'
    )


def declined(instead: Sequence[str], why: str = "") -> str:
    """Nothing was done, and prompts that would do something."""
    *others, last = (f"`{prompt}`" for prompt in instead)
    listed = f"{', '.join(others)} or {last}" if others else last
    return f"{why or 'I have nothing prepared for that, so I changed nothing.'}\nTry {listed}. `help` lists the rest."


def offer(title: str, unknown: Sequence[str]) -> str:
    """A prepared example that is near what was asked."""
    missing = ", ".join(f"“{word}”" for word in unknown)
    return f"I have {title}, but nothing prepared for {missing}. {OPEN_IT} Say yes.\n{OTHERWISE}"


def offer_another(title: str, path: str) -> str:
    """A prepared example that the room seems to hold."""
    return (
        f"I have {title}, and the room has a `{path}` already. {OPEN_IT} Say yes, and a second one goes to a folder of "
        f"its own.\n{OTHERWISE}"
    )
