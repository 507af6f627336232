"""What programs of a room may be written in, as the server decides and the browser shows it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ide.wire.shapes import Shape

Suffix = Annotated[str, Field(pattern=r"^\.[a-z0-9.]+$", max_length=20)]
Pattern = Annotated[str, Field(pattern=r"^[\w.*-]+$", max_length=60)]
"""A file's name without its folder, in which `*` stands for anything."""
Word = Annotated[str, Field(min_length=1, max_length=200)]


class Language(Shape):
    """Files whose names end in one of `suffixes`, however written, and what runs one of them: `command` and its path.

    Without a command they are pages, which the preview shows. `mains` are the files that are taken for a room's
    program, the likeliest first; `parts` are no programs by themselves, and `tests` hold tests. Files that end in
    one of `scripts` belong to the page in a room that has one.
    """

    name: str = Field(min_length=1, max_length=40)
    suffixes: list[Suffix] = Field(min_length=1)
    command: list[Word] = []
    mains: list[Pattern] = []
    parts: list[Pattern] = []
    tests: list[Pattern] = []
    scripts: list[Suffix] = []
