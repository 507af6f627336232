"""Documents, as plain text."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from ide.domain.documents import check_path
from ide.domain.refusals import Refusal
from ide.transports.access import editor_of, person_of
from ide.transports.composition import hub
from ide.wire import shapes
from ide.wire.codes import Code

router = Router(tags=["files"])


@router.get("/rooms/{room_id}/files/{path:path}")
async def read_file(request: HttpRequest, room_id: str, path: str) -> HttpResponse:
    """A document's text, as UTF-8."""
    await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        text = live.replica.read(check_path(path))
    if text is None:
        raise Refusal(Code.NOT_FOUND, f"There is no file {path} in this room.")
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@router.put("/rooms/{room_id}/files/{path:path}", response={200: shapes.File, 201: shapes.File})
async def write_file(request: HttpRequest, room_id: str, path: str) -> tuple[int, shapes.File]:
    """Make a document equal to the body, by an edit that merges with people typing. Creates it if missing."""
    services = await hub.services()
    await editor_of(services, request, room_id)
    checked = check_path(path)
    if request.content_type not in ("text/plain", ""):
        raise Refusal(Code.BAD_REQUEST, "Only text/plain in UTF-8 can be put in this version.")
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        raise Refusal(Code.BAD_REQUEST, "The body is not UTF-8.") from None
    async with hub.visit(room_id) as live:
        made = live.put(checked, text)
        await services.appender.flush()
        file = next((file for file in live.files() if file.path == checked), None)
    if file is None:
        raise Refusal(Code.CONFLICT, f"{checked} was renamed or deleted meanwhile.")
    return (201 if made else 200), file


@router.delete("/rooms/{room_id}/files/{path:path}", response={204: None})
async def delete_file(request: HttpRequest, room_id: str, path: str) -> tuple[int, None]:
    """Remove a document."""
    services = await hub.services()
    await editor_of(services, request, room_id)
    async with hub.visit(room_id) as live:
        document = live.replica.document(check_path(path))
        if document is None:
            raise Refusal(Code.NOT_FOUND, f"There is no file {path} in this room.")
        live.replica.delete(document.id)
        await services.appender.flush()
    return 204, None
