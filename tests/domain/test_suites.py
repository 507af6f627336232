from __future__ import annotations

import json

import pytest

from ide.domain.suites import Framework, frameworks, plan

MANY = 200_000
CASE = b"import unittest\n\nclass Sums(unittest.TestCase):\n    def test_sum(self): pass\n"
FROM = b"from unittest import TestCase\n\nclass Sums(TestCase):\n    def test_sum(self): pass\n"
PLAIN = b"def test_sum(): assert True\n"
NODE = b'import { test } from "node:test";\n'


@pytest.mark.parametrize(
    ("path", "content", "framework"),
    [
        ("test_sum.py", PLAIN, Framework.PYTEST),
        ("deep/down/sum_test.py", b"", Framework.PYTEST),
        ("test_sum.py", CASE, Framework.UNITTEST),
        ("tests.py", FROM, Framework.UNITTEST),
        ("tests.py", PLAIN, None),
        ("test_sum.py", CASE + PLAIN, Framework.PYTEST),
        ("test_sum.py", b"import pytest\n" + CASE, Framework.PYTEST),
        (
            "test_sum.py",
            b"from unittest.mock import Mock\n\nclass TestSum:\n    def test_a(self): pass\n",
            Framework.PYTEST,
        ),
        ("contest.py", PLAIN, None),
        ("sum.py", CASE, None),
        ("sum.test.js", b"", Framework.NODE),
        ("sum-test.mjs", b"", Framework.NODE),
        ("sum_test.cts", b"", Framework.NODE),
        ("test-sum.ts", b"", Framework.NODE),
        ("sum.test.d.ts", b"", None),
        ("test.js", b"const clicks = 1;\n", None),
        ("test.js", NODE, Framework.NODE),
        ("test/sum.mjs", NODE, Framework.NODE),
        ("test/helper.mjs", b"export {};\n", None),
        ("sum.test.jsx", b"", None),
        ("node_modules/a/a.test.js", NODE, None),
        ("venv/lib/test_a.py", PLAIN, None),
        ("test_sum.py", b"\xff\xfe\x00", Framework.PYTEST),
        ("README.md", PLAIN, None),
    ],
)
def test_a_file_is_run_by(path: str, content: bytes, framework: Framework | None) -> None:
    assert frameworks({path: content}).get(path) is framework


@pytest.mark.parametrize(
    "settings",
    [
        {"conftest.py": b""},
        {"tests/conftest.py": b""},
        {"pytest.ini": b""},
        {"pyproject.toml": b"[tool.pytest.ini_options]\n"},
        {"setup.cfg": b"[tool:pytest]\n"},
    ],
)
def test_a_room_that_sets_pytest_up_leaves_all_python_tests_to_it(settings: dict[str, bytes]) -> None:
    assert frameworks({"test_sum.py": CASE, **settings})["test_sum.py"] is Framework.PYTEST


def test_other_settings_do_not() -> None:
    files = {"test_sum.py": CASE, "pyproject.toml": b"[tool.ruff]\n", "deep/pytest.ini": b""}
    assert frameworks(files) == {"test_sum.py": Framework.UNITTEST}


FILES = {"test_a.py": PLAIN, "test_b.py": CASE, "c.test.js": NODE, "main.py": b""}


def test_every_framework_of_a_room_runs() -> None:
    files = {"pytest": ["test_a.py"], "unittest": ["test_b.py"], "node": ["c.test.js"]}
    assert json.loads(plan(FILES).encoded()) == {"files": files, "only": [], "select": None}


def test_a_room_without_tests_has_pytest_say_so() -> None:
    assert plan({"main.py": b""}).files == {Framework.PYTEST: ()}


def test_only_the_files_of_what_is_named_are_looked_at() -> None:
    assert plan(FILES, ["c.test.js::Board", "test_a.py"]).files == {
        Framework.PYTEST: ("test_a.py",),
        Framework.NODE: ("c.test.js",),
    }
    # A file that pytest finds by settings of the room's own.
    assert plan(FILES, ["checks.py::check_a"]).files == {Framework.PYTEST: ("checks.py",)}


@pytest.mark.parametrize("text", [b"\n" * MANY, b" " * MANY, b"class a(" * (MANY // 8), b"class A\n" * (MANY // 8)])
def test_a_long_file_without_tests_is_read_in_one_pass(text: bytes) -> None:
    # What searches from every line to the end takes minutes.
    assert frameworks({"test_a.py": text}).keys() <= {"test_a.py"}
