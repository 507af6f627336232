"""A room's history: checkpoints, the timeline between them, restoring, and copies of a room."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from ide.domain.history import FileChange, Manifest, changes, unpack_manifest, unpack_text
from ide.domain.refusals import Refusal
from ide.live import restoring
from ide.store import assets, history, rooms
from ide.transports.access import check_same_origin, editor_of, person_of
from ide.transports.answers import bytes_answer
from ide.transports.api.rooms import new_room
from ide.transports.composition import hub
from ide.wire import shapes
from ide.wire.codes import Code
from ide.wire.history import (
    AskForCheckpoint,
    AskForFork,
    AskForRestore,
    Checkpoint,
    Comparison,
    Restored,
    Step,
    StepChange,
    Timeline,
)

router = Router(tags=["history"])
RECENT = 200
MOST_STEPS = 500
# A step that changes more files (a template, a zip) says how many more.
MOST_CHANGES = 50
TITLE_LENGTH = 120


@router.get("/rooms/{room_id}/checkpoints", response=list[Checkpoint])
async def list_checkpoints(request: HttpRequest, room_id: str) -> list[Checkpoint]:
    """The last checkpoints, oldest first: the room's start, each turn's end, and what people named or restored."""
    services = await hub.services()
    await person_of(services, request, room_id)
    return await services.writer.do(history.checkpoints, room_id, RECENT)


@router.post("/rooms/{room_id}/checkpoints", response={201: Checkpoint})
async def make_checkpoint(request: HttpRequest, room_id: str, asked: AskForCheckpoint) -> tuple[int, Checkpoint]:
    """Make the room as it is now a checkpoint."""
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return 201, await restoring.make_checkpoint(live, person, asked.label)


@router.get("/rooms/{room_id}/checkpoints/{checkpoint}", response=Comparison)
async def compare_checkpoint(request: HttpRequest, room_id: str, checkpoint: str) -> Comparison:
    """A checkpoint's files beside those of now, with the texts of those that differ as far as they are not too long."""
    await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return await restoring.compare(live, checkpoint)


@router.get("/rooms/{room_id}/checkpoints/{checkpoint}/files/{path:path}")
async def read_checkpoint_file(request: HttpRequest, room_id: str, checkpoint: str, path: str) -> HttpResponse:
    """A file as it was at a checkpoint or a smaller step: a text in UTF-8, or a binary file's bytes to be saved."""
    services = await hub.services()
    await person_of(services, request, room_id)
    step = await services.writer.do(history.read, room_id, checkpoint)
    file = unpack_manifest(step.files).get(path) if step is not None else None
    if file is None:
        raise Refusal(Code.NOT_FOUND, f"There was no file {path} then, or that checkpoint is gone.")
    stored = await services.writer.do(assets.read if file.asset else history.texts, room_id, [file.hash])
    if file.hash not in stored:
        raise Refusal(Code.NOT_FOUND, f"The bytes of {path} are gone.")
    if file.asset:
        response = bytes_answer(request, stored[file.hash], "application/octet-stream", file.hash)
        # Nothing that people uploaded is opened as a page of ours.
        response["Content-Disposition"] = "attachment"
    else:
        text = await asyncio.to_thread(unpack_text, stored[file.hash])
        response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@router.post("/rooms/{room_id}/checkpoints/{checkpoint}/restore", response=Restored)
async def restore_checkpoint(
    request: HttpRequest, room_id: str, checkpoint: str, asked: AskForRestore | None = None
) -> Restored:
    """Make the files what they were at a checkpoint, by an edit that merges with people typing."""
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return await restoring.restore(live, person, checkpoint, asked.path if asked else None)


@router.get("/rooms/{room_id}/timeline", response=Timeline)
async def read_timeline(
    request: HttpRequest,
    room_id: str,
    before: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_STEPS)] = RECENT,
) -> Timeline:
    """The last steps of the history, or the last before the step `before`, with what each of them changed."""
    services = await hub.services()
    await person_of(services, request, room_id)
    # One more, which says what the first of the others changed.
    stored = await services.writer.do(history.steps, room_id, before, limit + 1)
    return await asyncio.to_thread(_timeline, stored, limit)


@router.post("/rooms/{room_id}/fork", response={201: shapes.NewRoom})
async def fork_room(request: HttpRequest, room_id: str, asked: AskForFork | None = None) -> tuple[int, shapes.NewRoom]:
    """Make a new room of this one's files, as they are now or were at a checkpoint. For everybody who may see them."""
    check_same_origin(request)
    services = await hub.services()
    person = await person_of(services, request, room_id)
    async with hub.visit(room_id) as live:
        files, texts = await restoring.files_at(live, asked.checkpoint if asked else None)
        title = live.title
    room = await services.writer.do(rooms.create, f"{title[: TITLE_LENGTH - 7]} (copy)")
    binary = {file.hash for file in files.values() if file.asset}
    await services.writer.do(history.copy_assets, room_id, room.id, binary)
    async with hub.visit(room.id) as copy:
        with copy.replica.transaction():
            for path, file in files.items():
                if file.asset:
                    copy.replica.put_asset(path, file.hash, checked=False)
                else:
                    copy.replica.create(path, texts[file.hash], checked=False)
        await copy.history.start(person.name)
        await services.appender.flush()
    return 201, new_room(request, room)


def _timeline(stored: Sequence[history.StoredStep], limit: int) -> Timeline:
    earlier = len(stored) > limit
    steps: list[Step] = []
    last: Manifest = {}
    for index, step in enumerate(stored):
        files = unpack_manifest(step.files)
        if index > 0 or not earlier:
            changed = changes(last, files)
            steps.append(
                Step(
                    **step.checkpoint.model_dump(),
                    changes=[_change(change) for change in changed[:MOST_CHANGES]],
                    more=max(0, len(changed) - MOST_CHANGES),
                )
            )
        last = files
    return Timeline(steps=steps, earlier=earlier)


def _change(change: FileChange) -> StepChange:
    file = change.after or change.before
    return StepChange(
        path=change.path,
        before=change.before.hash if change.before else None,
        after=change.after.hash if change.after else None,
        asset=file is not None and file.asset,
    )
