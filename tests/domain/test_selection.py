from __future__ import annotations

import pytest

from ide.domain.refusals import Refusal
from ide.domain.selection import Expression, identity, parse


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("Board", "board"),
        ("not slow", ["not", "slow"]),
        ("a or b and not c", ["or", "a", ["and", "b", ["not", "c"]]]),
        ("(a or b) and c", ["and", ["or", "a", "b"], "c"]),
        ("has two", ["and", "has", "two"]),
        ("not (a b) c", ["and", ["not", ["and", "a", "b"]], "c"]),
        ("not not a", ["not", ["not", "a"]]),
        ("--version", "--version"),
        ("test_a.py::test_b[1-2]", "test_a.py::test_b[1-2]"),
        ('$(touch x); "y"', ["and", ["and", "$", ["and", "touch", "x"]], ["and", ";", '"y"']]),
    ],
)
def test_an_expression_is_read_as_people_mean_it(text: str, expression: Expression) -> None:
    if text.startswith("$"):
        # Whatever else it holds, only words come out of it.
        assert _words(parse(text)) == ["$", "touch", "x", ";", '"y"']
    else:
        assert parse(text) == expression


@pytest.mark.parametrize(
    "text", ["", "  ", "and", "a and", "or b", "(a", "a)", "()", "not", "a (or) b", "(" * 90 + "a" + ")" * 90]
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        parse(text)


def test_an_id_has_the_path_and_the_names() -> None:
    assert identity("a.py", ["TestB", "test_c"]) == "a.py::TestB::test_c"
    assert identity("a.py", []) == "a.py"


def _words(expression: Expression) -> list[str]:
    if isinstance(expression, str):
        return [expression]
    return [word for part in expression[1:] for word in _words(part)]
