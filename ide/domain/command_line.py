"""A command that people write in one line, as a shell would read it that knows words and quotation marks alone.

`frontend/src/runs/command-line.ts` reads the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

ARGUMENT_BYTES: Final = 4_096
WORDS: Final = 32
_SPACE: Final = " \t\r\n"
_FOR_A_SHELL: Final = "|&;<>()$`*"


class BadCommand(ValueError):
    """No command; the text says why, as the rest of a sentence."""


def words_of(line: str) -> list[str]:
    """The words of a line; quotation marks and a backslash take what follows as it is.

    Raises BadCommand where a shell would do more than that.
    """
    words: list[str] = []
    word: str | None = None
    quote = ""
    characters = iter(line)
    for character in characters:
        if character == "\\" and quote != "'":
            following = next(characters, "")
            word = (word or "") + (following if not quote or following in '"\\' else character + following)
        elif quote:
            word = (word or "") + (character if character != quote else "")
            quote = quote if character != quote else ""
        elif character in "'\"":
            word, quote = word or "", character
        elif character in _SPACE:
            words += [] if word is None else [word]
            word = None
        elif character in _FOR_A_SHELL:
            raise BadCommand(
                f'only a shell understands {character}: write ["bash", "-c", "…"], or a file ending in .sh'
            )
        else:
            word = (word or "") + character
    if quote:
        raise BadCommand("a quotation mark is not closed")
    return words if word is None else [*words, word]


def check_words(words: Sequence[str]) -> list[str]:
    """The words, if they can be a command's. Raises BadCommand."""
    if not words or not words[0]:
        raise BadCommand("the command is empty")
    if len(words) > WORDS:
        raise BadCommand(f"a command is at most {WORDS} words")
    if any("\0" in word or len(word.encode("utf-8", "replace")) > ARGUMENT_BYTES for word in words):
        raise BadCommand(f"an argument of a command is at most {ARGUMENT_BYTES} bytes, without NUL")
    return list(words)
