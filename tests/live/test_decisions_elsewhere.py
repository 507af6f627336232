"""A turn that ran in one process is decided about in another, and in both at the same time."""

from __future__ import annotations

import asyncio

from ide.domain.refusals import Refusal
from ide.live.decisions import Decisions
from ide.wire.codes import Code, HunkState
from ide.wire.shapes import Ask, Turn
from tests.live.guests import until
from tests.live.test_neighbours import Guests, Pair, guests, hubs, pair

__all__ = ["guests", "hubs", "pair"]


async def settled(pair: Pair, guests: Guests) -> Turn:
    """A turn that ran in the first process, once both people have all of it."""
    turn_id = await pair[0].turns.ask(guests[0].person, Ask(prompt="Make a snake game"))

    def ends() -> list[Turn]:
        turns = [event.turn for event in guests[1].events if event.type == "turn"]
        return [turn for turn in turns if turn.id == turn_id and turn.state.over]

    await until(ends)
    return ends()[-1]


def paths(guests: Guests) -> list[list[str]]:
    return [sorted(entry["path"] for entry in guest.files.values()) for guest in guests]


async def test_a_turn_is_undone_from_another_process(pair: Pair, guests: Guests) -> None:
    turn = await settled(pair, guests)
    await pair[1].turns.decisions.undo(guests[1].person, turn.id)
    await until(lambda: paths(guests) == [[], []])
    for room in pair:
        assert (await room.turns.read(turn.id)).undone_by == guests[1].person.name
    told = [event.turn for event in guests[0].events if event.type == "turn"]
    assert told[-1].undone


async def test_of_two_processes_that_reject_at_once_one_does(pair: Pair, guests: Guests) -> None:
    turn = await settled(pair, guests)
    hunk = turn.hunks[0]

    async def reject(decisions: Decisions, at: int) -> Code | None:
        try:
            await decisions.reject(guests[at].person, turn.id, hunk.id)
        except Refusal as refusal:
            return refusal.code
        return None

    said = await asyncio.gather(*(reject(room.turns.decisions, at) for at, room in enumerate(pair)))
    assert set(said) == {None, Code.CONFLICT}
    left = sorted(other.path for other in turn.hunks[1:])
    await until(lambda: paths(guests) == [left, left])
    states = [known.state for known in (await pair[0].turns.read(turn.id)).hunks]
    assert states == [HunkState.REJECTED, *[HunkState.APPLIED for _ in left]]
