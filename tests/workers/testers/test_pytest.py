"""Runs of pytest in a real sandbox."""

from __future__ import annotations

import pytest

from ide.wire.codes import Outcome as Ending
from ide.wire.codes import RunState
from tests.workers.testers.suites import Outcome, order_of
from tests.workers.transcript import Transcript
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Cause
from workers.testers.results import TEXT_LENGTH, Results

SUITE = b"""
import pytest
from shop import price

@pytest.fixture
def broken(): raise RuntimeError("no set-up")

def test_passes(): assert price(2) == 6
def test_fails():
    print("price of two:", price(2))
    assert price(2) == 7, "three each"
def test_stumbles(broken): pass
@pytest.mark.skip(reason="not today")
def test_waits(): pass
@pytest.mark.xfail(reason="known")
def test_known(): assert False
class TestMore:
    @pytest.mark.parametrize("n", [0, 1])
    def test_each(self, n): assert n < 5
"""
FILES = {"shop.py": b"def price(n): return 3 * n\n", "tests/test_shop.py": SUITE, "conftest.py": b""}
SHOP = "tests/test_shop.py"


def test_every_test_is_told_with_its_outcome(backend: Bubblewrap) -> None:
    run = Outcome(backend, FILES)
    assert run.outcomes == {
        f"{SHOP}::test_passes": "passed",
        f"{SHOP}::test_fails": "failed",
        f"{SHOP}::test_stumbles": "error",
        f"{SHOP}::test_waits": "skipped",
        f"{SHOP}::test_known": "skipped",
        f"{SHOP}::TestMore::test_each[0]": "passed",
        f"{SHOP}::TestMore::test_each[1]": "passed",
    }
    failed = run[f"{SHOP}::test_fails"]
    assert (failed.path, failed.names, failed.line) == (SHOP, ["test_fails"], 9)
    assert "three each" in failed.message and "assert 6 == 7" in failed.message
    assert failed.output == "price of two: 6\n"
    assert run[f"{SHOP}::TestMore::test_each[1]"].names == ["TestMore", "test_each[1]"]
    assert "no set-up" in run[f"{SHOP}::test_stumbles"].message
    assert run[f"{SHOP}::test_waits"].message == "Skipped: not today"
    assert run[f"{SHOP}::test_known"].message == "known"
    assert run.verdict == (RunState.FAILED, None)
    assert "3 passed" in run.text


def test_tests_are_found_before_any_runs_and_are_told_as_they_run(backend: Bubblewrap) -> None:
    run = Outcome(backend, FILES)
    assert [test.outcome for test in run.told[:7]] == [Ending.WAITING] * 7
    assert run.states(f"{SHOP}::test_fails") == ["waiting", "running", "failed"]


def test_results_come_while_later_tests_run(backend: Bubblewrap) -> None:
    suite = b"import time\ndef test_first(): pass\ndef test_second(): time.sleep(60)\n"
    transcript, results = Transcript(), Results()
    with backend.start(order_of({"test_it.py": suite})) as sandbox:
        while not any(b"running" in line and b"test_second" in line for line in transcript.reports):
            transcript.follow(sandbox)
        sandbox.kill()
        assert transcript.to_the_end(sandbox).cause is Cause.KILLED
    for line in transcript.reports:
        results.take(line)
    assert results.tests["test_it.py::test_first"].outcome is Ending.PASSED
    (cut,) = results.cut_short("ran for more than 30 s")
    assert (cut.id, cut.outcome) == ("test_it.py::test_second", Ending.ERROR)
    assert cut.message == "The run ended during this test: ran for more than 30 s."


def test_a_selection_runs_alone_and_is_never_an_option(backend: Bubblewrap) -> None:
    run = Outcome(backend, FILES, select="passes or (each and not 1)")
    assert set(run.outcomes) == {f"{SHOP}::test_passes", f"{SHOP}::TestMore::test_each[0]"}
    assert run.verdict == (RunState.PASSED, None)
    run = Outcome(backend, FILES, select="--version")
    assert run.verdict == (RunState.FAILED, "no tests found")
    assert "7 deselected" in run.text


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ([f"{SHOP}::test_passes"], ["test_passes"]),
        ([f"{SHOP}::TestMore"], ["test_each[0]", "test_each[1]"]),
        ([f"{SHOP}::TestMore::test_each"], ["test_each[0]", "test_each[1]"]),
        ([f"{SHOP}::TestMore::test_each[1]", "--help", "nowhere.py::test_x"], ["test_each[1]"]),
    ],
)
def test_what_is_named_runs_alone(backend: Bubblewrap, only: list[str], names: list[str]) -> None:
    other = {"test_other.py": b"raise SystemExit('this file was not asked for')\n"}
    assert [test.names[-1] for test in Outcome(backend, FILES | other, only).results.tests.values()] == names


@pytest.mark.parametrize(
    ("files", "select"),
    [({}, None), (FILES, "nothing_like_it"), ({"test_exit.py": b"import os; os._exit(0)"}, None)],
    ids=["empty room", "empty selection", "pytest ended by the program"],
)
def test_no_tests_are_no_pass(backend: Bubblewrap, files: dict[str, bytes], select: str | None) -> None:
    assert Outcome(backend, files, select=select).verdict == (RunState.FAILED, "no tests found")


def test_a_file_that_cannot_be_collected_is_an_error(backend: Bubblewrap) -> None:
    run = Outcome(backend, {"test_it.py": b"import nowhere\n"})
    assert run.outcomes == {"test_it.py": "error"}
    assert "No module named 'nowhere'" in run["test_it.py"].message
    assert run.verdict == (RunState.FAILED, None)


def test_ids_and_messages_are_bounded_at_their_source(backend: Bubblewrap) -> None:
    suite = """
import pytest
@pytest.mark.parametrize("word", ["ß" * 5000], ids=["🎲" * 400])
def test_it(word):
    print("é" * 9000)
    assert not word, "\\x01🎲" * 5000
"""
    (test,) = Outcome(backend, {"test_it.py": suite.encode()}).results.tests.values()
    assert (len(test.id), test.outcome) == (300, Ending.FAILED)
    assert len(test.message) == len(test.output) == TEXT_LENGTH


def test_forged_reports_among_real_ones_and_a_flood_of_them(backend: Bubblewrap) -> None:
    suite = b"""
import os
pipe = int(os.environ["SPARKROOM_REPORT"])
def test_it():
    os.write(pipe, b"x" * 1_000_000 + b"\\n" + b"{}\\n" * 1000)
"""
    run = Outcome(backend, {"test_it.py": suite})
    assert run.outcomes == {"test_it.py::test_it": "passed"}
    assert run.verdict == (RunState.PASSED, None)
