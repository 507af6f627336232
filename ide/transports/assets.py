"""The built frontend: read once, kept in memory, compressed once, served with names that never change meaning."""

from __future__ import annotations

import gzip
import json
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One built file."""

    kind: str
    data: bytes
    compressed: bytes | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a page loads: addresses of its scripts' entry, the modules to fetch early, and its style sheets."""

    script: str
    preloads: tuple[str, ...]
    styles: tuple[str, ...]


async def asset(request: HttpRequest, path: str) -> HttpResponse:
    """`/assets/<path>`: a file of the build."""
    found = read_asset(f"assets/{path}")
    if found is None:
        raise Http404(path)
    packed = found.compressed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.compressed if packed else found.data, content_type=found.kind)
    response["Cache-Control"] = FOREVER
    response["Vary"] = "Accept-Encoding"
    if packed:
        response["Content-Encoding"] = "gzip"
    return response


def read_asset(name: str) -> Asset | None:
    """A file of the build, by its path below it."""
    return _assets().get(name)


@cache
def entry(source: str) -> Entry:
    """What the page whose entry is `source` (a path below frontend/) loads. Raises KeyError if it was not built."""
    manifest = json.loads((settings.FRONTEND_DIST / "manifest.json").read_text())
    chunks: dict[str, None] = {}
    styles: dict[str, None] = {}

    def visit(name: str) -> None:
        for style in manifest[name].get("css", ()):
            styles[f"/{style}"] = None
        for imported in manifest[name].get("imports", ()):
            if manifest[imported]["file"] not in chunks:
                chunks[manifest[imported]["file"]] = None
                visit(imported)

    visit(source)
    return Entry(f"/{manifest[source]['file']}", tuple(f"/{chunk}" for chunk in chunks), tuple(styles))


@cache
def _assets() -> dict[str, Asset]:
    root: Path = settings.FRONTEND_DIST
    return {str(path.relative_to(root)): _asset(path) for path in root.rglob("*") if path.is_file()}


def _asset(path: Path) -> Asset:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix == ".js":
        kind = "text/javascript"
    data = path.read_bytes()
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return Asset(kind + charset, data, gzip.compress(data, mtime=0) if kind.startswith(COMPRESSIBLE) else None)
