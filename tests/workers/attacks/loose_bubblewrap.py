"""Stands where bubblewrap is expected and executes it with the changes of `changes.json` beside it.

It is copied to a folder that the sandboxes' user may enter, and needs nothing but Python itself. A measure that is to
be taken out and is not there ends it: an attack must not be shown to work for another reason.
"""

import json
import os
import sys
from pathlib import Path


def changed(words: list[str], measure: list[str | None], instead: list[str]) -> list[str]:
    """`words` with every occurrence of `measure`, in which None stands for any word, replaced."""
    size, done, rest = len(measure), [], words
    while rest:
        head = rest[:size]
        if len(head) == size and all(want in (None, word) for want, word in zip(measure, head, strict=True)):
            done += instead
            rest = rest[size:]
        else:
            done.append(rest[0])
            rest = rest[1:]
    if done == words:
        sys.exit(f"there is no {measure} to take out of {words}")
    return done


def lent(words: list[str]) -> int:
    """A file in memory that holds `words` as bubblewrap reads them, open for it alone."""
    descriptor = os.memfd_create("arguments", 0)
    os.write(descriptor, b"".join(os.fsencode(word) + b"\0" for word in words))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def main() -> None:
    changes = json.loads(Path(__file__).with_name("changes.json").read_text())
    place = sys.argv.index("--args")
    with os.fdopen(int(sys.argv[place + 1]), "rb") as file:
        hidden = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
    # One list, so that an option may be changed wherever it stands.
    words = [*hidden, *sys.argv[1:place], *sys.argv[place + 2 :]]
    for measure, instead in changes["measures"]:
        words = changed(words, measure, instead)
    if not changes["in_the_open"]:
        divide = words.index("--")
        words = ["--args", str(lent(words[:divide])), *words[divide:]]
    for path in changes["left_open"]:
        os.set_inheritable(os.open(path, os.O_RDONLY), True)
    os.execve(changes["program"], [changes["program"], *words], changes["environment"])  # noqa: S606


main()
