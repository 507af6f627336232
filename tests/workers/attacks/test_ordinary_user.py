"""The same attacks once more, from a worker that is an ordinary user: it has no privilege to protect itself with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from workers.sandboxes.toolchain import Toolchain

ROOT = Path(__file__).parents[3]
# Neither root's, nor the user of a root worker's sandboxes.
ORDINARY_USER = 60_751
CODE = ("ide", "workers", "tests", "manage.py", "pyproject.toml")


# What no test needs of an interpreter's own library.
SPARED = ("site-packages", "test", "config-*", "idlelib", "tkinter", "ensurepip", "turtledemo", "*.a")


@dataclass(frozen=True)
class OrdinaryUser:
    """Executes commands in a folder that is theirs, with nothing of this process's environment."""

    folder: Path
    environment: dict[str, str]

    def execute(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            user=ORDINARY_USER,
            group=ORDINARY_USER,
            extra_groups=[],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture
def user(open_folder: Path, toolchain: Toolchain) -> OrdinaryUser:
    """Their home is a checkout, with the toolchain that is there already in the place for theirs."""
    spared = shutil.ignore_patterns("browser", "benchmarks", "prototypes", "programs")
    for name in CODE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, open_folder / name, ignore=spared)
        else:
            shutil.copy(ROOT / name, open_folder / name)
    place = open_folder / "build" / "sandbox"
    place.mkdir(parents=True)
    (place / toolchain.folder.name).symlink_to(toolchain.folder)
    for path in (open_folder, *open_folder.rglob("*")):
        os.chown(path, ORDINARY_USER, ORDINARY_USER, follow_symlinks=False)
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(open_folder), "PYTHONPATH": packages}
    return OrdinaryUser(open_folder, environment)


def link(source: str, place: str) -> None:
    """A second name for a file, or a copy on another file system."""
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)


def interpreter(user: OrdinaryUser) -> Path:
    """This Python, or a copy of it where only root may execute it."""
    own = Path(sys.executable)
    try:
        if user.execute(own, "-c", "import encodings").returncode == 0:
            return own
    except PermissionError:
        pass
    base, copy = Path(sys.base_prefix), user.folder / "python"
    name = f"python3.{sys.version_info.minor}"
    spared = shutil.ignore_patterns(*SPARED)
    shutil.copytree(base / "lib" / name, copy / "lib" / name, ignore=spared, copy_function=link)
    for library in (base / "lib").glob("libpython3*.so*"):
        shutil.copy(library, copy / "lib")
    (copy / "bin").mkdir()
    shutil.copy(base / "bin" / name, copy / "bin")
    user.environment.update(PYTHONHOME=str(copy), LD_LIBRARY_PATH=str(copy / "lib"))
    return copy / "bin" / name


def test_every_attack_fails_for_an_ordinary_user_too(user: OrdinaryUser) -> None:
    attacks = Path(__file__).parent.relative_to(ROOT)
    done = user.execute(interpreter(user), "-m", "pytest", "-q", "-p", "no:cacheprovider", attacks)
    assert done.returncode == 0, done.stdout[-20_000:]
    assert " passed" in done.stdout.splitlines()[-1]
