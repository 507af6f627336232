from __future__ import annotations

from ide.domain.state import HUNK_CHARACTERS, OUTPUT_CHARACTERS, bounded
from ide.wire import run_shapes, shapes
from ide.wire.codes import HunkState, Mode, Role, RunKind, RunState, TurnState
from ide.wire.messages import State

ROOM = shapes.Room(
    id="r",
    title="t",
    role=Role.VIEWER,
    epoch="e",
    files=[],
    members=[],
    models=[],
    limits=shapes.Limits(
        document_bytes=1,
        room_bytes=1,
        documents=1,
        members=1,
        prompt_bytes=1,
        message_bytes=1,
        asset_bytes=1,
        room_assets_bytes=1,
    ),
    preview="",
)


def _turn(number: int, characters: int, state: TurnState = TurnState.SETTLED) -> shapes.Turn:
    hunk = shapes.Hunk(id="h", path="a", state=HunkState.APPLIED, line=3, after="x" * characters)
    return shapes.Turn(
        id=str(number),
        member="m",
        member_name="M",
        model="x",
        rehearsal=False,
        mode=Mode.EDIT,
        prompts=["p"],
        state=state,
        text="said",
        hunks=[hunk],
        asked_at=number,
    )


def _run(output: str, state: RunState) -> run_shapes.Run:
    limits = run_shapes.RunLimits(
        seconds=1, cpu_seconds=1, memory_bytes=1, output_bytes=1, file_bytes=1, files=1, processes=1
    )
    return run_shapes.Run(
        id="r",
        member="m",
        member_name="M",
        command=["x"],
        kind=RunKind.PROGRAM,
        state=state,
        output=output,
        limits=limits,
        created_at=1,
    )


def _state(turns: list[shapes.Turn], runs: list[run_shapes.Run]) -> State:
    return State(room=ROOM, turns=turns, runs=runs, messages=[], requests=[])


def test_a_small_past_is_told_whole() -> None:
    state = _state([_turn(1, 10)], [_run("out", RunState.PASSED)])
    assert bounded(state) == state


def test_the_oldest_hunks_lose_their_texts_first() -> None:
    half = HUNK_CHARACTERS // 2
    turns = bounded(_state([_turn(1, half), _turn(2, half), _turn(3, half)], [])).turns
    assert [len(turn.hunks[0].after) for turn in turns] == [0, half, half]
    assert turns[0].hunks[0].line == 3


def test_a_running_turn_and_a_running_run_are_told_whole() -> None:
    turn, run = _turn(1, 2 * HUNK_CHARACTERS, TurnState.STREAMING), _run("y" * 100_000, RunState.RUNNING)
    assert bounded(_state([turn], [run])) == _state([turn], [run])


def test_of_an_ended_run_the_end_of_its_output_is_told() -> None:
    (run,) = bounded(_state([], [_run("a" + "b" * OUTPUT_CHARACTERS, RunState.FAILED)])).runs
    assert run.output == "b" * OUTPUT_CHARACTERS
    assert run.truncated
