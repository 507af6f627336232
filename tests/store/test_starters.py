"""What rooms start with."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
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
    ("name", "arguments", "typed", "expected"),
    [
        ("python", ["main.py"], "Ada\n", "Hello, Ada!"),
        ("python", ["main.py"], "\n", "Hello, stranger!"),
        ("kata", ["-m", "pytest", "-q", "-p", "no:cacheprovider"], "", "12 passed"),
    ],
)
def test_the_programs_run(tmp_path: Path, name: str, arguments: list[str], typed: str, expected: str) -> None:
    for path, text in starters()[name].files.items():
        (tmp_path / path).write_text(text)
    done = subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=tmp_path,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout
