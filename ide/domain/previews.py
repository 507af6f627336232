"""How a room's documents become pages: which document a path means, its type, and what is put into its HTML.

A page is untrusted. It runs in an opaque origin (CSP `sandbox`), so it is given two things here that every page needs
there: the runtime as its first script, and `crossorigin` on its scripts, without which the browser hides where their
errors come from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

RUNTIME_PATH: Final = "/preview-runtime.js"

_RUNTIME = f'<script src="{RUNTIME_PATH}"></script>'

_TYPES: Final = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".htm": "text/html",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".xml": "application/xml",
}

# Possessive, so that a tag that never ends is given up in one pass.
_TAG = re.compile(r"""<[a-z][^\s/>]*+(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""", re.IGNORECASE)
_OPENING = re.compile(r"<(?:!--|([a-z][^\s/>]*+))", re.IGNORECASE)
_PREAMBLE = re.compile(r"\s++|<!--|<[!?][^>]*+>")
# `<!-->` and `<!--->` are whole comments, and `--!>` ends one too.
_COMMENT_END = re.compile(r"--!?>")
# Inside these, the browser looks for nothing but their own end tag.
_RAW_TEXT: Final = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a path of the preview means: the document to answer with, or where the browser should ask instead.

    `redirect` is relative to the address of the room's preview, and set where a page's relative links would otherwise
    be looked for in the wrong folder.
    """

    path: str
    redirect: bool = False


def find(path: str, paths: Collection[str]) -> Found | None:
    """The document that `path` means among `paths`: itself, or the page of a folder. "" is the room's own page."""
    if path in paths:
        return Found(path)
    if path == "":
        index = index_of(paths)
        return None if index is None else Found(index, redirect="/" in index)
    folder = path.rstrip("/")
    index = f"{folder}/index.html"
    if index not in paths:
        return None
    return Found(index, redirect=path != f"{folder}/")


def index_of(paths: Iterable[str]) -> str | None:
    """The page that stands for the room: the `index.html` nearest to the top, otherwise the first page there."""
    pages = [path for path in paths if is_page(path)]
    return min(pages, key=_nearness, default=None)


def is_page(path: str) -> bool:
    """True for documents that a browser shows as a page."""
    return content_type(path).startswith("text/html")


def content_type(path: str) -> str:
    """The Content-Type of a document, by its extension alone; plain text where a browser would not know it."""
    return f"{_TYPES.get(PurePosixPath(path).suffix.lower(), 'text/plain')}; charset=utf-8"


def content_security_policy(preview_origin: str, folder: str, ide_origins: Iterable[str]) -> str:
    """The policy of everything a preview serves: it loads from its room's `folder` (`/preview/<grant>/`) alone.

    The origin is named because 'self' never matches in an opaque origin. `ide_origins` are those that may frame it.
    """
    own = f"{preview_origin}{folder}"
    return "; ".join(
        (
            "sandbox allow-scripts allow-forms allow-pointer-lock",
            "default-src 'none'",
            f"script-src {own} {preview_origin}{RUNTIME_PATH} 'unsafe-inline' 'unsafe-eval' blob:",
            f"style-src {own} 'unsafe-inline'",
            f"img-src {own} data: blob:",
            f"media-src {own} data: blob:",
            f"font-src {own} data: blob:",
            f"connect-src {own}",
            f"manifest-src {own}",
            "worker-src blob:",
            "form-action 'none'",
            "base-uri 'none'",
            f"frame-ancestors {' '.join(ide_origins)}",
        )
    )


def as_served(html: str) -> str:
    """A page as the preview serves it. No line is added, so line numbers in errors are those of the document."""
    return inject_runtime(name_errors(html))


def inject_runtime(html: str) -> str:
    """`html` with the runtime as the first thing in its head, wherever the browser will begin that head."""
    at = _after_preamble(html, 1 if html.startswith("\ufeff") else 0)
    for name in ("html", "head"):
        tag = _TAG.match(html, at)
        if tag is not None and _name(tag[0]) == name:
            at = _after_preamble(html, tag.end()) if name == "html" else tag.end()
    return html[:at] + _RUNTIME + html[at:]


def name_errors(html: str) -> str:
    """`html` with `crossorigin` on its external scripts: the browser then says which line of them failed."""
    pieces: list[str] = []
    copied = at = 0
    while opening := _OPENING.search(html, at):
        if opening[1] is None:
            end = _end_of_comment(html, opening.start())
            if end is None:
                break
            at = end
            continue
        tag = _TAG.match(html, opening.start())
        if tag is None:
            break
        name, at = opening[1].lower(), tag.end()
        if name == "script":
            pieces += (html[copied : opening.end()], " crossorigin")
            copied = opening.end()
        closing = _RAW_TEXT.get(name)
        if closing is not None:
            end_tag = closing.search(html, at)
            if end_tag is None:
                break
            at = end_tag.end()
    pieces.append(html[copied:])
    return "".join(pieces)


def _after_preamble(html: str, at: int) -> int:
    """The first place from `at` on that is no space, comment, doctype or processing instruction."""
    while match := _PREAMBLE.match(html, at):
        end = _end_of_comment(html, at) if match[0] == "<!--" else match.end()
        if end is None:
            break
        at = end
    return at


def _end_of_comment(html: str, start: int) -> int | None:
    for empty in ("<!-->", "<!--->"):
        if html.startswith(empty, start):
            return start + len(empty)
    end = _COMMENT_END.search(html, start + len("<!--"))
    return None if end is None else end.end()


def _name(tag: str) -> str:
    opening = _OPENING.match(tag)
    return "" if opening is None or opening[1] is None else opening[1].lower()


def _nearness(path: str) -> tuple[bool, int, str]:
    name = path.rpartition("/")[2].lower()
    return (name not in ("index.html", "index.htm"), path.count("/"), path)
