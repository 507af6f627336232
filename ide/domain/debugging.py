"""What may be asked of a program under the debugger, and how much of its state is shown."""

from __future__ import annotations

import re
from typing import Final

from ide.domain.refusals import Refusal
from ide.wire.codes import Code, DebugAction
from ide.wire.run_shapes import Debugging

MOST_FRAMES: Final = 50
MOST_IN_GROUP: Final = 100
"""Variables of one scope, or parts of one variable."""
MOST_VARIABLES: Final = 600
"""Of all that was looked at since a stop."""
NAME_LENGTH: Final = 80
VALUE_LENGTH: Final = 200
ERROR_LENGTH: Final = 400
_PYTHON: Final = re.compile(r"python[\d.]*")
_REFERRING: Final = (DebugAction.FRAME, DebugAction.EXPAND)


def check_program(command: list[str]) -> None:
    """Raises Refusal unless a command is one that can be debugged: Python, a file and its arguments."""
    if len(command) < 2 or not _PYTHON.fullmatch(command[0]) or not command[1].endswith(".py"):
        raise Refusal(Code.BAD_REQUEST, "Only Python programs can be debugged: python and the path of a .py file.")


def check_debugging(asked: Debugging) -> None:
    """Raises Refusal unless an action has exactly the fields that it needs."""
    if (asked.reference is not None) != (asked.action in _REFERRING):
        raise Refusal(Code.BAD_REQUEST, '"reference" goes with "frame" and "expand", and with nothing else.')
    if (asked.breakpoints is not None) != (asked.action is DebugAction.BREAKPOINTS):
        raise Refusal(Code.BAD_REQUEST, '"breakpoints" are a list, and go with the action of that name alone.')
