"""Runs: started, read, stopped, typed into."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from ide.domain.state import bounded_runs
from ide.store import runs
from ide.transports.access import editor_of, person_of
from ide.transports.composition import hub
from ide.wire import run_shapes, shapes

router = Router(tags=["runs"])
RECENT = 100


@router.get("/rooms/{room_id}/runs", response=list[run_shapes.Run])
async def list_runs(
    request: HttpRequest,
    room_id: str,
    before: Annotated[str | None, Query(max_length=32)] = None,
    limit: Annotated[int, Query(ge=1, le=RECENT)] = RECENT,
) -> list[run_shapes.Run]:
    """The last runs, or the last before the run `before`, oldest first, as far as `bounded_runs` tells them."""
    services = await hub.services()
    await person_of(services, request, room_id)
    return bounded_runs(await services.writer.do(runs.recent, room_id, limit, before))


@router.post("/rooms/{room_id}/runs", response={202: shapes.Made})
async def start_run(request: HttpRequest, room_id: str, asked: run_shapes.AskForRun) -> tuple[int, shapes.Made]:
    """Run a program or the tests on the room's files as they are now."""
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return 202, shapes.Made(id=await live.runs.start(person, asked))


@router.get("/rooms/{room_id}/runs/{run_id}", response=run_shapes.Run)
async def read_run(request: HttpRequest, room_id: str, run_id: str) -> run_shapes.Run:
    """One run."""
    await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return await live.runs.read(run_id)


@router.post("/rooms/{room_id}/runs/{run_id}/stop", response=run_shapes.Run)
async def stop_run(request: HttpRequest, room_id: str, run_id: str) -> run_shapes.Run:
    """Kill a run."""
    await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.runs.stop(run_id)
        return await live.runs.read(run_id)


@router.post("/rooms/{room_id}/runs/{run_id}/input", response=run_shapes.Run)
async def input_run(request: HttpRequest, room_id: str, run_id: str, typed: run_shapes.Typed) -> run_shapes.Run:
    """Type into a run."""
    await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.runs.type(run_id, typed.data)
        return await live.runs.read(run_id)


@router.post("/rooms/{room_id}/runs/{run_id}/resize", response=run_shapes.Run)
async def resize_run(request: HttpRequest, room_id: str, run_id: str, terminal: run_shapes.Terminal) -> run_shapes.Run:
    """Give a run's terminal another size."""
    await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.runs.resize(run_id, terminal)
        return await live.runs.read(run_id)


@router.post("/rooms/{room_id}/runs/{run_id}/debug", response=run_shapes.Run)
async def debug_run(request: HttpRequest, room_id: str, run_id: str, asked: run_shapes.Debugging) -> run_shapes.Run:
    """Move on a program under the debugger, look into it, or set its breakpoints."""
    await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        await live.runs.debug(run_id, asked)
        return await live.runs.read(run_id)


@router.get("/rooms/{room_id}/runs/{run_id}/text/{path:path}")
async def read_run_text(request: HttpRequest, room_id: str, run_id: str, path: str) -> HttpResponse:
    """A document as a run has it that is not over."""
    await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        text = await live.runs.text(run_id, path)
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"})
