"""What owners decide reaches sockets in every process, also those whose coming was under way meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from pytest_django import Settings

from ide.domain.access import Claim
from ide.domain.refusals import Refusal
from ide.live.room import LiveRoom
from ide.store import members, rooms
from ide.store.members import StoredMember
from ide.transports.access import as_person
from ide.wire.codes import Close, Code, Role
from tests.live.guests import Guest, process, until

Pair = tuple[LiveRoom, LiveRoom]


@pytest.fixture
async def pair(transactional_db: None, redis_url: str, settings: Settings) -> AsyncIterator[Pair]:
    """The same room, in either of two processes."""
    settings.REDIS_URL = redis_url
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(process()) for _ in range(2)]
        stored = await (await first.services()).writer.do(rooms.create, "Test")
        here = await stack.enter_async_context(first.visit(stored.id))
        there = await stack.enter_async_context(second.visit(stored.id))
        yield here, there


async def admitted(room: LiveRoom, browser: str, role: Role) -> StoredMember:
    """A browser that came in by a link."""
    return await room.services.writer.do(members.admit, room.id, browser, Claim(role, 1))


def guest_of(member: StoredMember) -> Guest:
    """A page of that browser."""
    guest = Guest(member.name, member.role)
    guest.person = as_person(member)
    return guest


async def test_who_is_removed_is_out_in_every_process(pair: Pair) -> None:
    alice, bob = [guest_of(await admitted(pair[0], name, Role.OWNER)) for name in ("alice", "bob")]
    again = guest_of(await admitted(pair[0], "bob", Role.OWNER))
    await alice.join(pair[0])
    await bob.join(pair[1])
    await again.join(pair[0])
    bob.be('{"cursor":1}')
    client = bob.doc.client_id
    await until(lambda: alice.presence.get(client) == '{"cursor":1}')
    await pair[0].services.writer.do(members.remove, pair[0].id, bob.person.id)
    await pair[0].members.rights_changed()
    await until(lambda: bob.closed == again.closed == Close.NOT_AUTHORISED)
    await until(lambda: alice.presence[client] == "null")
    await until(lambda: bob.person.id not in {member.id for room in pair for member in room.members.all()})
    await until(lambda: [event.member.removed for event in alice.events if event.type == "member"][-1])
    assert all(bob.person.id in room.members.removed for room in pair)


async def test_a_role_changes_in_every_process(pair: Pair) -> None:
    await admitted(pair[0], "alice", Role.OWNER)
    bob = guest_of(await admitted(pair[0], "bob", Role.EDITOR))
    await bob.join(pair[1])
    await pair[0].services.writer.do(members.change_role, pair[0].id, bob.person.id, Role.VIEWER)
    await pair[0].members.rights_changed()
    await until(lambda: pair[1].connections[bob.session].role == Role.VIEWER)
    await until(
        lambda: [member.role for member in pair[0].members.all() if member.id == bob.person.id] == [Role.VIEWER]
    )
    bob.write("a.txt", "mine")
    assert bob.closed == Close.ROLE_MAY_NOT


@pytest.mark.parametrize("removed", [True, False])
async def test_who_was_on_the_way_in_meanwhile_is_looked_at_again(pair: Pair, removed: bool) -> None:
    alice, bob = [guest_of(await admitted(pair[0], name, Role.OWNER)) for name in ("alice", "bob")]
    await alice.join(pair[0])
    if removed:
        await pair[0].services.writer.do(members.remove, pair[0].id, bob.person.id)
    else:
        await pair[0].services.writer.do(members.change_role, pair[0].id, bob.person.id, Role.VIEWER)
    await pair[0].members.rights_changed()
    # Their cookie was looked at before.
    await bob.join(pair[0])
    if removed:
        await until(lambda: bob.closed == Close.NOT_AUTHORISED)
    else:
        await until(lambda: pair[0].connections[bob.session].role == Role.VIEWER)


async def test_who_is_let_in_again_is_in_everywhere(pair: Pair) -> None:
    await admitted(pair[0], "alice", Role.OWNER)
    bob = await admitted(pair[0], "bob", Role.EDITOR)
    do, room_id = pair[0].services.writer.do, pair[0].id
    await do(members.remove, room_id, bob.id)
    await pair[0].members.rights_changed()
    await until(lambda: bob.id in pair[1].members.removed)
    renewed = await do(rooms.revoke, room_id, Role.EDITOR)
    link = Claim(Role.EDITOR, renewed.generations[Role.EDITOR])
    back = guest_of(await do(members.admit, room_id, "bob", link))
    # Before that process has heard of it.
    await back.join(pair[1])
    await until(lambda: bob.id not in pair[1].members.removed)
    back.write("a.txt", "back")
    await until(lambda: pair[0].replica.read("a.txt") == "back")
    assert back.closed is None


async def test_a_full_room_refuses_whoever_comes_by_way_of_either_process(pair: Pair) -> None:
    most = 3
    limits = pair[0].services.limits.model_copy(update={"members": most})
    for room in pair:
        room.services = replace(room.services, limits=limits)
    for number in range(most):
        await Guest(str(number)).join(pair[number % 2])
    await until(lambda: all(sum(member.here for member in room.members.all()) == most for room in pair))
    for room in pair:
        with pytest.raises(Refusal) as refused:
            await Guest("late").join(room)
        assert refused.value.code == Code.TOO_MANY
        assert f"takes {most} people" in refused.value.message
