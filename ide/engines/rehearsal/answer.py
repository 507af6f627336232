"""The pure core: a question in, the whole answer out, as prose and edit blocks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ide.domain.turns.intent import (
    asks_for_page_check,
    asks_for_tests,
    without_request_for_page_check,
    without_request_for_tests,
)
from ide.engines.rehearsal import prose
from ide.engines.rehearsal.blocks import create
from ide.engines.rehearsal.catalogue import PROTOTYPES, Prototype, match, titles
from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.rules import RULES
from ide.engines.rehearsal.scope import chosen
from ide.engines.rehearsal.suggestions import has_tests, suggestions
from ide.engines.rehearsal.words import content, is_negated, is_question, word_set, words

LONGEST: Final = 400
_ABOUT: Final = re.compile(
    r"(?:help(?: me)?|(?:hello|hi|hey)(?: there)?|(?:what|who) (?:can|could|are|do) you(?: do)?|"
    r"what is this|how does this work|what (?:do|can) you (?:know|make|build))"
)
# What the page asks for whoever presses Fix beside an error.
_FIX: Final = re.compile(r"fix:", re.IGNORECASE)
_UNDO: Final = re.compile(
    r"(?:(?:can|could|would|will) you )?(?:take (?:it|this|that) back|"
    r"(?:undo|revert|rollback|roll back|take back|go back)"
    r"(?: (?:it|this|that|everything|(?:(?:the|your|my|that|last) )*(?:change|changes|edit|edits|turn|one)))?)"
)
_YES: Final = word_set("yes yep yeah ok okay sure do it open please go ahead")
_DEFINITE: Final = word_set("the my our this that its")
_ANEW: Final = word_set("make create build write code generate new another a an")
# Whoever wants something changed is not offered a new program.
_CHANGING: Final = word_set(
    "add remove delete fix change rename explain refactor translate convert test tests debug replace move improve"
    " set turn update document describe review docstring faster slower bigger smaller"
)


def answer(question: Question, tokens_per_second: float) -> str:
    """What Rehearsal says to `question`."""
    said = _answer(question, tokens_per_second)
    return said if said.endswith("\n") else said + "\n"


def _answer(question: Question, rate: float) -> str:
    prompt = without_request_for_page_check(without_request_for_tests(question.prompt))
    if not prompt and asks_for_tests(question.prompt):
        return prose.tests(there=has_tests(question))
    if not prompt and asks_for_page_check(question.prompt):
        return prose.PAGE_CHECK
    question = chosen(replace(question, prompt=prompt))
    if len(question.prompt) > LONGEST:
        return _declined(question, "That is more than I can account for, so I changed nothing.")
    if _is_yes(question.prompt) and (offered := _offered(question.answered_before)):
        return _open(question, offered, rate)
    plain = " ".join(word for word in words(question.prompt) if word not in ("?", "please", "`"))
    if _ABOUT.fullmatch(plain):
        return prose.greeting(titles())
    if _UNDO.fullmatch(plain):
        return prose.UNDO
    if _FIX.match(question.prompt):
        return _declined(question, "Mending an error takes a real model, so I changed nothing.")
    for rule in RULES:
        if (said := rule(question)) is not None:
            return said
    if is_negated(question.prompt):
        return _declined(question, "You say what not to do, and I only know how to do things, so I changed nothing.")
    if is_question(question.prompt):
        return _declined(question, "I cannot answer questions.")
    found = match(question.prompt)
    if found is None:
        return _declined(question)
    if not found.unknown and _stands_already(question, found.prototype):
        return prose.offer_another(found.prototype.title, found.prototype.paths[-1])
    if not found.unknown:
        return _open(question, found.prototype, rate)
    if _CHANGING & set(content(question.prompt)):
        return _declined(question)
    return prose.offer(found.prototype.title, found.unknown)


def _declined(question: Question, why: str = "") -> str:
    return prose.declined(suggestions(question), why)


def _is_yes(prompt: str) -> bool:
    said = words(prompt)
    return bool(said) and len(said) <= 4 and set(said) <= _YES and said != ["please"]


def _offered(answered: str) -> Prototype | None:
    if prose.OPEN_IT not in answered:
        return None
    return next((prototype for prototype in PROTOTYPES if f"I have {prototype.title}, " in answered), None)


def _stands_already(question: Question, prototype: Prototype) -> bool:
    """True if the room seems to hold the example, and the prompt may mean that one."""
    held = any(path.rpartition("/")[2] == prototype.paths[-1] for path in question.paths)
    said = words(question.prompt)
    return held and (bool(_DEFINITE & set(said)) or not _ANEW & set(said))


def _open(question: Question, prototype: Prototype, rate: float) -> str:
    """The example's files, in a folder of their own where one of their paths is taken."""
    if not question.complete:
        return "The room holds more files than I can see, so I cannot tell which paths are free. I changed nothing."
    folder = _free(question.paths, prototype)
    blocks = "".join(create(folder + path, text) for path, text in prototype.files())
    where = f" It stands in `{folder}`, since the room already has files of these names." if folder else ""
    title = prototype.title[0].upper() + prototype.title[1:]
    return f"{blocks}{title}. {prototype.use}{where} {prose.played(rate)}"


def _free(taken: frozenset[str], prototype: Prototype) -> str:
    """Where no path of the example is taken: the top, `snake/`, `snake-2/`, … Case does not tell paths apart."""
    folded = {path.casefold() for path in taken}
    if not folded & {path.casefold() for path in prototype.paths}:
        return ""
    number = 1
    while True:
        folder = prototype.name if number == 1 else f"{prototype.name}-{number}"
        if not any(path == folder or path.startswith(f"{folder}/") for path in folded):
            return f"{folder}/"
        number += 1
