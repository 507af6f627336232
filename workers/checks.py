"""Runs of the tests: which command they are, what their reports say, and what their end means."""

from __future__ import annotations

import math
from pathlib import Path

from pydantic import ValidationError

from ide.wire.codes import RunState
from ide.wire.shapes import Test

REPORTER = Path(__file__).with_name("reporter.py").read_bytes()
ID_LENGTH = 300
MESSAGE_LENGTH = 4_000
TESTS = 2_000

_NO_TESTS = 5  # pytest's exit codes


def command(select: str | None) -> list[str]:
    """pytest with the reporter. `select` is an expression for -k; in one argument with it, it is never an option."""
    selection = [f"-k{select}"] if select else []
    return ["python", "-m", "pytest", "-p", "sparkroom_reporter", "-p", "no:cacheprovider", *selection]


class Results:
    """The tests of one run, as far as their reports can be believed: each test once, and not more than `TESTS`."""

    def __init__(self) -> None:
        self.tests: dict[str, Test] = {}

    def take(self, line: bytes) -> Test | None:
        """What a line says, or None for one that says nothing acceptable. It was written by the program under test."""
        try:
            test = Test.model_validate_json(line)
        except ValidationError:
            return None
        believable = 0 < len(test.id) <= ID_LENGTH and len(test.message) <= MESSAGE_LENGTH
        if not believable or not math.isfinite(test.seconds) or test.seconds < 0:
            return None
        if test.id in self.tests or len(self.tests) >= TESTS:
            return None
        # Databases cannot keep U+0000.
        test = test.model_copy(
            update={"id": test.id.replace("\0", "\ufffd"), "message": test.message.replace("\0", "\ufffd")}
        )
        self.tests[test.id] = test
        return test

    def verdict(self, exit_code: int | None) -> tuple[RunState, str | None]:
        """How a run of the tests ended that was not cut short, by pytest's exit code, and why it is not a pass."""
        if exit_code == _NO_TESTS or (exit_code == 0 and not self.tests):
            return RunState.FAILED, "no tests found"
        return (RunState.PASSED if exit_code == 0 else RunState.FAILED), None
