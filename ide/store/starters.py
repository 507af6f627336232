"""What a new room may start with. The files stand in `ide/starters/<name>/`, as a room gets them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent.parent / "starters"
_STARTERS: Final = (
    ("blank", "Blank", "An empty room: ask for something, or add a file", ()),
    ("page", "Web page", "HTML, CSS and JavaScript with a live preview", ("index.html", "style.css", "script.js")),
    ("python", "Python", "A program to run in the terminal", ("main.py",)),
    ("kata", "Kata", "A small exercise in Python: some of its tests fail", ("leap.py", "test_leap.py")),
)


@dataclass(frozen=True, slots=True)
class Starter:
    """A template: the text of each file by its path, in the order in which people see them."""

    name: str
    title: str
    description: str
    files: MappingProxyType[str, str]


@cache
def starters() -> MappingProxyType[str, Starter]:
    """Every starter by its name. The files are read once; a missing one is an `OSError` at the first call."""
    return MappingProxyType(
        {
            name: Starter(name, title, description, MappingProxyType(_read(name, paths)))
            for name, title, description, paths in _STARTERS
        }
    )


def _read(name: str, paths: tuple[str, ...]) -> dict[str, str]:
    return {path: (_FOLDER / name / path).read_text(encoding="utf-8") for path in paths}
