"""How much of a room's past a hello carries. The rows hold all of it and can be read one by one."""

from __future__ import annotations

from ide.wire.messages import State
from ide.wire.run_shapes import Run
from ide.wire.shapes import Turn

HUNK_CHARACTERS = 1_000_000
OUTPUT_CHARACTERS = 32_000
RESULT_CHARACTERS = 500_000


def bounded(state: State) -> State:
    """The state with its ended runs cut (`bounded_runs`), and with the texts of the newest hunks only."""
    left = HUNK_CHARACTERS
    turns: list[Turn] = []
    for turn in reversed(state.turns):
        size = sum(len(hunk.before) + len(hunk.after) for hunk in turn.hunks)
        left -= size
        turns.append(turn if left >= 0 or not turn.state.over else _without_texts(turn))
    return state.model_copy(update={"turns": turns[::-1], "runs": bounded_runs(state.runs)})


def bounded_runs(runs: list[Run]) -> list[Run]:
    """The runs, the oldest first, as they are told together: of those that are over the ends of their outputs alone.

    Their results, tests and looks at pages, share a budget, which goes to the newest first. What does not fit loses
    what its tests said, or all of its results if even that does not help.
    """
    left = RESULT_CHARACTERS
    told: list[Run] = []
    for run in reversed(runs):
        if run.state.over:
            fitting, size = _fitting(_with_end_of_output(run), left)
            left -= size
            told.append(fitting)
        else:
            told.append(run)
    return told[::-1]


def _with_end_of_output(run: Run) -> Run:
    if len(run.output) <= OUTPUT_CHARACTERS:
        return run
    return run.model_copy(update={"output": run.output[-OUTPUT_CHARACTERS:], "truncated": True})


def _fitting(run: Run, left: int) -> tuple[Run, int]:
    """As much of the run as its results may be, and how long these are."""
    if not run.tests and run.page is None:
        return run, 0
    for form in (run, _without_words(run)):
        size = len(form.model_dump_json(include={"tests", "page"}))
        if size <= left:
            return form, size
    return run.model_copy(update={"tests": [], "page": None, "cut": True}), 0


def _without_words(run: Run) -> Run:
    tests = [test.model_copy(update={"message": "", "output": ""}) for test in run.tests]
    return run.model_copy(update={"tests": tests, "cut": True})


def _without_texts(turn: Turn) -> Turn:
    hunks = [hunk.model_copy(update={"before": "", "after": ""}) for hunk in turn.hunks]
    return turn.model_copy(update={"hunks": hunks})
