"""What a hunk had typed when its process died goes again, in another process, and nothing else does."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from ide.domain.edits.hunks import HunkRecord
from ide.live.remains import DIED, take_remains
from ide.live.replica import Replica
from ide.wire.codes import HunkState
from tests.live.typing_session import LINES, Session, edit, quick


class Apart(Session):
    """A session in which people write in documents of their own, as they do."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(files)
        self.people = Replica()

    def put(self, path: str, at: int, text: str) -> None:
        """Somebody types `text` at code point `at`."""
        self.people.load(self.replica.diff(self.people.state_vector()))
        document = self.people.documents()[path]
        document.text.insert(len(str(document.text)[:at].encode()), text)
        self.replica.load(self.people.diff(self.replica.state_vector()))

    def insert(self, path: str, before: str, text: str) -> None:
        self.put(path, self.files[path].index(before), text)


def survivor(session: Session) -> Replica:
    """The room as another process has it."""
    replica = Replica()
    replica.load(session.replica.diff())
    return replica


def texts(replica: Replica) -> dict[str, str]:
    return {path: str(document.text) for path, document in replica.documents().items()}


def take(replica: Replica, session: Session) -> HunkRecord:
    return take_remains(replica, session.records[-1], "test")


async def test_what_was_typed_goes_and_what_people_typed_in_it_stays() -> None:
    session = Apart({"a": "one\nold µ\nthree\n"})
    await session.write("<<<<<<< EDIT a\nold µ\n======= WITH\nfirst 漢字 line\nsecond")
    session.insert("a", "漢字", "[µine]")
    session.insert("a", "old", "mine ")
    replica = survivor(session)
    record = take(replica, session)
    assert texts(replica) == {"a": "one\n[µine]mine old µ\nthree\n"}
    assert (record.state, record.message, record.after) == (HunkState.WITHDRAWN, DIED, "old µ\n")


async def test_the_hunks_before_it_stay() -> None:
    session = Apart({"a": "one\ntwo\nthree\n"})
    await session.write(edit("a", "one\n", "uno\n") + "<<<<<<< EDIT a\ntwo\n======= WITH\nzwei\ndrei\nvier")
    replica = survivor(session)
    take(replica, session)
    assert texts(replica) == {"a": "uno\ntwo\nthree\n"}


async def test_other_files_that_hold_the_same_stay() -> None:
    session = Apart({})
    await session.write("<<<<<<< CREATE b\nsame\n>>>>>>> END\n<<<<<<< CREATE a\nsame\n")
    replica = survivor(session)
    take(replica, session)
    assert texts(replica) == {"b": "same\n"}


async def test_a_file_that_was_made_stays_with_what_people_typed_in_it() -> None:
    session = Apart({})
    await session.write("<<<<<<< CREATE a\nhello\nworld")
    session.insert("a", "world", "mine\n")
    replica = survivor(session)
    take(replica, session)
    assert texts(replica) == {"a": "mine\n"}


async def test_a_second_time_changes_nothing() -> None:
    session = Apart({"a": "one\n"})
    await session.write("<<<<<<< EDIT a\none\n======= WITH\ntwo\nthr")
    replica = survivor(session)
    take(replica, session)
    with replica.transaction("person"):
        replica.documents()["a"].text.insert(0, "two\n")
    take(replica, session)
    assert texts(replica) == {"a": "two\none\n"}


async def test_nothing_is_done_in_a_file_that_was_deleted_or_replaced() -> None:
    session = Apart({"a": "one\n"})
    await session.write("<<<<<<< EDIT a\none\n======= WITH\ntwo\nthr")
    replica = survivor(session)
    replica.delete(replica.documents()["a"].id)
    assert take(replica, session).state == HunkState.WITHDRAWN
    assert texts(replica) == {}


async def test_a_hunk_that_had_been_closed_stands() -> None:
    """Its text was told to other processes before its row said so."""
    session = Apart({"a": "zero\none\ntwo\n"})
    await session.write("<<<<<<< EDIT a\none\n======= WITH\nfirst\nsecond\n")
    writing = session.records[-1]
    await session.write(">>>>>>> END\n")
    replica = survivor(session)
    record = take_remains(replica, writing, "test")
    assert texts(replica) == {"a": "zero\nfirst\nsecond\ntwo\n"}
    assert (record.state, record.before, record.after) == (HunkState.APPLIED, "one\n", "first\nsecond\n")


@quick
@given(LINES, LINES, st.data())
def test_it_is_the_same_as_if_the_hunk_had_been_stopped(old: list[str], new: list[str], data: st.DataObject) -> None:
    lines = ["head", *old, "tail"]
    answer = edit("a", "".join(f"{line}\n" for line in lines[1:]), "".join(f"{line}\n" for line in ["x", *new, "y"]))
    located, closing = answer.index("WITH\n") + 5, answer.index(">>>>>>> END")
    cuts = sorted(data.draw(st.lists(st.integers(located, closing), min_size=1, max_size=5)))

    async def scenario() -> tuple[dict[str, str], dict[str, str]]:
        session = Apart({"a": "\n".join(lines) + "\n", "b": "\n".join(lines) + "\n"})
        start = 0
        for typed, cut in enumerate(cuts):
            await session.write(answer[start:cut])
            start = cut
            session.put("a", data.draw(st.integers(0, len(session.files["a"]))), str(typed))
        replica = survivor(session)
        take_remains(replica, session.records[-1], "test")
        session.typist.withdraw()
        return texts(replica), session.files

    taken, stopped = asyncio.run(scenario())
    assert taken == stopped
