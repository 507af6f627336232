"""Which commands a room may ask for. The sandbox holds whatever is run; this only keeps requests in shape."""

from __future__ import annotations

from ide.domain.refusals import Refusal
from ide.wire.codes import Code
from ide.wire.shapes import AskForRun

ARGUMENT_BYTES = 4_096
TESTS = ["python", "-m", "pytest"]


def check_command(asked: AskForRun) -> list[str]:
    """The command of a run. Raises Refusal unless exactly one of `command` and `tests` is asked for, in bounds."""
    if asked.tests == (asked.command is not None):
        raise Refusal(Code.BAD_REQUEST, 'A run needs either "command" or "tests": true.')
    if asked.command is None:
        return [*TESTS, "-k", asked.select] if asked.select else TESTS
    if asked.select is not None:
        raise Refusal(Code.BAD_REQUEST, '"select" goes with "tests": true.')
    for argument in asked.command:
        if "\0" in argument or len(argument.encode()) > ARGUMENT_BYTES:
            raise Refusal(Code.BAD_REQUEST, f"An argument of a command is at most {ARGUMENT_BYTES} bytes, without NUL.")
    if not asked.command[0]:
        raise Refusal(Code.BAD_REQUEST, "The command is empty.")
    return asked.command
