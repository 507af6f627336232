"""What a sandbox executes to run a room's tests: one framework after the other, each with a reporter of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ide.domain.suites import NO_TESTS, Framework, Plan

_INSIDE = Path(__file__).with_name("inside")
_REPORTERS = {file.name: file.read_bytes() for file in sorted(_INSIDE.glob("sparkroom_*.*"))}
_RUNS = {
    Framework.PYTEST: "python -m sparkroom_pytest",
    Framework.UNITTEST: "python -m sparkroom_unittest",
    Framework.NODE: 'node "$SPARKROOM_TOOLS/sparkroom_node.mjs"',
}
# The worst end of all is the end; that a framework found no tests is one only if none did.
_SETTLE = f"case $?:$end in 0:{NO_TESTS}) end=0;; 0:*|{NO_TESTS}:*) ;; *) end=1;; esac"


def command(plan: Plan) -> list[str]:
    """The command. Nothing that a person or a model wrote stands in it: the plan goes beside it, as a file."""
    steps = [f"end={NO_TESTS}"]
    for framework in Framework:
        if framework in plan.files:
            steps += [_RUNS[framework], _SETTLE]
    return ["/bin/sh", "-c", "\n".join([*steps, "exit $end"])]


def modules(plan: Plan) -> Mapping[str, bytes]:
    """The files that the command reads."""
    return {**_REPORTERS, "sparkroom_plan.json": plan.encoded()}
