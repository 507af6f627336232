"""`languages.toml`, beside this file: what programs of a room may be written in."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from ide.wire.languages import Language
from ide.wire.shapes import Shape

SHIPPED: Final = Path(__file__).with_name("languages.toml")


class _File(Shape):
    language: tuple[Language, ...]


@cache
def languages() -> tuple[Language, ...]:
    """Those that ship, in the order in which a room's program is looked for. The file is read once."""
    return read_languages(SHIPPED.read_text(encoding="utf-8"))


def read_languages(text: str) -> tuple[Language, ...]:
    """The entries of such a file. Raises ValueError that names what is wrong with it."""
    return _File.model_validate(tomllib.loads(text)).language
