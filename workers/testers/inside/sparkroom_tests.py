"""What the Python frameworks' reporters share: the plan, which tests are chosen, and the lines that are reported.

It runs inside the sandbox and imports nothing of ours. The program beside it can write anything to the same pipe;
`workers.testers.results` believes none of it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

ID_LENGTH = 300
TEXT_LENGTH = 4_000

_plan = json.loads(Path(os.environ["SPARKROOM_TOOLS"], "sparkroom_plan.json").read_bytes())
_pipe = int(os.environ["SPARKROOM_REPORT"])


def files(framework: str) -> list[str]:
    """The files that are a framework's, by their paths in the room."""
    return list(_plan["files"].get(framework, []))


def others(framework: str) -> set[str]:
    """The files of the other frameworks."""
    return {path for name, paths in _plan["files"].items() if name != framework for path in paths}


def only_files() -> set[str] | None:
    """The files whose tests were asked for by their ids; None if none were."""
    return {identity.split("::")[0] for identity in _plan["only"]} or None


def identity(path: str, names: list[str]) -> str:
    """A test's id."""
    return "::".join([path, *names])


def bounded(path: str, names: list[str]) -> list[str]:
    """The names, the last of them cut so that the id is not too long."""
    over = len(identity(path, names)) - ID_LENGTH
    return [*names[:-1], names[-1][: max(1, len(names[-1]) - over)]] if over > 0 and names else names


def chosen(path: str, names: list[str]) -> bool:
    """Whether a test is to run."""
    names = bounded(path, names)
    if _plan["only"]:
        steps = [identity(path, names[:count]) for count in range(len(names) + 1)]
        if steps[-1].endswith("]"):
            steps.append(steps[-1].partition("[")[0])
        return not set(_plan["only"]).isdisjoint(steps)
    return _plan["select"] is None or _matches(_plan["select"], identity(path, names).lower())


def _matches(expression: Any, text: str) -> bool:
    if isinstance(expression, str):
        return expression in text
    operator, *parts = expression
    if operator == "not":
        return not _matches(parts[0], text)
    return (all if operator == "and" else any)(_matches(part, text) for part in parts)


def report(
    path: str,
    names: list[str],
    outcome: str,
    line: int | None = None,
    seconds: float = 0.0,
    message: str = "",
    output: str = "",
) -> None:
    """Tell how a test stands. `line` is where it begins, from 1. Of long texts the end is kept."""
    told = {
        "path": path,
        "names": bounded(path, names),
        "outcome": outcome,
        "line": line,
        "seconds": round(seconds, 6),
        "message": message[-TEXT_LENGTH:],
        "output": output[-TEXT_LENGTH:],
    }
    rest = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    while rest:
        rest = rest[os.write(_pipe, rest) :]
