"""Files that runs made: looked at, saved, and kept in the room.

They come out of a sandbox, and are served on the IDE's own origin with its cookies: what they are served as is decided
in `ide/domain/results.py`, and whatever it is, opened at its address it runs nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Router

from ide.domain.refusals import Refusal
from ide.domain.results import served_as
from ide.live.results import GONE, find, keep
from ide.store import results
from ide.transports.access import editor_of, person_of
from ide.transports.answers import bytes_answer, not_modified
from ide.transports.composition import hub
from ide.wire import run_shapes, shapes
from ide.wire.codes import Code

router = Router(tags=["runs"])

_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


@router.get("/rooms/{room_id}/runs/{run_id}/files/{path:path}")
async def read_result(request: HttpRequest, room_id: str, run_id: str, path: str) -> HttpResponse:
    """A file that a run made: a picture or text to be looked at, or anything else to be saved."""
    services = await hub.services()
    await person_of(services, request, room_id)
    file = find(await services.writer.do(results.made, room_id, run_id), path)
    kind, shown = served_as(file.type)
    response = not_modified(request, file.hash)
    if response is None:
        stored = await services.writer.do(results.read, room_id, [file.hash])
        if file.hash not in stored:
            raise Refusal(Code.NOT_FOUND, GONE.format(path=path))
        response = bytes_answer(request, stored[file.hash], kind, file.hash)
    response["Content-Security-Policy"] = _POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    name = path.rpartition("/")[2]
    disposition = content_disposition_header(as_attachment=not shown, filename=name)
    response["Content-Disposition"] = disposition or "attachment"
    return response


@router.post("/rooms/{room_id}/runs/{run_id}/keep", response=list[shapes.File])
async def keep_results(
    request: HttpRequest, room_id: str, run_id: str, asked: run_shapes.KeepFiles
) -> list[shapes.File]:
    """Make files that a run made the room's own, all or none: text by an edit that merges, anything else as its bytes.

    Where the room has other files of these paths that is refused as a conflict, unless they are to be replaced.
    """
    person = await editor_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        return await keep(live, person, run_id, asked)
