"""Which years are leap years, and which are not."""

import pytest
from leap import is_leap


@pytest.mark.parametrize("year", [4, 1996, 2024])
def test_every_fourth_year_is_a_leap_year(year: int) -> None:
    """The rule as most people know it."""
    assert is_leap(year)


@pytest.mark.parametrize("year", [1700, 1900, 2100])
def test_centuries_are_not(year: int) -> None:
    """The exception."""
    assert not is_leap(year)


@pytest.mark.parametrize("year", [1600, 2000, 2400])
def test_every_fourth_century_is(year: int) -> None:
    """The exception to the exception."""
    assert is_leap(year)


@pytest.mark.parametrize("year", [1, 2023, 2025])
def test_other_years_are_not(year: int) -> None:
    """Nothing special."""
    assert not is_leap(year)
