"""A model's text becomes edits: through the real typist and replica."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import StickyIndex

from ide.domain.edits.hunks import HunkRecord
from ide.live.positions import decode_range
from ide.wire.codes import HunkState, Reason
from tests.live.typing_session import ANSWERS, LINES, SNAKE, Session, Sizes, edit, quick, run


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


class TestCutting:
    @pytest.mark.parametrize(("files", "answer"), ANSWERS)
    @settings(max_examples=40, deadline=None)
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


class TestSearching:
    async def test_a_place_that_moves_while_it_is_looked_for_is_found_again(self) -> None:
        session = Session({"a": "one\nthe quick brown fox\n"})
        writing = asyncio.create_task(session.write(edit("a", "the quick brown fix\n", "gone\n")))
        await asyncio.sleep(0)
        session.insert("a", "one", "zero\n")
        await writing
        assert session.files == {"a": "zero\none\ngone\n"}

    async def test_what_is_typed_in_it_meanwhile_stays(self) -> None:
        session = Session({"a": "one\nthe quick brown fox\n"})
        writing = asyncio.create_task(session.write(edit("a", "the quick brown fix\n", "the quick brown cat\n")))
        await asyncio.sleep(0)
        session.insert("a", "brown", "red ")
        await writing
        assert session.files == {"a": "one\nthe quick red brown cat\n"}

    async def test_a_place_that_changes_while_it_is_looked_for_is_left_alone(self) -> None:
        session = Session({"a": "one\nthe quick brown fox\n"})
        writing = asyncio.create_task(session.write(edit("a", "the quick brown fix\n", "gone\n")))
        await asyncio.sleep(0)
        session.remove("a", "brown ")
        await writing
        assert session.files == {"a": "one\nthe quick fox\n"}
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
