"""Hunks are taken back from what is stored of them, in a process that never wrote them, while people type."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Map, Text

from ide.domain.edits.hunks import HunkRecord
from ide.live.capacity import Capacity
from ide.live.replica import Replica
from ide.live.reversal import GONE, REWRITTEN, Reversal
from ide.wire.codes import HunkState
from ide.wire.shapes import Limits
from tests.live.typing_session import ANSWERS, LINES, edit, quick, run

LIMITS = Limits(
    document_bytes=1_000,
    room_bytes=2_000,
    documents=5,
    members=9,
    prompt_bytes=999,
    message_bytes=999_999,
    asset_bytes=999,
    room_assets_bytes=999,
)


class After:
    """A room after a turn, in another process: the text alone and the hunks' records are left of what wrote it."""

    def __init__(self, files: dict[str, str], answer: str) -> None:
        session = asyncio.run(run(files, answer))
        self.replica = Replica()
        self.replica.load(session.replica.diff())
        self.hunks = [record for record in session.records if record.state == HunkState.APPLIED]
        self.updates: list[object] = []
        self.replica.on_update(lambda _update, origin: self.updates.append(origin))

    @property
    def files(self) -> dict[str, str]:
        return {path: str(document.text) for path, document in self.replica.documents().items()}

    def replace(self, path: str, old: str, new: str) -> None:
        """Somebody types `new` over the first `old`; with an empty one at the end."""
        text = self.replica.documents()[path].text
        now = str(text)
        at = now.index(old) if old else len(now)
        start = len(now[:at].encode())
        with self.replica.transaction("person"):
            text.insert(start, new)
            del text[start + len(new.encode()) : start + len((new + old).encode())]

    def take_back(self, *hunks: HunkRecord) -> dict[str, str]:
        """All of the turn's hunks, or these. Answers why not."""
        taken = hunks or tuple(self.hunks)
        beside = [hunk for hunk in self.hunks if hunk not in taken]
        outcome = Reversal(self.replica, Capacity(self.replica, LIMITS)).perform(taken, beside)
        for index, hunk in enumerate(self.hunks):
            if hunk.id in outcome.moved:
                start, end = outcome.moved[hunk.id]
                self.hunks[index] = replace(hunk, start=start, end=end)
        return outcome.left


SPEED = edit("a", "const SPEED = 5\n", "const SPEED = 8\nconst MORE = 1\n") + edit("a", "stop()\n", "halt()\n")
GAME = {"a": "// game\nconst SPEED = 5\nrun()\nstop()\n"}


@pytest.mark.parametrize(("files", "answer"), ANSWERS)
def test_an_undone_turn_leaves_the_files_as_they_were_in_one_update(files: dict[str, str], answer: str) -> None:
    after = After(files, answer)
    changed = after.files != files
    after.updates.clear()
    assert after.take_back() == {}
    assert after.files == files
    assert len(after.updates) == changed


@pytest.mark.parametrize(("files", "answer"), ANSWERS)
def test_hunks_that_are_rejected_one_by_one_leave_the_files_as_they_were(files: dict[str, str], answer: str) -> None:
    after = After(files, answer)
    for hunk in reversed(after.hunks):
        assert after.take_back(hunk) == {}
    assert after.files == files


def test_what_people_typed_in_it_stays() -> None:
    after = After(GAME, SPEED)
    after.replace("a", "8", "8 // mine")
    after.replace("a", "halt", "my halt")
    after.replace("a", "", "end")
    assert after.take_back() == {}
    assert after.files == {"a": "// game\nconst SPEED = 5 // mine\nrun()\nmy stop()\nend"}


def test_one_hunk_is_rejected_and_the_others_stay() -> None:
    after = After(GAME, SPEED)
    assert after.take_back(after.hunks[0]) == {}
    assert after.files == {"a": "// game\nconst SPEED = 5\nrun()\nhalt()\n"}


def test_a_hunk_in_another_one_goes_and_comes_back_with_it() -> None:
    answer = edit("a", "run()\n", "one\ntwo\n") + edit("a", "two\n", "two\nthree\n") + edit("a", "one\ntwo\n", "one\n")
    after = After(GAME, answer)
    assert after.take_back(after.hunks[2]) == {}
    assert after.files["a"].count("one\ntwo\nthree\n") == 1
    assert after.take_back(after.hunks[0]) == {}
    assert after.files["a"] == "// game\nconst SPEED = 5\nrun()\nthree\nstop()\n", "what was written later stays"


def test_what_comes_back_in_the_place_of_an_earlier_hunk_is_that_ones_again() -> None:
    answer = edit("a", "run()\n", "one\ntwo\n") + edit("a", "one\ntwo\n", "")
    after = After(GAME, answer)
    assert after.take_back(after.hunks[1]) == {}
    assert after.files == {"a": "// game\nconst SPEED = 5\none\ntwo\nstop()\n"}
    assert after.take_back(after.hunks[0]) == {}
    assert after.files == GAME


def test_a_file_that_was_moved_between_two_edits_is_one_file() -> None:
    before = edit("a", "stop()\n", "halt()\n")
    behind = edit("b", "// game\n", "// é a longer title\n// and more\n")
    after = After(GAME, f"{before}<<<<<<< MOVE a -> b\n{behind}")
    after.replace("b", "run()", "run() // mine")
    assert after.take_back() == {}
    assert after.files == {"a": GAME["a"].replace("run()", "run() // mine")}


