"""Code points, UTF-8 bytes and UTF-16 units."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ide.domain.units import byte_length, byte_offset, byte_slice, utf16_length, well_formed

TEXTS = st.text("aé漢😀\r\n", max_size=20)


def test_each_counts_its_own_way() -> None:
    assert (byte_length("aé漢😀"), utf16_length("aé漢😀"), len("aé漢😀")) == (10, 5, 4)


@given(TEXTS, st.integers(0, 20))
def test_an_offset_is_the_length_of_what_stands_before(text: str, at: int) -> None:
    at = min(at, len(text))
    assert byte_offset(text, at) == byte_length(text[:at]) == len(text[:at].encode())


@given(TEXTS, st.integers(0, 20), st.integers(0, 20))
def test_a_slice_of_bytes_is_that_of_code_points(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    assert byte_slice(text, byte_offset(text, start), byte_offset(text, end)) == text[start:end]


@given(TEXTS, TEXTS)
def test_lengths_add_up(one: str, other: str) -> None:
    assert byte_length(one + other) == byte_length(one) + byte_length(other)
    assert utf16_length(one + other) == utf16_length(one) + utf16_length(other)


@given(st.text(st.characters(exclude_categories=[]), max_size=20))
def test_well_formed_text_can_be_encoded(text: str) -> None:
    result = well_formed(text)
    result.encode()
    assert well_formed(result) == result


def test_only_unpaired_surrogates_are_replaced() -> None:
    assert well_formed("a\ud800b😀") == "a\ufffdb😀"
    assert well_formed("\ud83d\ude00") == "😀"
