"""How much of a room's past a hello carries. The rows hold all of it and can be read one by one."""

from __future__ import annotations

from ide.wire.messages import State
from ide.wire.run_shapes import Run
from ide.wire.shapes import Turn

HUNK_CHARACTERS = 1_000_000
OUTPUT_CHARACTERS = 32_000


def bounded(state: State) -> State:
    """The state with the outputs of ended runs cut to their ends, and with the texts of the newest hunks only."""
    left = HUNK_CHARACTERS
    turns: list[Turn] = []
    for turn in reversed(state.turns):
        size = sum(len(hunk.before) + len(hunk.after) for hunk in turn.hunks)
        left -= size
        turns.append(turn if left >= 0 or not turn.state.over else _without_texts(turn))
    return state.model_copy(update={"turns": turns[::-1], "runs": [with_end_of_output(run) for run in state.runs]})


def with_end_of_output(run: Run) -> Run:
    """The run with the end of its output alone, if it is over and that is long."""
    if not run.state.over or len(run.output) <= OUTPUT_CHARACTERS:
        return run
    return run.model_copy(update={"output": run.output[-OUTPUT_CHARACTERS:], "truncated": True})


def _without_texts(turn: Turn) -> Turn:
    hunks = [hunk.model_copy(update={"before": "", "after": ""}) for hunk in turn.hunks]
    return turn.model_copy(update={"hunks": hunks})
