"""The dialects in which models write changes. Which one a model writes is said in `models.toml`."""

from __future__ import annotations

from typing import Literal

from ide.domain.edits.events import Dialect
from ide.domain.edits.parser import EditParser
from ide.domain.edits.v4a import PatchParser
from ide.domain.edits.whole import WholeParser

DialectName = Literal["edit", "v4a", "whole"]


def dialect(name: DialectName, *, only_path: str | None = None) -> Dialect:
    """A reader for one stream. `only_path` is the file that a whole text without a path is, if one can be meant."""
    if name == "v4a":
        return PatchParser()
    return WholeParser(only_path) if name == "whole" else EditParser()
