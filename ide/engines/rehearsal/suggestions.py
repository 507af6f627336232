"""What to try instead: prompts that would do something in this very room, found by asking the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from ide.engines.rehearsal.catalogue import EXAMPLES
from ide.engines.rehearsal.code import Source
from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.rules import RULES
from ide.engines.rehearsal.rules.about import all_sources
from ide.engines.rehearsal.words import name_words, word_set

MOST: Final = 3
# Whoever only declines must not take long: in a larger room the rules are not tried.
_CHARACTERS: Final = 30_000
_NOUNS: Final = 8
# Files and constants of these names are about nothing that people would call so.
_NAMELESS: Final = word_set("index main style styles script app game test background width height")
_FUNCTIONS: Final = 3
_TEST_FILE = re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_test)\.py")
_NAMED_AFTER = re.compile(
    r"^[ \t]*(?:(?:export[ \t]+)?const[ \t]+)?(?P<name>--[\w-]+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)[ \t]*[:=]", re.MULTILINE
)
_FUNCTION = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|function)[ \t]+(?!test)(?P<name>[^\W\d_]\w*)[ \t]*\(", re.MULTILINE
)


def has_tests(question: Question) -> bool:
    """True if pytest would find a file with tests in the room, or if not all paths of the room are known."""
    return not question.complete or any(_TEST_FILE.fullmatch(path) for path in question.paths)


def suggestions(question: Question) -> list[str]:
    """At most three prompts of different kinds. In a room where no rule has a place they are prepared examples."""
    if sum(len(document.text) for document in question.documents) > _CHARACTERS:
        return list(EXAMPLES[:MOST])
    sources = all_sources(question)
    kinds = (_speeds(sources), _colours(sources), _titles(), _sizes(sources), _docstrings(sources))
    fitting = (next((prompt for prompt in kind if _works(prompt, question)), None) for kind in kinds)
    tests = ["run the tests"] if has_tests(question) else []
    found = list(islice(chain(tests, (prompt for prompt in fitting if prompt)), MOST))
    return found or list(EXAMPLES[:MOST])


def _works(prompt: str, question: Question) -> bool:
    """True if the first rule that answers `prompt` edits something."""
    asked = replace(question, prompt=prompt, answered_before="", scope=None)
    said = next((said for rule in RULES if (said := rule(asked)) is not None), "")
    return "<<<<<<< " in said


def _speeds(sources: list[Source]) -> Iterator[str]:
    yield "make it faster"
    yield from (f"make the {noun} faster" for noun in _nouns(sources))


def _colours(sources: list[Source]) -> Iterator[str]:
    yield "make the background dark blue"
    yield from (f"make the {noun} orange" for noun in (*_nouns(sources), "button"))


def _docstrings(sources: list[Source]) -> Iterator[str]:
    named = (match["name"] for source in sources for match in _FUNCTION.finditer(source.code))
    yield from (f"add a docstring to {name}" for name in islice(named, _FUNCTIONS))


def _titles() -> Iterator[str]:
    yield "change the title to Hello"
    yield "change the heading to Welcome"


def _sizes(sources: list[Source]) -> Iterator[str]:
    yield from (f"make the {noun} bigger" for noun in ("heading", *_nouns(sources)))


def _nouns(sources: list[Source]) -> list[str]:
    """What the files and their constants are named after."""
    stems = (name_words(source.path.rpartition("/")[2].partition(".")[0]) for source in sources)
    constants = (name_words(match["name"]) for source in sources for match in _NAMED_AFTER.finditer(source.code))
    nouns = dict.fromkeys(words[0] for words in chain(stems, constants) if words and words[0] not in _NAMELESS)
    return list(nouns)[:_NOUNS]
