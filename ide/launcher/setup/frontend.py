"""The frontend: its packages, its build, and its scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ide.launcher.setup import node
from ide.launcher.setup.steps import ROOT, Step, digest, run

FOLDER = ROOT / "frontend"
MADE = ("node_modules", "dist")


def sources() -> Iterator[Path]:
    """Every file that the build may read."""
    for folder, folders, files in os.walk(FOLDER):
        if Path(folder) == FOLDER:
            folders[:] = [name for name in folders if name not in MADE]
        yield from (Path(folder, name) for name in files)


PACKAGES = node.packages(FOLDER, "the frontend's packages")
BUILD = Step(
    doing="Building the frontend",
    mend="The lines above say where. `npm run check` in frontend/ says more.",
    stamp=FOLDER / "dist" / ".sparkroom",
    fingerprint=lambda: digest(sources()),
    work=lambda: run("npm", "run", "build", folder=FOLDER, environment=node.environment()),
)


def npm(*words: str) -> None:
    """Become npm in the frontend's folder."""
    environment = {**os.environ, **node.environment()}
    os.chdir(FOLDER)
    os.execvpe("npm", ["npm", *words], environment)  # noqa: S606
