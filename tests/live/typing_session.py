"""What the tests of the typist share: a replica with a typist, and people who write beside it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ide.domain.edits.dialects import DialectName, dialect
from ide.domain.edits.hunks import HunkRecord
from ide.live.replica import Replica
from ide.live.typist import Typist
from ide.wire.codes import HunkState

quick = hypothesis_settings(max_examples=100, deadline=None)
LINES = st.lists(st.sampled_from(["", "a", "b", "c", "}", "alpha beta", "gamma delta", "é漢😀"]), max_size=8)


@dataclass(frozen=True)
class Sizes:
    document_bytes: int = 1_000_000
    room_bytes: int = 10_000_000
    documents: int = 1_000


class Listener:
    def __init__(self) -> None:
        self.text = ""
        self.states: list[tuple[str, HunkState]] = []
        self.cursors: list[tuple[str, dict[str, Any] | None]] = []

    def prose(self, text: str) -> None:
        self.text += text

    def hunk(self, record: HunkRecord) -> None:
        self.states.append((record.path, record.state))

    def cursor(self, file_id: str, position: dict[str, Any] | None) -> None:
        self.cursors.append((file_id, position))


class Session:
    """A replica, and one typist that writes into it."""

    def __init__(self, files: dict[str, str], sizes: Sizes | None = None, name: DialectName = "edit") -> None:
        self.replica = Replica()
        for path, text in files.items():
            self.replica.create(path, text)
        self.listener = Listener()
        self.updates: list[object] = []
        self.replica.on_update(lambda _update, origin: self.updates.append(origin))
        self.typist = Typist(
            self.replica, origin="turn", limits=sizes or Sizes(), events=self.listener, dialect=dialect(name)
        )

    @property
    def files(self) -> dict[str, str]:
        return {path: str(document.text) for path, document in self.replica.documents().items()}

    @property
    def records(self) -> list[HunkRecord]:
        return self.typist.records

    async def write(self, *chunks: str) -> None:
        for chunk in chunks:
            await self.typist.write(chunk)

    def insert(self, path: str, before: str, text: str) -> None:
        """Somebody types `text` in front of the first `before`."""
        document = self.replica.documents()[path]
        at = str(document.text).index(before)
        with self.replica.transaction("person"):
            document.text.insert(len(str(document.text)[:at].encode()), text)

    def remove(self, path: str, text: str) -> None:
        """Somebody deletes the first `text`."""
        document = self.replica.documents()[path]
        at = len(str(document.text)[: str(document.text).index(text)].encode())
        with self.replica.transaction("person"):
            del document.text[at : at + len(text.encode())]


async def run(
    files: dict[str, str], answer: str, *cuts: int, sizes: Sizes | None = None, name: DialectName = "edit"
) -> Session:
    """The whole answer, cut where told."""
    session = Session(files, sizes, name)
    edges = [0, *sorted(cuts), len(answer)]
    for start, end in pairwise(edges):
        await session.write(answer[start:end])
    await session.typist.finish()
    return session


def patch(*lines: str) -> str:
    """A patch of these lines."""
    return "".join(f"{line}\n" for line in ("*** Begin Patch", *lines, "*** End Patch"))


def edit(path: str, old: str, new: str, hint: str = "") -> str:
    return f"<<<<<<< EDIT {path}{hint}\n{old}======= WITH\n{new}>>>>>>> END\n"


SNAKE = "const SIZE = 20\nconst SPEED = 5\n\nfunction start() {\n  move(SPEED)\n}\n"


ANSWERS = [
    ({"snake.js": SNAKE}, "So:\n```js\n" + edit("snake.js", "const SPEED = 5\n", "const SPEED = 8\n") + "```\nDone."),
    ({"a": "one\r\ntwo\r\nthree"}, edit("a", "two\nthree\n", "zwei\n\ndrei 😀\nvier\n")),
    ({"a": "😀 漢字\n漢字 é\n"}, edit("a", "漢字 é\n", "é 漢字 🎉🎉\n漢字 é\n")),
    ({"a": "  if x:\n    y()\n  z()\n"}, edit("a", "if x:\n  y()\n", "if x:\n  y()\n  w()\n\nelse:\n  v()\n")),
    ({"a": "f {\n  x\n}\n\ng {\n  y\n}\n"}, "<<<<<<< CREATE a\nf {\n  x2\n}\n\nh {\n}\n\ng {\n  y\n}\n>>>>>>> END"),
    ({"a": "one\ntwo\n"}, "<<<<<<< SEARCH a\ntwo\n=======\n=======\n>>>>>>> END\n>>>>>>> REPLACE\n\r\nok\r"),
    ({"a": "one\n"}, "<<<<<<< MOVE a -> b\n>>>>>>> END\n" + edit("b", "one\n", "two\n") + "<<<<<<< DELETE b"),
    ({"a": "“quoted” text here\n"}, edit("a", '"quoted" text here\n', "plain\n") + edit("a", "one\n", "x\n")),
    ({"a": "one\ntwo"}, edit("a", "one\ntwo\n", "one\ntwo\nthree\n") + "<<<<<<< CREATE b\n\n\n>>>>>>> END\n<<<<<<< ED"),
]
