"""Edits by rule. Each rule answers the questions that it accounts for, and returns None for all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.rules.colour import colour
from ide.engines.rehearsal.rules.docstring import docstring
from ide.engines.rehearsal.rules.rename import rename
from ide.engines.rehearsal.rules.size import size
from ide.engines.rehearsal.rules.speed import speed
from ide.engines.rehearsal.rules.title import title

Rule = Callable[[Question], str | None]

RULES: Final[tuple[Rule, ...]] = (rename, docstring, title, speed, size, colour)
