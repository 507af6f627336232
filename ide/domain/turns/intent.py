"""Whether a prompt clearly asks for the tests to be run, or for a look at the page. In doubt it does not: a run that
nobody wanted is worse.

A prompt asks only if one of its clauses is such a request from its first word to its last, and nothing before it in
its sentence puts it in question. "Write tests and run them" asks; "write tests", "how do I run the tests?", "add tests
but do not run them" and "add a button to save and run the tests" do not. Nor does "look at the page", which may well
mean its text: "check the page" and "take a screenshot" ask for a look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# The request stands at the start or the end of what people write; the middle of a long text is not read.
_READ: Final = 2_000

_QUOTED = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\"[^\"\n]*\"|“[^”\n]*”", re.DOTALL)
_SENTENCE = re.compile(r"(?:[^.!?;\n]|[.](?=\w))+[.!?;\n]*")
# Blanks are bounded: each could otherwise begin a search to the end of them all.
_DIVIDER = re.compile(r",?\s{1,9}(?:and\s{1,9}then|and|then|but)\s{1,9}|\s{0,9}[,:]\s{0,9}|\s{1,9}[-–—]{1,9}\s{1,9}")
_POLITE = r"(?:(?:please|kindly|now|also|just|then|finally|can you|could you|would you|will you|let us|let's)\s+)*"
_ALL = r"(?:(?:all|of|the|my|our|your|its|these|those|this|unit|python|pytest|whole|entire|full|new|existing)\s+)*"
_AFTER = r"(?:\s+(?:please|now|again|too|for me|once more|at the end|afterwards|when done|after that))*"
_RUN = rf"{_POLITE}(?:(?:re-?)?run|execute|start)\s+"
_REQUEST = re.compile(rf"{_RUN}(?:{_ALL}(?:tests?|test suite|testsuite|test cases|specs)|pytest){_AFTER}")
_RUN_THEM = re.compile(rf"{_RUN}(?:them|them all|all of them){_AFTER}")
_TESTS = re.compile(r"\btests?\b")
_ABOUT_RUNNING = re.compile(r"\b(?:re-?)?(?:run|runs|running|execute|start|tests?|pytest)\b")
_PAGE = r"(?:web\s?page|page|preview|website|index\.html)"
_WORKS = r"(?:\s+(?:works|loads|runs|for errors|(?:works|loads|runs) without errors))?(?:\s+in (?:a|the) browser)?"
_CHECK = rf"{_POLITE}(?:re-?)?check\s+"
_PAGE_REQUEST = re.compile(
    rf"{_CHECK}(?:(?:if|that|whether)\s+)?{_ALL}{_PAGE}{_WORKS}{_AFTER}"
    rf"|{_POLITE}(?:take|make) (?:a |another )?(?:screenshot|screen shot)(?: of {_ALL}{_PAGE})?{_AFTER}"
)
_CHECK_IT = re.compile(rf"{_CHECK}it in (?:a|the) browser{_AFTER}")
_PAGES = re.compile(rf"\b{_PAGE}\b")
_ABOUT_CHECKING = re.compile(r"\b(?:re-?)?(?:check|checks|checking|screenshots?)\b")
_NEGATION = re.compile(r"\b(?:not|never|no|without|cannot|\w+n't|dont|instead|rather|avoid|skip|stop)\b")
_QUESTION = re.compile(
    r"(?:how|why|what|when|where|who|which|should|shall|do|does|did|is|are|was|were|has|have|may|must|if|unless|can i"
    r"|could i|can we|could we)\b"
)
# A clause with one of these may go on after "and": what follows is then no request of its own.
_OPEN = re.compile(r"\b(?:to|how|that|which|who|whether|where|should|must|would|will|if|unless|until|when)\b")
_CLOSED_TO = re.compile(r"(?:(?:rename|change|set)\b.*?)\s+to\s+\S+$")
_COURTESY = re.compile(r"^(?:(?:please|kindly|can you|could you|would you|will you)\s+)+")


@dataclass(frozen=True, slots=True)
class _Wish:
    """Something that may be asked for: by its name, or as "it" once the `thing` was named. `about` finds what speaks of
    doing it."""

    request: re.Pattern[str]
    request_for_it: re.Pattern[str]
    thing: re.Pattern[str]
    about: re.Pattern[str]


_TEST_RUN: Final = _Wish(_REQUEST, _RUN_THEM, _TESTS, _ABOUT_RUNNING)
_PAGE_CHECK: Final = _Wish(_PAGE_REQUEST, _CHECK_IT, _PAGES, _ABOUT_CHECKING)


def asks_for_tests(prompt: str) -> bool:
    """True if `prompt` clearly asks to run the tests. Reads at most its first and its last 2,000 characters."""
    return _asks(prompt, _TEST_RUN)


def asks_for_page_check(prompt: str) -> bool:
    """True if `prompt` clearly asks for a look at the page. Reads as much of it."""
    return _asks(prompt, _PAGE_CHECK)


def without_request_for_tests(prompt: str) -> str:
    """`prompt` without the clauses that ask to run the tests: what else it asks."""
    return _without(prompt, _TEST_RUN)


def without_request_for_page_check(prompt: str) -> str:
    """`prompt` without the clauses that ask for a look at the page."""
    return _without(prompt, _PAGE_CHECK)


def _asks(prompt: str, wish: _Wish) -> bool:
    if len(prompt) <= 2 * _READ:
        return bool(_requests(prompt, wish))
    head, tail = prompt[:_READ].rpartition("\n")[0], prompt[-_READ:].partition("\n")[2]
    # A negation on the one side holds for the other.
    return bool(_requests(f"{head}\n{tail}", wish))


def _without(prompt: str, wish: _Wish) -> str:
    if len(prompt) > 2 * _READ:
        return prompt
    requests = _requests(prompt, wish)
    for start, stop in reversed(requests):
        prompt = prompt[:start] + prompt[stop:]
    return prompt.strip(" ,;.\n")


def _requests(prompt: str, wish: _Wish) -> list[tuple[int, int]]:
    """Where the clauses stand that ask for a run, each with the divider before it. None if one says not to."""
    # Folding keeps lengths, so that places in the folded text are places in the prompt.
    text = _QUOTED.sub(lambda match: "\0" * len(match[0]), prompt).replace("’", "'")
    text = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    found: list[tuple[int, int]] = []
    named_before = False
    for sentence in _SENTENCE.finditer(text):
        clauses = _clauses(text, *sentence.span())
        first = text[slice(*clauses[0][1:])]
        polite = _COURTESY.match(first) is not None
        in_question = _QUESTION.match(first) is not None or (sentence[0].rstrip().endswith("?") and not polite)
        for divided, start, stop in clauses:
            clause = text[start:stop]
            if _NEGATION.search(clause) and wish.about.search(clause):
                return []
            asked = wish.request.fullmatch(clause) or (named_before and wish.request_for_it.fullmatch(clause))
            if asked and not in_question:
                found.append((divided, stop))
            elif not asked:
                in_question = in_question or _is_open(clause)
            named_before = named_before or wish.thing.search(clause) is not None
    return found


def _clauses(text: str, start: int, stop: int) -> list[tuple[int, int, int]]:
    """For each clause of a sentence: where the divider before it begins, where it begins, and where it ends."""
    clauses: list[tuple[int, int, int]] = []
    divided = at = start
    for divider in _DIVIDER.finditer(text, start, stop):
        clauses.append((divided, at, divider.start()))
        divided, at = divider.span()
    clauses.append((divided, at, stop))
    return [(before, *_trimmed(text, first, last)) for before, first, last in clauses]


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start] in " \t\r\n":
        start += 1
    while stop > start and text[stop - 1] in " \t\r\n.!?;":
        stop -= 1
    return start, stop


def _is_open(clause: str) -> bool:
    said = _COURTESY.sub("", clause)
    return _OPEN.search(said) is not None and _CLOSED_TO.fullmatch(said) is None
