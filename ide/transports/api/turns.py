"""Turns: asked, read, stopped, redirected, undone, and their hunks accepted or rejected."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from ide.store import turns
from ide.transports.access import editor_of, person_of
from ide.transports.composition import hub
from ide.wire import shapes

router = Router(tags=["turns"])
RECENT = 100


@router.get("/rooms/{room_id}/turns", response=list[shapes.Turn])
async def list_turns(request: HttpRequest, room_id: str) -> list[shapes.Turn]:
    """The last turns, oldest first."""
    services = await hub.services()
    await person_of(services, request, room_id)
    async with hub.visit(room_id) as live:
        stored = await services.writer.do(turns.recent, room_id, RECENT)
        return [live.turns.latest(turn) for turn in stored]


@router.post("/rooms/{room_id}/turns", response={202: shapes.Made})
async def ask(request: HttpRequest, room_id: str, asked: shapes.Ask) -> tuple[int, shapes.Made]:
    """Ask a model."""
    person = await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return 202, shapes.Made(id=await live.turns.ask(person, asked))


@router.get("/rooms/{room_id}/turns/{turn_id}", response=shapes.Turn)
async def read_turn(request: HttpRequest, room_id: str, turn_id: str) -> shapes.Turn:
    """One turn."""
    await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return await live.turns.read(turn_id)


@router.post("/rooms/{room_id}/turns/{turn_id}/stop", response=shapes.Turn)
async def stop_turn(request: HttpRequest, room_id: str, turn_id: str) -> shapes.Turn:
    """End a turn; what it finished stays."""
    person = await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.turns.stop(person, turn_id)
        return await live.turns.read(turn_id)


@router.post("/rooms/{room_id}/turns/{turn_id}/steer", response=shapes.Turn)
async def steer_turn(request: HttpRequest, room_id: str, turn_id: str, steer: shapes.Steer) -> shapes.Turn:
    """Redirect one's own running turn."""
    person = await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.turns.steer(person, turn_id, steer.prompt)
        return await live.turns.read(turn_id)


@router.post("/rooms/{room_id}/turns/{turn_id}/undo", response=shapes.Turn)
async def undo_turn(request: HttpRequest, room_id: str, turn_id: str) -> shapes.Turn:
    """Take back all that a turn has changed. Hunks that could not be taken back say why."""
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.turns.decisions.undo(person, turn_id)
        return await live.turns.read(turn_id)


@router.post("/rooms/{room_id}/turns/{turn_id}/hunks/{hunk_id}/accept", response=shapes.Turn)
async def accept_hunk(request: HttpRequest, room_id: str, turn_id: str, hunk_id: str) -> shapes.Turn:
    """Accept one change: its mark is cleared."""
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.turns.decisions.accept(person, turn_id, hunk_id)
        return await live.turns.read(turn_id)


@router.post("/rooms/{room_id}/turns/{turn_id}/hunks/{hunk_id}/reject", response=shapes.Turn)
async def reject_hunk(request: HttpRequest, room_id: str, turn_id: str, hunk_id: str) -> shapes.Turn:
    """Take one change back."""
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.turns.decisions.reject(person, turn_id, hunk_id)
        return await live.turns.read(turn_id)
