"""The dialect `whole`: all of a file's text in a fence, with its path above it, as small models write it.

    game/snake.js              ### `game/snake.js`        ```js game/snake.js
    ```js                                                 const SPEED = 8
    const SPEED = 8            ```                        ```
    ```                        const SPEED = 8
                               ```

Rules:

1. A path stands alone on its line, perhaps in a heading, a list item, bold, in quotes or backticks, behind "File" or
   with a colon behind it; or in the fence's first line, behind the language or as `title=` or `filename=`. One blank
   line may stand between it and the fence. A line of words is no path.
2. The first fence without a path is the file that the turn is about, if it names one, and if the fence is in that
   file's language. One without a language is prose.
3. A fence is closed by one of the same sign, at least as long, with nothing behind it. One with something behind it
   opens another inside.
4. A file whose fence the stream leaves open is broken.
5. Everything else is prose, other fences too.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from ide.domain.edits.events import Broken, Closed, Event, Opened, Prose, Typed
from ide.domain.edits.fences import Fence, is_path, may_be_fence, read_fence, tidy_path
from ide.domain.edits.reader import MARKER_LENGTH, LineReader

_BLANK = " \t\r\n"
# What may stand before a path on its line.
_BEFORE = re.compile(r"(?:#{1,6}[ \t]+|[-*+][ \t]+|\d{1,3}\.[ \t]+)*")
_LABEL = re.compile(r"(?:file ?name|file ?path|file|path)(?:[ \t]*:[ \t]*|[ \t]+)", re.IGNORECASE)
_QUOTES: Final = "*`'\""
_AROUND: Final = _QUOTES + _BLANK
_KEY = re.compile(r"(?:title|filename|file|path|name)[ \t]*=[ \t]*(?:\"([^\"]*)\"|'([^']*)'|(\S+))", re.IGNORECASE)
# What ends a name: without one of these a word is no file.
_SUFFIX = re.compile(r"\.[A-Za-z0-9_-]{1,12}\Z")
_BARE_NAMES: Final = frozenset({"Makefile", "Dockerfile", "Procfile", "Gemfile", "LICENSE", "README", "CODEOWNERS"})
# Letters that stand in no path that a model writes without quotes: a line that has one of them is prose.
_PROSE = re.compile(r"[,;!?()<>|{}=，。！？：；、（）「」]")

# Suffixes of files, and the languages in which fences name them.
_SUFFIXES: Final[tuple[tuple[str, str], ...]] = (
    ("html htm", "html htm xml"),
    ("css", "css scss less"),
    ("js mjs jsx", "js mjs jsx javascript ecmascript react"),
    ("ts tsx", "ts tsx typescript"),
    ("py", "py python python3"),
    ("md", "md markdown"),
    ("txt", "txt text plain plaintext"),
    ("sh", "sh bash shell zsh"),
    ("yml yaml", "yml yaml"),
    ("json", "json json5 jsonc"),
    ("svg", "svg xml html"),
)
_LANGUAGES: Final = {suffix: frozenset(names.split()) for suffixes, names in _SUFFIXES for suffix in suffixes.split()}
# Fences of these hold no file's text, whatever they name.
_NO_TEXT: Final = frozenset({"diff", "patch", "console", "output"})
# A longer line names no file.
_PATH_LINE: Final = 300
_MOST_NESTED: Final = 16

# Prose; a file that is written; a fence of its own in prose.
_State = Literal["prose", "file", "code"]


class WholeParser(LineReader):
    """Reads one stream of the dialect `whole`; see `events.Dialect`.

    `only_path` is the file that a fence without a path means, if the turn is about one alone.
    """

    def __init__(self, only_path: str | None = None) -> None:
        super().__init__()
        self._state: _State = "prose"
        self._only_path = only_path
        self._fence = Fence("```", "")  # the one that is open
        self._nested: list[Fence] = []  # those opened inside of it
        self._path: str | None = None  # named by the lines that are held back
        self._held = ""  # a path's line, perhaps with a blank one below it

    def finish(self, *, cut: bool = False) -> list[Event]:
        """What the end of the stream adds."""
        rest, self._rest = self._rest, ""
        if self._inside:
            self._pass(rest)
        elif rest and read_fence(rest) is not None and (cut or self._state == "prose"):
            # One that opens has nothing behind it; one that seems to close may have been about to say more.
            self._start(rest)
        elif rest:
            self._line(rest)
        self._release()
        if self._state == "file":
            self._events.append(Broken("The answer ended inside this file.", ended=True))
        self._state = "prose"
        return self._take()

    # --- lines -------------------------------------------------------------------------------------------------------

    def _undecided(self, start: str) -> bool:
        if len(start) > MARKER_LENGTH:
            return False
        return may_be_fence(start) or (self._state == "prose" and _may_be_path(start))

    def _line(self, line: str) -> None:
        fence = read_fence(line) if len(line) <= MARKER_LENGTH else None
        if self._state == "prose":
            self._prose_line(line, fence)
        elif fence is None:
            self._pass(line)
        else:
            self._inner_fence(line, fence)

    def _prose_line(self, line: str, fence: Fence | None) -> None:
        if fence is not None:
            self._open(line, fence)
        elif self._path is not None and not line.strip(_BLANK) and self._held.count("\n") == 1:
            self._held += line
        elif (path := _path_alone(line)) is not None:
            self._release()
            self._path, self._held = path, line
        else:
            self._start(line)

    def _open(self, line: str, fence: Fence) -> None:
        """A fence opens, of a file or of prose."""
        language, named = _read_info(fence.info)
        path = None if language in _NO_TEXT else named or self._path
        if (
            path is None
            and language not in _NO_TEXT
            and self._only_path is not None
            and _is_language_of(self._only_path, language)
        ):
            path = self._only_path
        self._fence, self._nested = fence, []
        if path is None:
            self._state = "code"
            self._start(line)
            return
        if named is not None:
            self._release()
        self._path, self._held, self._only_path = None, "", None
        self._state = "file"
        self._events.append(Opened("create", path))

    def _inner_fence(self, line: str, fence: Fence) -> None:
        inner = self._nested[-1] if self._nested else self._fence
        if not fence.closes(inner):
            if fence.info and len(self._nested) < _MOST_NESTED:
                self._nested.append(fence)
            self._pass(line)
        elif self._nested:
            self._nested.pop()
            self._pass(line)
        elif self._state == "file":
            self._state = "prose"
            self._events.append(Closed())
        else:
            self._pass(line)
            self._state = "prose"

    def _start(self, text: str) -> None:
        if self._state != "file":
            self._release()
        self._pass(text)

    def _pass(self, text: str) -> None:
        if self._state == "file":
            self._append(Typed, text[:-2] + "\n" if text.endswith("\r\n") else text)
        else:
            self._append(Prose, text)

    def _release(self) -> None:
        """What was held back names no file."""
        held, self._held, self._path = self._held, "", None
        self._append(Prose, held)


def _path_alone(line: str) -> str | None:
    """The path that is all that a line says, if it is one."""
    return _as_path(_unadorned(line).rstrip(":").rstrip(_AROUND)) if _may_be_path(line.rstrip("\r\n")) else None


def _may_be_path(start: str) -> bool:
    """True while a line that begins with `start` may be a path alone."""
    text = _unadorned(start)
    return len(start) <= _PATH_LINE and not _PROSE.search(text) and " " not in text and "\t" not in text


def _unadorned(text: str) -> str:
    """The start of a line without what may stand around a path."""
    text = text.strip(_BLANK)
    before = _BEFORE.match(text)
    text = text[before.end() if before else 0 :].strip(_AROUND)
    label = _LABEL.match(text)
    return text[label.end() if label else 0 :].lstrip(_AROUND)


def _read_info(info: str) -> tuple[str, str | None]:
    """The language behind a fence, in small letters, and the path, if one stands there."""
    language, _, rest = info.partition(" ")
    if (key := _KEY.search(info)) is not None:
        return language.lower(), _as_path(key[1] or key[2] or key[3] or "")
    before, colon, behind = language.partition(":")
    for candidate in (rest, behind if colon else "", language):
        path = _as_path(candidate.strip().strip(_QUOTES + "{}[]()"))
        if path is not None:
            return before.lower(), path
    return language.lower(), None


def _as_path(text: str) -> str | None:
    """`text` if it is a file's path and nothing else."""
    path = tidy_path(text)
    name = path.rsplit("/", 1)[-1]
    if "://" in path or _PROSE.search(path) or " " in path or "\t" in path:
        return None
    return path if (_SUFFIX.search(name) or name in _BARE_NAMES) and is_path(path) else None


def _is_language_of(path: str, language: str) -> bool:
    """Whether a fence in `language` can be the text of the file at `path`."""
    suffix = path.rsplit(".", 1)[-1].lower()
    return language in _LANGUAGES.get(suffix, frozenset({suffix}))
