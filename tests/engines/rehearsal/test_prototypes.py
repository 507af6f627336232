"""The prepared examples as programs: what they are made of, the kata's tests, the adventure from end to end."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ide.engines.rehearsal.catalogue import PROTOTYPES, Prototype
from tests.engines.rehearsal.harness import PROTOTYPES as FOLDER

WEB = [prototype for prototype in PROTOTYPES if prototype.paths[0] == "index.html"]


def test_every_file_belongs_to_an_example() -> None:
    on_disk = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert on_disk == {f"{prototype.name}/{path}" for prototype in PROTOTYPES for path in prototype.paths}
    assert len(WEB) >= 6
    assert len(PROTOTYPES) - len(WEB) == 2


@pytest.mark.parametrize("prototype", WEB, ids=lambda prototype: prototype.name)
def test_a_page_needs_nothing_from_elsewhere(prototype: Prototype) -> None:
    text = "".join(text for _, text in prototype.files())
    assert 3_000 < len(text) < 12_000
    addresses = set(re.findall(r"https?://[^\s'\"]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    page = dict(prototype.files())["index.html"]
    assert set(re.findall(r'(?:src|href)="([^"]+)"', page)) == set(prototype.paths[1:])
    assert not re.search(r"localStorage|sessionStorage|\balert\(|\bprompt\(|\bconfirm\(|eval\(|innerHTML", text)


def test_one_line_says_how_fast_the_snake_is() -> None:
    script = (FOLDER / "snake" / "snake.js").read_text()
    assert len(re.findall(r"^const STEPS_PER_SECOND = \d+$", script, re.MULTILINE)) == 1


def test_the_katas_tests_pass(tmp_path: Path) -> None:
    for path, text in next(prototype for prototype in PROTOTYPES if prototype.name == "kata").files():
        (tmp_path / path).write_text(text)
    done = run(["-m", "pytest", "-q", "-p", "no:cacheprovider"], tmp_path)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b3\d passed", done.stdout)


def test_the_adventure_can_be_won(tmp_path: Path) -> None:
    lines = "look, east, take the key, take oil, w, n, north, use key, north, take matches, up, use matches, use oil"
    done = run([str(FOLDER / "adventure" / "adventure.py")], tmp_path, "\n".join([*lines.split(", "), "light matches"]))
    assert done.returncode == 0
    assert "The door is locked." in done.stdout
    assert "it will not burn" in done.stdout
    assert "You did it in 14 moves." in " ".join(done.stdout.split())


@pytest.mark.parametrize("typed", ["", "help\ndance\n\ntake moon\nuse key\nwest\ninventory\nquit\n"])
def test_the_adventure_can_be_left_at_any_time(tmp_path: Path, typed: str) -> None:
    done = run([str(FOLDER / "adventure" / "adventure.py")], tmp_path, typed)
    assert (done.returncode, done.stderr) == (0, "")


def run(arguments: list[str], folder: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", *arguments]
    # As in a room's sandbox: pytest alone, without this project's plugins and settings.
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=folder, env=env, input=typed, capture_output=True, text=True, timeout=60, check=False
    )
