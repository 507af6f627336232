from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ide.launcher.setup import node, steps
from tests.stack import ROOT


@pytest.mark.parametrize(
    ("version", "recent"),
    [
        ("v20.19.0", True),
        ("v20.18.3", False),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0\n", True),
        ("v26.0.0-rc.1", True),
        ("nonsense", False),
        ("", False),
    ],
)
def test_which_node_is_recent_enough(version: str, recent: bool) -> None:
    assert node.recent(version) is recent


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(steps, "BUILD", tmp_path)
    monkeypatch.setattr(steps, "LOG", tmp_path / "setup.log")
    return []


def test_a_step_is_done_once_for_each_state(tmp_path: Path, done: list[str]) -> None:
    state = "one"
    step = steps.Step("Making", "", tmp_path / "stamp", lambda: state, lambda: done.append(state))

    step.do()
    step.do()
    state = "two"
    step.do()
    step.do()

    assert done == ["one", "two"]


def test_a_failed_step_says_how_to_mend_it_and_is_tried_again(tmp_path: Path, done: list[str]) -> None:
    def work() -> None:
        done.append("tried")
        steps.run(sys.executable, "-c", "print('the disk is full'); exit(1)")

    step = steps.Step("Making", "Make room.", tmp_path / "stamp", lambda: "", work)
    for _ in range(2):
        with pytest.raises(SystemExit, match=r"(?s)the disk is full.*Making: failed\. Make room\."):
            step.do()
    assert done == ["tried", "tried"]


def test_a_fingerprint_follows_names_and_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "ROOT", tmp_path)
    file = tmp_path / "file"
    file.write_text("one")
    first = steps.digest([file])
    assert steps.digest([file]) == first
    assert steps.digest([file], "node") != first
    file.write_text("two")
    assert steps.digest([file]) != first
    file.write_text("one")
    assert steps.digest([file.rename(tmp_path / "other")]) != first


def test_it_needs_nothing_that_is_not_installed_yet() -> None:
    """A Python without site-packages reaches the end of the imports."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "ide.launcher.setup", "nonsense"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        1,
        "python3 -m ide.launcher.setup run|check|test|lock, or npm and its words\n",
    )
