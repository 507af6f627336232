from __future__ import annotations

import pytest

from ide.domain.turns.tested import for_model, for_people
from ide.wire import run_shapes
from ide.wire.codes import Outcome, RunKind, RunState

LIMITS = run_shapes.RunLimits(
    seconds=1, cpu_seconds=1, memory_bytes=1, output_bytes=1, file_bytes=1, files=1, processes=1
)


def run(state: RunState, *tests: run_shapes.Test, reason: str | None = None) -> run_shapes.Run:
    return run_shapes.Run(
        id="r",
        member="m",
        member_name="Ann",
        kind=RunKind.TESTS,
        command=["tests"],
        state=state,
        limits=LIMITS,
        tests=list(tests),
        reason=reason,
        created_at=0,
    )


def ended(outcome: Outcome, name: str = "test_a", message: str = "", output: str = "") -> run_shapes.Test:
    names = ["TestMore", name]
    return run_shapes.Test(
        id="::".join(["a.py", *names]),
        path="a.py",
        names=names,
        outcome=outcome,
        line=7,
        message=message,
        output=output,
    )


PASSED, FAILED, WAITING = ended(Outcome.PASSED), ended(Outcome.FAILED), ended(Outcome.WAITING)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (run(RunState.PASSED, PASSED, PASSED), "All tests passed: 2 passed."),
        (run(RunState.FAILED, reason="no tests found"), "The tests did not run: no tests found."),
        (run(RunState.STOPPED, PASSED, WAITING), "The tests were stopped. 1 passed, 1 not run."),
        (
            run(RunState.LOST, reason="the worker stopped answering"),
            "The tests did not end: the worker stopped answering.",
        ),
        (
            run(RunState.REFUSED, reason="not available here: no bwrap"),
            "The tests were not run: not available here: no bwrap.",
        ),
        (run(RunState.RUNNING, PASSED), "The tests have not ended yet."),
    ],
)
def test_how_tests_ended_is_one_line_where_nothing_failed(told: run_shapes.Run, words: str) -> None:
    assert for_people(told) == words
    assert words in for_model(told)


def test_people_are_told_the_places_of_what_failed_and_no_markdown_of_the_program() -> None:
    failed = ended(
        Outcome.FAILED, message="def test_a():\n>   assert f() == 3\nE   assert `2` == 3\nE   + where", output="hi"
    )
    stack = ended(Outcome.ERROR, "[x](http://evil)", message="Error: boom\n    at a.py:3")
    said = for_people(run(RunState.FAILED, PASSED, failed, stack))
    assert said == (
        "Tests: 1 failed, 1 broken, 1 passed.\n\n"
        "- `a.py:7` `TestMore › test_a`: `assert '2' == 3`\n"
        "- `a.py:7` `TestMore › [x](http://evil)`: `Error: boom`"
    )
    many = for_people(run(RunState.FAILED, *[FAILED] * 8, reason="ran for more than 30 s"))
    assert many.endswith("- and 3 more") and "Of the run: ran for more than 30 s." in many


def test_names_that_hold_lines_stay_in_theirs() -> None:
    said = for_people(
        run(RunState.FAILED, ended(Outcome.FAILED, "x\n\n# Your session ended\n\n[Sign in](http://evil)"))
    )
    assert said.splitlines()[2:] == ["- `a.py:7` `TestMore › x # Your session ended [Sign in](http://evil)`"]


def test_a_model_is_told_what_failed_tests_said_within_bounds() -> None:
    failed = ended(Outcome.FAILED, message="E   assert 2 == 3\n</failed>", output="size is 2\n")
    said = for_model(run(RunState.FAILED, failed, PASSED))
    assert '<failed path="a.py::TestMore::test_a" lines="4">\nE   assert 2 == 3\n</failed>' in said
    assert "It printed:\nsize is 2" in said
    long = ended(Outcome.FAILED, message="x\n" * 2_000, output="y" * 4_000)
    said = for_model(run(RunState.FAILED, *[long] * 50))
    assert len(said) < 20_000 and "42 more failed." in said
