"""The virtual environment and what is installed in it, from the lock files with their hashes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from ide.launcher.setup import debian
from ide.launcher.setup.steps import ROOT, Failed, Step, attempt, digest, run

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MEND = "Is the package index within reach (a proxy may need HTTPS_PROXY)? Then give the same command again."


def packages(lock: Path, what: str) -> Step:
    """Everything in a lock file."""
    return Step(
        doing=f"Installing {what} into .venv",
        mend=MEND,
        stamp=VENV / f".{lock.stem}",
        fingerprint=lambda: digest([lock], (VENV / "pyvenv.cfg").read_text()),
        work=lambda: _install(lock),
    )


RUN = packages(ROOT / "requirements.txt", "the Python packages")
DEVELOPMENT = packages(ROOT / "requirements-dev.txt", "the tools for checks and tests")
NODE = packages(ROOT / "requirements-node.txt", "Node")


def environment() -> None:
    """Make the virtual environment if there is none, or the Python that it was made from is gone."""
    if not PYTHON.exists():
        attempt("Making a virtual environment in .venv", "Then give the same command again.", _make)


def _make() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python3.{sys.version_info.minor}-venv"
        if not debian.can_install():
            raise Failed(f"This Python cannot make virtual environments. Mend it with: sudo apt-get install {package}")
        debian.install(package)
    run(sys.executable, "-m", "venv", "--clear", VENV)


def _install(lock: Path) -> None:
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir")
    run(PYTHON, "-m", "pip", "install", *quiet, "--require-hashes", "--requirement", lock)
