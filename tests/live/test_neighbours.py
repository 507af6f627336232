"""One room open in two processes: a hub, an inbox and members each; Redis and the database are shared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pycrdt
import pytest
from django.db import connection
from pytest_django import Settings
from redis.asyncio import Redis

from ide.domain.refusals import Refusal
from ide.engines import web_bus
from ide.engines.bus import inbox_key
from ide.live.hub import Hub
from ide.live.room import LiveRoom
from ide.live.session import CLOSE_OF
from ide.store import rooms
from ide.store.models import Update
from ide.transports.composition import make_services
from ide.wire.codes import Close, Code, Role
from ide.wire.frames import EMPTY_UPDATE, Step, encode_json, encode_sync
from ide.wire.messages import StopTurn
from ide.wire.shapes import Ask
from tests.live.guests import Guest, process, until
from tests.store.refusing import refuse

Pair = tuple[LiveRoom, LiveRoom]
Guests = tuple[Guest, Guest]


@pytest.fixture
async def hubs(transactional_db: None, redis_url: str, settings: Settings) -> AsyncIterator[tuple[Hub, Hub]]:
    settings.REDIS_URL = redis_url
    settings.REHEARSAL_TOKENS_PER_SECOND = 2_000
    async with process() as first, process() as second:
        yield first, second


@pytest.fixture
async def pair(hubs: tuple[Hub, Hub]) -> AsyncIterator[Pair]:
    """The same room, in either process."""
    first, second = hubs
    stored = await (await first.services()).writer.do(rooms.create, "Test")
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(first.visit(stored.id))
        there = await stack.enter_async_context(second.visit(stored.id))
        yield here, there


@pytest.fixture
async def guests(pair: Pair) -> Guests:
    alice, bob = Guest("Alice"), Guest("Bob")
    await alice.join(pair[0])
    await bob.join(pair[1])
    return alice, bob


async def test_what_one_writes_the_other_reads(guests: Guests) -> None:
    alice, bob = guests
    alice.write("a.txt", "from Alice")
    await until(lambda: bob.text("a.txt") == "from Alice")
    bob.write("b.txt", "from Bob")
    await until(lambda: alice.text("b.txt") == "from Bob")


async def test_a_room_that_opens_later_gets_what_is_not_committed_yet(hubs: tuple[Hub, Hub]) -> None:
    first, second = hubs
    stored = await (await first.services()).writer.do(rooms.create, "Test")
    async with first.visit(stored.id) as here:
        here.put("a.txt", "not in the database yet")
        async with second.visit(stored.id) as there:
            assert there.replica.read("a.txt") == "not in the database yet"
            here.put("a.txt", "changed")
        async with second.visit(stored.id) as there:
            assert there.replica.read("a.txt") == "changed"


async def test_presence_crosses_and_goes(guests: Guests, pair: Pair) -> None:
    alice, bob = guests
    client = alice.doc.client_id
    alice.be('{"cursor":1}')
    await until(lambda: bob.presence.get(client) == '{"cursor":1}')
    carol = Guest("Carol")
    await carol.join(pair[1])
    assert carol.presence[client] == '{"cursor":1}'
    alice.session.end()
    await until(lambda: bob.presence[client] == "null" and bob.members().get("Alice") is False)


async def test_a_turn_streams_into_the_other_process_and_is_stopped_from_there(guests: Guests, pair: Pair) -> None:
    alice, bob = guests
    turn_id = await pair[0].turns.ask(alice.person, Ask(prompt="Make a snake game"))
    await until(lambda: len(bob.text("index.html") or bob.text("snake.js") or "") > 300)
    carol = Guest("Carol")
    await carol.join(pair[1])
    assert carol.events[0].state.turns[0].id == turn_id
    assert not carol.events[0].state.turns[0].state.over
    command = StopTurn(type="stop_turn", id="1", turn=turn_id)
    bob.session.receive(encode_json(command.model_dump_json()))
    await until(lambda: any(event.type == "done" for event in bob.events))
    stopped = await pair[1].turns.read(turn_id)
    assert stopped.state == "stopped"
    assert stopped.stopped_by == "Bob"
    await until(lambda: alice.files.to_py() == bob.files.to_py())


async def test_events_come_in_order_and_once_in_both(guests: Guests, pair: Pair) -> None:
    alice, bob = guests
    await asyncio.gather(*(pair[number % 2].say(alice.person, str(number)) for number in range(30)))

    def said(guest: Guest) -> list[int]:
        return [event.seq for event in guest.events if event.type == "message"]

    await until(lambda: len(said(alice)) == len(said(bob)) == 30)
    assert said(alice) == said(bob) == sorted(said(alice))


async def test_what_is_lost_between_them_is_asked_for(guests: Guests, pair: Pair) -> None:
    alice, bob = guests
    bus = pair[0].services.bus
    alice.write("a.txt", "first")
    await until(lambda: bob.text("a.txt"))
    # An inbox that was trimmed: the entry never arrives, and its number is missing.
    bus._outgoing, kept = [], bus._outgoing
    alice.write("b.txt", "lost")
    pair[0].outbox.flush()
    bus._outgoing.clear()
    assert not kept
    alice.write("c.txt", "comes")
    await until(lambda: bob.text("b.txt") == "lost" and bob.text("c.txt") == "comes")


async def test_what_could_not_be_sent_is_asked_for_although_nothing_follows(
    guests: Guests, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = guests
    with monkeypatch.context() as patched:
        patched.setattr(web_bus, "WAITING_BYTES", 0)
        alice.write("a.txt", "dropped")
        pair[0].outbox.flush()
    await until(lambda: bob.text("a.txt") == "dropped")


async def test_what_waits_for_another_process_reaches_it(guests: Guests) -> None:
    """Two tabs of a browser tell each other sooner than their processes do."""
    alice, bob = guests
    before = bob.doc.get_state()
    bob.files["ab12"] = pycrdt.Map({"path": "a.txt", "text": pycrdt.Text("from Bob")})
    first = bob.doc.get_update(before)
    alice.doc.apply_update(first)
    before = alice.doc.get_state()
    alice.files["ab12"]["text"].insert(8, ", and from Alice")
    alice.session.receive(encode_sync(Step.UPDATE, alice.doc.get_update(before)))
    bob.session.receive(encode_sync(Step.UPDATE, first))
    await until(lambda: bob.text("a.txt") == "from Bob, and from Alice")


@pytest.mark.parametrize("number", [0, 1])
async def test_e5_what_waits_for_the_database_is_not_saved_for_who_comes_back_either(
    guests: Guests, pair: Pair, number: int
) -> None:
    alice, _ = guests

    def saved() -> list[int]:
        return [event.frames for event in alice.events if event.type == "saved"]

    for room in pair:
        await room.services.writer.do(refuse, True)
    alice.write("a.txt", "not in the database yet")
    await until(lambda: pair[1].replica.read("a.txt"))
    alice.session.end()
    alice.events.clear()
    await alice.join(pair[number])
    # Nothing is missing in the room: its text came by the socket before.
    alice.session.receive(encode_sync(Step.MISSING, EMPTY_UPDATE))
    assert saved() == []
    for room in pair:
        await room.services.writer.do(refuse, False)
    await until(lambda: 2 in saved())


async def test_what_ended_while_its_news_was_lost_is_over(
    guests: Guests, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = guests
    here, there = pair
    carol = Guest("Carol")
    await carol.join(here)
    carol.be('{"cursor":1}')
    turn_id = await here.turns.ask(alice.person, Ask(prompt="Make a snake game"))
    await until(lambda: there.turns.running_anywhere and carol.doc.client_id in bob.presence)
    with monkeypatch.context() as patched:
        patched.setattr(here.services.bus, "_put", lambda *_: None)
        await here.turns.stop(alice.person, turn_id)
        await here.turns.stored(turn_id)
        carol.session.end()
        await here.feed.recorded()
        here.outbox.flush()
    assert there.turns.running_anywhere
    alice.write("a.txt", "The entries before this one are missing.")
    await until(lambda: not there.turns.running_anywhere)
    await until(lambda: bob.presence[carol.doc.client_id] == "null" and bob.members()["Carol"] is False)
    assert {member.name: member.here for member in there.members.all()} == {"Alice": True, "Bob": True, "Carol": False}


async def test_a_process_that_died_takes_its_members_with_it(guests: Guests, pair: Pair) -> None:
    alice, bob = guests
    alice.be('{"cursor":1}')
    await until(lambda: alice.doc.client_id in bob.presence)
    pair[1].neighbours.lost(pair[0].services.bus.process)
    assert bob.presence[alice.doc.client_id] == "null"
    await until(lambda: any(event.type == "member" and not event.member.here for event in bob.events))
    # It was not dead after all. Alice's page is asked to speak up: nobody listens to what it said before.
    alice.write("a.txt", "still here")
    await until(lambda: bob.text("a.txt") == "still here" and bob.members()["Alice"] is True)
    await until(lambda: alice.presence.get(alice.doc.client_id) == "null")
    alice.be('{"cursor":2}', clock=3)
    await until(lambda: bob.presence[alice.doc.client_id] == '{"cursor":2}')


async def test_a_process_that_was_taken_for_dead_need_say_nothing_to_be_told_again(guests: Guests, pair: Pair) -> None:
    alice, bob = guests
    pair[0].neighbours.lost(pair[1].services.bus.process)
    alice.write("a.txt", "to all")
    await until(lambda: bob.text("a.txt") == "to all")


async def test_the_last_words_of_a_process_that_left_are_read_from_the_database(
    hubs: tuple[Hub, Hub], guests: Guests, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = guests
    with monkeypatch.context() as patched:
        patched.setattr(pair[0].services.bus, "_put", lambda *_: None)
        alice.write("a.txt", "last words")
        pair[0].outbox.flush()
    await hubs[0].close()
    await until(lambda: bob.text("a.txt") == "last words")


async def test_the_last_words_of_a_process_that_died_are_read_from_the_database(
    guests: Guests, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = guests
    monkeypatch.setattr(pair[0].services.bus, "_put", lambda *_: None)
    alice.write("a.txt", "last words")
    await pair[0].services.appender.flush()
    pair[1].neighbours.lost(pair[0].services.bus.process)
    await until(lambda: bob.text("a.txt") == "last words")


async def test_redis_may_forget_everything(hubs: tuple[Hub, Hub], guests: Guests, redis_url: str) -> None:
    alice, bob = guests
    async with Redis.from_url(redis_url) as client:
        await client.flushall()
    alice.write("a.txt", "over and over")
    await until(lambda: bob.text("a.txt") == "over and over")
    bob.write("b.txt", "and back")
    await until(lambda: alice.text("b.txt") == "and back")


async def test_who_may_do_what_is_read_again_everywhere(guests: Guests, pair: Pair) -> None:
    _, bob = guests
    await pair[0].services.writer.do(rooms.revoke, pair[0].id, Role.EDITOR)
    await pair[0].members.rights_changed()
    await until(lambda: bob.closed == Close.NOT_AUTHORISED)


async def test_a_deleted_room_closes_everywhere(hubs: tuple[Hub, Hub], guests: Guests) -> None:
    first, second = hubs
    alice, bob = guests
    room_id = bob.session._room.id
    await (await first.services()).writer.do(rooms.delete, room_id)
    await first.dismiss(room_id)
    await until(lambda: alice.closed == bob.closed == Close.NOT_AUTHORISED)
    await until(lambda: second.opened(room_id) is None)


async def test_a_deleted_room_closes_although_nobody_is_told(
    hubs: tuple[Hub, Hub], guests: Guests, caplog: pytest.LogCaptureFixture
) -> None:
    alice, bob = guests
    room_id = bob.session._room.id
    await (await hubs[0].services()).writer.do(rooms.delete, room_id)
    await until(lambda: alice.closed == bob.closed == Close.NOT_AUTHORISED)
    await until(lambda: all(hub.opened(room_id) is None for hub in hubs))
    assert not [record for record in caplog.records if record.exc_info]


async def test_who_comes_while_a_process_ends_is_told_to_come_again(hubs: tuple[Hub, Hub], pair: Pair) -> None:
    hub, room = hubs[0], pair[0]
    ending = asyncio.create_task(hub.close())
    await asyncio.sleep(0)
    with pytest.raises(Refusal) as refused:
        async with hub.visit(room.id):
            pass
    await ending
    assert refused.value.code == Code.UNAVAILABLE
    assert CLOSE_OF[refused.value.code] == Close.FAILED


async def test_who_was_on_the_way_in_when_a_process_ended_is_told_to_come_again(
    hubs: tuple[Hub, Hub], pair: Pair
) -> None:
    hub, room = hubs[0], pair[0]

    async def come() -> None:
        async with hub.visit(room.id):
            pass

    # It waits for what the other process has.
    coming = asyncio.create_task(come())
    await asyncio.sleep(0)
    await hub.close()
    with pytest.raises(Refusal):
        await coming


async def test_a_process_that_ends_finishes_the_rooms_that_it_was_closing(
    transactional_db: None, redis_url: str, settings: Settings
) -> None:
    settings.REDIS_URL = redis_url
    hub = Hub(make_services, linger_seconds=0.01)
    stored = await (await hub.services()).writer.do(rooms.create, "Test")
    async with hub.visit(stored.id) as room:
        room.put("a.txt", "the end")
    await until(lambda: hub.opened(stored.id) is None)
    await hub.close()
    assert not await asyncio.to_thread(uncompacted, stored.id)


async def test_a_room_that_opens_while_it_is_being_closed_is_not_taken_for_the_one_that_goes(
    hubs: tuple[Hub, Hub], pair: Pair, redis_url: str
) -> None:
    second, (here, before) = hubs[1], pair
    gate = asyncio.Event()
    before.background(gate.wait())
    # As when the last visitor has been away for long enough.
    second._rooms.pop(before.id)
    second._farewell(before.id, second._close(before.id, before))
    farewell = second._farewells[before.id]

    async def come() -> LiveRoom:
        async with second.visit(here.id) as room:
            return room

    coming = asyncio.create_task(come())
    # It must not come in before that.
    await asyncio.wait([coming], timeout=0.3)
    gate.set()
    await farewell
    again = await coming
    await before.services.bus._send_waiting()
    async with Redis.from_url(redis_url) as client:
        last = (await client.xinfo_stream(inbox_key(here.services.bus.process)))["last-generated-id"]
    await until(lambda: here.services.bus._seen == last)
    here.put("a.txt", "to who came back")
    await until(lambda: again.replica.read("a.txt") == "to who came back")


def uncompacted(room_id: str) -> int:
    try:
        return Update.objects.filter(room_id=room_id).count()
    finally:
        # The thread's own.
        connection.close()
