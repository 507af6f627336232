"""Patches and whole files become edits, and what was refused keeps what it says: by the real typist and replica."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.edits.proposal import PROPOSAL_LENGTH
from ide.live.positions import decode_range
from ide.wire.codes import HunkState, Reason
from tests.live.typing_session import SNAKE, Session, edit, patch, quick, run

TWICE = "def f():\n    return 1\n\ndef g():\n    return 1\n\ndef h():\n    return 1\n"


class TestPatches:
    async def test_each_chunk_is_a_hunk_of_its_own(self) -> None:
        lines = [f"line {number}\n" for number in range(20)]
        answer = patch(
            "*** Update File: a",
            "@@", " line 2", "-line 3", "+line three", " line 4",
            "@@", " line 14", "+line 14.5", " line 15",
        )  # fmt: skip
        session = await run({"a": "".join(lines)}, answer, name="v4a")
        assert session.files["a"] == "".join(lines).replace("line 3\n", "line three\n").replace(
            "line 14\n", "line 14\nline 14.5\n"
        )
        assert [(r.state, r.line) for r in session.records] == [(HunkState.APPLIED, 3), (HunkState.APPLIED, 15)]
        text = session.replica.documents()["a"].text
        for record in session.records:
            start, end = decode_range(text, record.start, record.end)
            assert str(text)[start:end] == record.after

    async def test_lines_that_stay_are_not_touched(self) -> None:
        session = Session({"a": "one  \n\ttwo\nthree\n"}, name="v4a")
        text = session.replica.documents()["a"].text
        caret = text.sticky_index(2)
        await session.write(patch("*** Update File: a", "@@", " one", " two", "-three", "+drei"))
        assert session.files == {"a": "one  \n\ttwo\ndrei\n"}
        assert caret.get_index() == 2

    async def test_the_chunk_above_decides_between_two_places_also_within_one_tick(self) -> None:
        chunks = ["@@", " def g():", "-    return 1", "+    return 2", "@@", "-    return 1", "+    return 3"]
        session = await run({"a": TWICE}, patch("*** Update File: a", *chunks), name="v4a")
        assert session.files == {
            "a": "def f():\n    return 1\n\ndef g():\n    return 2\n\ndef h():\n    return 3\n",
        }

    async def test_it_does_so_while_people_write_above(self) -> None:
        session = Session({"a": TWICE}, name="v4a")
        await session.write("*** Begin Patch\n*** Update File: a\n@@\n def g():\n-    return 1\n+    return 2\n@@\n")
        session.insert("a", "def f", "# é漢😀\n" * 5)
        await session.write("-    return 1\n+    return 3\n*** End Patch")
        await session.typist.finish()
        assert session.files["a"].endswith("def g():\n    return 2\n\ndef h():\n    return 3\n")

    async def test_another_file_begins_at_its_top(self) -> None:
        answer = patch(
            "*** Update File: a", " def h():", "-    return 1", "+    return 2",
            "*** Update File: b", " def f():", "-    return 1", "+    return 2",
        )  # fmt: skip
        session = await run({"a": TWICE, "b": TWICE}, answer, name="v4a")
        assert session.files["a"].endswith("    return 2\n") and session.files["b"].startswith(
            "def f():\n    return 2\n"
        )

    async def test_a_line_that_heads_the_place_decides(self) -> None:
        answer = patch("*** Update File: a", "@@ def g():", "-    return 1", "+    return 2")
        session = await run({"a": TWICE}, answer, name="v4a")
        assert session.files["a"].count("return 2") == 1
        assert "def g():\n    return 2" in session.files["a"]

    async def test_a_place_that_is_not_told_apart_is_refused_and_the_others_stand(self) -> None:
        answer = patch("*** Update File: a", "@@", "-    return 1", "+    return 2", "@@", " def h():", "+    pass")
        session = await run({"a": TWICE}, answer, name="v4a")
        assert session.files == {"a": TWICE.replace("def h():\n", "def h():\n    pass\n")}
        assert [(r.state, r.reason) for r in session.records] == [
            (HunkState.REFUSED, Reason.AMBIGUOUS),
            (HunkState.APPLIED, None),
        ]

    @pytest.mark.parametrize("ending", ["", "\n"])
    async def test_lines_alone_go_to_the_files_end_or_below_the_line_that_heads_them(self, ending: str) -> None:
        answer = patch("*** Update File: a", "@@", "+two", "+three", "@@ one", "+and a half")
        session = await run({"a": f"zero\none{ending}"}, answer, name="v4a")
        assert session.files == {"a": f"zero\none\nand a half\ntwo\nthree{ending}"}

    async def test_lines_alone_fill_an_empty_file(self) -> None:
        session = await run({"a": ""}, patch("*** Update File: a", "@@", "+one"), name="v4a")
        assert session.files == {"a": "one\n"}

    async def test_files_are_added_moved_and_deleted(self) -> None:
        answer = patch(
            "*** Add File: new", "+one", "+", "+two",
            "*** Delete File: old",
            "*** Update File: from", "*** Move to: lib/to", "@@", "-x", "+y",
            "*** Add File: there", "+other",
        )  # fmt: skip
        session = await run({"old": "o\n", "from": "x\n", "there": "text\n"}, answer, name="v4a")
        assert session.files == {"new": "one\n\ntwo\n", "lib/to": "y\n", "there": "other\n"}
        assert all(record.state == HunkState.APPLIED for record in session.records)

    async def test_a_move_onto_a_file_that_exists_changes_only_its_own(self) -> None:
        answer = patch("*** Update File: a", "*** Move to: b", "@@", "-x", "+y")
        session = await run({"a": "x\n", "b": "x\n"}, answer, name="v4a")
        assert session.files == {"a": "y\n", "b": "x\n"}
        assert [record.state for record in session.records] == [HunkState.APPLIED, HunkState.REFUSED]

    async def test_a_stop_keeps_the_chunks_that_were_whole(self) -> None:
        answer = patch("*** Update File: a", "@@", "-one", "+uno", "@@", "-two", "+dos")
        for stop in range(len(answer)):
            session = Session({"a": "one\ntwo\n"}, name="v4a")
            await session.write(answer[:stop])
            session.typist.withdraw()
            assert session.files["a"] in ("one\ntwo\n", "uno\ntwo\n", "uno\ndos\n")
            assert all(record.state != HunkState.WRITING for record in session.records)


class TestWholeFiles:
    async def test_lines_that_stay_are_not_touched(self) -> None:
        session = Session({"snake.js": SNAKE}, name="whole")
        text = session.replica.documents()["snake.js"].text
        caret = text.sticky_index(SNAKE.index("start"))
        await session.write(f"Faster:\n\nsnake.js\n```js\n{SNAKE.replace('5', '8')}```\nDone.")
        await session.typist.finish()
        assert session.files == {"snake.js": SNAKE.replace("5", "8")}
        assert caret.get_index() == SNAKE.index("start")
        assert session.listener.text == "Faster:\n\nDone."

    async def test_it_is_written_as_it_streams(self) -> None:
        session = Session({"a.js": "one\ntwo\n"}, name="whole")
        await session.write("**a.js**\n```js\none\nnew li")
        assert session.files == {"a.js": "one\nnew li\ntwo\n"}
        await session.write("ne\ntwo\n``")
        assert session.files == {"a.js": "one\nnew line\ntwo\n"}
        await session.write("`\n\n### `b.js`\n```js\nfirst")
        assert session.files == {"a.js": "one\nnew line\ntwo\n", "b.js": "first\n"}

    async def test_a_file_that_the_stream_leaves_open_is_taken_back(self) -> None:
        session = await run({"a.js": "one\ntwo\n"}, "a.js\n```\nuno\n", name="whole")
        assert session.files == {"a.js": "one\ntwo\n"}
        assert [(r.state, r.reason) for r in session.records] == [(HunkState.WITHDRAWN, Reason.MALFORMED)]


class TestWhatWasRefused:
    @pytest.mark.parametrize(
        ("files", "answer", "before", "after"),
        [
            ({"a": "one\n"}, edit("a", "missing\n", "x\ny\n"), "missing\n", "x\ny\n"),
            ({"a": "twin\ntwin\n"}, edit("a", "twin\n", "x\n"), "twin\n", "x\n"),
            ({"a": "one\n"}, edit("a", "missing\n", ""), "missing\n", ""),
            ({}, edit("a", "one\n", "x\n"), "one\n", "x\n"),
            ({}, "<<<<<<< CREATE ../a\nx\n>>>>>>> END\n", "", "x\n"),
            ({"a": "one\n"}, "<<<<<<< EDIT a\none\n======= WITH\nx\n" + edit("a", "one\n", "one\n"), "one\n", "x\n"),
            ({"a": "one\n"}, edit("a", "missing\n", "x" * PROPOSAL_LENGTH), "", ""),
        ],
    )
    async def test_it_keeps_what_it_says(self, files: dict[str, str], answer: str, before: str, after: str) -> None:
        for step in (len(answer), 7):
            session = await run(files, answer, *range(0, len(answer), step))
            record = session.records[0]
            assert session.files == files
            assert (record.state, record.before, record.after) == (HunkState.REFUSED, before, after)

    async def test_also_if_somebody_removed_its_place_while_it_was_written(self) -> None:
        session = Session({"a": "one\ntwo\nthree\n"})
        await session.write("<<<<<<< EDIT a\ntwo\n======= WITH\nhel")
        session.remove("a", "hel\ntwo\n")
        await session.write("lo\n>>>>>>> END\n")
        [record] = session.records
        assert (record.reason, record.before, record.after) == (Reason.TARGET_REMOVED, "two\n", "hello\n")
        assert session.listener.states == [("a", HunkState.WRITING), ("a", HunkState.REFUSED), ("a", HunkState.REFUSED)]

    async def test_a_stop_tells_of_it(self) -> None:
        session = Session({"a": "one\n"})
        await session.write("<<<<<<< EDIT a\nmissing\n======= WITH\nhel")
        assert session.listener.states == []
        session.typist.withdraw()
        assert [(r.state, r.reason) for r in session.records] == [(HunkState.REFUSED, Reason.NO_MATCH)]


class TestWhatStandsAlready:
    @pytest.mark.parametrize("name", ["edit", "v4a"])
    async def test_it_is_applied_and_changes_nothing(self, name: str) -> None:
        text = "function start() {\n  move(SPEED * 2)\n}\n"
        if name == "v4a":
            answer = patch("*** Update File: a", "@@", " function start() {", "-  run()", "+  move(SPEED * 2)", " }")
            session = await run({"a": text}, answer, name="v4a")
        else:
            session = await run({"a": text}, edit("a", text.replace("move(SPEED * 2)", "run()"), text))
        assert session.files == {"a": text}
        [record] = session.records
        assert (record.state, record.reason, record.line) == (HunkState.APPLIED, None, 1)
        assert record.before == record.after == text
        assert record.message == "The new text stood there already."
        assert session.listener.states == [("a", HunkState.WRITING), ("a", HunkState.APPLIED)]

    async def test_a_block_that_is_sent_again_does_nothing(self) -> None:
        again = edit("a", "alpha = 1\nbeta = compute(alpha)\n", "alpha = 1\ngamma = other(thing)\n")
        session = await run({"a": "alpha = 1\nbeta = compute(alpha)\n"}, again + again)
        assert session.files == {"a": "alpha = 1\ngamma = other(thing)\n"}
        assert [(r.state, r.message) for r in session.records] == [
            (HunkState.APPLIED, None),
            (HunkState.APPLIED, "The new text stood there already."),
        ]

    async def test_one_line_that_may_be_anywhere_is_refused_and_told_of(self) -> None:
        session = await run({"a": "x\nreturn result\ny\n"}, edit("a", "gone = 1\n", "return result\n"))
        assert session.files == {"a": "x\nreturn result\ny\n"}
        [record] = session.records
        assert (record.state, record.reason) == (HunkState.REFUSED, Reason.NO_MATCH)
        assert record.message is not None
        assert record.message.startswith("The new text stands at line 2 already. The old text does not stand")

    async def test_brackets_say_nothing(self) -> None:
        session = await run({"a": "x\n}\n"}, edit("a", "gone = 1\n", "}\n"))
        [record] = session.records
        assert record.message is not None and record.message.startswith("The old text does not stand")


class TestHostile:
    @quick
    @given(
        st.sampled_from(["v4a", "whole"]),
        st.lists(
            st.sampled_from(
                [
                    "*** Begin Patch\n", "*** End Patch\n", "*** Update File: a\n", "*** Update File: b\n",
                    "*** Update File: ../x\n", "*** Add File: a\n", "*** Add File: b\n", "*** Delete File: a\n",
                    "*** Move to: b\n", "*** Move to: a\n", "*** End of File\n", "@@\n", "@@ one\n", " one\n", "-one\n",
                    "-two\n", "+two\n", "+\n", "\n", "x", "\r\n", "\ud800", "\x00", "😀", "a\n", "a.js\n", "b.js\n",
                    "```\n", "```js\n", "```js a.js\n", "````\n", "one\n",
                ]
            ),
            max_size=30,
        ),
    )  # fmt: skip
    def test_everything_ends_in_a_state(self, name: str, parts: list[str]) -> None:
        files = {"a": "one\ntwo\n", "a.js": "one\n"}
        session = asyncio.run(run(files, "".join(parts), name="v4a" if name == "v4a" else "whole"))
        assert all(record.state != HunkState.WRITING for record in session.records)
        for record in session.records:
            record.shape()
