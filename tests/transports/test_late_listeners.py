"""PROTOCOL.md, [E4]: who joins while a program writes hears all of it, though its row is behind."""

from __future__ import annotations

from functools import partial

from tests.peer import Peer, join, new_room
from tests.stack import Stack

PROGRAM = "for line in range(3):\n    print(f'line {line}', 'é' * 2_000, input())\n"
LENGTH = len("line 0  \n") + 2_000


def output(peer: Peer, run_id: str) -> str:
    """What a client knows of a run's output by the rules: pieces join on without a gap, and never twice."""
    runs = peer.events[0]["state"]["runs"]
    known: str = next((run["output"] for run in runs if run["id"] == run_id), "")
    for event in peer.events:
        if event["type"] == "output" and event["run"] == run_id and event["offset"] <= len(known):
            known += event["text"][len(known) - event["offset"] :]
    return known


def knows(peer: Peer, run_id: str, length: int) -> bool:
    return len(output(peer, run_id)) == length


async def test_who_joins_while_a_program_writes_hears_all_of_it(sparkroom: Stack) -> None:
    room = await new_room(sparkroom)
    async with join(sparkroom, room) as alice:
        await alice.create("talk.py", PROGRAM)
        await alice.until(lambda: alice.saved == alice.sent_frames)
        run_id = await alice.command("start_run", run={"command": ["python", "talk.py"]})
        assert run_id
        for line in range(1, 4):
            await alice.until(lambda: (run := alice.run(run_id)) is not None and run["state"] != "queued")
            await alice.command("input_run", run=run_id, data="\n")
            whole = line * LENGTH
            await alice.until(partial(knows, alice, run_id, whole))
            async with join(sparkroom, room) as bob:
                await bob.until(partial(knows, bob, run_id, whole))
                assert output(bob, run_id) == output(alice, run_id)
