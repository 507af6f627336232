"""Message type 16 of `sparkroom.v1`: events (server to browser) and commands (browser to server).

Journaled events carry the room's `seq`; a client that reconnects names the last one it saw and gets what it missed.
The others (`prose`, `output`, `debug`, `saved`, `done`, `refused`) have no number: prose and output carry an offset
into a row that can be read again, and `debug` is part of the run's row.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ide.wire.codes import Code, RequestState, Role
from ide.wire.history import AskForCheckpoint, AskForRestore, Checkpoint
from ide.wire.run_shapes import AskForRun, Debugging, DebugState, Run, Terminal, Test
from ide.wire.shapes import Ask, Hunk, JoinRequest, Member, Message, Name, Room, Shape, Steer, Turn

# --- events: server to browser ---------------------------------------------------------------------------------------


class State(Shape):
    """Everything but the text, as of one `seq`."""

    room: Room
    turns: list[Turn]
    runs: list[Run]
    messages: list[Message]
    requests: list[JoinRequest]


class Hello(Shape):
    """First event of a socket. `state` is None when the events since the client's `since` follow instead.

    `changed_at` is when the room's files last changed, in milliseconds since 1970, as far as anybody knows: a run that
    is older is not of the text of now.
    """

    type: Literal["hello"] = "hello"
    seq: int
    member: Member
    changed_at: int | None = None
    state: State | None = None


class MemberEvent(Shape):
    """Somebody came, left (`here` is false), changed name or role, or was removed."""

    type: Literal["member"] = "member"
    seq: int
    member: Member


class TurnEvent(Shape):
    """A turn was asked, began to stream, was redirected, ended, was undone or accepted: its whole row."""

    type: Literal["turn"] = "turn"
    seq: int
    turn: Turn


class HunkEvent(Shape):
    """A hunk of a running turn was located, applied, withdrawn or refused, or somebody accepted or rejected one."""

    type: Literal["hunk"] = "hunk"
    seq: int
    turn: str
    hunk: Hunk


class RunEvent(Shape):
    """A run was queued, started or ended: its whole row."""

    type: Literal["run"] = "run"
    seq: int
    run: Run


class TestsEvent(Shape):
    """Tests of a running run were found, began or ended: how each of them stands now."""

    type: Literal["tests"] = "tests"
    seq: int
    run: str
    tests: list[Test]


class MessageEvent(Shape):
    """Somebody said something."""

    type: Literal["message"] = "message"
    seq: int
    message: Message


class RoomEvent(Shape):
    """The room itself changed, for now: its title."""

    type: Literal["room"] = "room"
    seq: int
    title: str


class RequestEvent(Shape):
    """Somebody asks to join, or does not wait any more. `role` is what they were given, if they were."""

    type: Literal["request"] = "request"
    seq: int
    request: JoinRequest
    state: RequestState
    role: Role | None = None


class CheckpointEvent(Shape):
    """A turn ended, somebody named a checkpoint or restored one. Smaller steps of the history are not told."""

    type: Literal["checkpoint"] = "checkpoint"
    seq: int
    checkpoint: Checkpoint


class Prose(Shape):
    """More of a turn's prose. `offset` counts code points already sent."""

    type: Literal["prose"] = "prose"
    turn: str
    offset: int
    text: str


class Output(Shape):
    """More of a run's output. `offset` counts code points already sent."""

    type: Literal["output"] = "output"
    run: str
    offset: int
    text: str


class DebugEvent(Shape):
    """How a program under the debugger stands now. One with a lower number than what is known says nothing new."""

    type: Literal["debug"] = "debug"
    run: str
    debug: DebugState


class Waiting(Shape):
    """A run that waits has another place in the line: this many begin before it. Not journaled."""

    type: Literal["waiting"] = "waiting"
    run: str
    ahead: int


class Saved(Shape):
    """The first `frames` frames of type 0 that this socket sent, whatever their step, are committed."""

    type: Literal["saved"] = "saved"
    frames: int


class Done(Shape):
    """The command with this id was carried out; `result` names what it made."""

    type: Literal["done"] = "done"
    id: str
    result: str | None = None


class Refused(Shape):
    """The command with this id was not carried out."""

    type: Literal["refused"] = "refused"
    id: str
    code: Code
    message: str


JournaledEvent = (
    MemberEvent
    | TurnEvent
    | HunkEvent
    | RunEvent
    | TestsEvent
    | MessageEvent
    | RoomEvent
    | RequestEvent
    | CheckpointEvent
)
Event = Annotated[
    JournaledEvent | Hello | Prose | Output | Waiting | DebugEvent | Saved | Done | Refused, Field(discriminator="type")
]

# --- commands: browser to server -------------------------------------------------------------------------------------


class Command(Shape):
    """`id` is the client's own, and comes back in `done` or `refused`."""

    id: str = Field(min_length=1, max_length=64)


class AskCommand(Command, Ask):
    """Ask a model for something: a new turn."""

    type: Literal["ask"]


class StopTurn(Command):
    """Stop a turn. What it finished stays."""

    type: Literal["stop_turn"]
    turn: str


class SteerTurn(Command, Steer):
    """Redirect one's own running turn."""

    type: Literal["steer_turn"]
    turn: str


class UndoTurn(Command):
    """Take back all that a turn which is over has changed."""

    type: Literal["undo_turn"]
    turn: str


class AcceptHunk(Command):
    """Clear a hunk's mark."""

    type: Literal["accept_hunk"]
    turn: str
    hunk: str


class RejectHunk(Command):
    """Take one hunk back."""

    type: Literal["reject_hunk"]
    turn: str
    hunk: str


class StartRun(Command):
    """Run a program or the tests."""

    type: Literal["start_run"]
    run: AskForRun


class StopRun(Command):
    """Kill a run."""

    type: Literal["stop_run"]
    run: str


class InputRun(Command):
    """Type into a run."""

    type: Literal["input_run"]
    run: str
    data: str = Field(max_length=65536)


class ResizeRun(Command):
    """Tell a run's terminal its new size."""

    type: Literal["resize_run"]
    run: str
    terminal: Terminal


class DebugRun(Command, Debugging):
    """Move on a program under the debugger, look into it, or set its breakpoints."""

    type: Literal["debug_run"]
    run: str


class Say(Command):
    """Say something in the room's chat."""

    type: Literal["say"]
    text: str = Field(min_length=1, max_length=4000)


class CheckpointCommand(Command, AskForCheckpoint):
    """Make the room as it is now a checkpoint."""

    type: Literal["checkpoint"]


class Restore(Command, AskForRestore):
    """Make the files what they were at a checkpoint. `done` names the one to restore for taking that back."""

    type: Literal["restore"]
    checkpoint: str = Field(max_length=32)


class Rename(Command):
    """Change one's own name."""

    type: Literal["rename"]
    name: Name


AnyCommand = Annotated[
    AskCommand
    | StopTurn
    | SteerTurn
    | UndoTurn
    | AcceptHunk
    | RejectHunk
    | StartRun
    | StopRun
    | InputRun
    | ResizeRun
    | DebugRun
    | Say
    | CheckpointCommand
    | Restore
    | Rename,
    Field(discriminator="type"),
]
COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)
EVENTS: TypeAdapter[Event] = TypeAdapter(Event)
