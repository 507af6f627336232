"""What a hunk inserts and removes, against a plain string that people change too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ide.domain.edits.region import SMALL, Region, Splice
from ide.domain.edits.weave import Weave


class Sheet:
    """A text in ASCII, so that bytes are letters, with a region in it."""

    def __init__(self, before: str, old: str, behind: str) -> None:
        self.text = before + old + behind
        self.region = Region(len(before), old)
        self.weave = Weave([line.rstrip("\n") for line in old.splitlines()])

    def carry_out(self, splices: Iterable[Splice]) -> None:
        for splice in splices:
            assert self.region.start <= splice.at
            self.text = self.text[: splice.at] + splice.text + self.text[splice.at + splice.length :]

    def type(self, text: str) -> None:
        for step in self.weave.feed(text):
            splice = self.region.take(step)
            if splice is not None:
                self.carry_out([splice])

    def person(self, at: int, length: int, text: str) -> None:
        self.text = self.text[:at] + text + self.text[at + length :]
        delta: list[dict[str, Any]] = [{"retain": at}]
        self.region.changed([*delta, {"delete": length}] if length else delta)
        self.region.changed([*delta, {"insert": text}] if text else delta)

    @property
    def inside(self) -> str:
        return self.text[self.region.start : self.region.start + self.region.length]

    def close(self) -> None:
        self.carry_out(reversed(self.region.close(self.weave.lines, self.inside.encode())))


def test_nothing_is_removed_while_it_is_open() -> None:
    sheet = Sheet("head\n", "one\ntwo\n", "tail\n")
    sheet.type("uno\ndos")
    assert sheet.text == "head\nuno\ndos\none\ntwo\ntail\n"
    sheet.type("\n")
    sheet.close()
    assert sheet.text == "head\nuno\ndos\ntail\n"


def test_a_large_region_keeps_what_was_typed_and_removes_the_old_lines() -> None:
    long = "x" * SMALL
    sheet = Sheet("", f"{long}\ntwo\n", "")
    sheet.type("new\ntwo\n")
    splices = sheet.region.close(sheet.weave.lines, sheet.inside.encode())
    assert splices == [Splice(4, SMALL + 1, "")]


def test_no_final_newline_is_kept() -> None:
    for old in ("one\ntwo", "x" * SMALL + "\ntwo"):
        sheet = Sheet("", old, "")
        sheet.type("a\nb\n")
        sheet.close()
        assert sheet.text == "a\nb"


def test_removed_by_others() -> None:
    sheet = Sheet("a\n", "b\n", "c\n")
    sheet.type("new")
    assert not sheet.region.removed
    sheet.person(2, 3, "")
    assert not sheet.region.removed
    sheet.person(1, 4, "")
    assert sheet.region.removed


PIECES = st.lists(st.sampled_from(["a\n", "bb\n", "\n", "cc dd\n"]), max_size=6).map("".join)


@settings(max_examples=300, deadline=None)
@given(PIECES, PIECES, PIECES, PIECES, st.booleans(), st.booleans(), st.data())
def test_people_lose_nothing_but_what_they_delete(
    before: str, old: str, behind: str, new: str, long: bool, withdraw: bool, data: st.DataObject
) -> None:
    if long:
        old += "y" * SMALL + "\n"
    sheet = Sheet(before, old, behind)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(new)), max_size=4)))
    typed = 0
    deleted: set[str] = set()
    for start, end in zip([0, *cuts], [*cuts, len(new)], strict=True):
        sheet.type(new[start:end])
        at = data.draw(st.integers(0, len(sheet.text)))
        length = data.draw(st.integers(0, min(3, len(sheet.text) - at)))
        deleted |= {letter for letter in sheet.text[at : at + length] if letter.isdigit()}
        sheet.person(at, length, str(typed))
        typed += 1
        assert 0 <= sheet.region.start <= sheet.region.at <= sheet.region.start + sheet.region.length <= len(sheet.text)
    if withdraw:
        sheet.carry_out(reversed(sheet.region.withdraw()))
    else:
        sheet.close()
    digits = [letter for letter in sheet.text if letter.isdigit()]
    assert sorted(digits) == sorted({str(number) for number in range(typed)} - deleted)
