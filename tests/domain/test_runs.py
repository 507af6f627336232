from __future__ import annotations

import pytest

from ide.domain.command_line import ARGUMENT_BYTES
from ide.domain.refusals import Refusal
from ide.domain.runs import command_of
from ide.engines.languages import languages
from ide.wire.codes import Code
from ide.wire.run_shapes import AskForRun

FILES = ["main.py", "game.ts"]
SETTINGS = "run.fast = 'python main.py --fast'"


def chosen(asked: AskForRun, settings: str | None = SETTINGS) -> list[str]:
    return command_of(asked, FILES, settings, languages())


def test_a_command_is_taken_as_it_is() -> None:
    assert chosen(AskForRun(command=["python", "main.py", "--x", "a b"])) == ["python", "main.py", "--x", "a b"]


def test_a_file_is_run_by_its_language_whatever_the_settings_say() -> None:
    assert chosen(AskForRun(file="game.ts")) == ["node", "game.ts"]
    assert chosen(AskForRun(file="game.ts"), "run = ]") == ["node", "game.ts"]


def test_a_named_run_is_what_the_settings_say() -> None:
    assert chosen(AskForRun(program="fast")) == ["python", "main.py", "--fast"]


def test_tests_may_be_selected() -> None:
    assert chosen(AskForRun(tests=True)) == ["tests"]
    assert chosen(AskForRun(tests=True, select="wall")) == ["tests", "wall"]
    assert chosen(AskForRun(tests=True, only=["a.py::b"])) == ["tests", "a.py::b"]
    assert chosen(AskForRun(tests=True, only=["a.py", "b.py", "c.py"])) == ["tests", "a.py", "and 2 more"]


@pytest.mark.parametrize(
    "asked",
    [
        AskForRun(),
        AskForRun(command=["python"], tests=True),
        AskForRun(command=["python"], file="main.py"),
        AskForRun(file="main.py", program="fast"),
        AskForRun(program="fast", tests=True),
        AskForRun(command=["python"], select="x"),
        AskForRun(file="main.py", select="x"),
        AskForRun(command=["python"], only=["x"]),
        AskForRun(tests=True, select="x", only=["x"]),
        AskForRun(tests=True, select="x and"),
        AskForRun(tests=True, only=[""]),
        AskForRun(tests=True, only=["a\0b"]),
        AskForRun(tests=True, only=["x" * 301]),
        AskForRun(command=[""]),
        AskForRun(command=["python", "a\0b"]),
        AskForRun(command=["python", "x" * (ARGUMENT_BYTES + 1)]),
    ],
)
def test_other_requests_are_refused(asked: AskForRun) -> None:
    with pytest.raises(Refusal) as refused:
        chosen(asked)
    assert refused.value.code == Code.BAD_REQUEST
