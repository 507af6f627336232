"""What is made of reports that a hostile program writes."""

from __future__ import annotations

import json

import pytest

from ide.wire.codes import Outcome, RunState
from workers.testers.results import ALL_TEXT, TESTS, Results


def line(**changes: object) -> bytes:
    """A report, made to be wrong."""
    told = {"path": "a.py", "names": ["test_a"], "outcome": "passed", "line": 1, "seconds": 0.1}
    return json.dumps({**told, "message": "", "output": "", **changes}).encode()


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 10_000,
        b'{"path": "a.py"}',
        line(path=""),
        line(path="x" * 301),
        line(path=["a.py"]),
        line(names=["x" * 296]),
        line(names=[""]),
        line(names=["x"] * 21),
        line(names="test_a"),
        line(names=["\ud800"]),
        line(line=0),
        line(line=10**9),
        line(message="x" * 4001),
        line(output="x" * 4001),
        line(message=["x"]),
        line(outcome="splendid"),
        line(seconds=-1),
        line(seconds=float("nan")),
        line(seconds=float("inf")),
        line(seconds="soon"),
        line(run="another"),
        line(id="a.py::test_b"),
    ],
)
def test_a_malformed_report_says_nothing(forged: bytes) -> None:
    results = Results()
    assert results.take(forged) is None
    assert results.tests == {}


def test_a_test_ends_once_and_never_goes_back() -> None:
    results = Results()
    assert results.take(line(outcome="waiting"))
    assert results.take(line(outcome="waiting")) is None
    assert results.take(line(outcome="running"))
    assert results.take(line(outcome="waiting")) is None
    assert results.take(line(outcome="failed"))
    for later in ("passed", "running", "waiting", "failed"):
        assert results.take(line(outcome=later)) is None
    assert [test.outcome for test in results.tests.values()] == [Outcome.FAILED]


def test_the_number_of_tests_and_what_all_of_them_say_are_bounded() -> None:
    results = Results()
    for number in range(TESTS + 10):
        results.take(line(names=[f"test {number}"], message="x" * 2_000, output="y" * 2_000))
    assert len(results.tests) == TESTS
    assert results.verdict(0) == (RunState.PASSED, "10 more tests are not listed")
    texts = [len(test.message) + len(test.output) for test in results.tests.values()]
    assert sum(texts) < ALL_TEXT + TESTS * 100
    assert results.tests["a.py::test 1999"].message.startswith("What this test said is left out")


def test_what_a_database_cannot_keep_is_replaced() -> None:
    test = Results().take(line(names=["a\0b"], message="\0"))
    assert test and (test.id, test.message) == ("a.py::a\ufffdb", "\ufffd")


def test_a_run_passes_only_if_its_reports_and_its_exit_say_so() -> None:
    results = Results()
    results.take(line(outcome="waiting"))
    assert results.verdict(0) == (RunState.FAILED, "no tests found")
    results.take(line())
    assert results.verdict(0) == (RunState.PASSED, None)
    assert results.verdict(1) == (RunState.FAILED, None)
    results.take(line(names=["test_b"], outcome="failed"))
    assert results.verdict(0) == (RunState.FAILED, None)
