"""Leap years in the Gregorian calendar: an exercise.

The tests know two exceptions that `is_leap` does not know yet. Run them, read what fails, and mend the one line until
all of them pass.
"""


def is_leap(year: int) -> bool:
    """True if `year` has a 29th of February."""
    return year % 4 == 0
