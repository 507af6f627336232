"""A server that goes away: stock clients come back by themselves, and what was typed meanwhile is there once."""

from __future__ import annotations

from typing import Any

import psutil

from tests.contracts.stock import VERSIONS, StockClient, StockClients
from tests.peer import Peer, join, new_room
from tests.stack import Stack


async def test_a_restart_loses_nothing_that_was_typed_before_or_meanwhile(
    sparkroom: Stack, stock: StockClients
) -> None:
    room = await new_room(sparkroom)
    clients = await _two_at_work(sparkroom, room, stock)

    sparkroom.stop()
    for client in clients:
        await client.until(lambda c: not c.connected)
    await _type(clients, " away")

    sparkroom.start()

    await _until_all_is_there_once(sparkroom, room, clients, " away")


async def test_stock_clients_come_back_after_the_web_process_was_killed(sparkroom: Stack, stock: StockClients) -> None:
    room = await new_room(sparkroom)
    clients = await _two_at_work(sparkroom, room, stock)

    _web_process(sparkroom).kill()
    await _type(clients, " killed")

    await _until_all_is_there_once(sparkroom, room, clients, " killed")


async def test_what_was_written_right_before_everybody_left_and_the_web_process_ended_is_there(
    sparkroom: Stack, stock: StockClients
) -> None:
    room = await new_room(sparkroom)
    web = _web_process(sparkroom)
    async with join(sparkroom, room, "view") as witness:
        for version in VERSIONS:
            client = await stock.join(sparkroom, room, version)
            await client.create(f"{version}.txt", "my last words")
            await client.leave()
        # That others see it says that the server has it, and nothing of its being written down.
        await witness.until(lambda: len(witness.paths()) == len(VERSIONS))
        web.terminate()
        await witness.until_closed()

    for version in VERSIONS:
        client = await stock.join(sparkroom, room, version)
        await client.until_texts({f"{version}.txt": "my last words" for version in VERSIONS})


def _web_process(stack: Stack) -> psutil.Process:
    """The one that serves, which the launcher starts again when it ends."""
    parts = psutil.Process(stack.pid).children()
    [web] = [part for part in parts if "ide.launcher.servers" in " ".join(part.cmdline())]
    return web


async def _two_at_work(stack: Stack, room: dict[str, Any], stock: StockClients) -> list[StockClient]:
    """A client of each version, who have written and see each other."""
    clients = [await stock.join(stack, room, version) for version in VERSIONS]
    for number, client in enumerate(clients):
        await client.create(f"{number}.txt", "here")
        await client.say("user", {"name": f"Client {number}"})
    for client in clients:
        await client.until_texts({"0.txt": "here", "1.txt": "here"})
        await _until_they_see_each_other(client, clients)
    return clients


async def _type(clients: list[StockClient], text: str) -> None:
    """Every client types into its own document, and into that of the next one."""
    for number, client in enumerate(clients):
        await client.insert(f"{number}.txt", len("here"), text)
        await client.insert(f"{(number + 1) % len(clients)}.txt", 0, f"{number}:")


async def _until_all_is_there_once(stack: Stack, room: dict[str, Any], clients: list[StockClient], typed: str) -> None:
    wanted = {"0.txt": f"1:here{typed}", "1.txt": f"0:here{typed}"}
    for client in clients:
        await client.until(lambda c: c.synced)
        await client.until_texts(wanted)
        await _until_they_see_each_other(client, clients)
    async with join(stack, room) as peer:
        await peer.until(lambda: _texts(peer) == wanted)
        assert len(peer.files) == len(wanted)


async def _until_they_see_each_other(client: StockClient, clients: list[StockClient]) -> None:
    everybody = {other.id: {"user": {"name": f"Client {number}"}} for number, other in enumerate(clients)}
    await client.until(lambda c: c.presence == everybody)


def _texts(peer: Peer) -> dict[str, str]:
    return {path: str(peer.text(path)) for path in peer.paths()}
