"""The bytes of a binary file as an HTTP answer: all of them, a part, or none where the browser has them already."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def not_modified(request: HttpRequest, digest: str) -> HttpResponse | None:
    """The answer to a browser that has the bytes of this hash; None for any other."""
    if f'"{digest}"' not in request.headers.get("If-None-Match", ""):
        return None
    return _kept(HttpResponseNotModified(), digest)


def bytes_answer(request: HttpRequest, data: bytes, kind: str, digest: str) -> HttpResponse:
    """`data`, or the part of it that was asked for: sounds and videos are moved about in by such."""
    start, end = 0, len(data)
    response = HttpResponse(content_type=kind)
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is not None and (asked[1] or asked[2]):
        start, end = _part(asked[1], asked[2], len(data))
        if start >= end:
            response.status_code = 416
            response["Content-Range"] = f"bytes */{len(data)}"
            return response
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
    response.content = data[start:end]
    response["Accept-Ranges"] = "bytes"
    return _kept(response, digest)


def _part(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last[:12])), size
    return int(first[:12]), min(size, int(last[:12]) + 1) if last else size


def _kept(response: HttpResponse, digest: str) -> HttpResponse:
    """The file at an address may change at any moment; its bytes under one hash never do."""
    response["ETag"] = f'"{digest}"'
    response["Cache-Control"] = "private, no-cache"
    return response
