"""What came of the tests that a prompt asked for, in words for people and for the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ide.domain.turns.context import one_line, render_lines
from ide.wire.codes import Outcome, RunState
from ide.wire.run_shapes import Run, Test

_MOST_NAMED: Final = 5
_MOST_TOLD: Final = 8
_TOLD_LINES: Final = 40
_TOLD_CHARACTERS: Final = 2_000
_TROUBLES: Final = (Outcome.FAILED, Outcome.ERROR)
_WORDS: Final = {
    Outcome.FAILED: "failed",
    Outcome.ERROR: "broken",
    Outcome.PASSED: "passed",
    Outcome.SKIPPED: "skipped",
    Outcome.WAITING: "not run",
}


def for_people(run: Run) -> str:
    """How the tests ended, and the first of those that failed, each with its place. Markdown."""
    failed = _failed(run.tests)
    lines = [f"- `{_place(test)}` `{_code(' › '.join(test.names))}`{_gist(test)}" for test in failed[:_MOST_NAMED]]
    if len(failed) > _MOST_NAMED:
        lines.append(f"- and {len(failed) - _MOST_NAMED} more")
    return "\n".join([_ending(run), *([""] if lines else []), *lines])


def for_model(run: Run) -> str:
    """How the tests of a turn ended, with what the first of those that failed said."""
    failed = _failed(run.tests)
    told = [render_lines(test.outcome.value, test.id, _said(test)) for test in failed[:_MOST_TOLD]]
    if len(failed) > _MOST_TOLD:
        told.append(f"{len(failed) - _MOST_TOLD} more failed.")
    return "\n".join([f"The tests were run after the turn, as its prompt asked. {_ending(run)}", *told])


def _ending(run: Run) -> str:
    because = f": {run.reason}" if run.reason else ""
    match run.state:
        case RunState.REFUSED:
            return f"The tests were not run{because}."
        case RunState.STOPPED:
            return f"The tests were stopped. {_tally(run.tests)}".strip()
        case RunState.LOST:
            return f"The tests did not end{because}. {_tally(run.tests)}".strip()
        case RunState.QUEUED | RunState.RUNNING:
            return "The tests have not ended yet."
        case RunState.FAILED if not run.tests:
            return f"The tests did not run{because}."
        case RunState.FAILED:
            return f"Tests: {_tally(run.tests)}" + (f" Of the run{because}." if because else "")
    return f"All tests passed: {_tally(run.tests)}"


def _tally(tests: Sequence[Test]) -> str:
    """ "2 failed, 5 passed." or nothing."""
    counts: Counter[Outcome] = Counter(
        Outcome.WAITING if test.outcome is Outcome.RUNNING else test.outcome for test in tests
    )
    said = ", ".join(f"{counts[outcome]} {word}" for outcome, word in _WORDS.items() if counts[outcome])
    return f"{said}." if said else ""


def _failed(tests: Sequence[Test]) -> list[Test]:
    return [test for test in tests if test.outcome in _TROUBLES]


def _place(test: Test) -> str:
    return _code(f"{test.path}:{test.line}" if test.line else test.path)


def _gist(test: Test) -> str:
    """The line of a message that says what is wrong: pytest marks it, others begin or end with it."""
    lines = [line.strip() for line in test.message.splitlines() if line.strip()]
    marked = [line[2:].strip() for line in lines if line.startswith("E ")]
    named = [line for line in lines if line.split(":")[0].split(" ")[0].endswith(("Error", "Exception"))]
    said = (marked or named or lines or [""])[0]
    return f": `{_code(said)}`" if said else ""


def _said(test: Test) -> list[str]:
    parts = [test.message, f"It printed:\n{test.output}" if test.output else ""]
    text = "\n".join(part for part in parts if part)[-_TOLD_CHARACTERS:]
    return text.splitlines()[-_TOLD_LINES:]


def _code(text: str) -> str:
    """Text that can stand in backticks: what a program says is no Markdown."""
    return one_line(text).replace("`", "'")
