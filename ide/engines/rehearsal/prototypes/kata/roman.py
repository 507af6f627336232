"""Roman numerals, from 1 (I) to 3999 (MMMCMXCIX)."""

NUMERALS = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)
LARGEST = 3999


def to_roman(number: int) -> str:
    """Write `number` as a Roman numeral."""
    if not 1 <= number <= LARGEST:
        raise ValueError(f"{number} is not between 1 and {LARGEST}")
    numeral = ""
    for value, letters in NUMERALS:
        count, number = divmod(number, value)
        numeral += letters * count
    return numeral


def from_roman(numeral: str) -> int:
    """Read a Roman numeral, in upper or lower case."""
    rest = numeral.upper()
    number = 0
    for value, letters in NUMERALS:
        while rest.startswith(letters):
            number += value
            rest = rest[len(letters) :]
    # Only one spelling of each number is right: IIII reads as 4, but 4 is IV.
    if rest or not 1 <= number <= LARGEST or to_roman(number) != numeral.upper():
        raise ValueError(f"{numeral!r} is not a Roman numeral")
    return number
