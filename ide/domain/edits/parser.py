"""The dialect `edit`: blocks in plain text, told apart by lines that begin with a marker.

    <<<<<<< EDIT game/snake.js @41        <<<<<<< CREATE notes.txt        <<<<<<< DELETE old.js
    const SPEED = 5                       Remember the milk.              <<<<<<< MOVE a.js -> b.js
    ======= WITH                          >>>>>>> END
    const SPEED = 8
    >>>>>>> END

`<<<<<<< SEARCH path`, `=======` and `>>>>>>> REPLACE` are an EDIT with other markers. Rules:

1. A marker begins its line, and nothing but white space follows what it says. Inside a block only that block's own
   divider and end count: a bare `=======` in an EDIT, a second divider and a foreign end are text.
2. The last line of a stream may lack its line ending.
3. A header inside a block breaks that block, whose end was forgotten, and opens the next.
4. A fence right before a header is dropped, and so is the one that closes it after the block.
5. One END right after a DELETE or MOVE is dropped.
6. A stream that ends inside a block breaks it.
7. Everything else is prose.
"""

from __future__ import annotations

import re
from typing import Literal

from ide.domain.edits.events import (
    Broken,
    Closed,
    Deleted,
    Event,
    Malformed,
    Moved,
    Opened,
    Prose,
    Target,
    Typed,
)
from ide.domain.edits.reader import MARKER_LENGTH, TARGET_LENGTH, LineReader

_KEYWORDS = tuple(f"<<<<<<< {word}" for word in ("EDIT", "SEARCH", "CREATE", "DELETE", "MOVE"))
_HEADER = re.compile(r"<<<<<<< (EDIT|SEARCH|CREATE|DELETE|MOVE)(?:[ \t]+(.*))?")
_HINT = re.compile(r"(.*?)[ \t]+@(\d{1,9})")
_FENCE = re.compile(r"(```+)[^`]*|(~~~+).*")
_END = ">>>>>>> END"
_BLANK = " \t\r\n"

_State = Literal["prose", "target", "typed", "skipped"]


