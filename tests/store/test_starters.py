"""What rooms start with."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ide.store.starters import starters


def test_there_is_a_starter_for_each_kind_of_room() -> None:
    assert list(starters()) == ["blank", "page", "python", "kata"]
    assert all(starter.name == name and starter.title and starter.description for name, starter in starters().items())
    assert not starters()["blank"].files


def test_they_are_read_once_and_cannot_be_changed() -> None:
    assert starters() is starters()
    with pytest.raises(TypeError):
        starters()["blank"].files["a"] = "b"  # type: ignore[index]


def test_the_page_links_its_own_files() -> None:
    files = starters()["page"].files
    assert set(re.findall(r'(?:src|href)="([^"]+)"', files["index.html"])) == set(files) - {"index.html"}


def test_python_files_are_python() -> None:
    for starter in starters().values():
        for path, text in starter.files.items():
            if path.endswith(".py"):
                ast.parse(text)


@pytest.mark.parametrize(
    ("typed", "expected"), [("Ada\n", "Hello, Ada!"), ("\n", "Hello, stranger!")], ids=["named", "unnamed"]
)
def test_the_program_greets(tmp_path: Path, typed: str, expected: str) -> None:
    done = _run(tmp_path, starters()["python"].files, ["main.py"], typed)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return year % 4 == 0", "3 failed, 9 passed"),
        ("return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)", "12 passed"),
    ],
    ids=["as given", "solved"],
)
def test_the_kata_is_an_exercise_that_one_line_solves(tmp_path: Path, line: str, expected: str) -> None:
    files = dict(starters()["kata"].files)
    assert files["leap.py"].count("return year % 4 == 0\n") == 1
    files["leap.py"] = files["leap.py"].replace("return year % 4 == 0", line)
    done = _run(tmp_path, files, ["-m", "pytest", "-q", "-p", "no:cacheprovider"])
    assert expected in done.stdout, done.stdout


def _run(
    folder: Path, files: Mapping[str, str], arguments: list[str], typed: str = ""
) -> subprocess.CompletedProcess[str]:
    for path, text in files.items():
        (folder / path).write_text(text)
    return subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=folder,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
