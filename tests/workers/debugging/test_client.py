"""The conversation with debugpy as rules: what a hostile one says, and what is left undone."""

from __future__ import annotations

import json
import random

import pytest

from ide.domain.debugging import ERROR_LENGTH, MOST_FRAMES, MOST_IN_GROUP, MOST_VARIABLES, VALUE_LENGTH
from ide.wire.codes import DebugAction, DebugStatus, StopReason
from ide.wire.run_shapes import Breakpoint, Debugging
from workers.debugging.client import DebugClient

BIG = 10**4


def said(**message: object) -> bytes:
    return json.dumps(message).encode()


def event(kind: str, /, **body: object) -> bytes:
    return said(type="event", event=kind, body=body)


class Played:
    """A client and what it asked, answered by a test."""

    def __init__(self) -> None:
        self.client = DebugClient([Breakpoint(path="main.py", line=3)])
        self.asked: list[dict[str, object]] = []
        self.hear(event("initialized"))

    def hear(self, line: bytes) -> None:
        self.asked = [json.loads(request) for request in self.client.hear(line)]

    def obey(self, action: DebugAction, **fields: object) -> list[str]:
        asked = Debugging.model_validate({"action": action, **fields})
        self.asked = [json.loads(request) for request in self.client.obey(asked)]
        return [str(request["command"]) for request in self.asked]

    def answer(self, command: str, **body: object) -> None:
        """Answer the newest request of this name."""
        request = next(one for one in reversed(self.asked) if one["command"] == command)
        self.hear(said(type="response", request_seq=request["seq"], success=True, command=command, body=body))

    def stop(self, variables: list[dict[str, object]]) -> None:
        """Stop with one frame and these variables."""
        self.hear(event("stopped", reason="breakpoint", threadId=1))
        frame = {"id": 2, "name": "f", "line": 3, "source": {"path": "/room/main.py"}}
        self.answer("stackTrace", stackFrames=[frame])
        self.answer("scopes", scopes=[{"name": "Locals", "variablesReference": 7}])
        self.answer("variables", variables=variables)


def test_what_comes_in_is_cut_to_size() -> None:
    played = Played()
    played.stop([{"name": "n" * BIG, "value": "v\0" * BIG, "type": "t" * BIG, "variablesReference": 1}] * 150)
    (group,) = played.client.state.variables
    assert (len(group.variables), group.more) == (MOST_IN_GROUP, 50)
    assert len(group.variables[0].value) == VALUE_LENGTH
    assert "\0" not in group.variables[0].value
    assert len(played.client.state.model_dump_json()) < 100_000


def test_all_that_is_opened_has_a_bound() -> None:
    played = Played()
    many = [{"name": str(at), "value": "1", "variablesReference": 100 + at} for at in range(MOST_IN_GROUP)]
    played.stop(many)
    for at in range(20):
        assert played.obey(DebugAction.EXPAND, reference=100 + at) == ["variables"]
        played.answer("variables", variables=many)
    groups = played.client.state.variables
    assert sum(len(group.variables) for group in groups) == MOST_VARIABLES
    assert groups[-1].more == MOST_IN_GROUP


def test_a_deep_stack_and_a_long_error_are_cut() -> None:
    played = Played()
    played.hear(event("stopped", reason="exception", threadId=1))
    asked = played.asked
    frame = {"id": 2, "name": "f", "line": 3, "source": {"path": "/usr/lib/x.py"}}
    played.answer("stackTrace", stackFrames=[frame] * 900)
    played.asked = asked
    played.answer("exceptionInfo", exceptionId="E" * BIG, description="d" * BIG)
    state = played.client.state
    assert len(state.frames) == MOST_FRAMES
    # What is not the room's has no path.
    assert state.frames[0].path is None
    assert state.error is not None and len(state.error) == ERROR_LENGTH


def test_an_answer_to_an_earlier_stop_says_nothing() -> None:
    played = Played()
    played.hear(event("stopped", reason="breakpoint", threadId=1))
    late = played.asked
    played.hear(event("continued", threadId=1))
    played.hear(event("stopped", reason="strange", threadId=1))
    played.asked = late
    played.answer("stackTrace", stackFrames=[{"id": 2, "name": "old", "line": 3}])
    state = played.client.state
    assert (state.stop, state.reason, state.frames) == (2, StopReason.PAUSE, [])


def test_what_cannot_be_done_now_is_left_undone() -> None:
    played = Played()
    assert played.obey(DebugAction.NEXT) == []
    assert played.obey(DebugAction.PAUSE) == ["pause"]
    played.stop([])
    assert played.obey(DebugAction.PAUSE) == []
    assert played.obey(DebugAction.NEXT, stop=7) == []
    assert played.obey(DebugAction.EXPAND, reference=55) == []
    assert played.obey(DebugAction.FRAME, reference=55) == []
    assert played.obey(DebugAction.STEP_IN, stop=1) == ["stepIn"]
    # The second one came before the program went on.
    assert played.obey(DebugAction.STEP_IN, stop=1) == []


def test_a_file_whose_last_breakpoint_went_is_told() -> None:
    played = Played()
    places = [{"path": "b.py", "line": 2}, {"path": "b.py", "line": 1}, {"path": "b.py", "line": 2}]
    played.obey(DebugAction.BREAKPOINTS, breakpoints=places)
    told = {one["arguments"]["source"]["path"]: one["arguments"]["breakpoints"] for one in played.asked}  # type: ignore[index]
    assert told == {"/room/main.py": [], "/room/b.py": [{"line": 1}, {"line": 2}]}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[" * 5_000,
        b"\xff\xfe",
        said(type="event"),
        said(type="event", event="stopped", body={"reason": "x", "threadId": -1}),
        said(type="event", event="stopped", body={"reason": "x", "threadId": 10**30}),
        said(type="event", event="stopped", body=[1]),
        said(type="response", request_seq="1", success="perhaps"),
    ],
)
def test_what_is_no_message_changes_nothing(line: bytes) -> None:
    played = Played()
    before = played.client.state
    played.hear(line)
    assert played.client.state == before
    assert before.status is DebugStatus.RUNNING


def test_random_answers_break_nothing() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    values: list[object] = [None, -1, 0, 1, 2**70, 1.5, "", "x" * 999, True, [], {}, [[]], [{}], {"a": 1}]
    names = ["stackFrames", "scopes", "variables", "threads", "id", "name", "line", "variablesReference", "reason"]
    played = Played()
    for _ in range(3_000):
        body = {chance.choice(names): chance.choice(values) for _ in range(3)}
        kind = chance.choice(["stopped", "continued", "initialized", ""])
        number = chance.randrange(40)
        line = chance.choice([event(kind, **body), said(type="response", request_seq=number, success=True, body=body)])
        played.hear(line)
        played.obey(chance.choice([DebugAction.NEXT, DebugAction.PAUSE, DebugAction.CONTINUE]))
    assert len(played.client.state.model_dump_json()) < 300_000
