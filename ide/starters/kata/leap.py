"""Leap years in the Gregorian calendar."""


def is_leap(year: int) -> bool:
    """True if `year` has a 29th of February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
