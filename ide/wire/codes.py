"""The closed lists of reasons: error codes, close codes, roles and states.

Everything that crosses the socket or the HTTP API names its reasons from here, and the generated TypeScript
types carry the same lists, so that no client has to parse a sentence.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Code(StrEnum):
    """Why a request was refused. The message beside it is for people; the code is for programs."""

    BAD_REQUEST = "bad_request"
    BAD_MESSAGE = "bad_message"
    BAD_PATH = "bad_path"
    NOT_AUTHORISED = "not_authorised"
    ROLE_MAY_NOT = "role_may_not"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    OTHER_EPOCH = "other_epoch"
    UNAVAILABLE = "unavailable"
    MODEL_FAILED = "model_failed"
    INTERNAL = "internal"


class Close(IntEnum):
    """Why a socket was closed. 44xx is final; 45xx is temporary: the client comes back by itself."""

    BAD_MESSAGE = 4400
    NOT_AUTHORISED = 4401
    ROLE_MAY_NOT = 4403
    OTHER_EPOCH = 4409
    TOO_LARGE = 4413
    FAILED = 4500
    TOO_SLOW = 4508
    TOO_MANY = 4529


class Role(StrEnum):
    """What a member may do: a viewer sees, an editor writes and asks, an owner also decides who may."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    def covers(self, needed: Role) -> bool:
        """True if this role may do what `needed` may."""
        order = (Role.VIEWER, Role.EDITOR, Role.OWNER)
        return order.index(self) >= order.index(needed)


class Capability(StrEnum):
    """What a model's server can do beyond answering: over a kept socket, and taking a redirection while it answers."""

    WEBSOCKET = "websocket"
    STEER = "steer"


class RequestState(StrEnum):
    """What became of asking to join: `withdrawn` if it is not needed any more."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class TurnState(StrEnum):
    """asked → streaming → settled, stopped or failed."""

    ASKED = "asked"
    STREAMING = "streaming"
    SETTLED = "settled"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """True once nothing more will be written."""
        return self in (TurnState.SETTLED, TurnState.STOPPED, TurnState.FAILED)


class Mode(StrEnum):
    """What a turn may do: write files, only answer, or write a plan."""

    EDIT = "edit"
    ASK = "ask"
    PLAN = "plan"


class HunkState(StrEnum):
    """writing → applied → accepted or rejected; or withdrawn; or refused with a reason."""

    WRITING = "writing"
    APPLIED = "applied"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a hunk was refused."""

    NO_MATCH = "no_match"
    AMBIGUOUS = "ambiguous"
    TARGET_REMOVED = "target_removed"
    PATH = "path"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    MODE = "mode"


class StepKind(StrEnum):
    """What led to a state in a room's history. A turn's end is a checkpoint too."""

    START = "start"
    TYPING = "typing"
    HUNK = "hunk"
    TURN = "turn"
    CHECKPOINT = "checkpoint"
    RESTORE = "restore"


class Difference(StrEnum):
    """How a file stands now beside how it stood at a checkpoint."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    DELETED = "deleted"


class RunKind(StrEnum):
    """What a run executes: a program, the tests, a look at the room's page, or a program under the debugger."""

    PROGRAM = "program"
    TESTS = "tests"
    PAGE = "page"
    DEBUG = "debug"


class RunState(StrEnum):
    """queued → running → passed, failed, stopped, lost or refused."""

    QUEUED = "queued"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"
    REFUSED = "refused"

    @property
    def over(self) -> bool:
        """True once the sandbox is gone."""
        return self not in (RunState.QUEUED, RunState.RUNNING)


class PageLevel(StrEnum):
    """How grave a line of a page's console is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    LOG = "log"
    DEBUG = "debug"


class DebugStatus(StrEnum):
    """How a program stands that runs under the debugger: starting → running ⇄ stopped."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"


class StopReason(StrEnum):
    """Why a program stopped under the debugger."""

    BREAKPOINT = "breakpoint"
    STEP = "step"
    EXCEPTION = "exception"
    PAUSE = "pause"


class DebugAction(StrEnum):
    """What people do with a program under the debugger: move it on, look at a frame or into a variable, set the
    breakpoints."""

    CONTINUE = "continue"
    PAUSE = "pause"
    NEXT = "next"
    STEP_IN = "step_in"
    STEP_OUT = "step_out"
    FRAME = "frame"
    EXPAND = "expand"
    BREAKPOINTS = "breakpoints"

    @property
    def moves(self) -> bool:
        """True for what makes a stopped program go on."""
        return self in (DebugAction.CONTINUE, DebugAction.NEXT, DebugAction.STEP_IN, DebugAction.STEP_OUT)


class Outcome(StrEnum):
    """How one test ended; or that it was found and has not begun, or runs. It stays so if its run ends before."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"
