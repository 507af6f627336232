"""How the indentation of a model's old text differs from the document's, and how to carry that over to its new text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_WIDEST_TAB = 8


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of indentation: `remove` is taken off the front, `add` put there, then `old` unit becomes `new` unit."""

    remove: str = ""
    add: str = ""
    old_unit: str = ""
    new_unit: str = ""

    def apply(self, line: str) -> str:
        """`line` with the document's indentation. Blank lines stay as they are."""
        content = line.lstrip(" \t")
        if not content:
            return line
        indent = line[: len(line) - len(content)].removeprefix(self.remove)
        if self.old_unit:
            indent = indent.replace(self.old_unit, self.new_unit)
        return self.add + indent + content

    @property
    def identity(self) -> bool:
        """True if nothing changes."""
        return self == UNSHIFTED


UNSHIFTED = Shift()


def indent_of(line: str) -> str:
    """The spaces and tabs that `line` begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def infer_shift(pairs: Iterable[tuple[str, str]]) -> Shift | None:
    """The shift that turns each first line's indentation into the second's, if one does. Blank lines do not count."""
    indents = dict.fromkeys((indent_of(old), indent_of(new)) for old, new in pairs if old.strip() and new.strip())
    if all(old == new for old, new in indents):
        return UNSHIFTED
    old, new = next((old, new) for old, new in indents if old != new)
    for shift in _candidates(old, new):
        if all(shift.apply(f"{before}x") == f"{after}x" and _reversible(shift, before) for before, after in indents):
            return shift
    return None


def _candidates(old: str, new: str) -> Iterable[Shift]:
    if new.endswith(old):
        yield Shift(add=new[: len(new) - len(old)])
    if old.endswith(new):
        yield Shift(remove=old[: len(old) - len(new)])
    for width in range(1, _WIDEST_TAB + 1):
        yield Shift(old_unit=" " * width, new_unit="\t")
        yield Shift(old_unit="\t", new_unit=" " * width)


def _reversible(shift: Shift, indent: str) -> bool:
    """False if `indent` lacks what the shift takes away, so that two depths would become one."""
    return indent.startswith(shift.remove)
