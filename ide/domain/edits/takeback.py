"""Taking one change of a model back from a text in which people have typed since: a three-way merge.

The base is what the model left (`after`), one side is what stands there now (`present`), the other what stood there
before. Lines are compared first, then the words of lines that changed, and letters where people only added to a word or
only took from it. Only what the model left is ever removed: whatever people typed stays, once. Where they replaced or
removed all of a part that the model had changed, that part is theirs, and nothing comes back in its place.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from ide.domain.edits.common import common_pairs
from ide.domain.edits.difference import Edit, changed_lines, common_ends, difference
from ide.domain.edits.lines import ending_of, split_lines
from ide.domain.edits.similarity import similarity

# Words of two texts, multiplied, beyond which they are compared by their ends alone.
MOST_COMPARED: Final = 4_000_000
# From here on a line that people typed in is taken for the changed form of an old one.
ALIKE: Final = 0.5
# Letters of two lines, multiplied, that are looked at for that in one block.
MOST_LIKENED: Final = 1_000_000

_WORD = re.compile(r"\w+|[^\S\n]+|\n|[^\w\s]")


def take_back(before: str, after: str, present: str) -> list[Edit]:
    """Edits of `present` that take the change from `before` to `after` back: ascending, counted in code points.

    None at all, although `present` is not `before`, means that nothing of the change is left.
    """
    if present == after:
        return difference(after, before)
    typing = _Typing(after, present)
    base, old = split_lines(after), split_lines(before)
    offsets = _offsets(base)
    edits: list[Edit] = []
    for first, last, old_first, old_last in changed_lines(base, old):
        block = _Block(offsets[first], base[first:last], old[old_first:old_last])
        edits += block.take_back(typing)
    return _joined(edits)


class _Typing:
    """What people made of `base`: which parts of it still stand in `present`, and where they put something."""

    def __init__(self, base: str, present: str) -> None:
        self._kept: list[tuple[int, int, int]] = []  # start and end in the base, start in the present text
        self.typed: list[Edit] = []  # what they put where, and what of the base they replaced by it
        at = shift = 0
        for edit in _typed(base, present):
            if edit.start > at:
                self._kept.append((at, edit.start, at + shift))
            if edit.text:
                self.typed.append(edit)
            shift += len(edit.text) - (edit.end - edit.start)
            at = edit.end
        if len(base) > at:
            self._kept.append((at, len(base), at + shift))

    def kept(self, first: int, last: int) -> list[tuple[int, int]]:
        """What still stands of a part of the base, as ranges of the present text."""
        index = max(0, bisect_left(self._kept, (first, 0, 0)) - 1)
        found: list[tuple[int, int]] = []
        for start, end, at in self._kept[index:]:
            if start >= last:
                break
            low, high = max(first, start), min(last, end)
            if low < high:
                found.append((at + low - start, at + high - start))
        return found

    def untouched(self, first: int, last: int) -> int | None:
        """Where a part of the base starts in the present text, if nobody wrote in it. None otherwise."""
        if first == last:
            return self.place(first)
        kept = self.kept(first, last)
        whole = len(kept) == 1 and kept[0][1] - kept[0][0] == last - first
        return kept[0][0] if whole else None

    def place(self, at: int) -> int:
        """A place of the base in the present text, in front of what people put there."""
        index = bisect_left(self._kept, (at, 0, 0)) - 1
        if index < 0:
            return 0
        start, end, place = self._kept[index]
        return place + min(at, end) - start


class _Block:
    """Lines of the base that begin at `start` and stood for the `old` ones."""

    def __init__(self, start: int, lines: Sequence[str], old: Sequence[str]) -> None:
        self._lines = lines
        self._old = old
        self._offsets = [start + offset for offset in _offsets(lines)]

    def take_back(self, typing: _Typing) -> Iterator[Edit]:
        """Edits of the present text that put the old lines in the place of what is left of these."""
        first = old_first = 0
        for index, like in [*self._likes(typing), (len(self._lines), len(self._old))]:
            yield from self._lines_back(typing, first, index, self._old[old_first:like])
            if index < len(self._lines):
                yield from self._words_back(typing, index, self._old[like])
            first, old_first = index + 1, like + 1

    def _likes(self, typing: _Typing) -> list[tuple[int, int]]:
        """The lines that people typed in, each with the old line that it stood for; both ascending."""
        left, old_first = MOST_LIKENED, 0
        pairs: list[tuple[int, int]] = []
        for index, (start, end) in enumerate(pairwise(self._offsets)):
            line = self._lines[index]
            if typing.untouched(start, end) is not None or not typing.kept(start, end):
                continue
            best, best_at = ALIKE, None
            for at in range(old_first, len(self._old)):
                left -= len(line) * len(self._old[at])
                if left < 0:
                    return pairs
                alike = similarity(line, self._old[at])
                if alike >= best and (best_at is None or alike > best):
                    best, best_at = alike, at
            if best_at is not None:
                pairs.append((index, best_at))
                old_first = best_at + 1
        return pairs

    def _lines_back(self, typing: _Typing, first: int, last: int, old: Sequence[str]) -> Iterator[Edit]:
        """Whole lines for whole lines. What people typed in one stays on a line of its own, below the old ones."""
        start, end = self._offsets[first], self._offsets[last]
        at = typing.untouched(start, end)
        if at is not None:
            yield from _moved(difference("".join(self._lines[first:last]), "".join(old)), at)
            return
        gone: list[tuple[int, int]] = []
        for line, (low, high) in zip(self._lines[first:last], pairwise(self._offsets[first : last + 1]), strict=True):
            typed = [
                edit.text
                for edit in typing.typed
                if low <= edit.start < high and (edit.start > start or edit.end > edit.start)
            ]
            stays = len(ending_of(line)) if typed and not typed[-1].endswith("\n") else 0
            gone += typing.kept(low, high - stays)
        yield from _replaced(typing, start, end, gone, "".join(old))

    def _words_back(self, typing: _Typing, index: int, old: str) -> Iterator[Edit]:
        """The words of one line for those of an old one."""
        for edit in _changed_words(self._lines[index], old):
            first, last = self._offsets[index] + edit.start, self._offsets[index] + edit.end
            yield from _replaced(typing, first, last, typing.kept(first, last), edit.text)


def _replaced(typing: _Typing, first: int, last: int, gone: list[tuple[int, int]], text: str) -> Iterator[Edit]:
    """Edits that remove `gone`, which is left of a part of the base, and put `text` there."""
    kept = typing.kept(first, last)
    if first < last and not kept:
        return
    # What people put in front of that part stays in front; what they put in the place of its start, behind.
    at = kept[0][0] if typing.kept(first, first + 1) and first < last else typing.place(first)
    if not gone or gone[0][0] != at:
        gone = [(at, at), *gone]
    for index, (low, high) in enumerate(gone):
        put = text if index == 0 else ""
        if put or high > low:
            yield Edit(low, high, put)


def _typed(base: str, present: str) -> Iterator[Edit]:
    """What people did to `base`, as fine as it can be told: edits in ascending order, counted in `base`."""
    base_lines, lines = split_lines(base), split_lines(present)
    offsets = _offsets(base_lines)
    for first, last, now_first, now_last in changed_lines(base_lines, lines):
        old, new = "".join(base_lines[first:last]), "".join(lines[now_first:now_last])
        for words in _changed_words(old, new):
            replaced = old[words.start : words.end]
            yield from _moved(_letters(replaced, words.text), offsets[first] + words.start)


def _changed_words(old: str, new: str) -> Iterator[Edit]:
    """Runs of words that differ, as edits of `old`."""
    old_words, new_words = _WORD.findall(old), _WORD.findall(new)
    offsets = _offsets(old_words)
    head, tail = common_ends(old_words, new_words)
    old_middle, new_middle = old_words[head : len(old_words) - tail], new_words[head : len(new_words) - tail]
    pairs = [(-1, -1)]
    if len(old_middle) * len(new_middle) <= MOST_COMPARED:
        pairs += _telling(old_middle, common_pairs(old_middle, new_middle))
    pairs.append((len(old_middle), len(new_middle)))
    for (first, new_first), (last, new_last) in pairwise(pairs):
        if last - first > 1 or new_last - new_first > 1:
            text = "".join(new_middle[new_first + 1 : new_last])
            yield Edit(offsets[head + first + 1], offsets[head + last], text)


def _telling(words: Sequence[str], pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of equal words with a letter or digit in them. A space alone stands between any two words."""
    run: list[tuple[int, int]] = []
    for pair in [*pairs, None]:
        if pair is None or not run or pair != (run[-1][0] + 1, run[-1][1] + 1):
            if any(words[at][0].isalnum() for at, _ in run):
                yield from run
            run = []
        if pair is not None:
            run.append(pair)


