"""A model's text becomes edits while people write, elsewhere and in the same lines, and while it is stopped."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Map, Text

from ide.domain.edits.dialects import DialectName, dialect
from ide.live.replica import Replica
from ide.live.typist import MADE, REWRITTEN, Typist
from ide.wire.codes import HunkState, Reason
from tests.live.typing_session import ANSWERS, LINES, Listener, Session, Sizes, edit, patch, quick


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

    @pytest.mark.parametrize(
        ("name", "answer"),
        [
            ("edit", edit("a.js", "two\n", "zwei\n")),
            ("v4a", patch("*** Update File: a.js", " one", "-two", "+zwei")),
            ("whole", "a.js\n```\none\nzwei\nthree\n```\n"),
        ],
    )
    async def test_what_was_typed_before_the_place_was_known_stays_too(self, name: DialectName, answer: str) -> None:
        session = Session({"a.js": "one\ntwo\nthree\n"}, name=name)
        session.insert("a.js", "\nthree", "[me]")
        session.insert("a.js", "one", "[mine]\n")
        await session.write(answer)
        assert session.files == {"a.js": "[mine]\none\nzwei[me]\nthree\n"}
        [record] = session.records
        assert "[me]" not in record.before + record.after
        assert record.line == (3 if name == "edit" else 2)

    async def test_what_the_model_quotes_was_told_to_it(self) -> None:
        session = Session({"a": "one\ntwo\n"})
        session.insert("a", "\n", "[me]")
        await session.write(edit("a", "one[me]\n", "uno\n"))
        assert session.files == {"a": "uno\ntwo\n"}

    async def test_what_stood_when_it_was_told_is_old_text(self) -> None:
        session = Session({"a.js": "one\n"}, name="whole")
        session.insert("a.js", "\n", "[me]")
        session.typist.told()
        await session.write("a.js\n```\nuno\n```\n")
        assert session.files == {"a.js": "uno\n"}

    @pytest.mark.parametrize("way", ["made", "brought back", "another text"])
    async def test_a_file_that_the_model_was_not_told_of_is_not_replaced(self, way: str) -> None:
        session = Session({} if way == "made" else {"a.js": "one\n"}, name="whole")
        if way == "another text":
            file_id = session.replica.documents()["a.js"].id
            session.replica.doc.get("files", type=Map)[file_id]["text"] = Text("mine\n")
        else:
            known = session.replica.document("a.js")
            if known is not None:
                session.replica.delete(known.id, "person")
            session.replica.create("a.js", "mine\n", "person", file_id=known.id if known else None)
        await session.write("a.js\n```\nuno\n```\n", "b.js\n```\ndue\n```\nb.js\n```\ntre\n```\n")
        assert session.files == {"a.js": "mine\n", "b.js": "tre\n"}
        assert [(record.state, record.reason) for record in session.records] == [
            (HunkState.REFUSED, Reason.PATH),
            (HunkState.APPLIED, None),
            (HunkState.APPLIED, None),
        ]
        assert session.records[0].message == MADE
        session.typist.told()
        await session.write("a.js\n```\nuno\n```\n")
        assert session.files["a.js"] == "uno\n"

    async def test_an_empty_file_that_somebody_made_is_filled_and_may_be_rewritten(self) -> None:
        session = Session({}, name="whole")
        session.replica.create("a.js", "", "person")
        await session.write("a.js\n```\nuno\n```\n")
        session.insert("a.js", "uno", "[me]")
        await session.write("a.js\n```\ndue\n```\n")
        assert "[me]" in session.files["a.js"]
        assert session.files["a.js"].replace("[me]", "") == "due\n"

    async def test_a_file_that_somebody_made_is_edited_where_the_model_quotes_it(self) -> None:
        session = Session({})
        session.replica.create("a", "one\ntwo\n", "person")
        await session.write(edit("a", "one\n", "uno\n"), edit("a", "two\n", "due\n"), edit("a", "six\n", "sei\n"))
        assert session.files == {"a": "uno\ndue\n"}
        assert [record.reason for record in session.records] == [None, None, Reason.NO_MATCH]

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


async def test_two_models_that_make_the_same_file_do_not_double_it() -> None:
    session = Session({})
    listener = Listener()
    second = Typist(session.replica, origin="another turn", limits=Sizes(), events=listener, dialect=dialect("edit"))
    lines = [f"line {number}\n" for number in range(20)]
    await session.write("<<<<<<< CREATE a\n")
    await second.write("<<<<<<< CREATE a\n")
    for line in lines:
        await session.write(line)
        await second.write(line)
    await session.write(">>>>>>> END\n")
    await second.write(">>>>>>> END\n")
    await session.typist.finish()
    await second.finish()
    assert session.files == {"a": "".join(lines)}
    assert [(record.state, record.message) for record in session.records] == [(HunkState.APPLIED, None)]
    assert [(record.state, record.message) for record in second.records] == [(HunkState.REFUSED, REWRITTEN)]
    assert (session.replica.models, session.replica.rewritten) == ([], set())
