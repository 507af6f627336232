"""Files: documents as plain text, anything else as its bytes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Router

from ide.domain.assets import type_of
from ide.domain.documents import check_path
from ide.domain.refusals import Refusal
from ide.live.replica import AssetFile
from ide.live.room import LiveRoom
from ide.transports.access import editor_of, person_of
from ide.transports.answers import bytes_answer, not_modified
from ide.transports.composition import hub
from ide.wire import shapes
from ide.wire.codes import Code

router = Router(tags=["files"])

_TEXT = ("text/plain", "")
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
# Whatever the bytes are, opened at this address they run nothing.
_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


@router.get("/rooms/{room_id}/files/{path:path}")
async def read_file(request: HttpRequest, room_id: str, path: str) -> HttpResponse:
    """A document's text, as UTF-8, or the bytes of a binary file."""
    await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        asset = live.replica.assets().get(check_path(path))
        if asset is not None:
            return await _bytes(request, live, asset)
        text = live.replica.read(path)
    if text is None:
        raise Refusal(Code.NOT_FOUND, f"There is no file {path} in this room.")
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@router.put("/rooms/{room_id}/files/{path:path}", response={200: shapes.File, 201: shapes.File})
async def write_file(request: HttpRequest, room_id: str, path: str) -> tuple[int, shapes.File]:
    """Make a file equal to the body, and create it if missing.

    With `text/plain` it is a document in UTF-8, which an edit that merges with people typing makes equal; with any
    other type it is a binary file.
    """
    services = await hub.services()
    await editor_of(services, request, room_id)
    checked = check_path(path)
    if request.content_type in _FORMS:
        raise Refusal(Code.BAD_REQUEST, "Send the file itself as the body: as text/plain, or as the type that it has.")
    async with hub.visit(room_id) as live:
        if request.content_type in _TEXT:
            made = await live.replace(checked, _text(request.body))
        else:
            made = await live.assets.put(checked, request.body)
        await services.appender.flush()
        await live.assets.learn()
        file = next((file for file in live.files() if file.path == checked), None)
    if file is None:
        raise Refusal(Code.CONFLICT, f"{checked} was renamed or deleted meanwhile.")
    return (201 if made else 200), file


@router.delete("/rooms/{room_id}/files/{path:path}", response={204: None})
async def delete_file(request: HttpRequest, room_id: str, path: str) -> tuple[int, None]:
    """Remove a file."""
    services = await hub.services()
    await editor_of(services, request, room_id)
    async with hub.visit(room_id) as live:
        file = live.replica.document(check_path(path)) or live.replica.assets().get(path)
        if file is None:
            raise Refusal(Code.NOT_FOUND, f"There is no file {path} in this room.")
        live.replica.delete(file.id)
        await services.appender.flush()
    return 204, None


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refusal(Code.BAD_REQUEST, "The body is not UTF-8.") from None


async def _bytes(request: HttpRequest, live: LiveRoom, asset: AssetFile) -> HttpResponse:
    response = not_modified(request, asset.hash)
    if response is None:
        data = await live.assets.read(asset)
        if data is None:
            raise Refusal(Code.NOT_FOUND, f"The bytes of {asset.path} are missing: upload it again.")
        response = bytes_answer(request, data, type_of(asset.path, data), asset.hash)
    response["Content-Security-Policy"] = _POLICY
    name = asset.path.rpartition("/")[2]
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response