def test_a_file_that_was_renamed_since_is_found() -> None:
    after = After(GAME, SPEED)
    after.replica.rename(after.replica.documents()["a"].id, "b", "person")
    assert after.take_back() == {}
    assert after.files == {"b": GAME["a"]}


class TestWhereThePlaceIsGone:
    def test_nothing_is_changed(self) -> None:
        after = After(GAME, SPEED)
        after.replace("a", "halt()\n", "quite another\n")
        before = after.files
        assert after.take_back(after.hunks[1]) == {after.hunks[1].id: REWRITTEN}
        assert after.files == before

    @pytest.mark.parametrize("way", ["delete", "replace"])
    def test_with_its_file(self, way: str) -> None:
        after = After(GAME, SPEED)
        file_id = after.replica.documents()["a"].id
        if way == "delete":
            after.replica.delete(file_id, "person")
        else:
            after.replica.doc.get("files", type=Map)[file_id]["text"] = Text("new")
        before = after.files
        left = after.take_back()
        assert set(left) == {hunk.id for hunk in after.hunks}
        assert (GONE in left.values()) == (way == "delete")
        assert after.files == before

    def test_the_others_are_taken_back(self) -> None:
        after = After(GAME, SPEED)
        after.replace("a", "halt()\n", "quite another\n")
        assert list(after.take_back().values()) == [REWRITTEN]
        assert after.files == {"a": "// game\nconst SPEED = 5\nrun()\nquite another\n"}


class TestFiles:
    MADE = "<<<<<<< CREATE b\none\ntwo\n>>>>>>> END\n"

    def test_one_that_was_made_goes(self) -> None:
        after = After(GAME, self.MADE)
        assert after.take_back() == {}
        assert after.files == GAME

    def test_unless_people_typed_in_it(self) -> None:
        after = After(GAME, self.MADE)
        after.replace("b", "two", "mine\ntwo")
        assert after.take_back() == {}
        assert after.files == {**GAME, "b": "mine\n"}

    def test_or_it_is_gone_already(self) -> None:
        after = After(GAME, self.MADE)
        after.replica.delete(after.replica.documents()["b"].id, "person")
        assert after.take_back() == {}

    def test_one_that_was_deleted_comes_back_with_what_was_done_to_it_before(self) -> None:
        after = After(GAME, SPEED + "<<<<<<< DELETE a\n")
        assert after.files == {}
        file_id = after.hunks[0].file_id
        assert after.take_back() == {}
        assert after.files == GAME
        assert after.replica.documents()["a"].id == file_id

    def test_beside_one_that_has_taken_its_path(self) -> None:
        after = After(GAME, "<<<<<<< DELETE a\n")
        after.replica.create("A", "mine")
        after.replica.create("a (2)", "mine too")
        assert after.take_back() == {}
        assert after.files == {"A": "mine", "a (2)": "mine too", "a (3)": GAME["a"]}

    def test_but_not_as_a_folder_that_is_there(self) -> None:
        after = After({"a/b": "text"}, "<<<<<<< DELETE a/b\n")
        after.replica.create("a", "mine")
        [why] = after.take_back().values()
        assert "would stand in a file" in why
        assert after.files == {"a": "mine"}

    def test_nor_into_a_room_that_is_full(self) -> None:
        after = After({"a": "x" * 900}, "<<<<<<< DELETE a\n")
        after.replica.create("b", "y" * 900)
        after.replica.create("c", "y" * 900)
        [why] = after.take_back().values()
        assert "2,000 bytes" in why
        assert set(after.files) == {"b", "c"}

    def test_one_that_was_moved_goes_back(self) -> None:
        after = After(GAME, "<<<<<<< MOVE a -> src/b\n")
        assert after.take_back() == {}
        assert after.files == GAME

    def test_unless_its_path_is_taken_or_people_renamed_it(self) -> None:
        after = After(GAME, "<<<<<<< MOVE a -> b\n")
        after.replica.create("a", "mine")
        [why] = after.take_back().values()
        assert "exists already" in why
        after.replica.rename(after.replica.documents()["b"].id, "c")
        [why] = after.take_back().values()
        assert "renamed" in why
        assert set(after.files) == {"a", "c"}


@quick
@given(LINES, LINES, LINES, st.booleans(), st.data())
def test_no_character_of_theirs_is_lost_or_doubled(
    old: list[str], new: list[str], newer: list[str], one_by_one: bool, data: st.DataObject
) -> None:
    """They add digits, which stand nowhere else, wherever they like, between the turn and its undoing."""
    lines = ["head", *old, "tail"]
    middle = ["mid", *new, "die"]
    answer = edit("a", joined(lines), joined(middle)) + edit("a", "mid\n", joined(["more", *newer]))
    after = After({"a": "first\n" + joined(lines) + "last\n"}, answer)
    count = data.draw(st.integers(1, 6))
    for digit in range(count):
        text = after.replica.documents()["a"].text
        now = str(text)
        at = data.draw(st.integers(0, len(now)))
        with after.replica.transaction("person"):
            text.insert(len(now[:at].encode()), str(digit))
    for hunks in [[hunk] for hunk in reversed(after.hunks)] if one_by_one else [after.hunks]:
        after.take_back(*hunks)
    result = after.files["a"]
    assert sorted(letter for letter in result if letter.isdigit()) == [str(digit) for digit in range(count)]


def joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
