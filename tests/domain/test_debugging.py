from __future__ import annotations

import pytest

from ide.domain.debugging import check_debugging, check_program
from ide.domain.refusals import Refusal
from ide.wire.run_shapes import Breakpoint, Debugging


@pytest.mark.parametrize("command", [["python", "main.py"], ["python3", "a/b.py", "--x"], ["python3.11", "./-a.py"]])
def test_python_programs_can_be_debugged(command: list[str]) -> None:
    check_program(command)


@pytest.mark.parametrize(
    "command", [["node", "main.js"], ["python"], ["python", "-c", "1"], ["python", "-m", "pytest"], ["sh", "main.py"]]
)
def test_nothing_else_can(command: list[str]) -> None:
    with pytest.raises(Refusal, match="Only Python programs"):
        check_program(command)


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "next"},
        {"action": "continue", "stop": 3},
        {"action": "expand", "reference": 4},
        {"action": "frame", "reference": 0},
        {"action": "breakpoints", "breakpoints": []},
    ],
)
def test_actions_with_what_they_need(fields: dict[str, object]) -> None:
    check_debugging(Debugging.model_validate(fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "expand"},
        {"action": "next", "reference": 4},
        {"action": "breakpoints"},
        {"action": "pause", "breakpoints": [Breakpoint(path="main.py", line=1)]},
    ],
)
def test_actions_with_anything_else_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        check_debugging(Debugging.model_validate(fields))
