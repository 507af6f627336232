"""A model is asked for one small edit: it lands, or it is said why not."""

from __future__ import annotations

import asyncio

import pytest

from ide.engines.configuration import Entry
from ide.engines.upstreams import connect
from ide.live import trial
from ide.live.trial import AFTER, BEFORE, PATH, try_out
from ide.wire.models import Trial as Outcome
from ide.wire.shapes import Limits
from tests.live.typing_session import edit
from tests.standins.chat import ChatStandIn, Script, tokens_of
from tests.standins.sse import MODEL

ROOM = 1_000_000
LIMITS = Limits(
    document_bytes=ROOM,
    room_bytes=ROOM,
    documents=10,
    members=1,
    prompt_bytes=ROOM,
    message_bytes=ROOM,
    asset_bytes=ROOM,
    room_assets_bytes=ROOM,
)
OLD, NEW = 'GREETING = "Hello"', 'GREETING = "Good morning"'
RIGHT = edit(PATH, f"{OLD}\n", f"{NEW}\n")
PATCH = f"*** Begin Patch\n*** Update File: {PATH}\n@@\n-{OLD}\n+{NEW}\n*** End Patch\n"
SECRET = "sk-planted-0123456789"


async def tried(script: Script, dialect: str = "edit", **fields: object) -> tuple[Outcome, ChatStandIn]:
    async with ChatStandIn(script) as server:
        given = {"name": "x", "protocol": "chat", "base_url": server.base_url, "model": MODEL, "dialect": dialect}
        entry = Entry.model_validate(given | fields)
        engine = connect(entry, SECRET)
        try:
            outcome, usage = await try_out(entry, SECRET, engine, LIMITS)
        finally:
            await engine.close()
        assert usage.output > 0 or not outcome.landed
        return outcome, server


@pytest.mark.parametrize(
    ("dialect", "answer"),
    [
        ("edit", RIGHT),
        ("edit", f"Sure.\n\n```\n{RIGHT}```\n"),
        ("v4a", PATCH),
        ("whole", f"{PATH}\n```python\n{AFTER}```\n"),
    ],
)
async def test_an_edit_lands_in_each_dialect(dialect: str, answer: str) -> None:
    outcome, server = await tried(Script(tokens_of(answer)), dialect)
    assert (outcome.problem, outcome.landed, outcome.listed) == (None, True, True)
    assert outcome.first_token_ms is not None and outcome.total_ms is not None
    (request,) = server.requests
    # It goes the way of a turn: the dialect's own instructions first, the prompt word for word at the end.
    assert request["messages"][-1]["content"].endswith(trial.PROMPT)
    assert BEFORE.strip() in request["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("I would rather not.", "without the change"),
        (edit(PATH, "SOMETHING = 1\n", f"{NEW}\n"), ""),
        (edit("other.py", f"{OLD}\n", f"{NEW}\n"), ""),
        (edit(PATH, f"{OLD}\n", f"{NEW}\nEXTRA = 1\n"), "without the change"),
        (f"<<<<<<< EDIT {PATH}\n{OLD}\n======= WITH\n{NEW}\n", ""),
    ],
)
async def test_an_answer_without_the_edit_says_so(answer: str, problem: str) -> None:
    outcome, _ = await tried(Script(tokens_of(answer)))
    assert not outcome.landed
    assert outcome.problem and problem in outcome.problem


async def test_a_refused_key_is_told_without_the_key() -> None:
    outcome, _ = await tried(Script(key="another"))
    assert (outcome.landed, outcome.first_token_ms) == (False, None)
    assert outcome.problem is not None and "401" in outcome.problem
    assert SECRET not in outcome.problem


async def test_an_id_that_the_server_does_not_list_is_named() -> None:
    outcome, _ = await tried(Script(status=404, error={"error": {"message": "no such model"}}), model="retired-1")
    assert outcome.listed is False
    assert outcome.problem is not None and "retired-1" in outcome.problem


async def test_a_stream_that_breaks_off_says_so() -> None:
    outcome, _ = await tried(Script(tokens_of(RIGHT), fault_after=3))
    assert not outcome.landed
    assert outcome.problem


async def test_an_answer_without_end_is_not_waited_for() -> None:
    outcome, _ = await tried(Script(("more and more " * 100,) * 400))
    assert outcome.problem == "it answered much more than it was asked for"


async def test_a_server_that_says_nothing_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "PATIENCE_SECONDS", 0.05)
    async with asyncio.timeout(10):
        outcome, _ = await tried(Script(first_token_seconds=3_600))
    assert outcome.problem == "it was not done within 0.05 s"
