"""PROTOCOL.md, end to end: what a socket gets, what it may send, and how it is closed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from ide.wire.frames import EMPTY_UPDATE, Presence, Step, encode_awareness, encode_json
from tests.peer import Peer, Refused, call, dial, join, new_room
from tests.stack import Stack


async def test_two_members_see_each_others_typing(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as alice, join(sparkroom, room) as bob:
        await alice.create("a.txt", "hello")
        await bob.until_text("a.txt", "hello")
        await bob.insert("a.txt", 5, " wörld 🌍")
        await alice.until_text("a.txt", "hello wörld 🌍")


async def test_p2_a_stock_client_joins_without_the_subprotocol(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room, events=False) as stock, join(sparkroom, room) as ours:
        await stock.create("a.txt", "from a stock client")
        await ours.until_text("a.txt", "from a stock client")
        assert stock.events == []


async def test_p4_a_viewer_sees_but_cannot_write(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as editor, join(sparkroom, room, "view") as viewer:
        await editor.create("a.txt", "one")
        await viewer.until_text("a.txt", "one")
        assert viewer.sent_frames == 1, "it was asked for nothing"
        await viewer.send_sync(Step.UPDATE, EMPTY_UPDATE)
        await editor.insert("a.txt", 3, " two")
        await viewer.until_text("a.txt", "one two")
        await viewer.insert("a.txt", 0, "mine ")
        assert (await viewer.until_closed())[0] == 4403
    async with join(sparkroom, room) as editor:
        assert editor.text("a.txt") == "one two"


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x2a",
        b"\x00\x05\x00",
        b"\x00\x02\x7fab",
        b"\x00\x02\x03\xff\xff\xff",
        b"\x00\x00\x01\xff",
        "text",
        b"\x10\x02{}",
    ],
)
async def test_p5_what_is_no_frame_closes_the_socket_and_changes_nothing(sparkroom: Stack, frame: bytes | str) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as other, join(sparkroom, room) as bad:
        await other.create("a.txt", "kept")
        await bad.send(frame)
        code, reason = await bad.until_closed()
        assert code == 4400
        assert reason
        await other.insert("a.txt", 0, "still ")
        assert other.text("a.txt") == "still kept"


async def test_p7_presence_reaches_others_and_ends_with_the_socket(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as alice:
        async with join(sparkroom, room) as bob:
            await bob.be({"user": {"name": "Bob"}})
            client = bob.doc.client_id
            await alice.until(lambda: alice.presence.get(client) == {"user": {"name": "Bob"}})
            await alice.send(encode_awareness([Presence(client, 1 << 30, '{"user":{"name":"Mallory"}}')]))
            await bob.be({"user": {"name": "Bob"}, "document": "x"})
            await bob.send(b"\x03")
            await bob.until(lambda: client in bob.presence)
            assert bob.presence[client]["user"]["name"] == "Bob"
        await alice.until(lambda: alice.presence.get(client, 1) is None)


async def test_e2_hello_comes_first_and_a_return_gets_what_was_missed(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as alice:
        hello = alice.events[0]
        assert hello["type"] == "hello"
        assert hello["state"]["room"]["id"] == room["id"]
        await alice.command("say", text="first")
        said = await alice.until(lambda: alice.last("message"))
    async with join(sparkroom, room) as bob:
        await bob.command("say", text="second")
        await bob.until(lambda: bob.last("message"))
    async with join(sparkroom, room, since=str(said["seq"])) as alice:
        assert alice.events[0]["state"] is None
        missed = await alice.until(lambda: alice.last("message"))
        assert missed["message"]["text"] == "second"
        numbers = [event["seq"] for event in alice.events if event["type"] != "hello" and "seq" in event]
        assert numbers == sorted(set(numbers))
        assert min(numbers) == said["seq"] + 1


async def test_e5_saved_counts_the_frames_that_are_committed(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as alice:
        await alice.create("a.txt", "x")
        for at in range(50):
            await alice.insert("a.txt", at, "y")
        await alice.until(lambda: alice.saved == alice.sent_frames)
        async with join(sparkroom, room) as bob:
            assert bob.text("a.txt") == "y" * 50 + "x"


async def test_e6_commands_are_answered_or_refused_by_code(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as alice, join(sparkroom, room, "view") as viewer:
        with pytest.raises(Refused, match="not_found"):
            await alice.command("stop_turn", turn="nothere")
        with pytest.raises(Refused, match="role_may_not"):
            await viewer.command("ask", prompt="Make a snake game")
        with pytest.raises(Refused, match="too_large"):
            await alice.command("ask", prompt="x" * 40_000)
        with pytest.raises(Refused, match="bad_request"):
            await alice.command("ask", prompt="   ")
        with pytest.raises(Refused, match="not_found"):
            await alice.command("ask", prompt="hello", model="no such model")
        await alice.send(encode_json('{"type":"ask","id":"1","prompt":"x","surprise":1}'))
        assert (await alice.until_closed())[0] == 4400


async def test_e1_commands_need_the_subprotocol(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room, events=False) as stock:
        await stock.send(encode_json('{"type":"say","id":"1","text":"hello"}'))
        assert (await stock.until_closed())[0] == 4400


async def test_c1_unknown_rooms_and_bad_tokens_are_told_by_code(sparkroom: Stack) -> None:
    room, other = await new_room(sparkroom), await new_room(sparkroom)
    owner = room["tokens"]["owner"]
    cases = [
        (room, "e1." + "A" * 32),
        (room, other["tokens"]["edit"]),
        (room, "o" + room["tokens"]["view"][1:]),
        ({**room, "id": "nosuchroom2345"}, owner),
    ]
    for there, token in cases:
        async with dial(sparkroom, there, token=token, epoch="x") as peer:
            code, reason = await peer.until_closed()
            assert code == 4401
            assert reason


async def test_another_epoch_is_told_to_reload(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with dial(sparkroom, room, epoch="other") as peer:
        assert (await peer.until_closed())[0] == 4409
    async with dial(sparkroom, room, events=False, epoch="other") as stock:
        assert (await stock.until_closed())[0] == 4409


async def test_revoking_a_link_closes_who_came_in_by_it(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    owner = room["tokens"]["owner"]
    async with join(sparkroom, room) as editor, join(sparkroom, room, "owner") as kept:
        answer = await call(
            sparkroom, "POST", f"/api/rooms/{room['id']}/tokens/revoke", {"role": "editor"}, token=owner
        )
        assert (await editor.until_closed())[0] == 4401
        assert kept.closed is None
    async with dial(sparkroom, room, token=room["tokens"]["edit"], epoch="x") as peer:
        assert (await peer.until_closed())[0] == 4401
    async with join(sparkroom, room, token=answer["token"]) as back:
        assert back.synced


async def test_many_at_once_converge(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as alice, join(sparkroom, room) as bob, join(sparkroom, room) as carol:
        await alice.create("a.txt", "")
        await bob.until_text("a.txt", "")
        await carol.until_text("a.txt", "")

        async def type_into(peer_number: int) -> None:
            peer = (alice, bob, carol)[peer_number]
            for letter in "abcdefghij":
                await peer.insert("a.txt", 0, f"{letter}{peer_number}")

        await asyncio.gather(*(type_into(number) for number in range(3)))
        for peer in (alice, bob, carol):
            await peer.until(partial(_has_sixty, peer))
        assert alice.text("a.txt") == bob.text("a.txt") == carol.text("a.txt")


async def test_more_messages_a_second_than_allowed_close_with_4529(tmp_path: Path) -> None:
    with Stack(tmp_path, SPARKROOM_SOCKET_RATE="100") as strict:
        room = await new_room(strict)
        async with join(strict, room) as other, join(strict, room) as hasty:
            for _ in range(1_000):
                with suppress(ConnectionClosed):
                    await hasty.send(b"\x03")
            assert (await hasty.until_closed())[0] == 4529
            await other.create("a.txt", "still here")
        async with join(strict, room) as back:
            assert back.text("a.txt") == "still here"


async def test_what_is_typed_into_a_run_keeps_its_order(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    program = "print('ready')\nprint(input()[::-1])\n"
    async with join(sparkroom, room) as alice:
        await alice.create("main.py", program)
        run = await alice.command("start_run", run={"command": ["python", "main.py"]})
        assert run
        await alice.until(lambda: any(event["type"] == "output" for event in alice.events))
        typed = "".join(chr(ord("a") + number % 26) for number in range(50)) + "\n"
        await asyncio.gather(*(alice.command("input_run", run=run, data=letter) for letter in typed))
        ended = await alice.until(lambda: _ended(alice, run))
        assert typed.strip()[::-1] in ended["output"]


def _ended(peer: Peer, run_id: str) -> dict[str, Any] | None:
    run = peer.run(run_id)
    return run if run and run["state"] == "passed" else None


def _has_sixty(peer: Peer) -> bool:
    return len(peer.text("a.txt") or "") == 60
