"""What runs and their parts look like on the wire: what is asked for, what limits it, how it goes and how it ended.

Like those of `shapes.py`, which has the rest, both the HTTP API and the socket's events use them.
"""

from __future__ import annotations

from pydantic import Field

from ide.wire.codes import (
    DebugAction,
    DebugStatus,
    Outcome,
    PageLevel,
    RunKind,
    RunState,
    StopReason,
)
from ide.wire.shapes import Shape


class Test(Shape):
    """One test of a run. `id` is the `path` of its file and its `names` from the outside in, joined by `::`.

    `line` is where it begins, 1-based. `message` says why it failed or was skipped; `output` is what it printed.
    """

    id: str
    path: str
    names: list[str]
    outcome: Outcome
    line: int | None = None
    seconds: float = 0.0
    message: str = ""
    output: str = ""


class RunLimits(Shape):
    """What a sandbox may use, all its processes together.

    `seconds` by the clock, `cpu_seconds` of the processors, `idle_seconds` in which a terminal neither hears nor says
    anything (None: as long as it likes). `file_bytes` and `files` are of the working folder, and again of /tmp. Of the
    output `output_bytes` are kept; the rest is counted.
    """

    seconds: float
    cpu_seconds: float
    idle_seconds: float | None = None
    memory_bytes: int
    output_bytes: int
    file_bytes: int
    files: int
    processes: int


class MadeFile(Shape):
    """A file that a run made or changed, as it was when the run ended. `hash` names its bytes."""

    path: str
    bytes: int
    hash: str
    type: str


class PagePlace(Shape):
    """A place in a document that a page is made of, both 1-based."""

    path: str
    line: int
    column: int = 1


class PageMessage(Shape):
    """What a page wrote to its console, `count` times in a row, or an error of it that nothing caught."""

    level: PageLevel
    text: str
    uncaught: bool = False
    place: PagePlace | None = None
    count: int = 1


class FailedLoad(Shape):
    """Something that a page asked for and did not get. `address` is a path of the room where it is one."""

    address: str
    reason: str
    place: PagePlace | None = None


class PageReport(Shape):
    """What a look at a room's page showed.

    `load_ms` is None if the page did not finish loading. `left_out` counts what was said or failed beyond what is kept.
    `picture` is the path of a file that the run made: the page as it looked, as PNG.
    """

    path: str
    title: str = ""
    load_ms: float | None = None
    messages: list[PageMessage] = []
    failures: list[FailedLoad] = []
    left_out: int = 0
    picture: str | None = None


class Breakpoint(Shape):
    """A line, 1-based, before which a program stops under the debugger."""

    path: str = Field(min_length=1, max_length=1024, pattern=r"^[^\x00]+$")
    line: int = Field(ge=1, le=1_000_000)


class Variable(Shape):
    """One variable, as far as it is shown. `reference` asks for its parts (`expand`); 0: it has none."""

    name: str
    value: str
    type: str = ""
    reference: int = 0


class VariableGroup(Shape):
    """The variables of a scope, or the parts of a variable: those of `reference`, and how many `more` there are."""

    reference: int
    variables: list[Variable]
    more: int = 0


class VariableScope(Shape):
    """A frame's local or global variables, which `expand` asks for."""

    name: str
    reference: int


class StackFrame(Shape):
    """A call that is under way. `path` is None outside the room's files; `scopes` are empty until a look (`frame`)."""

    id: int
    name: str
    path: str | None = None
    line: int
    scopes: list[VariableScope] = []


class DebugState(Shape):
    """How a program stands under the debugger, for the whole room; lines are those of the text that it runs.

    `number` grows with every change. `stop` counts the stops: an action that names another one comes too late. `frames`
    are those of the stopped thread, the innermost first, `variables` what was looked at since the stop. `error` is the
    exception that it stopped for, in one line.
    """

    number: int = 0
    status: DebugStatus = DebugStatus.STARTING
    stop: int = 0
    reason: StopReason | None = None
    error: str | None = None
    thread: str | None = None
    frames: list[StackFrame] = []
    variables: list[VariableGroup] = []
    breakpoints: list[Breakpoint] = []


class Run(Shape):
    """One sandboxed execution. `reason` says which limit was hit, or why it was refused.

    `output_bytes` counts what was written, kept or not; `memory_bytes` is the most that was in use at once. `ahead`
    says how many runs a worker will take before this one, while it waits and as far as anybody knows. It runs the text
    of the moment `created_at`; `begun_at` is when a worker took it. Moments are milliseconds since 1970. Of the files
    that it made or changed `left_out` were not kept. `cut`: told among others and too long for that, it lacks what its
    tests said, or all of `tests` and `page`; read by itself, it is whole.
    """

    id: str
    member: str
    member_name: str
    kind: RunKind
    command: list[str]
    state: RunState
    ahead: int | None = None
    exit_code: int | None = None
    output: str = ""
    truncated: bool = False
    terminal: bool = False
    tests: list[Test] = []
    limits: RunLimits
    reason: str | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    memory_bytes: int | None = None
    output_bytes: int = 0
    made: list[MadeFile] = []
    page: PageReport | None = None
    debug: DebugState | None = None
    left_out: int = 0
    cut: bool = False
    created_at: int
    begun_at: int | None = None


class Terminal(Shape):
    """The size of a terminal, in characters."""

    columns: int = Field(ge=20, le=400)
    rows: int = Field(ge=5, le=200)


class AskForDebug(Shape):
    """How a program is to be debugged: where it stops, in the text as it is now."""

    breakpoints: list[Breakpoint] = Field(default=[], max_length=200)


class Debugging(Shape):
    """Body of `POST …/runs/{run}/debug`.

    `reference` is the frame or the variables that are looked at; `breakpoints` are all that there are from now on.
    `stop` is the stop at which it was asked: what comes too late is not done.
    """

    action: DebugAction
    stop: int | None = Field(default=None, ge=0)
    reference: int | None = Field(default=None, ge=0, le=2**53)
    breakpoints: list[Breakpoint] | None = Field(default=None, max_length=200)


class AskForRun(Shape):
    """Body of `POST …/runs`: one of a command, a file of the room, a run that its `sparkroom.toml` names (`program`),
    the tests, or a look at the page: that at `path`, else the room's own. Of the tests, `only` lists ids of those that
    are to run, and `select` is an expression over ids (`domain/selection.py`).
    """

    command: list[str] | None = Field(default=None, min_length=1, max_length=32)
    file: str | None = Field(default=None, min_length=1, max_length=1024)
    program: str | None = Field(default=None, min_length=1, max_length=40)
    tests: bool = False
    select: str | None = Field(default=None, max_length=200)
    only: list[str] | None = Field(default=None, min_length=1, max_length=500)
    page: bool = False
    path: str | None = Field(default=None, min_length=1, max_length=1024)
    debug: AskForDebug | None = None
    terminal: Terminal | None = None


class KeepFiles(Shape):
    """Body of `POST …/runs/{run}/keep`: files that a run made are to be the room's. `replace`: also over others."""

    paths: list[str] = Field(min_length=1, max_length=1_000)
    replace: bool = False


class Typed(Shape):
    """Body of `POST …/input`."""

    data: str = Field(max_length=65_536)
