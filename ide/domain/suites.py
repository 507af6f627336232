"""Which files of a room hold tests, and which framework runs them.

- **pytest** takes `test_*.py` and `*_test.py`. In a room that sets pytest up (a `conftest.py`, or a section for it in
  a file of settings) it takes all Python tests, also those written for unittest, and looks where it is told to.
- **unittest** takes `test*.py` and `*_test.py` that import it, have test cases and nothing that only pytest would see.
- **node:test** takes what Node's own runner takes by its name (`*.test.js`, `*-test.js`, `*_test.js`, `test-*.js`, and
  `.mjs`, `.cjs`, `.ts` and their like); and `test.js` and scripts in a folder `test` if they import it, since pages and
  helpers have such names too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from ide.domain.selection import Expression

# The exit code of a run that found no tests, which is pytest's.
NO_TESTS: Final = 5
# Frameworks are told by what stands at the beginning of a file.
_READ: Final = 200_000
_ELSEWHERE: Final = frozenset({"node_modules", ".git", "__pycache__", "venv", ".venv"})

_PYTEST_NAME = re.compile(r"test_.*\.py|.*_test\.py")
_UNITTEST_NAME = re.compile(r"test.*\.py|.*_test\.py")
_NODE_NAME = re.compile(r"(?:.+[.\-_]test|test-.+)\.[cm]?[jt]s")
_SCRIPT_NAME = re.compile(r".+\.[cm]?[jt]s")
_PLAIN_NODE_NAME = re.compile(r"test\.[cm]?[jt]s")

_IMPORTS_UNITTEST = re.compile(r"^[ \t]*(?:import|from)[ \t]+unittest\b", re.MULTILINE)
_IMPORTS_PYTEST = re.compile(r"^[ \t]*(?:import|from)[ \t]+pytest\b", re.MULTILINE)
_TEST_CASE = re.compile(r"^class[ \t]+\w+[ \t]*\([^)\n]{0,200}TestCase\b", re.MULTILINE)
_PYTEST_ALONE = re.compile(r"^(?:async[ \t]+)?def[ \t]+test|^class[ \t]+Test\w*[ \t]*(?:\([ \t]*\))?:", re.MULTILINE)
_IMPORTS_NODE_TEST = re.compile(r"""["']node:test["']""")
_SETTINGS: Final = {
    "pytest.ini": re.compile(r""),
    ".pytest.ini": re.compile(r""),
    "pyproject.toml": re.compile(r"^\[tool\.pytest\b", re.MULTILINE),
    "tox.ini": re.compile(r"^\[pytest\]", re.MULTILINE),
    "setup.cfg": re.compile(r"^\[tool:pytest\]", re.MULTILINE),
}


class Framework(StrEnum):
    """What runs tests, in the order in which several of them do."""

    PYTEST = "pytest"
    UNITTEST = "unittest"
    NODE = "node"


@dataclass(frozen=True)
class Plan:
    """What a run of the tests does. `files` are each framework's; pytest also finds others by its own settings."""

    files: Mapping[Framework, tuple[str, ...]]
    only: tuple[str, ...] = ()
    select: Expression | None = None

    def encoded(self) -> bytes:
        """As JSON, for the sandbox."""
        return json.dumps({"files": self.files, "only": self.only, "select": self.select}).encode()


def plan(files: Mapping[str, bytes], only: Sequence[str] = (), select: Expression | None = None) -> Plan:
    """The plan for a room's files. There is always a framework in it, if only to say that there are no tests."""
    found = frameworks(files)
    if only:
        wanted = {path: one for path, one in found.items() if any(_names(one_id, path) for one_id in only)}
        # What pytest finds by settings of the room's own is known to pytest alone.
        found = wanted or {one_id.split("::")[0]: Framework.PYTEST for one_id in only}
    by_framework = {
        framework: tuple(sorted(path for path, one in found.items() if one is framework)) for framework in Framework
    }
    chosen = {framework: paths for framework, paths in by_framework.items() if paths}
    return Plan(chosen or {Framework.PYTEST: ()}, tuple(only), select)


def frameworks(files: Mapping[str, bytes]) -> dict[str, Framework]:
    """The files that hold tests, each with what runs it."""
    own = {path: content for path, content in files.items() if _ELSEWHERE.isdisjoint(PurePosixPath(path).parts)}
    takes_all = any(_sets_pytest_up(path, content) for path, content in own.items())
    found = ((path, _framework(path, content, takes_all)) for path, content in own.items())
    return {path: framework for path, framework in found if framework is not None}


def _framework(path: str, content: bytes, takes_all: bool) -> Framework | None:
    name = PurePosixPath(path).name
    if name.endswith(".py"):
        return _python(name, _head(content), takes_all)
    if _NODE_NAME.fullmatch(name):
        return None if name.endswith((".d.ts", ".d.mts", ".d.cts")) else Framework.NODE
    maybe = _PLAIN_NODE_NAME.fullmatch(name) or (
        "test" in PurePosixPath(path).parts[:-1] and _SCRIPT_NAME.fullmatch(name)
    )
    return Framework.NODE if maybe and _IMPORTS_NODE_TEST.search(_head(content)) else None


def _python(name: str, text: str, takes_all: bool) -> Framework | None:
    cases = _IMPORTS_UNITTEST.search(text) and _TEST_CASE.search(text)
    pytests = takes_all or _IMPORTS_PYTEST.search(text) or _PYTEST_ALONE.search(text)
    if _UNITTEST_NAME.fullmatch(name) and cases and not pytests:
        return Framework.UNITTEST
    return Framework.PYTEST if _PYTEST_NAME.fullmatch(name) else None


def _sets_pytest_up(path: str, content: bytes) -> bool:
    name = PurePosixPath(path).name
    return name == "conftest.py" or (path in _SETTINGS and _SETTINGS[path].search(_head(content)) is not None)


def _head(content: bytes) -> str:
    return content[:_READ].decode("utf-8", "replace")


def _names(one_id: str, path: str) -> bool:
    """Whether an id is that of a file, or of something in it."""
    return one_id == path or one_id.startswith(f"{path}::")
