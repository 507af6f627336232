"""What came of the look at the page that a prompt asked for, in words for people and for the model."""

from __future__ import annotations

from typing import Final

from ide.domain.pages import grave, told
from ide.domain.turns.context import one_line
from ide.wire.codes import RunState
from ide.wire.run_shapes import PagePlace, Run

_MOST_NAMED: Final = 5


def for_people(run: Run) -> str:
    """How the look ended, and the first things that are wrong, each with its place. Markdown."""
    lines = []
    if run.page is not None:
        lines = [f"- {_at(one.place)}`{_code(one.text)}`" for one in grave(run.page)]
        lines += [f"- {_at(one.place)}`{_code(one.address)}`: {_code(one.reason)}" for one in run.page.failures]
    shown = lines[:_MOST_NAMED]
    if len(lines) > _MOST_NAMED:
        shown.append(f"- and {len(lines) - _MOST_NAMED} more")
    return "\n".join([_ending(run), *([""] if shown else []), *shown])


def for_model(run: Run) -> str:
    """How the look ended, with what the page said."""
    heading = "The page was looked at after the turn, as its prompt asked, in a browser without network."
    return f"{heading}\n{_ending(run) if run.page is None else told(run.page, run.reason)}"


def _ending(run: Run) -> str:
    because = f": {run.reason}" if run.reason else ""
    match run.state:
        case RunState.REFUSED:
            return f"The page was not checked{because}."
        case RunState.STOPPED:
            return "The check of the page was stopped."
        case RunState.LOST:
            return f"The check of the page did not end{because}."
        case RunState.QUEUED | RunState.RUNNING:
            return "The check of the page has not ended yet."
        case RunState.FAILED:
            return f"The page was checked{because}."
    return "The page was checked: no errors."


def _at(place: PagePlace | None) -> str:
    return f"`{_code(place.path)}:{place.line}` " if place else ""


def _code(text: str) -> str:
    """Text that can stand in backticks: what a page says is no Markdown."""
    return one_line(text).replace("`", "'")
