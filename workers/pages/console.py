"""What a page writes to its console, in one line of text each."""

from __future__ import annotations

import re

from ide.wire.codes import PageLevel
from workers.pages.events import ExceptionDetails, Preview, RemoteObject

MOST = 2_000
_LEVELS = {
    "error": PageLevel.ERROR,
    "assert": PageLevel.ERROR,
    "warning": PageLevel.WARNING,
    "info": PageLevel.INFO,
    "debug": PageLevel.DEBUG,
    "verbose": PageLevel.DEBUG,
}
_HOLDER = re.compile(r"%([sdifoOc%])")


def level_of(kind: str) -> PageLevel:
    """How grave a call of the console is."""
    return _LEVELS.get(kind, PageLevel.LOG)


def text_of(kind: str, values: list[RemoteObject]) -> str:
    """A call of the console as its reader sees it; `%s` and the like are filled in."""
    rest = list(values)
    said = []
    if rest and rest[0].type == "string" and "%" in _plain(rest[0]):
        template = _plain(rest.pop(0))[:MOST]

        def fill(match: re.Match[str]) -> str:
            if match[1] == "%":
                return "%"
            if not rest:
                return match[0]
            value = rest.pop(0)
            return "" if match[1] == "c" else _plain(value)[:MOST]

        said.append(_HOLDER.sub(fill, template))
    if kind == "assert":
        said.insert(0, "Assertion failed:")
    return " ".join([*said, *(_plain(value)[:MOST] for value in rest[:50])])[:MOST]


def error_text(details: ExceptionDetails) -> str:
    """An error that nothing caught: its words, and where it came through if the browser says so."""
    thrown = details.exception
    if thrown is None:
        return details.text[:MOST]
    words = _plain(thrown)
    return f"{details.text} {words}"[:MOST] if "in promise" in details.text else f"Uncaught {words}"[:MOST]


def _plain(value: RemoteObject) -> str:
    if value.type == "string" and isinstance(value.value, str):
        return value.value
    if value.unserializableValue is not None:
        return value.unserializableValue
    if value.type == "undefined":
        return "undefined"
    if value.subtype == "null":
        return "null"
    if value.type == "boolean":
        return "true" if value.value else "false"
    if value.preview is not None and value.subtype != "error":
        return _previewed(value.preview)
    return value.description or str(value.value)


def _previewed(preview: Preview) -> str:
    listed = preview.subtype == "array"
    parts = []
    for one in preview.properties[:100]:
        text = f"'{one.value}'" if one.type == "string" else one.value or one.type
        parts.append(text if listed else f"{one.name}: {text}")
    if preview.overflow:
        parts.append("…")
    inside = ", ".join(parts)
    if listed:
        return f"[{inside}]"
    name = "" if preview.description in ("", "Object") else f"{preview.description} "
    return f"{name}{{{inside}}}"
