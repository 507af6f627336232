"""PROTOCOL.md, [T5], with every protocol: each fault of a server ends in the right state and leaves no half hunk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.test_turns import CREATE, FIRST, ask, hunk_states
from tests.live.typing_session import edit
from tests.live.upstreams import KEY, UPSTREAMS, Upstream, stack_with_all
from tests.peer import Peer, join, new_room
from tests.stack import Stack
from tests.standins.chat import tokens_of
from tests.standins.responses import ResponsesStandIn

HALF = CREATE + "<<<<<<< EDIT b.js\nold\n======= WITH\nnew\nand more\n"
AFTER_HALF = len(tokens_of(HALF)) - 2
WHOLE = HALF + ">>>>>>> END\nThat is all.\n"
OLD = "old\nlast\n"
SLOW = 1_500


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack_with_all(tmp_path_factory.mktemp("faults")) as stack:
        yield stack


@pytest.fixture(params=UPSTREAMS.values(), ids=[*UPSTREAMS])
def upstream(request: pytest.FixtureRequest) -> Upstream:
    chosen: Upstream = request.param
    return chosen


async def turn_of(peer: Peer, stack: Stack, upstream: Upstream) -> dict[str, Any]:
    """A turn that is over, in a room with a file to change; nothing of the key is anywhere."""
    await peer.create("b.js", OLD)
    turn = await peer.until_over(await ask(peer, model=upstream.protocol))
    assert KEY not in str(peer.events)
    assert KEY not in stack.log()
    return turn


@pytest.mark.parametrize("shape", [None, 0, 1], ids=["dropped", "error", "other error"])
async def test_a_server_lost_after_output_is_never_asked_again(
    stack: Stack, upstream: Upstream, shape: int | None
) -> None:
    room = await new_room(stack)
    error = None if shape is None else upstream.scripts.errors("the engine died", 503)[shape % 2 - 1]
    script = upstream.script(WHOLE, SLOW, fault_after=AFTER_HALF, error=error)
    async with upstream.server(script) as server, join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert (turn["state"], turn["error"]["code"]) == ("failed", "model_failed")
        assert ("the engine died" if error else "connection") in turn["error"]["message"]
        assert hunk_states(turn) == ["applied", "withdrawn"]
        assert turn["usage"]["estimated"]
        await alice.until_text("b.js", OLD)
        await alice.until_text("a.js", FIRST)
        assert len(server.requests) == 1


async def test_an_answer_that_nothing_says_is_whole_fails_and_is_kept(stack: Stack, upstream: Upstream) -> None:
    room = await new_room(stack)
    script = upstream.script(WHOLE, finish_reason=None, usage=False, done=False)
    async with upstream.server(script) as server, join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert turn["state"] == "failed"
        assert hunk_states(turn) == ["applied", "applied"]
        await alice.until_text("b.js", "new\nand more\nlast\n")
        assert len(server.requests) == 1


async def test_a_refused_key_is_said_at_once(stack: Stack, upstream: Upstream) -> None:
    room = await new_room(stack)
    async with upstream.server(upstream.script("", key="another")) as server, join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert (turn["state"], turn["error"]["code"]) == ("failed", "model_failed")
        assert "40" in turn["error"]["message"]
        assert turn["hunks"] == []
        assert len(server.authorisations) <= 2


async def test_a_busy_server_is_asked_again_and_people_are_told(stack: Stack, upstream: Upstream) -> None:
    room = await new_room(stack)
    error = upstream.scripts.errors("too busy", 503)[0]
    # Of a socket it is the answer that is refused.
    how = {"fault_after": 0} if upstream.protocol == "responses-ws" else {"status": 503}
    scripts = [upstream.script("Hello", error=error, **how), upstream.script(WHOLE)]
    async with upstream.server(lambda number: scripts[number]) as server, join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert (turn["state"], turn["notice"]) == ("settled", None)
        await alice.until_text("b.js", "new\nand more\nlast\n")
        notices = {event["turn"]["notice"] for event in alice.events if event["type"] == "turn"} - {None}
        assert len(notices) == 1
        assert "too busy" in str(notices)
        assert "asking again" in str(notices)
        assert len(server.requests) == 2
        first, second = [{**request, "stream_id": None} for request in server.requests]
        assert first == second


async def test_a_server_that_stays_busy_fails_the_turn(stack: Stack) -> None:
    upstream = UPSTREAMS["chat"]
    room = await new_room(stack)
    busy = upstream.script("", status=503, error=upstream.scripts.errors("too busy", 503)[0])
    async with upstream.server(busy) as server, join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert (turn["state"], turn["notice"]) == ("failed", None)
        assert "too busy" in turn["error"]["message"]
        assert len(server.requests) == 3


async def test_a_long_pause_is_not_waited_for(stack: Stack) -> None:
    upstream = UPSTREAMS["anthropic"]
    room = await new_room(stack)
    error = upstream.scripts.errors("slow down", 429)[0]
    script = upstream.script("", status=429, error=error, headers=(("Retry-After", "30"),))
    async with upstream.server(script) as server, join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert turn["state"] == "failed"
        assert "slow down" in turn["error"]["message"]
        assert len(server.requests) == 1


async def test_a_server_that_is_not_there_fails_the_turn(stack: Stack, upstream: Upstream) -> None:
    room = await new_room(stack)
    async with join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert (turn["state"], turn["hunks"]) == ("failed", [])
        assert any(event["turn"]["notice"] for event in alice.events if event["type"] == "turn")


@pytest.mark.parametrize(
    "fields",
    [
        {"first_token_seconds": 0.3},
        {"unknown_fields": True, "reasoning": ("hm", "so")},
        {"comments": True, "line_end": "\r\n", "split_data": True},
    ],
    ids=["slow", "unknown", "odd"],
)
async def test_what_is_odd_does_no_harm(stack: Stack, upstream: Upstream, fields: dict[str, Any]) -> None:
    room = await new_room(stack)
    async with upstream.server(upstream.script(WHOLE, **fields)), join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert turn["state"] == "settled"
        await alice.until_text("b.js", "new\nand more\nlast\n")


async def test_markers_and_characters_that_are_split_come_out_whole(stack: Stack, upstream: Upstream) -> None:
    room = await new_room(stack)
    deltas = ("<<<", "<<<< ED", "IT b.js\nold\n====", "=== WITH\n\ud83d", "\udc0d", "\r", "\n>>>>", ">>> E", "ND\n")
    async with upstream.server(upstream.scripts(deltas)), join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert hunk_states(turn) == ["applied"]
        await alice.until_text("b.js", "🐍\nlast\n")


async def test_an_answer_cut_at_its_limit_keeps_what_was_finished(stack: Stack) -> None:
    upstream = UPSTREAMS["chat"]
    room = await new_room(stack)
    async with upstream.server(upstream.script(HALF, finish_reason="length")) as server, join(stack, room) as alice:
        turn = await turn_of(alice, stack, upstream)
        assert hunk_states(turn) == ["applied", "withdrawn"]
        await alice.until_text("b.js", OLD)
        assert len(server.requests) == 1


async def test_a_socket_that_cannot_be_had_is_done_without(stack: Stack) -> None:
    upstream = UPSTREAMS["responses-ws"]
    room = await new_room(stack)
    server = upstream.server(upstream.script(edit("b.js", "old\n", "new\n")))
    assert isinstance(server, ResponsesStandIn)
    server.refuses_upgrades = 426
    async with server, join(stack, room) as alice:
        assert (await turn_of(alice, stack, upstream))["state"] == "settled"
        await alice.until_text("b.js", "new\nlast\n")
