"""Tests of the Roman numerals. Run them with the Tests button, or ask: "run the tests"."""

import pytest

from roman import LARGEST, from_roman, to_roman

EXAMPLES = [
    (1, "I"),
    (3, "III"),
    (4, "IV"),
    (9, "IX"),
    (14, "XIV"),
    (40, "XL"),
    (90, "XC"),
    (400, "CD"),
    (1984, "MCMLXXXIV"),
    (2026, "MMXXVI"),
    (3999, "MMMCMXCIX"),
]


@pytest.mark.parametrize(("number", "numeral"), EXAMPLES)
def test_writes(number, numeral):
    assert to_roman(number) == numeral


@pytest.mark.parametrize(("number", "numeral"), EXAMPLES)
def test_reads(number, numeral):
    assert from_roman(numeral) == number


def test_reads_lower_case():
    assert from_roman("mmxxvi") == 2026


def test_every_number_comes_back():
    assert all(from_roman(to_roman(number)) == number for number in range(1, LARGEST + 1))


@pytest.mark.parametrize("number", [0, -1, 4000])
def test_refuses_numbers_outside_the_range(number):
    with pytest.raises(ValueError):
        to_roman(number)


@pytest.mark.parametrize("numeral", ["", "IIII", "VX", "IC", "ABC", "MMMM"])
def test_refuses_what_is_no_numeral(numeral):
    with pytest.raises(ValueError):
        from_roman(numeral)
