"""The dialect `v4a`: OpenAI's patch format, which models of the Codex family write.

    *** Begin Patch                       *** Add File: notes.txt
    *** Update File: game/snake.js        +Remember the milk.
    @@ function start() {                 *** Delete File: old.js
     const board = makeBoard();           *** Update File: a.js
    -const speed = 5;                     *** Move to: b.js
    +const speed = 8;                     *** End Patch

Rules:

1. Each chunk of an Update is an edit of its own, which is known when the chunk is whole. An Add is written as it comes.
2. A chunk ends with `@@`, `*** End of File`, the next section or the patch. Its first may lack the `@@`. Several `@@`
   lines in a row name lines one within the other. The numbers of a unified diff behind `@@` mean nothing.
3. A line of a chunk without a mark stays, as one marked by a space does; so does a wholly empty one, unless it stands
   at the chunk's start or end.
4. White space around a marker means nothing; inside a chunk only the patch's end may be indented.
5. `*** Begin Patch` may be missing. Fences and a shell's heredoc around a patch are dropped.
6. A Move is carried out behind the chunks of its section.
7. A patch that the stream leaves without its end has its last chunk or Add broken; what was whole stays.
8. Everything outside of a patch is prose.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from ide.domain.edits.events import (
    Broken,
    Chunk,
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
from ide.domain.edits.fences import Fence, may_be_fence, read_fence, tidy_path
from ide.domain.edits.reader import MARKER_LENGTH, TARGET_LENGTH, LineReader

_BEGIN: Final = "*** Begin Patch"
_END: Final = "*** End Patch"
_END_OF_FILE: Final = "*** End of File"
_MOST_ANCHORS: Final = 16
_ENDED: Final = "The answer ended inside this patch."
_SECTION = re.compile(r"\*\*\* (Update|Add|Delete) File:[ \t]*(.*)")
_MOVE = re.compile(r"\*\*\* Move to:[ \t]*(.*)")
_HEREDOC = re.compile(r"(?:apply_patch[ \t]*)?<<-?[ \t]*(['\"]?)(\w{1,40})\1")
_NUMBERS = re.compile(r"-\d+(?:,\d+)? \+\d+(?:,\d+)?[ \t]*(?:@@.*)?")
_OUTSIDE = (_BEGIN, "*** Update File:", "*** Add File:", "*** Delete File:", "apply_patch", "<<")
_BLANK = " \t\r\n"

# Outside of a patch; in one, but in no section that takes text; in an Update, an Add, or a chunk that was given up.
_State = Literal["prose", "patch", "update", "add", "skipped"]


class PatchParser(LineReader):
    """Reads one stream of the dialect `v4a`; see `events.Dialect`."""

    def __init__(self) -> None:
        super().__init__()
        self._state: _State = "prose"
        self._path = ""
        self._to: str | None = None  # where the file of an Update moves when its section is over
        self._empty = True  # the Update has no chunk yet
        self._anchors: list[str] = []  # lines behind @@ since the last chunk
        self._lines: list[str] | None = None  # of the open chunk, each with its mark
        self._parts: list[str] = []  # of the current line of the chunk
        self._length = 0  # of the chunk
        self._typing = False  # the block of an Add is open
        self._blank = 0  # empty lines of an Add, which count if another one follows
        self._held: list[tuple[str, Fence | str]] = []  # lines that may turn out to stand around a patch
        self._closers: list[Fence | str] = []  # what is to be dropped behind the patch: a fence, the word of a heredoc
        self._code: Fence | None = None  # prose is inside a fence of its own

    def finish(self, *, cut: bool = False) -> list[Event]:
        """What the end of the stream adds."""
        rest, self._rest = self._rest, ""
        if self._inside:
            self._pass(rest)
        elif rest:
            section = _SECTION.fullmatch(rest.strip(_BLANK))
            if cut and section is not None and section[1] == "Delete":
                self._end_section()
                path = tidy_path(section[2])
                self._events.append(Malformed("delete", path, "The answer was cut short inside this line."))
            else:
                self._line(rest)
        self._release()
        if self._lines is not None or self._typing:
            self._events.append(Broken(_ENDED, ended=True))
        if self._to is not None:
            self._events.append(Malformed("move", self._path, _ENDED))
        self._state = "prose"
        return self._take()

    # --- lines -------------------------------------------------------------------------------------------------------

    def _undecided(self, start: str) -> bool:
        if len(start) > MARKER_LENGTH:
            return False
        text = start.lstrip(_BLANK)
        if self._state == "prose":
            closer = self._closers[-1] if self._closers else None
            return (
                may_be_fence(start)
                or any(_may_be(text, marker) for marker in _OUTSIDE)
                or (isinstance(closer, str) and _may_be(text, closer))
            )
        if start[0] in "*@":
            return _may_be(start, "***") or _may_be(start, "@@")
        if self._state in ("update", "skipped"):
            return (self._lines is None and _may_be(text, "***")) or _may_be(text, _END)
        return text[:1] in ("", "*")

    def _line(self, line: str) -> None:
        if len(line) > MARKER_LENGTH:
            self._start(line)
            return
        text = line.rstrip(_BLANK)
        marker = text.lstrip(_BLANK)
        if self._state == "prose":
            self._prose_line(line, marker)
        elif marker == _END:
            self._end_section()
            self._state = "prose"
        elif (text if self._lines is not None else marker).startswith("*** ") and self._marker(marker):
            return
        elif text.startswith("@@") and self._state in ("update", "skipped"):
            self._end_chunk()
            self._anchor(text[2:].strip())
        elif text or self._lines is not None or self._state == "add":
            self._start(line)

    def _marker(self, marker: str) -> bool:
        """Take a marker inside a patch. False if it is none."""
        section, move = _SECTION.fullmatch(marker), _MOVE.fullmatch(marker)
        if section is not None:
            self._begin_section(section[1], tidy_path(section[2]))
        elif move is not None and self._state == "update":
            self._end_chunk()
            self._to = tidy_path(move[1])
        elif marker == _END_OF_FILE:
            self._end_chunk(last=True)
            if self._state == "add":
                self._end_section()
        elif marker != _BEGIN:
            return False
        return True

    def _prose_line(self, line: str, marker: str) -> None:
        fence = read_fence(line)
        if marker == _BEGIN or _SECTION.fullmatch(marker):
            self._closers = [closer for _, closer in self._held]
            self._held = []
            self._state, self._path = "patch", ""
            self._marker(marker)
        elif self._closers and _closes(self._closers[-1], fence, marker):
            self._closers.pop()
        elif fence is not None:
            self._release()
            if self._code is None:
                self._held = [(line, fence)]
                return
            if fence.closes(self._code):
                self._code = None
            self._append(Prose, line)
        elif self._code is not None:
            self._append(Prose, line)
        elif (heredoc := _HEREDOC.fullmatch(marker)) is not None:
            self._held.append((line, heredoc[2]))
        else:
            self._start(line)

    def _start(self, text: str) -> None:
        if self._state == "prose":
            self._release()
            self._append(Prose, text)
        elif self._state == "add":
            self._begin_added(text)
        elif self._state == "patch" and not self._path:
            self._path = "?"
            self._events.append(Malformed("edit", "", "A patch names a file by a line *** Update File: path"))
        else:
            self._pass(text)

    def _pass(self, text: str) -> None:
        if self._state == "prose":
            self._append(Prose, text)
        elif self._state == "add" and self._typing:
            self._append(Typed, text[:-2] + "\n" if text.endswith("\r\n") else text)
        elif self._state == "update":
            self._chunk_text(text)

    def _release(self) -> None:
        """What was held back stands around no patch."""
        held, self._held = self._held, []
        for line, closer in held:
            if isinstance(closer, Fence):
                self._code = closer
            self._append(Prose, line)

    # --- sections ----------------------------------------------------------------------------------------------------

    def _begin_section(self, word: str, path: str) -> None:
        self._end_section()
        self._path = path
        if word == "Delete":
            self._events.append(Deleted(path))
        elif word == "Add":
            self._state, self._typing, self._blank = "add", True, 0
            self._events.append(Opened("create", path))
        else:
            self._state, self._empty = "update", True

    def _end_section(self) -> None:
        self._end_chunk()
        if self._typing:
            self._typing = False
            self._events.append(Closed())
        if self._state == "update" and self._empty and self._to is None:
            self._events.append(Malformed("edit", self._path, "This Update File has no chunk."))
        if self._to is not None:
            self._events.append(Moved(self._path, self._to))
            self._to = None
        self._anchors = []
        self._state = "patch"

    def _begin_added(self, text: str) -> None:
        """The start of a line of an Add, or all of it."""
        if not self._typing:
            return
        if text.startswith("+"):
            self._append(Typed, "\n" * self._blank)
            self._blank = 0
            self._pass(text[1:])
        elif not text.strip(_BLANK):
            self._blank += 1
        else:
            self._typing = False
            self._events.append(Broken("A line of this Add File does not begin with +."))

    # --- chunks ------------------------------------------------------------------------------------------------------

    def _anchor(self, text: str) -> None:
        self._state = "update"
        anchor = "" if _NUMBERS.fullmatch(text) else text.removesuffix("@@").rstrip()
        if anchor and len(self._anchors) < _MOST_ANCHORS:
            self._anchors.append(anchor)

    def _chunk_text(self, text: str) -> None:
        if self._lines is None:
            self._lines, self._length = [], 0
            self._events.append(Opened("edit", self._path))
        self._parts.append(text)
        self._length += len(text)
        if self._length > TARGET_LENGTH:
            self._drop_chunk()
            self._state = "skipped"
            self._events.append(Broken("The chunk is too long."))
        elif text.endswith("\n"):
            self._lines.append("".join(self._parts).removesuffix("\n").removesuffix("\r"))
            self._parts = []

    def _end_chunk(self, *, last: bool = False) -> None:
        lines = self._lines
        if lines is None:
            return
        chunk = Chunk(tuple(self._anchors), first=self._empty, last=last)
        first, end = 0, len(lines)
        while first < end and not lines[first]:
            first += 1
        while first < end and not lines[end - 1]:
            end -= 1
        marked = [line if line[:1] in (" ", "-", "+") else f" {line}" for line in lines[first:end]]
        self._events.append(Target(tuple(line[1:] for line in marked if line[0] != "+"), chunk))
        self._append(Typed, "".join(f"{line[1:]}\n" for line in marked if line[0] != "-"))
        self._events.append(Closed())
        self._drop_chunk()

    def _drop_chunk(self) -> None:
        self._lines, self._parts, self._anchors, self._empty = None, [], [], False


def _may_be(start: str, marker: str) -> bool:
    """True if a line that begins with `start` may begin with `marker`."""
    return marker.startswith(start) or start.startswith(marker)


def _closes(closer: Fence | str, fence: Fence | None, marker: str) -> bool:
    if isinstance(closer, Fence):
        return fence is not None and fence.closes(closer)
    return marker == closer
