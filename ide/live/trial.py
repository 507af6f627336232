"""Tries a model out: does its server know it, and does a small edit that it is asked for land in a document?

It goes the way of a turn, from the instructions over the engine and the dialect to a typist, in a replica that is
nobody's. Text that a server sends is scrubbed of keys by the engines.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, Final

from ide.domain.documents import SizeLimits
from ide.domain.edits.dialects import dialect
from ide.domain.edits.hunks import HunkRecord
from ide.domain.turns.context import DocumentText, render_documents
from ide.domain.turns.instructions import instructions
from ide.engines import model
from ide.engines.configuration import Entry
from ide.engines.detection import listed_ids
from ide.engines.upstreams import model_list
from ide.live.pace import Pace
from ide.live.replica import Replica
from ide.live.typist import Typist
from ide.wire.models import Trial
from ide.wire.shapes import Usage

PATIENCE_SECONDS: Final = 60.0
LIST_SECONDS: Final = 5.0
MOST_CHARACTERS: Final = 20_000
PATH: Final = "greeting.py"
BEFORE: Final = 'GREETING = "Hello"\n\n\ndef greet(name):\n    return f"{GREETING}, {name}."\n'
AFTER: Final = BEFORE.replace("Hello", "Good morning")
PROMPT: Final = f'In `{PATH}`, change the greeting from "Hello" to "Good morning". Change nothing else.'


async def try_out(entry: Entry, key: str | None, engine: model.CodeModel, limits: SizeLimits) -> tuple[Trial, Usage]:
    """What came of it, and what it cost. Takes at most about a minute; raises nothing."""
    listed, (trial, usage) = await asyncio.gather(_is_listed(entry, key), _ask(entry, engine, limits))
    problem = trial.problem
    if listed is False:
        unknown = f'its server does not list "{entry.model}"'
        problem = f"{problem}; {unknown}" if problem else None
    return trial.model_copy(update={"listed": listed, "problem": problem}), usage


async def _is_listed(entry: Entry, key: str | None) -> bool | None:
    ids = await listed_ids(*model_list(entry, key), LIST_SECONDS)
    return None if ids is None else entry.model in ids


async def _ask(entry: Entry, engine: model.CodeModel, limits: SizeLimits) -> tuple[Trial, Usage]:
    replica = Replica()
    try:
        replica.create(PATH, BEFORE)
        said = _Said()
        reader = dialect(entry.dialect, only_path=PATH)
        typist = Typist(replica, origin=said, limits=limits, events=said, dialect=reader)
        request = model.ModelRequest(
            instructions(entry.dialect, brief=True),
            (model.Message("user", f"{render_documents([DocumentText(PATH, BEFORE)])}\n\n{PROMPT}"),),
            max_output_tokens=2_000,
        )
        pace = Pace()
        pace.begin(sum(len(part) for part in (request.system, request.messages[0].text)) // 4)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                problem = await _write(engine, request, typist, pace)
        except TimeoutError:
            problem = f"it was not done within {PATIENCE_SECONDS:g} s"
        typist.withdraw()
        text = replica.read(PATH) or ""
    finally:
        replica.close()
    landed = text.split() == AFTER.split()
    if not landed and problem is None:
        problem = said.why or "it answered, but without the change that it was asked for"
    timing = pace.timing()
    return Trial(landed=landed, problem=problem, **timing.model_dump()), pace.usage()


async def _write(engine: model.CodeModel, request: model.ModelRequest, typist: Typist, pace: Pace) -> str | None:
    """Write the answer. Returns what went wrong, if anything did."""
    async with aclosing(engine.stream(request)) as events:
        async for event in events:
            match event:
                case model.TextDelta(text):
                    pace.beat(len(text))
                    await typist.write(text)
                case model.Usage():
                    pace.count(event)
                case model.Done(reason):
                    await typist.finish(cut=reason != "stop")
                    return None
                case model.Failed(message=message):
                    return message
            if pace.characters > MOST_CHARACTERS:
                return "it answered much more than it was asked for"
    return "its answer ended without saying so"


class _Said:
    """Listens to the typist for why a change could not be made."""

    def __init__(self) -> None:
        self.why: str | None = None

    def prose(self, text: str) -> None:
        """What it says to people is of no interest here."""

    def hunk(self, record: HunkRecord) -> None:
        """A change that was refused says why."""
        self.why = record.message or self.why

    def cursor(self, file_id: str, position: dict[str, Any] | None) -> None:
        """Nobody sees it."""
