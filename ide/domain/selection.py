"""Which tests of a room a run is to carry out: those that are named, those that an expression names, or all of them.

A test's id is its file's path and its names from the outside in, joined by `::`, as in
`tests/test_board.py::TestBoard::test_grows[3]`.

- `only` lists ids of tests, and of what they stand in: a file, a class, a `describe`. The id of a test with
  parameters, without them, names it with each of them.
- `select` is an expression over the ids: a word names the tests whose id contains it, whatever its case. `not`, `and`
  and `or` bind in this order, parentheses group, and words beside each other must all be contained.

Neither ever becomes an argument of a command: the sandbox reads them as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ide.domain.refusals import Refusal
from ide.wire.codes import Code
from ide.wire.run_shapes import AskForRun

TESTS: Final = ("tests",)
ID_LENGTH: Final = 300
SEPARATOR: Final = "::"
_DEEPEST: Final = 20
_TOKEN = re.compile(r"[()]|[^\s()]+")

Expression = str | list["Expression"]
"""A word in small letters, or `["not", a]`, `["and", a, b]`, `["or", a, b]`."""


def words_for(asked: AskForRun) -> list[str]:
    """What a run of the tests is called, in the place of a command. Raises Refusal for a selection out of bounds."""
    if asked.select is not None and asked.only is not None:
        raise Refusal(Code.BAD_REQUEST, 'The tests of a run are chosen by "select" or by "only", not by both.')
    if asked.select is not None:
        if "\0" in asked.select:
            raise Refusal(Code.BAD_REQUEST, '"select" holds no NUL.')
        parse(asked.select)
        return [*TESTS, asked.select]
    only = asked.only or []
    for one in only:
        if not 0 < len(one) <= ID_LENGTH or "\0" in one:
            raise Refusal(Code.BAD_REQUEST, f"An id of a test has 1 to {ID_LENGTH} characters, without NUL.")
    return [*TESTS, *only[:1], *([f"and {len(only) - 1} more"] if len(only) > 1 else [])]


def identity(path: str, names: Sequence[str]) -> str:
    """The id of a test, or of what tests stand in."""
    return SEPARATOR.join([path, *names])


def parse(text: str) -> Expression:
    """The expression that `text` writes. Raises Refusal if it is none."""
    tokens = _TOKEN.findall(text.lower())
    expression = _Parser(tokens).whole() if tokens else None
    if expression is None:
        raise Refusal(Code.BAD_REQUEST, '"select" has words, "and", "or", "not" and parentheses: "board and not slow".')
    return expression


class _Malformed(Exception):
    pass


class _Parser:
    """Reads tokens from the left, one level of binding a method."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens[::-1]
        self._depth = 0

    def whole(self) -> Expression | None:
        try:
            expression = self._either()
        except _Malformed:
            return None
        return None if self._tokens else expression

    def _either(self) -> Expression:
        left = self._both()
        while self._next() == "or":
            self._tokens.pop()
            left = ["or", left, self._both()]
        return left

    def _both(self) -> Expression:
        left = self._one()
        while self._next() not in ("or", ")", ""):
            if self._next() == "and":
                self._tokens.pop()
            left = ["and", left, self._one()]
        return left

    def _one(self) -> Expression:
        if self._next() in ("and", "or", ")", "") or self._depth > _DEEPEST:
            raise _Malformed
        word = self._tokens.pop()
        if word not in ("not", "("):
            return word
        self._depth += 1
        inner = self._one() if word == "not" else self._either()
        if word == "(" and (not self._tokens or self._tokens.pop() != ")"):
            raise _Malformed
        self._depth -= 1
        return ["not", inner] if word == "not" else inner

    def _next(self) -> str:
        return self._tokens[-1] if self._tokens else ""
