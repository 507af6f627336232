"""The whole of Sparkroom, started as people start it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.stack import ROOT, Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One of its own: these tests kill parts of it."""
    with Stack(tmp_path_factory.mktemp("serve")) as stack:
        yield stack


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "It did not happen"
        time.sleep(0.05)


def part(stack: Stack, word: str) -> psutil.Process:
    """The launcher's child with `word` in its command."""
    [found] = [child for child in psutil.Process(stack.pid).children() if word in " ".join(child.cmdline())]
    return found


def answer(stack: Stack) -> int:
    """The status of /readyz."""
    with urllib.request.urlopen(f"{stack.base_url}/readyz", timeout=30) as response:
        return int(response.status)


def test_it_says_once_that_it_is_ready_and_where(stack: Stack) -> None:
    assert stack.log().count(f"Sparkroom is ready at {stack.base_url}") == 1
    assert answer(stack) == 200


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("redis-server", "Redis"),
        ("ide.launcher.servers", "The web process"),
        ("sparkroom-runs-", "The worker"),
        ("sparkroom-checks-", "The worker of page checks"),
    ],
)
def test_a_killed_part_comes_back(stack: Stack, word: str, name: str) -> None:
    killed = part(stack, word)
    killed.kill()

    until(lambda: f"{name} is back" in stack.log())
    assert f"{name} was killed by SIGKILL; starting it again" in stack.log()
    assert part(stack, word).pid != killed.pid
    assert answer(stack) == 200


def test_it_says_of_each_queue_whether_a_worker_serves_it(stack: Stack) -> None:
    def said() -> dict[str, str]:
        with urllib.request.urlopen(f"{stack.base_url}/readyz", timeout=30) as response:
            told: dict[str, str] = json.load(response)
        return told

    until(lambda: said()["runs"] == "ready")
    worker = part(stack, "sparkroom-runs-")
    worker.suspend()
    try:
        until(lambda: said()["runs"] == "not available here: no worker is running")
        assert said()["status"] == "ready"
    finally:
        worker.resume()
    until(lambda: said()["runs"] == "ready")


def test_a_second_one_on_the_same_data_is_refused_in_one_line(stack: Stack) -> None:
    second = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SPARKROOM_DATA": str(stack.data)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"Sparkroom is already running on {stack.data}: process {stack.pid} at ")
    assert second.stderr.count("\n") == 1


def test_requests_wait_while_the_web_process_restarts(stack: Stack) -> None:
    part(stack, "ide.launcher.servers").kill()
    assert answer(stack) == 200


def test_nothing_outlives_a_killed_launcher_or_one_that_is_told_to_end(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        killed = psutil.Process(stack.pid).children()
        os.kill(stack.pid, signal.SIGKILL)
        stack.wait()
        stack.start()
        ended = psutil.Process(stack.pid).children(recursive=True)
        assert len(ended) >= 4
        assert stack.stop() == 0
    assert not any(part.is_running() and part.status() != psutil.STATUS_ZOMBIE for part in [*killed, *ended])


def test_uvicorn_serves_the_same_and_a_long_data_path_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    with Stack(folder, SPARKROOM_SERVER="uvicorn") as stack:
        assert answer(stack) == 200
        assert "uvicorn" in " ".join(part(stack, "ide.launcher.servers").cmdline())
