"""Checks the tree of sources: `python -m ide.launcher.tree` says what is wrong, and fails if anything is.

No source file is longer than 500 lines, and no lock file says where packages were fetched from.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

MOST_LINES = 500
SOURCES = {".css", ".html", ".js", ".mjs", ".py", ".sh", ".ts", ".tsx"}
# What an address looks like in each kind of lock file. npm's also holds those of people who take donations.
LOCKS = {
    re.compile(r"requirements.*\.txt"): re.compile(r"\w+://\S+"),
    re.compile(r"package-lock\.json"): re.compile(r"\"resolved\": \"\w+://\S+"),
}
GENERATED = {Path("frontend/src/wire/types.ts")}
NOT_OURS = {".git", ".venv", "build", "dist", "migrations", "node_modules", "var"}


def files(root: Path) -> Iterator[Path]:
    """The tree's own files."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        yield from (Path(folder, name) for name in sorted(names))


def problems(root: Path) -> Iterator[str]:
    """What is wrong, a line each."""
    for path in files(root):
        name = path.relative_to(root)
        if path.suffix in SOURCES and name not in GENERATED:
            lines = len(path.read_bytes().splitlines())
            if lines > MOST_LINES:
                yield f"{name}: {lines} lines; {MOST_LINES} at most: divide it by its nouns"
        for lock, address in LOCKS.items():
            if lock.fullmatch(path.name):
                for found in address.finditer(path.read_text()):
                    yield f"{name}: {found[0]}: a lock file names no address; write it anew with `make lock`"


def main() -> None:
    """Fail if anything is wrong."""
    found = list(problems(Path.cwd()))
    print("\n".join(found) or "The tree is in order.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
