"""What can be run in a room: its files by their languages, and the runs that its `sparkroom.toml` names.

The browser shows what a run will do before the server decides it: `frontend/src/runs/choice.ts` has the same rules.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from typing import Final

from ide.domain.command_line import BadCommand, check_words, words_of
from ide.domain.refusals import Refusal
from ide.wire.codes import Code
from ide.wire.languages import Language

SETTINGS: Final = "sparkroom.toml"
MAIN: Final = "main"
"""What a run is called that has no name of its own: `run = "…"`."""
_SETTINGS_BYTES: Final = 16_000
_NAMES: Final = 20
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,40}")


def language_of(path: str, languages: Sequence[Language]) -> Language | None:
    """The language of a file, by how its name ends."""
    name = path.rpartition("/")[2].lower()
    found = [(suffix, one) for one in languages for suffix in one.suffixes if name.endswith(suffix) and name != suffix]
    return max(found, key=lambda pair: len(pair[0]), default=("", None))[1]


def command_of_file(path: str, paths: Collection[str], languages: Sequence[Language]) -> list[str]:
    """What runs one of the room's files. Raises Refusal if there is no such file, or nothing runs it."""
    if path not in paths:
        raise Refusal(Code.NOT_FOUND, "There is no such file in this room.")
    language = language_of(path, languages)
    if language is None:
        known = ", ".join(one.name for one in languages if one.command)
        raise Refusal(Code.BAD_REQUEST, f"{path} is no program: {known} can be run.")
    if not language.command:
        raise Refusal(Code.BAD_REQUEST, f"{path} is a page: the preview shows it.")
    # A path that begins with a dash would be read as an option.
    return [*language.command, f"./{path}" if path.startswith("-") else path]


def command_of_name(name: str, settings: str | None) -> list[str]:
    """The run of that name in the text of the room's `sparkroom.toml`. Raises Refusal if it has none."""
    if settings is None:
        raise Refusal(Code.NOT_FOUND, f"There is no {SETTINGS} in this room, which would name its runs.")
    named = named_runs(settings)
    if name not in named:
        known = f"it names {', '.join(named)}" if named else "it names no runs"
        raise Refusal(Code.NOT_FOUND, f"{SETTINGS} names no such run: {known}.")
    return named[name]


def named_runs(settings: str) -> dict[str, list[str]]:
    """The runs that a `sparkroom.toml` names, in its order: `run` is one command, or a table of them.

    Raises Refusal that says what is wrong, and in which line.
    """
    if len(settings.encode("utf-8", "replace")) > _SETTINGS_BYTES:
        raise Refusal(Code.TOO_LARGE, f"{SETTINGS} is over {_SETTINGS_BYTES} bytes.")
    try:
        parsed = tomllib.loads(settings)
    except (ValueError, RecursionError) as error:  # ValueError: dates and numbers beyond what Python takes, too
        raise Refusal(Code.BAD_REQUEST, f"{SETTINGS} is not TOML: {str(error)[:200]}.") from None
    for key in parsed:
        if key != "run":
            raise _wrong(settings, key, f"{_shown(key)} means nothing here: run is what it can say")
    run = parsed.get("run", {})
    named = run if isinstance(run, dict) else {MAIN: run}
    if len(named) > _NAMES:
        raise Refusal(Code.TOO_MANY, f"{SETTINGS} names more than {_NAMES} runs.")
    return {name: _command(settings, name, value, run is not named) for name, value in named.items()}


def _command(settings: str, name: str, value: object, alone: bool) -> list[str]:
    key = "run" if alone else name
    if not _NAME.fullmatch(name):
        raise _wrong(settings, key, "the name of a run is 1 to 40 characters in one line")
    try:
        if isinstance(value, str):
            return check_words(words_of(value))
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return check_words(value)
    except BadCommand as bad:
        raise _wrong(settings, key, f"{_shown(key)}: {bad}") from None
    raise _wrong(settings, key, f'{_shown(key)} is no command: write it as "python main.py"')


def _wrong(settings: str, key: str, message: str) -> Refusal:
    """The refusal, with the line in which the key seems to stand: the parser does not say it."""
    place = re.search(rf"""^[ \t[]*["']?{re.escape(key)}["']?[ \t]*[]=.]""", settings, re.MULTILINE)
    line = f", line {settings.count(chr(10), 0, place.start()) + 1}" if place else ""
    return Refusal(Code.BAD_REQUEST, f"{SETTINGS}{line}: {message}.")


def _shown(key: str) -> str:
    """A key as it can stand in a message of one line."""
    return key if re.fullmatch(r"[\w.-]{1,40}", key) else f"{key[:40]!r}"
