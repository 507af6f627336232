"""Which commands a room may ask for. The sandbox holds whatever is run; this only keeps requests in shape."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ide.domain.command_line import BadCommand, check_words
from ide.domain.pages import page_of
from ide.domain.programs import command_of_file, command_of_name
from ide.domain.refusals import Refusal
from ide.domain.selection import words_for
from ide.wire.codes import Code
from ide.wire.languages import Language
from ide.wire.run_shapes import AskForRun


def command_of(
    asked: AskForRun, paths: Collection[str], settings: str | None, languages: Sequence[Language]
) -> list[str]:
    """The command of a run in a room with these files; `settings` is the text of its `sparkroom.toml`, if it has one.

    Raises Refusal unless exactly one of `command`, `file`, `program`, `tests` and `page` is asked for, in bounds and
    there.
    """
    ways = (asked.command, asked.file, asked.program, asked.tests or None, asked.page or None)
    if sum(way is not None for way in ways) != 1:
        raise Refusal(Code.BAD_REQUEST, 'A run needs one of "command", "file", "program", "tests" and "page".')
    if (asked.select is not None or asked.only is not None) and not asked.tests:
        raise Refusal(Code.BAD_REQUEST, '"select" and "only" go with "tests": true.')
    if asked.path is not None and not asked.page:
        raise Refusal(Code.BAD_REQUEST, '"path" goes with "page": true.')
    if asked.page:
        if asked.terminal is not None:
            raise Refusal(Code.BAD_REQUEST, "A page check has no terminal.")
        return [page_of(asked.path, paths)]
    if asked.file is not None:
        return command_of_file(asked.file, paths, languages)
    if asked.program is not None:
        return command_of_name(asked.program, settings)
    if asked.command is None:
        return words_for(asked)
    try:
        return check_words(asked.command)
    except BadCommand as bad:
        raise Refusal(Code.BAD_REQUEST, f"This is no command: {bad}.") from None
