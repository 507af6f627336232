from __future__ import annotations

import pytest

from ide.domain.refusals import Refusal
from ide.domain.runs import ARGUMENT_BYTES, TESTS, check_command
from ide.wire.codes import Code
from ide.wire.shapes import AskForRun


def test_a_command_is_taken_as_it_is() -> None:
    assert check_command(AskForRun(command=["python", "main.py", "--x", "a b"])) == ["python", "main.py", "--x", "a b"]


def test_tests_are_pytest_and_may_be_selected() -> None:
    assert check_command(AskForRun(tests=True)) == TESTS
    assert check_command(AskForRun(tests=True, select="wall")) == [*TESTS, "-k", "wall"]


@pytest.mark.parametrize(
    "asked",
    [
        AskForRun(),
        AskForRun(command=["python"], tests=True),
        AskForRun(command=["python"], select="x"),
        AskForRun(command=[""]),
        AskForRun(command=["python", "a\0b"]),
        AskForRun(command=["python", "x" * (ARGUMENT_BYTES + 1)]),
    ],
)
def test_other_requests_are_refused(asked: AskForRun) -> None:
    with pytest.raises(Refusal) as refused:
        check_command(asked)
    assert refused.value.code == Code.BAD_REQUEST
