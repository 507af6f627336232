from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from ide.launcher.supervisor import Child, NotStarted, Supervisor
from tests.stack import ROOT

# Starts a child of its own, both deaf to TERM, and writes their two process ids into the file that it is given.
DEAF_FAMILY = """
    import os, signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    own = subprocess.Popen([sys.executable, "-c", "import signal, time; time.sleep(600)"])
    with open(sys.argv[1] + ".new", "w") as file:
        file.write(f"{os.getpid()} {own.pid}")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    time.sleep(600)
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
async def supervisor(said: list[str]) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(said.append)
    yield supervisor
    await supervisor.end(*supervisor._processes)


def family(pids: Path, **options: float) -> Child:
    """A child that answers once its file is there; the file is there once for each start."""

    async def answers() -> bool:
        return pids.exists()

    command = [sys.executable, "-c", textwrap.dedent(DEAF_FAMILY), str(pids)]
    return Child("The family", command, answers, **options)  # type: ignore[arg-type]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def read_pids(path: Path) -> list[int]:
    return [int(word) for word in path.read_text().split()]


async def test_a_killed_child_is_started_again_and_its_family_is_gone(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "pids"
    await supervisor.start(family(file, seconds_to_end=0.2))
    first = read_pids(file)
    file.unlink()

    os.kill(first[0], signal.SIGKILL)

    await until(lambda: "The family is back" in said)
    assert said == ["The family was killed by SIGKILL; starting it again", "The family is back"]
    assert not set(first) & set(read_pids(file))
    await until(lambda: not any(map(alive, first)))


async def test_the_end_takes_the_deaf_along(supervisor: Supervisor, tmp_path: Path) -> None:
    child = family(tmp_path / "pids", seconds_to_end=0.2)
    await supervisor.start(child)
    pids = read_pids(tmp_path / "pids")

    await supervisor.end(child)

    await until(lambda: not any(map(alive, pids)))


async def test_a_child_that_ends_before_it_answers_is_a_failure(supervisor: Supervisor) -> None:
    async def never() -> bool:
        return False

    with pytest.raises(NotStarted, match="Broken ended with code 3: look above"):
        await supervisor.start(Child("Broken", [sys.executable, "-c", "exit(3)"], never, words="look above"))


async def test_a_silent_child_is_a_failure(supervisor: Supervisor) -> None:
    async def never() -> bool:
        return False

    with pytest.raises(NotStarted, match=r"Silent gave no answer within 0.3 s"):
        await supervisor.start(Child("Silent", ["sleep", "600"], never, seconds_to_answer=0.3))


async def test_a_child_that_cannot_start_again_is_tried_after_longer_pauses(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    first = True

    async def answers() -> bool:
        return first

    # The first time it waits; each later time it ends at once.
    script = (
        "import pathlib, sys, time; p = pathlib.Path(sys.argv[1]); p.exists() and exit(7); p.touch(); time.sleep(600)"
    )
    child = Child("Flaky", [sys.executable, "-c", script, str(tmp_path / "started")], answers)
    await supervisor.start(child)
    await until((tmp_path / "started").exists)
    first = False

    os.kill(supervisor._processes[child].pid, signal.SIGKILL)

    await until(lambda: len(said) == 3)
    assert said == [
        "Flaky was killed by SIGKILL; starting it again",
        "Flaky ended with code 7; starting it again in 1 s",
        "Flaky ended with code 7; starting it again in 2 s",
    ]


LAUNCHER = """
    import asyncio, pathlib, sys
    from ide.launcher import stack
    from ide.launcher.supervisor import Child

    def child(file):
        async def answers():
            return pathlib.Path(file).exists()
        return Child(file, [sys.executable, "-c", sys.argv[1], file], answers, seconds_to_end=0.2)

    layers = [[child("one")], [child("two"), child("three")]]
    asyncio.run(stack.serve(layers, "All are ready", lambda line: print(line, flush=True)))
"""


@pytest.fixture
def launcher(tmp_path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(LAUNCHER), textwrap.dedent(DEAF_FAMILY)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_ends_all_children(
    launcher: subprocess.Popen[str], tmp_path: Path, ending: signal.Signals
) -> None:
    with launcher:
        assert launcher.stdout and launcher.stdout.readline() == "All are ready\n"
        pids = [pid for name in ("one", "two", "three") for pid in read_pids(tmp_path / name)]

        launcher.send_signal(ending)

        assert launcher.communicate(timeout=20)[0] == "Stopping\n"
    assert launcher.returncode == 0
    await until(lambda: not any(map(alive, pids)))


async def test_no_child_outlives_a_killed_launcher(launcher: subprocess.Popen[str], tmp_path: Path) -> None:
    with launcher:
        assert launcher.stdout and launcher.stdout.readline() == "All are ready\n"
        leaders = [read_pids(tmp_path / name)[0] for name in ("one", "two", "three")]
        others = [read_pids(tmp_path / name)[1] for name in ("one", "two", "three")]

        launcher.kill()

        await until(lambda: not any(map(alive, leaders)))
        for pid in filter(alive, others):
            os.kill(pid, signal.SIGKILL)
