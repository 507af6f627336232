"""Runs of unittest in a real sandbox."""

from __future__ import annotations

from ide.wire.codes import RunState
from tests.workers.testers.suites import Outcome
from workers.sandboxes.bubblewrap import Bubblewrap

SUITE = b"""
import unittest
from shop import price

class Prices(unittest.TestCase):
    def test_passes(self):
        self.assertEqual(price(2), 6)

    def test_fails(self):
        print("price of two:", price(2))
        self.assertEqual(price(2), 7, "three each")

    def test_stumbles(self):
        raise RuntimeError("no idea")

    def test_parts(self):
        for n in range(4):
            with self.subTest(n=n):
                self.assertLess(n, 2)

    @unittest.skip("not today")
    def test_waits(self): pass

    @unittest.expectedFailure
    def test_known(self): self.fail()

class Later(unittest.IsolatedAsyncioTestCase):
    async def test_asynchronous(self): pass

class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError("no set-up")
    def test_never(self): pass
"""
FILES = {"shop.py": b"def price(n): return 3 * n\n", "tests/test_shop.py": SUITE}
SHOP = "tests/test_shop.py"


def test_every_test_is_told_with_its_outcome(backend: Bubblewrap) -> None:
    run = Outcome(backend, FILES)
    assert run.outcomes == {
        f"{SHOP}::Prices::test_fails": "failed",
        f"{SHOP}::Prices::test_known": "skipped",
        f"{SHOP}::Prices::test_parts": "failed",
        f"{SHOP}::Prices::test_passes": "passed",
        f"{SHOP}::Prices::test_stumbles": "error",
        f"{SHOP}::Prices::test_waits": "skipped",
        f"{SHOP}::Later::test_asynchronous": "passed",
        f"{SHOP}::Broken::setUpClass": "error",
        f"{SHOP}::Broken::test_never": "waiting",
    }
    failed = run[f"{SHOP}::Prices::test_fails"]
    assert (failed.names, failed.line, failed.output) == (["Prices", "test_fails"], 9, "price of two: 6\n")
    assert "AssertionError: 6 != 7 : three each" in failed.message
    assert f'{SHOP}", line 11' in failed.message and "unittest/case.py" not in failed.message
    parts = run[f"{SHOP}::Prices::test_parts"].message
    assert "(n=2)" in parts and "(n=3)" in parts and "(n=1)" not in parts
    assert "no set-up" in run[f"{SHOP}::Broken::setUpClass"].message
    assert run.states(f"{SHOP}::Prices::test_passes") == ["waiting", "running", "passed"]
    assert run.verdict == (RunState.FAILED, None)
    assert "price of two: 6" in run.text


def test_a_selection_runs_alone(backend: Bubblewrap) -> None:
    run = Outcome(backend, FILES, select="prices and passes")
    assert run.outcomes == {f"{SHOP}::Prices::test_passes": "passed"}
    assert run.verdict == (RunState.PASSED, None)
    run = Outcome(backend, FILES, [f"{SHOP}::Later", f"{SHOP}::Prices::test_waits"])
    assert set(run.outcomes.values()) == {"passed", "skipped"}
    assert Outcome(backend, FILES, select="nothing").verdict == (RunState.FAILED, "no tests found")


def test_a_file_that_cannot_be_loaded_is_an_error_and_the_others_run(backend: Bubblewrap) -> None:
    good = b"import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n"
    bad = b"import unittest, nowhere\nclass B(unittest.TestCase): pass\n"
    run = Outcome(
        backend, {"test_bad.py": bad, "test/test_a.py": good, "pack/__init__.py": b"", "pack/test_a.py": good}
    )
    assert run.outcomes == {
        "test_bad.py": "error",
        "test/test_a.py::A::test_a": "passed",
        "pack/test_a.py::A::test_a": "passed",
    }
    assert "No module named 'nowhere'" in run["test_bad.py"].message
    assert run.verdict == (RunState.FAILED, None)
