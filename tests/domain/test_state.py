from __future__ import annotations

from ide.domain.state import HUNK_CHARACTERS, OUTPUT_CHARACTERS, RESULT_CHARACTERS, bounded, bounded_runs
from ide.wire import run_shapes, shapes
from ide.wire.codes import HunkState, Mode, Outcome, PageLevel, Role, RunKind, RunState, TurnState
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


def _tested(count: int, said: int, state: RunState = RunState.FAILED) -> run_shapes.Run:
    tests = [
        run_shapes.Test(
            id=str(at), path="t.py", names=[str(at)], outcome=Outcome.FAILED, message="m" * said, output="o"
        )
        for at in range(count)
    ]
    return _run("out", state).model_copy(update={"tests": tests})


def test_the_oldest_results_lose_what_tests_said_and_then_the_tests() -> None:
    half = RESULT_CHARACTERS // 2
    many = 4 * half // len(_tested(1, 0).tests[0].model_dump_json())
    runs = [_tested(many, 0), _tested(1, half), _tested(1, half - 5_000), _tested(1, half)]
    assert [(len(run.tests), sum(len(test.message) for test in run.tests), run.cut) for run in bounded_runs(runs)] == [
        (0, 0, True),
        (1, 0, True),
        (1, half - 5_000, False),
        (1, half, False),
    ]


def test_twenty_large_suites_are_told_in_bounds() -> None:
    told = bounded(_state([], [_tested(2_000, 400) for _ in range(20)]))
    assert len(told.model_dump_json()) < 2 * RESULT_CHARACTERS


def test_what_a_page_said_is_cut_as_well_and_a_run_under_way_is_told_whole() -> None:
    said = run_shapes.PageMessage(level=PageLevel.LOG, text="x" * 2 * RESULT_CHARACTERS)
    page = _run("out", RunState.PASSED).model_copy(
        update={"page": run_shapes.PageReport(path="index.html", messages=[said])}
    )
    under_way = _tested(2, RESULT_CHARACTERS, RunState.RUNNING)
    assert bounded_runs([page, under_way]) == [page.model_copy(update={"page": None, "cut": True}), under_way]
