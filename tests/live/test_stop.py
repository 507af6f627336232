"""PROTOCOL.md, [T1], from another process: nobody, in whichever process, sees a character later than 100 ms."""

from __future__ import annotations

import asyncio
from functools import partial

from ide.wire.frames import encode_json
from ide.wire.messages import StopTurn
from ide.wire.shapes import Ask
from tests.live.guests import Guest, until
from tests.live.test_neighbours import Guests, Pair, guests, hubs, pair

__all__ = ["guests", "hubs", "pair"]

SECONDS_TO_OBEY = 0.1


def _said(guest: Guest) -> bool:
    return any(event.type == "message" for event in guest.events)


async def test_nothing_comes_later_than_a_tenth_of_a_second_after_the_click(guests: Guests, pair: Pair) -> None:
    alice, bob = guests
    changes: list[float] = []
    now = asyncio.get_running_loop().time
    subscriptions = [guest.doc.observe(lambda _: changes.append(now())) for guest in guests]
    turn_id = await pair[0].turns.ask(alice.person, Ask(prompt="Make a snake game"))
    await until(lambda: len(bob.text("index.html") or bob.text("snake.js") or "") > 300)
    clicked = now()
    bob.session.receive(encode_json(StopTurn(type="stop_turn", id="1", turn=turn_id).model_dump_json()))
    await until(lambda: any(event.type == "done" for event in bob.events))
    # What had been written before this comes before it.
    for room, guest in zip(pair, guests, strict=True):
        await room.say(guest.person, "over")
    for guest in guests:
        await until(partial(_said, guest))
    assert (await pair[1].turns.read(turn_id)).stopped_by == "Bob"
    assert alice.files.to_py() == bob.files.to_py()
    assert changes[-1] - clicked < SECONDS_TO_OBEY
    for guest, subscription in zip(guests, subscriptions, strict=True):
        guest.doc.unobserve(subscription)
