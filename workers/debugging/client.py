"""The worker's side of a debugging session, as rules: what debugpy says and people ask becomes a state and requests.

Nothing that comes in is believed beyond its shape: a program can forge all of it, and then shows a wrong state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ide.domain.debugging import ERROR_LENGTH, MOST_IN_GROUP, MOST_VARIABLES
from ide.wire import run_shapes
from ide.wire.codes import DebugAction, DebugStatus, StopReason
from ide.wire.run_shapes import Breakpoint, Debugging, DebugState
from workers.debugging import messages
from workers.debugging.messages import MESSAGE

BodyT = TypeVar("BodyT", bound=BaseModel)

# What the room's folder is called in the conversation, wherever it lies in the sandbox.
ROOM = "/room/"
_MOST_WAITING = 200
_MOST_GROUPS = 200
_MOVES = {
    DebugAction.CONTINUE: "continue",
    DebugAction.NEXT: "next",
    DebugAction.STEP_IN: "stepIn",
    DebugAction.STEP_OUT: "stepOut",
}
# pydevd's groups of names that every module and class has.
_NOISE = {"special variables", "function variables"}


@dataclass(frozen=True)
class _Waiting:
    """A request that was not answered yet. What it is about is over when the program goes on (`stop`)."""

    stop: int
    answered: Callable[[dict[str, object]], list[bytes]]


class DebugClient:
    """One program's. Its methods answer the lines that are to be sent to debugpy next."""

    def __init__(self, breakpoints: Iterable[Breakpoint]) -> None:
        self.state = DebugState(breakpoints=list(breakpoints))
        self._thread = 0
        self._moved = 0
        self._requests = 0
        self._waiting: dict[int, _Waiting] = {}
        self._broken: set[str] = set()

    @property
    def settled(self) -> bool:
        """False while more is about to be known of a stop."""
        return not any(waiting.stop == self.state.stop for waiting in self._waiting.values())

    # --- what people ask ---

    def begin(self) -> list[bytes]:
        """The first requests."""
        return [
            self._request("initialize", {"adapterID": "sparkroom", "pathFormat": "path", "supportsVariableType": True}),
            self._request(
                "attach",
                {
                    "justMyCode": True,
                    "subProcess": False,
                    "redirectOutput": False,
                    "pathMappings": [{"localRoot": ROOM.rstrip("/"), "remoteRoot": "."}],
                    "rules": [{"path": "**/sparkroom_debugger.py", "include": False}],
                },
            ),
        ]

    def obey(self, asked: Debugging) -> list[bytes]:
        """What somebody asks for. What comes too late is left undone."""
        if asked.action is DebugAction.BREAKPOINTS:
            self._change(breakpoints=asked.breakpoints or [])
            return [] if self.state.status is DebugStatus.STARTING else self._set_breakpoints()
        if asked.stop is not None and asked.stop != self.state.stop:
            return []
        status = self.state.status
        if asked.action is DebugAction.PAUSE:
            return [self._request("pause", {"threadId": "*"})] if status is DebugStatus.RUNNING else []
        if status is not DebugStatus.STOPPED:
            return []
        if move := _MOVES.get(asked.action):
            # debugpy says only later that it goes on: until then a second one would be a second step.
            moved, self._moved = self._moved, self.state.stop
            return [self._request(move, {"threadId": self._thread})] if moved != self.state.stop else []
        reference = asked.reference or 0
        if asked.action is DebugAction.FRAME:
            return self._look_at(reference)
        return self._expand(reference)

    # --- what debugpy says ---

    def hear(self, line: bytes) -> list[bytes]:
        """A line of debugpy's."""
        try:
            message = MESSAGE.validate_json(line)
            if isinstance(message, messages.Event):
                return self._take_event(message)
            waiting = self._waiting.pop(message.request_seq, None)
            if waiting is None or not message.success or waiting.stop != self.state.stop:
                return []
            return waiting.answered(message.body or {})
        except (ValidationError, RecursionError):
            return []

    def _take_event(self, event: messages.Event) -> list[bytes]:
        match event.event:
            case "initialized":
                self._change(status=DebugStatus.RUNNING)
                return [
                    *self._set_breakpoints(),
                    self._request("setExceptionBreakpoints", {"filters": ["uncaught"]}),
                    self._request("configurationDone", {}),
                ]
            case "stopped":
                return self._stop(_read(messages.Stopped, event.body))
            case "continued":
                self._go_on()
        return []

    def _stop(self, stopped: messages.Stopped) -> list[bytes]:
        self._thread = stopped.threadId
        known = stopped.reason in tuple(StopReason)
        self._change(
            status=DebugStatus.STOPPED,
            stop=self.state.stop + 1,
            reason=StopReason(stopped.reason) if known else StopReason.PAUSE,
            error=None,
            thread=None,
            frames=[],
            variables=[],
        )
        asks = [
            self._ask("stackTrace", {"threadId": self._thread, "levels": 50}, self._take_stack),
            self._ask("threads", {}, self._take_threads),
        ]
        if self.state.reason is StopReason.EXCEPTION:
            asks.append(self._ask("exceptionInfo", {"threadId": self._thread}, self._take_exception))
        return asks

    def _go_on(self) -> None:
        if self.state.status is DebugStatus.STOPPED:
            self._change(status=DebugStatus.RUNNING, reason=None, error=None, thread=None, frames=[], variables=[])

    def _take_stack(self, body: dict[str, object]) -> list[bytes]:
        frames = [
            run_shapes.StackFrame(id=frame.id, name=frame.name, path=_path_of(frame), line=frame.line)
            for frame in _read(messages.Stack, body).stackFrames
        ]
        self._change(frames=frames)
        # The innermost call of the room's own code is what people want to see.
        first = next((frame for frame in frames if frame.path is not None), None)
        return self._look_at(first.id) if first else []

    def _take_threads(self, body: dict[str, object]) -> list[bytes]:
        threads = _read(messages.Threads, body).threads
        name = next((thread.name for thread in threads if thread.id == self._thread), None)
        if len(threads) > 1 and name:
            self._change(thread=name)
        return []

    def _take_exception(self, body: dict[str, object]) -> list[bytes]:
        info = _read(messages.ExceptionInfo, body)
        words = ": ".join(part for part in (info.exceptionId, info.description) if part)
        self._change(error=words[:ERROR_LENGTH])
        return []

    # --- looking ---

    def _look_at(self, frame_id: int) -> list[bytes]:
        frame = next((one for one in self.state.frames if one.id == frame_id and not one.scopes), None)
        if frame is None:
            return []
        return [self._ask("scopes", {"frameId": frame_id}, lambda body: self._take_scopes(frame_id, body))]

    def _take_scopes(self, frame_id: int, body: dict[str, object]) -> list[bytes]:
        frames = list(self.state.frames)
        at = next((at for at, frame in enumerate(frames) if frame.id == frame_id), None)
        if at is None:
            return []
        # A module's local variables are its global ones.
        most = 1 if frames[at].name == "<module>" else None
        scopes = [
            run_shapes.VariableScope(name=scope.name, reference=scope.variablesReference)
            for scope in islice(_read(messages.Scopes, body).scopes, most)
        ]
        frames[at] = frames[at].model_copy(update={"scopes": scopes})
        self._change(frames=frames)
        return self._expand(scopes[0].reference) if scopes else []

    def _expand(self, reference: int) -> list[bytes]:
        known = {group.reference for group in self.state.variables}
        offered = {scope.reference for frame in self.state.frames for scope in frame.scopes}
        offered |= {variable.reference for group in self.state.variables for variable in group.variables}
        if not reference or reference in known or reference not in offered or len(known) >= _MOST_GROUPS:
            return []
        ask: dict[str, object] = {"variablesReference": reference}
        return [self._ask("variables", ask, lambda body: self._take_variables(reference, body))]

    def _take_variables(self, reference: int, body: dict[str, object]) -> list[bytes]:
        answer = _read(messages.Variables, body)
        wanted = [one for one in answer.variables if one.name not in _NOISE]
        room = MOST_VARIABLES - sum(len(group.variables) for group in self.state.variables)
        shown = [
            run_shapes.Variable(name=one.name, value=one.value, type=one.type or "", reference=one.variablesReference)
            for one in wanted[: max(0, min(room, MOST_IN_GROUP))]
        ]
        group = run_shapes.VariableGroup(
            reference=reference, variables=shown, more=answer.more + len(wanted) - len(shown)
        )
        others = [one for one in self.state.variables if one.reference != reference]
        self._change(variables=[*others, group])
        return []

    # --- speaking ---

    def _set_breakpoints(self) -> list[bytes]:
        """One request for each file that has breakpoints, or had some."""
        lines: dict[str, list[int]] = {path: [] for path in self._broken}
        for breakpoint in self.state.breakpoints:
            lines.setdefault(breakpoint.path, []).append(breakpoint.line)
        self._broken = {path for path, there in lines.items() if there}
        return [
            self._request(
                "setBreakpoints",
                {"source": {"path": ROOM + path}, "breakpoints": [{"line": line} for line in sorted(set(there))]},
            )
            for path, there in lines.items()
        ]

    def _ask(
        self, command: str, arguments: dict[str, object], answered: Callable[[dict[str, object]], list[bytes]]
    ) -> bytes:
        if len(self._waiting) >= _MOST_WAITING:  # whoever does not answer is asked no more
            self._waiting.pop(next(iter(self._waiting)))
        line = self._request(command, arguments)
        self._waiting[self._requests] = _Waiting(self.state.stop, answered)
        return line

    def _request(self, command: str, arguments: dict[str, object]) -> bytes:
        self._requests += 1
        request = {"seq": self._requests, "type": "request", "command": command, "arguments": arguments}
        return json.dumps(request).encode()

    def _change(self, **fields: object) -> None:
        self.state = self.state.model_copy(update={"number": self.state.number + 1, **fields})


def _read(shape: type[BodyT], body: dict[str, object] | None) -> BodyT:
    return shape.model_validate(body or {})


def _path_of(frame: messages.Frame) -> str | None:
    """The path of a frame's document, if its code is the room's."""
    path = frame.source.path if frame.source else None
    return path.removeprefix(ROOM) if path and path.startswith(ROOM) else None
