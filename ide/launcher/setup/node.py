"""Node: the machine's if it is recent enough, otherwise the one that comes as a Python package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from ide.launcher.setup import python
from ide.launcher.setup.steps import BUILD, ROOT, Step, digest, run

# What Vite asks for.
OLDEST = ((20, 19), (22, 12))


def recent(version: str) -> bool:
    """Whether `version`, as `node --version` says it, builds the frontend."""
    found = re.fullmatch(r"v(\d+)\.(\d+)\.\d+\S*", version.strip())
    if not found:
        return False
    number = (int(found[1]), int(found[2]))
    return number >= OLDEST[1] or (number[0] == OLDEST[0][0] and number >= OLDEST[0])


@cache
def of_the_machine() -> str:
    """The version of the machine's Node; nothing if it has no npm or is too old."""
    if not shutil.which("node") or not shutil.which("npm"):
        return ""
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if recent(done.stdout) else ""


def see_to() -> None:
    """Install Node if the machine has none that is recent enough."""
    if not of_the_machine():
        python.NODE.do()


def environment() -> dict[str, str]:
    """The variables under which npm runs: with the right Node, and writing nothing outside the checkout."""
    path = os.environ.get("PATH", os.defpath)
    return {
        "PATH": path if of_the_machine() else f"{python.VENV / 'bin'}{os.pathsep}{path}",
        "PYTHON": str(python.PYTHON),
        "npm_config_cache": str(BUILD / "npm"),
        "npm_config_update_notifier": "false",
    }


def packages(folder: Path, what: str) -> Step:
    """Everything in a folder's `package-lock.json`."""
    return Step(
        doing=f"Installing {what}",
        mend="Is the npm registry within reach? Then give the same command again.",
        stamp=folder / "node_modules" / ".sparkroom",
        fingerprint=lambda: digest([folder / "package.json", folder / "package-lock.json"], of_the_machine()),
        work=lambda: run("npm", "ci", "--no-audit", "--no-fund", folder=folder, environment=environment()),
    )


STOCK_CLIENTS = packages(ROOT / "tests" / "contracts", "the stock Yjs clients that the tests use")
