"""Runs: started, read, stopped, typed into."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from ide.store import runs
from ide.transports.access import editor_of, person_of
from ide.transports.composition import hub
from ide.wire import shapes

router = Router(tags=["runs"])
RECENT = 100


@router.get("/rooms/{room_id}/runs", response=list[shapes.Run])
async def list_runs(request: HttpRequest, room_id: str) -> list[shapes.Run]:
    """The last runs, oldest first."""
    services = await hub.services()
    await person_of(services, request, room_id)
    return await services.writer.do(runs.recent, room_id, RECENT)


@router.post("/rooms/{room_id}/runs", response={202: shapes.Made})
async def start_run(request: HttpRequest, room_id: str, asked: shapes.AskForRun) -> tuple[int, shapes.Made]:
    """Run a program or the tests on the room's files as they are now."""
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return 202, shapes.Made(id=await live.runs.start(person, asked))


@router.get("/rooms/{room_id}/runs/{run_id}", response=shapes.Run)
async def read_run(request: HttpRequest, room_id: str, run_id: str) -> shapes.Run:
    """One run."""
    await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return await live.runs.read(run_id)


@router.post("/rooms/{room_id}/runs/{run_id}/stop", response=shapes.Run)
async def stop_run(request: HttpRequest, room_id: str, run_id: str) -> shapes.Run:
    """Kill a run."""
    await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.runs.stop(run_id)
        return await live.runs.read(run_id)


@router.post("/rooms/{room_id}/runs/{run_id}/input", response=shapes.Run)
async def input_run(request: HttpRequest, room_id: str, run_id: str, typed: shapes.Typed) -> shapes.Run:
    """Type into a run."""
    await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.runs.type(run_id, typed.data)
        return await live.runs.read(run_id)


@router.post("/rooms/{room_id}/runs/{run_id}/resize", response=shapes.Run)
async def resize_run(request: HttpRequest, room_id: str, run_id: str, terminal: shapes.Terminal) -> shapes.Run:
    """Give a run's terminal another size."""
    await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.runs.resize(run_id, terminal)
        return await live.runs.read(run_id)