def _letters(old: str, new: str) -> list[Edit]:
    """Letters that were only added to `old` or only taken from it; otherwise all of it was replaced."""
    head, tail = common_ends(old, new)
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if not old_middle or not new_middle:
        return [Edit(head, head + len(old_middle), new_middle)]
    shorter, longer = sorted((old_middle, new_middle), key=len)
    runs = _runs_between(shorter, longer)
    if runs is None:
        return [Edit(0, len(old), new)]
    if longer is new_middle:
        return [Edit(head + at, head + at, longer[low:high]) for at, low, high in runs]
    return [Edit(head + low, head + high, "") for _, low, high in runs]


def _runs_between(shorter: str, longer: str) -> list[tuple[int, int, int]] | None:
    """The runs of `longer` between the letters of `shorter`: behind how many of them, start and end.

    None if some letter of `shorter` is missing.
    """
    runs: list[tuple[int, int, int]] = []
    at = 0
    for count, letter in enumerate(shorter):
        found = longer.find(letter, at)
        if found < 0:
            return None
        if found > at:
            runs.append((count, at, found))
        at = found + 1
    if at < len(longer):
        runs.append((len(shorter), at, len(longer)))
    return runs


def _joined(edits: Iterable[Edit]) -> list[Edit]:
    """Edits that touch each other as one."""
    joined: list[Edit] = []
    for edit in edits:
        if joined and joined[-1].end == edit.start:
            joined[-1] = Edit(joined[-1].start, edit.end, joined[-1].text + edit.text)
        else:
            joined.append(edit)
    return joined


def _moved(edits: Iterable[Edit], by: int) -> list[Edit]:
    return [Edit(edit.start + by, edit.end + by, edit.text) for edit in edits]


def _offsets(parts: Iterable[str]) -> list[int]:
    offsets = [0]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return offsets
