"""What can be run in a room; the browser's side has the same cases (`programs.json`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.command_line import BadCommand, words_of
from ide.domain.programs import command_of_file, command_of_name, named_runs
from ide.domain.refusals import Refusal
from ide.engines.languages import languages
from ide.wire.codes import Code

CASES: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("programs.json").read_text())


@pytest.mark.parametrize("case", CASES["lines"], ids=lambda case: case["line"])
def test_a_command_in_one_line(case: dict[str, Any]) -> None:
    if case["words"] is None:
        with pytest.raises(BadCommand):
            words_of(case["line"])
    else:
        assert words_of(case["line"]) == case["words"]


@given(st.lists(st.text(st.characters(exclude_characters='"\\'), max_size=9), max_size=5))
def test_every_word_can_be_written_in_quotation_marks(words: list[str]) -> None:
    assert words_of(" ".join(f'"{word}"' for word in words)) == words


@pytest.mark.parametrize("case", CASES["settings"], ids=lambda case: case["text"])
def test_the_runs_that_a_room_names(case: dict[str, Any]) -> None:
    if "runs" in case:
        assert list(named_runs(case["text"]).items()) == list(case["runs"].items())
        return
    with pytest.raises(Refusal) as refused:
        named_runs(case["text"])
    assert refused.value.code == Code.BAD_REQUEST
    assert refused.value.message.startswith("sparkroom.toml")
    assert "\n" not in refused.value.message
    if case["line"] is not None:
        assert f"line {case['line']}" in refused.value.message


HOSTILE = {
    "deep": "run = " + "[" * 15_000,
    "deep tables": "[run." + "a." * 7_000 + "a]",
    "a huge number": "run = " + "9" * 15_000,
    "no date": "run = 2026-99-99",
    "many": "[run]\n" + "".join(f"r{number} = 'x'\n" for number in range(21)),
    "long": "run = '" + "x" * 5_000 + "'",
    "many words": "run = '" + "x " * 33 + "'",
    "NUL": 'run = "python \\u0000"',
    "a name of lines": '[run]\n"a\\nb" = "x"',
    "a long name": "[run]\n" + "x" * 41 + " = 'x'",
    "too large": "#" * 16_001,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_settings_beyond_every_bound_are_refused_in_a_line(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        named_runs(text)
    assert len(refused.value.message) < 400
    assert refused.value.message.isprintable()


@pytest.mark.parametrize("case", CASES["files"], ids=lambda case: case["path"])
def test_the_command_of_a_file(case: dict[str, Any]) -> None:
    if case["command"] is None:
        with pytest.raises(Refusal) as refused:
            command_of_file(case["path"], [case["path"]], languages())
        assert refused.value.code == Code.BAD_REQUEST
    else:
        assert command_of_file(case["path"], [case["path"]], languages()) == case["command"]


def test_what_is_not_there_is_not_run() -> None:
    with pytest.raises(Refusal, match="no such file") as refused:
        command_of_file("main.py", ["other.py"], languages())
    assert refused.value.code == Code.NOT_FOUND
    for settings, says in (
        (None, "There is no sparkroom.toml"),
        ("", "it names no runs"),
        ("run = 'x'", "it names main"),
        ("run.a = 'x'\nrun.b = 'y'", "it names a, b"),
    ):
        with pytest.raises(Refusal, match=says) as refused:
            command_of_name("game", settings)
        assert refused.value.code == Code.NOT_FOUND


def test_a_page_is_shown_and_not_run() -> None:
    with pytest.raises(Refusal, match="the preview shows it"):
        command_of_file("index.html", ["index.html"], languages())
