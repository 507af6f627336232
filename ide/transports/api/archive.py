"""The whole room as a zip archive, out and in."""

from __future__ import annotations

import asyncio
from typing import Annotated

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Query, Router

from ide.domain.refusals import Refusal
from ide.live.archive import archive_of, take_in
from ide.transports.access import editor_of, person_of
from ide.transports.composition import hub
from ide.wire import shapes
from ide.wire.codes import Code

router = Router(tags=["files"])

_FORM = "multipart/form-data"
_BODY = {"type": "string", "format": "binary"}
_DOCUMENTED = {
    "requestBody": {
        "content": {
            "application/zip": {"schema": _BODY},
            _FORM: {"schema": {"type": "object", "properties": {"archive": _BODY}}},
        },
        "required": True,
    }
}


@router.get("/rooms/{room_id}/archive.zip")
async def read_archive(request: HttpRequest, room_id: str) -> HttpResponse:
    """All of the room's files."""
    await person_of(await hub.services(), request, room_id)
    async with hub.visit(room_id) as live:
        title, data = live.title, await archive_of(live)
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{_name(title)}.zip")
    response["Cache-Control"] = "no-store"
    return response


@router.post("/rooms/{room_id}/archive", response=shapes.Unpacked, openapi_extra=_DOCUMENTED)
async def write_archive(
    request: HttpRequest, room_id: str, folder: Annotated[str, Query(max_length=255)] = ""
) -> shapes.Unpacked:
    """Take in all files of an archive, or none if one of them is refused. Files of the same path become equal.

    A top folder of the name `folder` that holds everything is passed over.
    """
    services = await hub.services()
    await editor_of(services, request, room_id)
    # A form is taken apart in a thread: its bytes are looked through one by one.
    data = await asyncio.to_thread(_archive, request)
    async with hub.visit(room_id) as live:
        unpacked = await take_in(live, data, folder)
        await services.appender.flush()
    return unpacked


def _archive(request: HttpRequest) -> bytes:
    if request.content_type != _FORM:
        return request.body
    upload = next(iter(request.FILES.values()), None)
    if not isinstance(upload, UploadedFile):
        raise Refusal(Code.BAD_REQUEST, "The form holds no file.")
    if upload.size is None or upload.size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise Refusal(Code.TOO_LARGE, "The archive is too large.")
    return bytes(upload.read())


def _name(title: str) -> str:
    """A title as a file may be called anywhere."""
    name = "".join(" " if letter in '\\/:*?"<>|' or not letter.isprintable() else letter for letter in title)
    return " ".join(name.split()).strip(".") or "room"
