"""A model's text becomes edits: through the real typist and replica, with people writing at the same time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pycrdt import Map, StickyIndex, Text

from ide.domain.edits.hunks import HunkRecord
from ide.live.positions import decode_range
from ide.live.replica import Replica
from ide.live.typist import Typist
from ide.wire.codes import HunkState, Reason

quick = hypothesis_settings(max_examples=100, deadline=None)


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

    def __init__(self, files: dict[str, str], sizes: Sizes | None = None) -> None:
        self.replica = Replica()
        for path, text in files.items():
            self.replica.create(path, text)
        self.listener = Listener()
        self.updates: list[object] = []
        self.replica.on_update(lambda _update, origin: self.updates.append(origin))
        self.typist = Typist(self.replica, origin="turn", limits=sizes or Sizes(), events=self.listener)

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


async def run(files: dict[str, str], answer: str, *cuts: int, sizes: Sizes | None = None) -> Session:
    """The whole answer, cut where told."""
    session = Session(files, sizes)
    edges = [0, *sorted(cuts), len(answer)]
    for start, end in pairwise(edges):
        await session.write(answer[start:end])
    await session.typist.finish()
    return session


def edit(path: str, old: str, new: str, hint: str = "") -> str:
    return f"<<<<<<< EDIT {path}{hint}\n{old}======= WITH\n{new}>>>>>>> END\n"


SNAKE = "const SIZE = 20\nconst SPEED = 5\n\nfunction start() {\n  move(SPEED)\n}\n"


class TestOneBlock:
    async def test_an_edit_replaces_its_lines_and_tells_of_it(self) -> None:
        session = await run(
            {"snake.js": SNAKE}, "Faster:\n" + edit("snake.js", "const SPEED = 5\n", "const SPEED = 8\n")
        )
        assert session.files == {"snake.js": SNAKE.replace("5", "8")}
        [record] = session.records
        assert (record.state, record.line, record.path) == (HunkState.APPLIED, 2, "snake.js")
        assert (record.before, record.after) == ("const SPEED = 5\n", "const SPEED = 8\n")
        assert session.listener.text == "Faster:\n"
        assert session.listener.states == [("snake.js", HunkState.WRITING), ("snake.js", HunkState.APPLIED)]
        assert set(session.updates) == {"turn"}

    async def test_a_tick_is_one_update(self) -> None:
        session = Session({"snake.js": SNAKE})
        await session.write(edit("snake.js", "const SPEED = 5\n", "const SPEED = 8\n") + "<<<<<<< CREATE a\nb\n")
        assert session.updates == ["turn"]

    async def test_a_small_edit_touches_only_the_characters_that_differ(self) -> None:
        session = Session({"snake.js": SNAKE})
        document = session.replica.documents()["snake.js"]
        caret = document.text.sticky_index(SNAKE.index("SPEED"))
        await session.write(edit("snake.js", SNAKE, SNAKE.replace("5", "8")))
        assert caret.get_index() == SNAKE.index("SPEED")

    async def test_positions_lead_back_to_what_was_written(self) -> None:
        session = await run({"a": "one\ntwo\nthree\n"}, edit("a", "two\n", "zwei\ndrei\n"))
        session.insert("a", "one", "zero\n")
        document = session.replica.documents()["a"]
        start, end = decode_range(document.text, session.records[0].start, session.records[0].end)
        assert str(document.text)[start:end] == "zwei\ndrei\n"

    async def test_create_shows_at_once_and_streams(self) -> None:
        session = Session({})
        await session.write("<<<<<<< CREATE index.html\n")
        assert session.files == {"index.html": ""}
        await session.write("<!doctype html>\n<ti")
        assert session.files == {"index.html": "<!doctype html>\n<ti\n"}
        await session.write("tle>Hi</title>\n>>>>>>> END")
        await session.typist.finish()
        assert session.files == {"index.html": "<!doctype html>\n<title>Hi</title>\n"}
        assert [record.created for record in session.records] == [True]

    async def test_create_rewrites_what_exists(self) -> None:
        session = await run({"a": "one\ntwo\nthree\n"}, "<<<<<<< CREATE a\none\nnew\nthree\nfour\n>>>>>>> END\n")
        assert session.files == {"a": "one\nnew\nthree\nfour\n"}
        assert session.records[0].before == "one\ntwo\nthree\n"

    async def test_delete_and_move(self) -> None:
        answer = "<<<<<<< DELETE a\n>>>>>>> END\n<<<<<<< MOVE b -> lib/c\n>>>>>>> END\ndone"
        session = await run({"a": "text a", "b": "text b"}, answer)
        assert session.files == {"lib/c": "text b"}
        assert session.listener.text == "done"
        assert [(record.before, record.after) for record in session.records] == [("text a", ""), ("b", "lib/c")]

    async def test_empty_old_text_fills_an_empty_document(self) -> None:
        session = await run({"a": ""}, edit("a", "", "one\n"))
        assert session.files == {"a": "one\n"}

    async def test_lines_can_be_taken_out(self) -> None:
        session = await run({"a": "one\ntwo\nthree\n"}, edit("a", "two\n", ""))
        assert session.files == {"a": "one\nthree\n"}


class TestRefused:
    @pytest.mark.parametrize(
        ("answer", "reason", "said"),
        [
            (edit("a", "missing\n", "x\n"), Reason.NO_MATCH, "1| one"),
            (edit("a", "twin\n", "x\n"), Reason.AMBIGUOUS, "2 times, at lines 2, 4"),
            (edit("a", "", "x\n"), Reason.NO_MATCH, "empty document only"),
            (edit("nothing", "one\n", "x\n"), Reason.PATH, "no file nothing"),
            (edit("../a", "one\n", "x\n"), Reason.PATH, ".."),
            ("<<<<<<< CREATE /etc/passwd\nx\n>>>>>>> END\n", Reason.PATH, "relative"),
            ("<<<<<<< CREATE A\nx\n>>>>>>> END\n", Reason.PATH, "A exists already"),
            ("<<<<<<< CREATE \nx\n>>>>>>> END\n", Reason.PATH, "empty"),
            ("<<<<<<< DELETE b\n", Reason.PATH, "no file b"),
            ("<<<<<<< MOVE a -> other\n", Reason.PATH, "other exists already"),
            ("<<<<<<< MOVE a\n", Reason.MALFORMED, "two paths"),
            ("<<<<<<< EDIT a\none\n>>>>>>> END\n", Reason.MALFORMED, "======= WITH"),
            ("<<<<<<< EDIT a\none\n=======\nx\n>>>>>>> END\n", Reason.MALFORMED, "======= WITH"),
        ],
    )
    async def test_changes_nothing_and_says_why(self, answer: str, reason: Reason, said: str) -> None:
        files = {"a": "one\ntwin\ntwo\ntwin\n", "other": ""}
        session = await run(files, answer + "after")
        assert session.files == files
        assert session.updates == []
        [record] = session.records
        assert (record.state, record.reason) == (HunkState.REFUSED, reason)
        assert record.message is not None and said in record.message
        assert session.listener.text == "after"

    async def test_a_block_that_the_stream_leaves_open_is_taken_back(self) -> None:
        session = await run({"a": "one\n"}, "<<<<<<< EDIT a\none\n======= WITH\ntwo\nthree\n")
        assert session.files == {"a": "one\n"}
        assert [(r.state, r.reason) for r in session.records] == [(HunkState.WITHDRAWN, Reason.MALFORMED)]

    async def test_a_block_without_end_does_not_swallow_the_next(self) -> None:
        answer = "<<<<<<< EDIT a\none\n======= WITH\ntwo\n" + edit("a", "one\n", "three\n")
        session = await run({"a": "one\n"}, answer)
        assert session.files == {"a": "three\n"}
        assert [r.state for r in session.records] == [HunkState.REFUSED, HunkState.APPLIED]

    async def test_too_large(self) -> None:
        sizes = Sizes(document_bytes=100, room_bytes=150, documents=2)
        answer = "<<<<<<< CREATE b\n" + "x" * 101 + "\n>>>>>>> END\n<<<<<<< CREATE c\n" + "x" * 80 + "\n>>>>>>> END\n"
        session = await run({"a": "y" * 80}, answer, 60, 130, sizes=sizes)
        assert session.files == {"a": "y" * 80}
        assert [r.reason for r in session.records] == [Reason.TOO_LARGE, Reason.TOO_LARGE]
        session = await run({"a": "", "b": ""}, "<<<<<<< CREATE c\n>>>>>>> END\n", sizes=sizes)
        assert [r.reason for r in session.records] == [Reason.TOO_LARGE]

    async def test_an_answer_that_was_cut_short_deletes_nothing(self) -> None:
        session = Session({"src/a": "text"})
        await session.write("<<<<<<< DELETE src/a")
        await session.typist.finish(cut=True)
        assert session.files == {"src/a": "text"}
        assert [r.reason for r in session.records] == [Reason.MALFORMED]

    async def test_a_file_that_holds_more_than_text_is_left_alone(self) -> None:
        session = Session({"a": "one\ntwo\n"})
        session.replica.documents()["a"].text.insert_embed(0, {"image": "x"})
        before = session.replica.diff()
        await session.write(edit("a", "two\n", "x\n"))
        assert session.replica.diff() == before
        assert [r.reason for r in session.records] == [Reason.NO_MATCH]


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


class TestCutting:
    @pytest.mark.parametrize(("files", "answer"), ANSWERS)
    @hypothesis_settings(max_examples=40, deadline=None)
    @given(data=st.data())
    def test_any_cutting_gives_the_same(self, files: dict[str, str], answer: str, data: st.DataObject) -> None:
        cuts = data.draw(st.lists(st.integers(0, len(answer)), max_size=len(answer)))

        async def both() -> tuple[Session, Session]:
            return await run(files, answer), await run(files, answer, *cuts)

        whole, cut = asyncio.run(both())
        assert cut.files == whole.files
        assert cut.listener.text == whole.listener.text
        assert cut.listener.states == whole.listener.states
        assert [_told(record) for record in cut.records] == [_told(record) for record in whole.records]

    @pytest.mark.parametrize(("files", "answer"), ANSWERS)
    async def test_letter_by_letter(self, files: dict[str, str], answer: str) -> None:
        whole, cut = await run(files, answer), await run(files, answer, *range(len(answer)))
        assert cut.files == whole.files

    async def test_what_the_answers_come_to(self) -> None:
        results = [(await run(files, answer)).files for files, answer in ANSWERS]
        assert results == [
            {"snake.js": SNAKE.replace("5", "8")},
            {"a": "one\r\nzwei\r\n\r\ndrei 😀\r\nvier"},
            {"a": "😀 漢字\né 漢字 🎉🎉\n漢字 é\n"},
            {"a": "  if x:\n    y()\n    w()\n\n  else:\n    v()\n  z()\n"},
            {"a": "f {\n  x2\n}\n\nh {\n}\n\ng {\n  y\n}\n"},
            {"a": "one\n=======\n>>>>>>> END\n"},
            {},
            {"a": "plain\n"},
            {"a": "one\ntwo\nthree", "b": "\n\n"},
        ]


def _told(record: HunkRecord) -> tuple[object, ...]:
    return (
        record.kind,
        record.path,
        record.state,
        record.reason,
        record.message,
        record.line,
        record.before,
        record.after,
    )


LINES = st.lists(st.sampled_from(["", "a", "b", "c", "}", "alpha beta", "gamma delta", "é漢😀"]), max_size=8)


class TestAgainstReplacingAtOnce:
    @quick
    @given(LINES, LINES, LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
    def test_the_text_is_that_of_replacing_the_lines(
        self,
        head: list[str],
        old: list[str],
        tail: list[str],
        new: list[str],
        eol: str,
        ended: bool,
        data: st.DataObject,
    ) -> None:
        head = ["head", *head]
        old = ["unique first", *old]
        if not ended:
            (tail or old).append("end")
        text = eol.join([*head, *old, *tail]) + (eol if ended else "")
        answer = edit("a", "".join(f"{line}\n" for line in old), "".join(f"{line}\n" for line in new))
        cuts = data.draw(st.lists(st.integers(0, len(answer)), max_size=20))
        session = asyncio.run(run({"a": text}, answer, *cuts))
        whole = eol.join([*head, *new, *tail]) + (eol if ended else "")
        if not ended and not new and not tail:
            whole += eol
        assert session.files == {"a": whole}
        assert [record.state for record in session.records] == [HunkState.APPLIED]


class TestPeople:
    async def test_typing_in_a_line_that_is_replaced_is_kept(self) -> None:
        session = Session({"a": "one\nconst SPEED = 5\ntwo\n"})
        await session.write("<<<<<<< EDIT a\nconst SPEED = 5\n======= WITH\nconst SP")
        session.insert("a", "\ntwo", " // mine")
        await session.write("EED = 8\n>>>>>>> END\n")
        assert session.files == {"a": "one\nconst SPEED = 8 // mine\ntwo\n"}

    async def test_typing_in_a_large_line_that_is_replaced_stands_alone(self) -> None:
        old, new = "o" * 3_000, "n" * 3_000
        session = Session({"a": f"one\n{old}\ntwo\n"})
        await session.write(f"<<<<<<< EDIT a\n{old}\n======= WITH\n{new}")
        session.insert("a", "\ntwo", " // mine")
        await session.write("\n>>>>>>> END\n")
        assert session.files == {"a": f"one\n{new}\n // mine\ntwo\n"}

    async def test_typing_at_the_caret_stands_behind_it(self) -> None:
        session = Session({"a": "one\ntwo\n"})
        await session.write("<<<<<<< EDIT a\ntwo\n======= WITH\nhello")
        session.insert("a", "\ntwo", "[me]")
        await session.write(" world\nmore\n>>>>>>> END\n")
        assert session.files == {"a": "one\nhello world\nmore[me]\n"}

    async def test_typing_in_what_was_just_written_stays(self) -> None:
        session = Session({"a": "one\ntwo\n"})
        await session.write("<<<<<<< EDIT a\ntwo\n======= WITH\nhello world\nmo")
        session.insert("a", " world", " 漢字")
        await session.write("re\n>>>>>>> END\n")
        assert session.files == {"a": "one\nhello 漢字 world\nmore\n"}

    async def test_deleting_the_whole_target_ends_the_hunk(self) -> None:
        session = Session({"a": "one\ntwo\nthree\n"})
        await session.write("<<<<<<< EDIT a\ntwo\n======= WITH\nhel")
        session.remove("a", "hel\ntwo\n")
        await session.write("lo\n>>>>>>> END\nafter")
        await session.typist.finish()
        assert session.files == {"a": "one\nthree\n"}
        assert [(r.state, r.reason) for r in session.records] == [(HunkState.REFUSED, Reason.TARGET_REMOVED)]
        assert session.listener.text == "after"

    @pytest.mark.parametrize("way", ["delete", "replace"])
    async def test_deleting_the_file_ends_the_hunk(self, way: str) -> None:
        session = Session({"a": "one\ntwo\n"})
        await session.write("<<<<<<< EDIT a\ntwo\n======= WITH\nhel")
        file_id = session.replica.documents()["a"].id
        if way == "delete":
            session.replica.delete(file_id, "person")
        else:
            session.replica.doc.get("files", type=Map)[file_id]["text"] = Text("new")
        await session.write("lo\n>>>>>>> END\n")
        assert session.files == ({} if way == "delete" else {"a": "new"})
        assert [(r.state, r.reason) for r in session.records] == [(HunkState.REFUSED, Reason.TARGET_REMOVED)]

    async def test_renaming_the_file_does_not(self) -> None:
        session = Session({"a": "one\ntwo\n"})
        await session.write("<<<<<<< EDIT a\ntwo\n======= WITH\nhel")
        session.replica.rename(session.replica.documents()["a"].id, "b", "person")
        await session.write("lo\n>>>>>>> END\n")
        assert session.files == {"b": "one\nhello\n"}

    @quick
    @given(LINES, LINES, st.booleans(), st.booleans(), st.data())
    def test_no_character_of_theirs_is_lost_or_doubled(
        self, old: list[str], new: list[str], stop: bool, large: bool, data: st.DataObject
    ) -> None:
        """They insert digits, which stand nowhere else, anywhere and at any time; each stays, once."""
        filler = ["long " * 500] if large else []
        lines = ["head", *old, *filler, "tail"]
        answer = edit("a", "".join(f"{line}\n" for line in lines[:-1]), "".join(f"{line}\n" for line in ["x", *new]))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), min_size=1, max_size=6)))
        located = answer.index("WITH\n") + 5
        cuts = [max(located, cut) for cut in cuts]

        async def scenario() -> tuple[str, HunkState]:
            session = Session({"a": "\n".join(lines) + "\n"})
            start = 0
            for typed, cut in enumerate(cuts):
                await session.write(answer[start:cut])
                start = cut
                text = session.replica.documents()["a"].text
                now = str(text)
                at = data.draw(st.integers(0, len(now)))
                with session.replica.transaction("person"):
                    text.insert(len(now[:at].encode()), str(typed))
            if not stop:
                await session.write(answer[start:])
                await session.typist.finish()
            session.typist.withdraw()
            return session.files["a"], session.records[0].state

        text, state = asyncio.run(scenario())
        assert sorted(letter for letter in text if letter.isdigit()) == [str(number) for number in range(len(cuts))]
        if state == HunkState.WITHDRAWN:
            assert "".join(letter for letter in text if not letter.isdigit()) == "\n".join(lines) + "\n"


class Person:
    """Somebody with a replica of their own, who now and then sends and receives."""

    def __init__(self, server: Replica) -> None:
        self.server = server
        self.replica = Replica()
        self.receive()

    def type(self, path: str, at: int, text: str) -> None:
        document = self.replica.documents()[path]
        before = str(document.text)[:at]
        document.text.insert(len(before.encode()), text)

    def send(self) -> None:
        self.server.apply(self.replica.diff(self.server.state_vector()), self)

    def receive(self) -> None:
        self.replica.apply(self.server.diff(self.replica.state_vector()))


class TestConvergence:
    @quick
    @given(LINES, LINES, st.booleans(), st.data())
    def test_people_elsewhere_end_with_the_same_text_and_all_they_typed(
        self, old: list[str], new: list[str], stop: bool, data: st.DataObject
    ) -> None:
        old = ["head", *old]
        text = "".join(f"{line}\n" for line in old)
        answer = edit("a", text, "".join(f"{line}\n" for line in new))
        located = answer.index("WITH\n") + 5
        cuts = sorted(data.draw(st.lists(st.integers(located, len(answer)), min_size=1, max_size=6)))

        async def scenario() -> tuple[set[str], int]:
            session = Session({"a": text})
            people = [Person(session.replica), Person(session.replica)]
            typed = 0
            for start, end in pairwise([0, *cuts]):
                await session.write(answer[start:end])
                for person in people:
                    doing = data.draw(st.sets(st.sampled_from(["type", "send", "receive"])))
                    if "type" in doing:
                        person.type("a", data.draw(st.integers(0, 60)), str(typed % 10))
                        typed += 1
                    if "send" in doing:
                        person.send()
                    if "receive" in doing:
                        person.receive()
            if not stop:
                await session.write(answer[cuts[-1] :])
                await session.typist.finish()
            session.typist.withdraw()
            for person in people:
                person.send()
            for person in people:
                person.receive()
            return {session.files["a"], *(str(p.replica.documents()["a"].text) for p in people)}, typed

        texts, typed = asyncio.run(scenario())
        [result] = texts
        digits = sorted(letter for letter in result if letter.isdigit())
        assert digits == sorted(str(number % 10) for number in range(typed))


class TestWithdraw:
    @pytest.mark.parametrize(("files", "answer"), ANSWERS)
    async def test_no_half_hunk_is_left_anywhere(self, files: dict[str, str], answer: str) -> None:
        """Stopped after any letter: the text is that of the hunks that were closed."""
        for stop in range(len(answer)):
            session = Session(files)
            await session.write(answer[:stop])
            session.typist.withdraw()
            assert all(record.state != HunkState.WRITING for record in session.records)
            applied = sum(record.state == HunkState.APPLIED for record in session.records)
            expected = await _after_blocks(files, answer, applied)
            assert session.files == expected
            await session.write(answer[stop:])
            assert session.files == expected

    async def test_a_file_that_was_being_created_goes(self) -> None:
        session = Session({})
        await session.write("<<<<<<< CREATE a\none\ntw")
        session.typist.withdraw()
        assert session.files == {}
        assert session.listener.states[-1] == ("a", HunkState.WITHDRAWN)
        assert session.listener.cursors[-1][1] is None

    async def test_unless_somebody_typed_in_it(self) -> None:
        session = Session({})
        await session.write("<<<<<<< CREATE a\none\ntw")
        session.insert("a", "tw", "mine")
        session.typist.withdraw()
        assert session.files == {"a": "mine"}

    async def test_while_a_place_is_looked_for(self) -> None:
        session = Session({"a": "one hundred lines\n" * 50})
        writing = asyncio.create_task(session.write(edit("a", "one hundred limes\nx\n", "y\n")))
        await asyncio.sleep(0)
        session.typist.withdraw()
        await writing
        assert session.files == {"a": "one hundred lines\n" * 50}
        assert [record.state for record in session.records] == [HunkState.WITHDRAWN]


async def _after_blocks(files: dict[str, str], answer: str, applied: int) -> dict[str, str]:
    """The files once `applied` hunks of the answer are in."""
    session = Session(files)
    for letter in answer:
        if sum(record.state == HunkState.APPLIED for record in session.records) == applied:
            break
        await session.write(letter)
    session.typist.withdraw()
    return session.files


class TestSearching:
    async def test_a_place_that_moves_while_it_is_looked_for_is_found_again(self) -> None:
        session = Session({"a": "one\nthe quick brown fox\n"})
        writing = asyncio.create_task(session.write(edit("a", "the quick brown fix\n", "gone\n")))
        await asyncio.sleep(0)
        session.insert("a", "one", "zero\n")
        await writing
        assert session.files == {"a": "zero\none\ngone\n"}

    async def test_a_place_that_changes_while_it_is_looked_for_is_left_alone(self) -> None:
        session = Session({"a": "one\nthe quick brown fox\n"})
        writing = asyncio.create_task(session.write(edit("a", "the quick brown fix\n", "gone\n")))
        await asyncio.sleep(0)
        session.insert("a", "brown", "red ")
        await writing
        assert session.files == {"a": "one\nthe quick red brown fox\n"}
        assert [record.reason for record in session.records] == [Reason.NO_MATCH]


class TestHostile:
    @quick
    @given(
        st.lists(
            st.sampled_from(
                [
                    "<<<<<<< EDIT a\n",
                    "<<<<<<< EDIT a @2\n",
                    "<<<<<<< SEARCH a\n",
                    "<<<<<<< CREATE a\n",
                    "<<<<<<< CREATE b\n",
                    "<<<<<<< DELETE a\n",
                    "<<<<<<< MOVE a -> b\n",
                    "<<<<<<< MOVE b -> a\n",
                    "======= WITH\n",
                    "=======\n",
                    ">>>>>>> END\n",
                    ">>>>>>> REPLACE\n",
                    "one\n",
                    "two\n",
                    "\n",
                    "```\n",
                    "x",
                    "\r",
                    "\r\n",
                    "\ud800",
                    "\x00",
                    "😀",
                    "<<<<<<< ",
                    "<<<<<<< EDIT ../x\n",
                ]
            ),
            max_size=30,
        )
    )
    def test_everything_ends_in_a_state(self, parts: list[str]) -> None:
        session = asyncio.run(run({"a": "one\ntwo\n"}, "".join(parts)))
        assert all(record.state != HunkState.WRITING for record in session.records)
        for record in session.records:
            record.shape()


class TestCaret:
    async def test_it_stands_behind_what_was_typed(self) -> None:
        session = Session({"a": "one\ntwo\n"})
        await session.write("<<<<<<< EDIT a\ntwo\n======= WITH\nhello")
        file_id, position = session.listener.cursors[-1]
        document = session.replica.documents()["a"]
        assert file_id == document.id and position is not None
        assert StickyIndex.from_json(position, document.text).get_index() == len("one\nhello")
        await session.typist.finish()
        assert session.listener.cursors[-1] == (file_id, None)
