"""Which part of the room a prompt speaks of: `… in game.js:12`, or the answer to "Which one do you mean?"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ide.engines.rehearsal import prose
from ide.engines.rehearsal.question import Question, Scope
from ide.engines.rehearsal.words import words

_IN: Final = re.compile(
    r"^(.*\S)\s+(?:in|at|on)\s+(?:the file\s+|file\s+)?`?([^\s`:]+?)`?(?::(\d{1,7}))?`?[.!]*$", re.DOTALL
)
_ALONE: Final = re.compile(r"^(?:the one )?(?:in |at )?`?([^\s`:]+?)`?(?::(\d{1,7}))?`?[.!]*$")
_LISTED: Final = re.compile(r"^(\d)\. `([^`\n]+?):(\d+)`", re.MULTILINE)
_ORDINALS: Final = {
    name: number
    for number, names in enumerate(("first 1 1st", "second 2 2nd", "third 3 3rd", "fourth 4 4th", "fifth 5 5th"), 1)
    for name in names.split()
}


def chosen(question: Question) -> Question:
    """`question` with its scope taken out of the prompt; the earlier prompt, if this one only says which is meant."""
    if prose.WHICH in question.answered_before and (scope := _choice(question)) is not None:
        return replace(question, prompt=question.asked_before.strip(), answered_before="", scope=scope)
    found = _IN.match(question.prompt)
    if found and found[2] in question.paths:
        return replace(question, prompt=found[1], scope=Scope(found[2], int(found[3]) if found[3] else None))
    return question


def _choice(question: Question) -> Scope | None:
    said = [word for word in words(question.prompt) if word not in ("the", "one", "please", "number")]
    listed = {int(number): Scope(path, int(line)) for number, path, line in _LISTED.findall(question.answered_before)}
    if len(said) == 1 and said[0] in _ORDINALS:
        return listed.get(_ORDINALS[said[0]])
    found = _ALONE.match(question.prompt.strip())
    if found and found[1] in question.paths:
        return Scope(found[1], int(found[2]) if found[2] else None)
    return None
