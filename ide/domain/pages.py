"""Looks at a room's page: which page it is, how the look ended, and what a model is told of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ide.domain.previews import index_of, is_page
from ide.domain.refusals import Refusal
from ide.wire.codes import Code, PageLevel
from ide.wire.run_shapes import PageMessage, PagePlace, PageReport

PICTURE: Final = "page-check.png"
"""Where the picture stands among the files that the run made."""

_GRAVE: Final = (PageLevel.ERROR, PageLevel.WARNING)
_TOLD: Final = 30
_TOLD_LENGTH: Final = 600


def page_of(wanted: str | None, paths: Collection[str]) -> str:
    """The page to look at: the one that is wanted, else the room's own. Raises Refusal if there is none."""
    if wanted is None:
        index = index_of(paths)
        if index is None:
            raise Refusal(Code.NOT_FOUND, "This room has no page: there is no HTML file in it.")
        return index
    if wanted not in paths:
        raise Refusal(Code.NOT_FOUND, f"This room has no file “{wanted}”.")
    if not is_page(wanted):
        raise Refusal(Code.BAD_REQUEST, f"“{wanted}” is not a page: its name does not end in .html.")
    return wanted


def trouble(report: PageReport) -> str | None:
    """What is wrong with a page, in a few words; None if nothing is."""
    errors = sum(message.count for message in grave(report))
    counted = (_counted(errors, "error"), _counted(len(report.failures), "failed load"))
    return ", ".join(part for part in counted if part) or None


def grave(report: PageReport) -> list[PageMessage]:
    """The errors of a page, caught or not."""
    return [message for message in report.messages if message.level is PageLevel.ERROR]


def told(report: PageReport, reason: str | None) -> str:
    """What a model is told of a look at the page, errors first. `reason` is why the run did not pass."""
    loaded = "It did not finish loading." if report.load_ms is None else f"It loaded in {report.load_ms:.0f} ms."
    title = f' Its title is "{report.title}".' if report.title else ""
    lines = [f"{report.path}: {reason or 'no errors'}. {loaded}{title}"]
    errors = grave(report)
    warnings = [message for message in report.messages if message.level is PageLevel.WARNING]
    others = [message for message in report.messages if message.level not in _GRAVE]
    lines += [_said(message) for message in errors]
    lines += [f"- not loaded: {one.address}{_at(one.place)}: {one.reason}" for one in report.failures]
    lines += [_said(message) for message in [*warnings, *others]]
    kept = [line if len(line) <= _TOLD_LENGTH else f"{line[: _TOLD_LENGTH - 1]}…" for line in lines[: _TOLD + 1]]
    left_out = len(lines) - len(kept) + report.left_out
    return "\n".join([*kept, *([f"- and {left_out} more"] if left_out else [])])


def _said(message: PageMessage) -> str:
    times = f" ({message.count} times)" if message.count > 1 else ""
    kind = "uncaught error" if message.uncaught else f"console {message.level}"
    return f"- {kind}{_at(message.place)}: {message.text}{times}"


def _at(place: PagePlace | None) -> str:
    return f" at {place.path}:{place.line}" if place else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}" if count else ""