class EditParser(LineReader):
    """Reads one stream of the dialect `edit`; see `events.Dialect`."""

    def __init__(self) -> None:
        super().__init__()
        self._state: _State = "prose"
        self._divider = self._end = _END
        self._target: list[str] = []
        self._target_length = 0
        self._after_single = False
        self._held_fence: str | None = None
        self._fenced = False  # a fence was dropped before a block, and the one that closes it is yet to come
        self._in_code = False  # prose is inside a fence of its own

    def finish(self, *, cut: bool = False) -> list[Event]:
        """What the end of the stream adds."""
        rest, self._rest = self._rest, ""
        if self._state == "prose":
            self._finish_prose(rest, cut)
        elif not self._inside and rest.rstrip(_BLANK) == self._end:
            self._line(rest)
        if self._state in ("target", "typed"):
            self._events.append(Broken("The answer ended inside this block.", ended=True))
        self._state = "prose"
        return self._take()

    def _finish_prose(self, rest: str, cut: bool) -> None:
        header = None if self._inside else _HEADER.fullmatch(rest.rstrip(_BLANK))
        if header is not None and cut and header[1] in ("DELETE", "MOVE"):
            kind: Literal["delete", "move"] = "delete" if header[1] == "DELETE" else "move"
            self._events.append(Malformed(kind, header[2] or "", "The answer was cut short inside this line."))
        elif rest and not self._inside:
            self._line(rest)
        elif rest:
            self._pass(rest)
        self._release_fence()

    # --- lines -------------------------------------------------------------------------------------------------------

    def _undecided(self, start: str) -> bool:
        """True while the start of a line could still become a marker."""
        if len(start) > MARKER_LENGTH:
            return False
        if _could_be_header(start):
            return True
        if self._state == "prose":
            fence = start[:3] in ("`", "``", "```", "~", "~~", "~~~")
            return fence or (self._after_single and _could_be(start, _END))
        if self._state == "target" and _could_be(start, self._divider):
            return True
        return _could_be(start, self._end)

    def _line(self, line: str) -> None:
        """A whole line that was not passed through."""
        marker = line.rstrip(_BLANK) if len(line.removesuffix("\n")) <= MARKER_LENGTH else ""
        header = _HEADER.fullmatch(marker)
        if header is not None:
            self._header(header[1], header[2] or "")
        elif self._state == "prose":
            self._prose_line(line, marker)
        elif marker == self._end:
            self._finish_block()
        elif self._state == "target" and marker == self._divider:
            self._state = "typed"
            self._events.append(Target(_lines("".join(self._target))))
            self._target = []
        else:
            self._begin_text()
            self._pass(line)

    def _prose_line(self, line: str, marker: str) -> None:
        if self._after_single and marker == _END:
            self._after_single = False
            return
        fence = _FENCE.fullmatch(marker)
        self._begin_text()
        if fence is None:
            self._pass(line)
        elif self._in_code:
            self._in_code = False
            self._pass(line)
        elif self._fenced and not marker.strip("`~"):
            self._fenced = False
        else:
            self._held_fence = line

    def _header(self, word: str, rest: str) -> None:
        if self._state in ("target", "typed"):
            self._events.append(Broken(f"The block has no line {self._end} before the next one begins."))
        self._state = "prose"
        self._after_single = False
        if self._held_fence is not None:
            self._held_fence = None
            self._fenced = True
        rest = rest.strip()
        if word == "DELETE":
            self._after_single = True
            self._events.append(Deleted(rest))
        elif word == "MOVE":
            self._after_single = True
            path, arrow, to = (part.strip() for part in rest.partition(" -> "))
            if arrow:
                self._events.append(Moved(path, to))
            else:
                self._events.append(Malformed("move", rest, "A MOVE needs two paths: MOVE from -> to"))
        elif word == "CREATE":
            self._state, self._end = "typed", _END
            self._events.append(Opened("create", rest))
        else:
            search = word == "SEARCH"
            self._divider = "=======" if search else "======= WITH"
            self._end = ">>>>>>> REPLACE" if search else _END
            self._state, self._target, self._target_length = "target", [], 0
            hint = _HINT.fullmatch(rest)
            self._events.append(Opened("edit", hint[1], int(hint[2])) if hint else Opened("edit", rest))

    def _finish_block(self) -> None:
        if self._state == "target":
            self._events.append(Broken(f"The block has no line {self._divider} between the old and the new text."))
        elif self._state == "typed":
            self._events.append(Closed())
        self._state = "prose"

    # --- text --------------------------------------------------------------------------------------------------------

    def _start(self, text: str) -> None:
        self._begin_text()
        self._pass(text)

    def _begin_text(self) -> None:
        """A line turned out to be no marker."""
        self._after_single = False
        self._release_fence()

    def _release_fence(self) -> None:
        if self._held_fence is not None:
            fence, self._held_fence = self._held_fence, None
            self._in_code = True
            self._pass(fence)

    def _pass(self, text: str) -> None:
        if self._state == "prose":
            self._append(Prose, text)
        elif self._state == "typed":
            self._append(Typed, text[:-2] + "\n" if text.endswith("\r\n") else text)
        elif self._state == "target":
            self._target.append(text)
            self._target_length += len(text)
            if self._target_length > TARGET_LENGTH:
                self._state, self._target = "skipped", []
                self._events.append(Broken("The old text is too long."))


def _could_be(start: str, marker: str) -> bool:
    """True if a line that begins with `start` may be `marker` and nothing else but white space."""
    return marker.startswith(start) or (start.startswith(marker) and not start[len(marker) :].strip(_BLANK))


def _could_be_header(start: str) -> bool:
    return any(word.startswith(start) or (start.startswith(word) and start[len(word)] in " \t\r") for word in _KEYWORDS)


def _lines(text: str) -> tuple[str, ...]:
    """The lines of a target, each of which ends with \\n or \\r\\n."""
    return tuple(line.removesuffix("\r") for line in text.split("\n")[:-1])
