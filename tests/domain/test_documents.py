"""What documents may be called, and what they are shown as."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.documents import BadPath, check_path, fold_path, is_path, shown_paths

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "shown_paths.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_shown_paths(case: dict[str, Any]) -> None:
    assert shown_paths(case["entries"]) == case["shown"]


@given(st.dictionaries(st.text("ab", min_size=1, max_size=3), st.sampled_from(["a", "A", "a (2)", "a.b", "a (2).b"])))
def test_every_file_is_shown_once(entries: dict[str, str]) -> None:
    shown = shown_paths(entries)
    assert list(shown) == sorted(entries)
    assert len({fold_path(path) for path in shown.values()}) == len(entries)


@pytest.mark.parametrize("path", ["a", "game/snake.js", ".env", "a b/c (2).txt", "蛇/🐍.py", "a" * 255, "...", "-rf"])
def test_paths_that_can_be(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "empty"),
        ("/etc/passwd", "relative"),
        ("../x", "no . and no .."),
        ("a/../../x", "no . and no .."),
        ("./a", "no . and no .."),
        ("a//b", "no empty parts"),
        ("a/", "no empty parts"),
        ("a\\b", "backslash"),
        ("a\nb", "control"),
        ("a\x00", "control"),
        ("\ud800", "Unicode"),
        ("é" * 128, "255 bytes"),
        ("/".join(["a" * 200] * 6), "1024 bytes"),
    ],
)
def test_paths_that_cannot(path: str, said: str) -> None:
    with pytest.raises(BadPath, match=said):
        check_path(path)
    assert not is_path(path)


def test_paths_are_compared_without_the_case_of_ascii_letters() -> None:
    assert fold_path("A/b.JS") == fold_path("a/B.js")
    assert fold_path("É") != fold_path("é")
