"""Runs of the tests: what pytest's reports say, and what is made of reports that a hostile program writes."""

from __future__ import annotations

import json

import pytest

from ide.wire.codes import Outcome, RunState
from tests.workers.conftest import Transcript, order
from workers import checks
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Cause, Ended

SUITE = b"""
import pytest
from shop import price

@pytest.fixture
def broken(): raise RuntimeError("no set-up")

def test_passes(): assert price(2) == 6
def test_fails(): assert price(2) == 7, "three each"
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


def outcome_of(
    backend: Bubblewrap, files: dict[str, bytes], select: str | None = None
) -> tuple[checks.Results, Ended, str]:
    """Run the tests of `files`."""
    transcript, results = Transcript(), checks.Results()
    with backend.start(order(checks.command(select), files, reporter=checks.REPORTER)) as sandbox:
        ended = transcript.to_the_end(sandbox)
    for line in transcript.reports:
        results.take(line)
    return results, ended, transcript.text


def test_every_test_is_told_with_its_outcome(backend: Bubblewrap) -> None:
    results, ended, text = outcome_of(backend, FILES)
    outcomes = {name.split("::", 1)[1]: test.outcome for name, test in results.tests.items()}
    assert outcomes == {
        "test_passes": Outcome.PASSED,
        "test_fails": Outcome.FAILED,
        "test_stumbles": Outcome.ERROR,
        "test_waits": Outcome.SKIPPED,
        "test_known": Outcome.SKIPPED,
        "TestMore::test_each[0]": Outcome.PASSED,
        "TestMore::test_each[1]": Outcome.PASSED,
    }
    messages = {name.split("::")[-1]: test.message for name, test in results.tests.items()}
    assert "three each" in messages["test_fails"] and "assert 6 == 7" in messages["test_fails"]
    assert "no set-up" in messages["test_stumbles"]
    assert messages["test_waits"] == "Skipped: not today"
    assert messages["test_known"] == "known"
    assert results.verdict(ended.exit_code) == (RunState.FAILED, None)
    assert "3 passed" in text


def test_results_come_while_later_tests_run(backend: Bubblewrap) -> None:
    suite = b"import time\ndef test_first(): pass\ndef test_second(): time.sleep(60)\n"
    transcript = Transcript()
    with backend.start(order(checks.command(None), {"test_it.py": suite}, reporter=checks.REPORTER)) as sandbox:
        while not transcript.reports:
            transcript.follow(sandbox)
        sandbox.kill()
        assert transcript.to_the_end(sandbox).cause is Cause.KILLED
    test = checks.Results().take(transcript.reports[0])
    assert test and (test.id, test.outcome) == ("test_it.py::test_first", Outcome.PASSED)


def test_a_selection_runs_alone_and_is_never_an_option(backend: Bubblewrap) -> None:
    results, ended, _ = outcome_of(backend, FILES, "passes or each")
    assert len(results.tests) == 3
    assert results.verdict(ended.exit_code) == (RunState.PASSED, None)
    _, ended, text = outcome_of(backend, FILES, "--version")
    assert ended.exit_code == 5 and "7 deselected" in text


@pytest.mark.parametrize(
    ("files", "select"),
    [({}, None), (FILES, "nothing_like_it"), ({"test_exit.py": b"import os; os._exit(0)"}, None)],
    ids=["empty room", "empty selection", "pytest ended by the program"],
)
def test_no_tests_are_no_pass(backend: Bubblewrap, files: dict[str, bytes], select: str | None) -> None:
    results, ended, _ = outcome_of(backend, files, select)
    assert results.verdict(ended.exit_code) == (RunState.FAILED, "no tests found")


def test_a_file_that_cannot_be_collected_is_an_error(backend: Bubblewrap) -> None:
    results, ended, _ = outcome_of(backend, {"test_it.py": b"import nowhere\n"})
    (test,) = results.tests.values()
    assert (test.id, test.outcome) == ("test_it.py", Outcome.ERROR)
    assert "No module named 'nowhere'" in test.message
    assert results.verdict(ended.exit_code) == (RunState.FAILED, None)


def test_ids_and_messages_are_bounded_at_their_source(backend: Bubblewrap) -> None:
    suite = """
import pytest
@pytest.mark.parametrize("word", ["ß" * 5000], ids=["🎲" * 400])
def test_it(word): assert not word, "\\x01🎲" * 5000
"""
    results, _, _ = outcome_of(backend, {"test_it.py": suite.encode()})
    (test,) = results.tests.values()
    assert (len(test.id), test.outcome) == (checks.ID_LENGTH, Outcome.FAILED)
    assert len(test.message) == checks.MESSAGE_LENGTH


def line(**changes: object) -> bytes:
    """A report, made to be wrong."""
    return json.dumps({"id": "a", "outcome": "passed", "seconds": 0.1, "message": "", **changes}).encode()


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 10_000,
        b'{"id": "a"}',
        line(id=""),
        line(id="x" * 301),
        line(id="\ud800"),
        line(message="x" * 4001),
        line(message=["x"]),
        line(outcome="splendid"),
        line(seconds=-1),
        line(seconds=float("nan")),
        line(seconds=float("inf")),
        line(seconds="soon"),
        line(run="another"),
    ],
)
def test_a_malformed_report_says_nothing(forged: bytes) -> None:
    results = checks.Results()
    assert results.take(forged) is None
    assert results.tests == {}


def test_a_test_counts_once_and_their_number_is_bounded() -> None:
    results = checks.Results()
    assert results.take(line())
    assert results.take(line(outcome="failed")) is None
    for number in range(checks.TESTS + 10):
        results.take(line(id=f"test {number}"))
    assert len(results.tests) == checks.TESTS
    assert results.tests["a"].outcome is Outcome.PASSED


def test_forged_reports_among_real_ones_and_a_flood_of_them(backend: Bubblewrap) -> None:
    suite = b"""
import os
pipe = int(os.environ["SPARKROOM_REPORT"])
def test_it():
    os.write(pipe, b"x" * 1_000_000 + b"\\n" + b"{}\\n" * 1000)
"""
    results, ended, _ = outcome_of(backend, {"test_it.py": suite})
    assert list(results.tests) == ["test_it.py::test_it"]
    assert results.verdict(ended.exit_code) == (RunState.PASSED, None)
