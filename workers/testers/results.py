"""The tests of one run, as far as what is reported of them can be believed: the program under test can write it too."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationError

from ide.domain.selection import ID_LENGTH, identity
from ide.domain.suites import NO_TESTS
from ide.wire.codes import Outcome, RunState
from ide.wire.run_shapes import Test
from ide.wire.shapes import Shape

TESTS: Final = 2_000
TEXT_LENGTH: Final = 4_000
# Of what all tests of a run said, so many characters are kept.
ALL_TEXT: Final = 1_000_000
_MOST_NAMES: Final = 20
_LEFT_OUT: Final = "What this test said is left out: the tests of this run said too much."
_ORDER: Final = (Outcome.WAITING, Outcome.RUNNING)

# Databases cannot keep U+0000.
_PLAIN = AfterValidator(lambda text: text.replace("\0", "\ufffd"))
_Text = Annotated[str, Field(max_length=TEXT_LENGTH), _PLAIN]
_Name = Annotated[str, Field(min_length=1, max_length=ID_LENGTH), _PLAIN]


class _Reported(Shape):
    """One line of a reporter."""

    path: _Name
    names: list[_Name] = Field(max_length=_MOST_NAMES)
    outcome: Outcome
    line: int | None = Field(default=None, ge=1, le=10_000_000)
    seconds: float = Field(default=0.0, ge=0, le=1e9, allow_inf_nan=False)
    message: _Text = ""
    output: _Text = ""


class Results:
    """Each test ends once, none begins after it has ended, and there are at most `TESTS`."""

    def __init__(self) -> None:
        self.tests: dict[str, Test] = {}
        self.left_out = 0
        """How many reports were of tests beyond those that are kept."""
        self._text = 0

    def take(self, line: bytes) -> Test | None:
        """What a line says of a test, or None for one that says nothing acceptable."""
        try:
            told = _Reported.model_validate_json(line)
        except ValidationError:
            return None
        name = identity(told.path, told.names)
        if len(name) > ID_LENGTH:
            return None
        known = self.tests.get(name)
        if known is None and len(self.tests) >= TESTS:
            self.left_out += told.outcome not in _ORDER
            return None
        if known is not None and not _follows(told.outcome, known.outcome):
            return None
        message, output = self._kept(told)
        test = Test(
            id=name,
            path=told.path,
            names=told.names,
            outcome=told.outcome,
            line=told.line,
            seconds=told.seconds,
            message=message,
            output=output,
        )
        self.tests[name] = test
        return test

    def cut_short(self, reason: str | None) -> list[Test]:
        """The run has ended, and these tests with it: they had begun."""
        message = f"The run ended during this test: {reason}." if reason else "The run ended during this test."
        cut = [
            test.model_copy(update={"outcome": Outcome.ERROR, "message": message})
            for test in self.tests.values()
            if test.outcome is Outcome.RUNNING
        ]
        self.tests.update({test.id: test for test in cut})
        return cut

    def verdict(self, exit_code: int | None) -> tuple[RunState, str | None]:
        """How a run of the tests ended that was not cut short, and what there is to say of it."""
        outcomes = {test.outcome for test in self.tests.values()}
        if exit_code == NO_TESTS or (exit_code == 0 and not outcomes - set(_ORDER)):
            return RunState.FAILED, "no tests found"
        if exit_code == 0 and outcomes.isdisjoint((Outcome.FAILED, Outcome.ERROR)):
            return RunState.PASSED, self._not_listed
        return RunState.FAILED, self._not_listed

    @property
    def _not_listed(self) -> str | None:
        return f"{self.left_out} more tests are not listed" if self.left_out else None

    def _kept(self, told: _Reported) -> tuple[str, str]:
        size = len(told.message) + len(told.output)
        if self._text + size > ALL_TEXT:
            return (_LEFT_OUT if told.message else ""), ""
        self._text += size
        return told.message, told.output


def _follows(outcome: Outcome, known: Outcome) -> bool:
    """Whether a test that stood at `known` can stand at `outcome` now."""
    if known not in _ORDER:
        return False
    return outcome not in _ORDER or _ORDER.index(outcome) > _ORDER.index(known)
