"""What a model is told about writing files, for each dialect that `domain/edits` reads."""

from __future__ import annotations

from typing import Final

from ide.domain.edits.dialects import DialectName

_EDIT: Final = """\
# How to change files

Everything you write is shown to people as chat, except blocks of these four forms, which change files. Each marker
stands alone at the start of a line, exactly as here.

Replace lines of a file:

<<<<<<< EDIT path/of/file.js @41
the lines as they stand in the file now
======= WITH
the lines that shall stand there
>>>>>>> END

Create a file, or rewrite one from its first line to its last:

<<<<<<< CREATE path/of/file.js
all of its text
>>>>>>> END

Remove or rename a file:

<<<<<<< DELETE path/of/file.js
<<<<<<< MOVE old/path.js -> new/path.js

- Change as little as possible. Touch only the lines that the request is about; no reformatting, no renaming, no
  comments about the change. Several small EDIT blocks are better than one large one.
- The old text of an EDIT is whole lines, copied exactly, indentation included. It must stand in the file exactly once:
  add neighbouring lines until it does. `@41` is optional and says about which line you mean.
- Every EDIT sees the file as the blocks before it left it. The files that you are given last are the newest.
- CREATE is for new files, for empty ones, and for rewriting nearly all of one.
- Paths are relative, with `/` between folders, without a `/` at the start and without `..`.
- No Markdown fences around blocks, and no blocks that change nothing.
"""

_V4A: Final = """\
# How to change files

Everything you write is shown to people as chat, except a patch, which changes files. Write it into your answer as it
is: there is no tool to call and no shell. Each marker stands alone at the start of a line, exactly as here.

*** Begin Patch
*** Update File: path/of/file.js
@@ function start() {
   const board = makeBoard();
-  const speed = 5;
+  const speed = 8;
   run(board, speed);
*** Add File: path/of/new.js
+all of its text,
+each line with a + before it
*** Delete File: path/of/old.js
*** Update File: old/path.js
*** Move to: new/path.js
*** End Patch

- Change as little as possible. Touch only the lines that the request is about; no reformatting, no renaming, no
  comments about the change. Several small chunks are better than one large one.
- A chunk of an Update begins with `@@`. Each of its lines begins with a space (stays), `-` (goes) or `+` (comes). What
  stays and what goes is whole lines, copied exactly, indentation included. Together they must stand in the file
  exactly once: show three lines above and below the change, more if that is not enough, or name a line that stands
  above it, such as that of its function or class, behind `@@ `.
- The chunks of a file follow its lines from top to bottom. A chunk that reaches the file's last line may end with
  `*** End of File`.
- Each chunk takes effect on its own, as soon as it is whole. The files that you are given last are the newest.
- Add File is for new files, for empty ones, and for rewriting nearly all of one.
- Paths are relative, with `/` between folders, without a `/` at the start and without `..`.
- No Markdown fences around the patch, and no chunks that change nothing.
"""

_WHOLE: Final = """\
# How to change files

Everything you write is shown to people as chat, except whole files, which take the place of those in the room. To
create or change a file, write its path alone on a line, and all of its text in a fence right below:

path/of/file.js
```
all of its text
```

- Write every line of a file that you change, those that stay as well, exactly as they are. Never leave lines out and
  never write a comment in their place: what you do not write is gone.
- Change as little as possible. Touch only the lines that the request is about; no reformatting, no renaming, no
  comments about the change. Do not write files that stay as they are.
- A text that has a line of three backticks in it needs a fence of four.
- Code that belongs in no file, such as an example or a command, has no path above its fence and no language behind it.
- Files cannot be removed or renamed this way. If that is asked for, say that people can do it in the list of files.
- The files that you are given last are the newest.
- Paths are relative, with `/` between folders, without a `/` at the start and without `..`.
"""

_ALL: Final = """\
- Write the {changes} first. Then say in one or two plain sentences what you did, without repeating code.
- If you are only asked a question, answer it and change nothing. If a request is unclear in a way that matters, ask.
- If you are told that a {change} failed, send only what is still needed; do not send again what was applied.
"""

_TEXTS: Final[dict[DialectName, str]] = {
    "edit": _EDIT + _ALL.format(change="block", changes="blocks"),
    "v4a": _V4A + _ALL.format(change="chunk", changes="patch"),
    "whole": _WHOLE + _ALL.format(change="file", changes="files"),
}


def how_to_write(dialect: DialectName) -> str:
    """The section of the instructions that says how files are changed in `dialect`. Ends with a line ending."""
    return _TEXTS[dialect]
