"""What a turn runs when its last hunk is written, if its prompt asks for it: which run, and how its end is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ide.domain.turns import looked, tested
from ide.wire.run_shapes import AskForRun, Run


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of run. `notice` is shown while it runs, `not_run` begins the line that says why it was not."""

    run: AskForRun
    notice: str
    not_run: str
    for_people: Callable[[Run], str]
    for_model: Callable[[Run], str]


TESTS: Final = Asked(
    AskForRun(tests=True), "running the tests", "The tests were not run", tested.for_people, tested.for_model
)
PAGE: Final = Asked(
    AskForRun(page=True), "checking the page", "The page was not checked", looked.for_people, looked.for_model
)
