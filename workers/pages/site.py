"""The room's files as a site: what the browser is answered, and what has no answer.

Pages are served as the preview serves them, with its policy and its runtime, so that a page does here what it does
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from ide.domain.assets import as_text, type_of
from ide.domain.previews import (
    RUNTIME_PATH,
    as_served,
    content_security_policy,
    content_type,
    find,
    is_page,
)

# Pages on localhost are "secure contexts" like those of the preview; the name leads nowhere.
ORIGIN: Final = "http://page.localhost"
_FOLDER: Final = "/room/"
BASE: Final = f"{ORIGIN}{_FOLDER}"
_POLICY: Final = content_security_policy(ORIGIN, _FOLDER, ["'none'"])


@dataclass(frozen=True)
class Answer:
    """An answer to the browser. One with the status 204 leaves a page where it is."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


STAY: Final = Answer(204, {})
# Without a type, of which the browser would complain as well.
MISSING: Final = Answer(404, {"Access-Control-Allow-Origin": "*"})


class Site:
    """One room's. `runtime` is the preview's first script."""

    def __init__(self, files: Mapping[str, bytes], runtime: bytes) -> None:
        self._files = files
        self._runtime = runtime

    def address(self, path: str) -> str:
        """Where the browser finds a file."""
        return f"{BASE}{quote(path)}"

    def answer(self, url: str) -> Answer | None:
        """What an address is answered with; None for what is not the room's."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != ORIGIN:
            return None
        if parts.path == RUNTIME_PATH:
            return _served(content_type("runtime.js"), self._runtime)
        if not parts.path.startswith(_FOLDER):
            return None
        found = find(unquote(parts.path.removeprefix(_FOLDER)), self._files)
        if found is None:
            return MISSING
        if found.redirect:
            return Answer(302, {"Location": self.address(found.path).removesuffix("index.html")})
        return self._file(found.path)

    def _file(self, path: str) -> Answer:
        data = self._files[path]
        text = as_text(path, data, len(data))
        if text is None:
            return _served(type_of(path, data), data)
        return _served(content_type(path), as_served(text).encode() if is_page(path) else data)


def path_of(url: str) -> str | None:
    """The path in the room that an address means; None for those of other sites."""
    if not url.startswith(BASE):
        return None
    path = unquote(urlsplit(url).path.removeprefix(_FOLDER))
    return f"{path}index.html" if path.endswith("/") else path or "index.html"


def with_paths(text: str) -> str:
    """`text` with paths of the room where it has their addresses, without lines of a stack that are the runtime's."""
    own = (line for line in text.split("\n") if f"{ORIGIN}{RUNTIME_PATH}" not in line)
    return "\n".join(own).replace(BASE, "")


def _served(kind: str, body: bytes) -> Answer:
    return Answer(200, _headers(kind), body)


def _headers(kind: str) -> dict[str, str]:
    return {
        "Content-Type": kind,
        "Content-Security-Policy": _POLICY,
        # Modules, fonts and fetch ask across origins, since the page's own is opaque.
        "Access-Control-Allow-Origin": "*",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
