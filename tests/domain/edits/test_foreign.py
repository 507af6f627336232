"""What others put into a document, told apart from the rest of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ide.domain.edits.foreign import MOST_STRETCHES, Foreign

CHANGES = st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.integers(0, 9), st.text("ab\n", max_size=4)))


@given(CHANGES)
def test_the_document_without_them_is_what_everybody_else_made_of_it(changes: list[tuple[bool, int, int, str]]) -> None:
    text, theirs = "first\nsecond\nthird\n", [False] * 19
    foreign = Foreign()
    for others, at, length, put in changes:
        at = min(at, len(text))
        length = min(length, len(text) - at)
        text = text[:at] + put + text[at + length :]
        theirs[at : at + length] = [others] * len(put)
        if others:
            # In two, as a replacement comes from an editor.
            foreign.changed([{"retain": at}, {"delete": length}] if length else [])
            foreign.changed([{"retain": at}, {"insert": put}] if put else [])
        else:
            foreign.removed(at, length)
            foreign.inserted(at, len(put))
    own = "".join(letter for letter, other in zip(text, theirs, strict=True) if not other)
    assert foreign.without(text) == own
    assert all(start < end for start, end in foreign.stretches)
    assert all(one[1] < other[0] for one, other in zip(foreign.stretches, foreign.stretches[1:], strict=False))
    for first in [0, *(at + 1 for at, letter in enumerate(own) if letter == "\n")]:
        start, between = foreign.place(text, first, len(own))
        assert len(text[:start]) - sum(theirs[:start]) == first
        inside = [at - start for at in range(start, len(text)) if theirs[at]]
        found = [at for low, high in between for at in range(low, high)]
        assert found == inside[: len(found)]


def test_bytes_are_counted() -> None:
    foreign = Foreign()
    foreign.changed([{"retain": 3}, {"insert": "漢"}])
    assert foreign.without("é\n漢x") == "é\nx"
    assert foreign.place("é\n漢x", 3, 4) == (3, [(0, 3)])


def test_stretches_are_bounded() -> None:
    foreign = Foreign()
    for at in range(MOST_STRETCHES + 1):
        foreign.changed([{"retain": 2 * at}, {"insert": "x"}])
        assert len(foreign.stretches) <= MOST_STRETCHES
    assert foreign.stretches == []
