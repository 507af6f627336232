"""What a Yjs delta says of a text that is counted in UTF-8 bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from ide.domain.units import byte_length


def steps_of(delta: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Literal["insert", "delete"], int, int]]:
    """What was put in and taken out, one after the other: what, at which byte as it is by then, how much."""
    at = 0
    for change in delta:
        if "retain" in change:
            at += int(change["retain"])
        elif "delete" in change:
            yield "delete", at, int(change["delete"])
        elif "insert" in change:
            # Anything but text counts one.
            text = change["insert"]
            length = byte_length(text) if isinstance(text, str) else 1
            yield "insert", at, length
            at += length
