"""Random edits in every dialect, cut at random, while people type at random.

Every sign of a document is another one, and so is every sign that a model or a person adds: what became of each can be
told at the end. `SEED=7 pytest …` plays one answer again.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field

import pytest

from ide.domain.edits.dialects import DialectName
from ide.domain.edits.lines import content_of, ending_of, split_lines
from ide.live.replica import Replica
from ide.wire.codes import HunkState, Reason
from tests.live.typing_session import Session

# Answers a test and dialect, each with one to four edits: some 10,000 edits in all, and 100,000 with --soak.
ANSWERS = 600
SOAK_FACTOR = 10
PATH = "src/a.js"
SIGNS = [chr(code) for code in (*range(0x4E00, 0x9FA0), *range(0x20000, 0x21000))]


@dataclass
class Change:
    """Lines `first` to before `last` become `new`. `above` and `below` are how many lines around them are shown."""

    first: int
    last: int
    new: list[str]
    above: int = 0
    below: int = 0


@dataclass
class Scene:
    """One answer of a model about one document."""

    text: str
    changes: list[Change]
    answer: str
    person: list[str] = field(default_factory=list)  # signs that people may type


class Author:
    """Makes documents and answers, none of whose signs stands twice but as `alike` says."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        at = self.dice.randrange(len(SIGNS))
        self._signs = iter(SIGNS[at:] + SIGNS[:at])

    def line(self) -> str:
        indent = "  " * self.dice.randrange(3)
        return indent + "".join(next(self._signs) for _ in range(self.dice.randrange(3, 9)))

    def scene(self, dialect: DialectName, *, alike: bool) -> Scene:
        dice = self.dice
        lines = [self.line() for _ in range(dice.randrange(1, 30))]
        if alike:
            some = [*lines[:3], "}", "", "  }"]
            lines[1:-1] = [dice.choice(some) if dice.random() < 0.4 else line for line in lines[1:-1]]
        eol = dice.choice(["\n", "\n", "\r\n"])
        text = eol.join(lines) + dice.choice([eol, eol, ""])
        changes = self._changes(lines, spaced=dialect != "whole")
        if dialect == "edit":
            answer = "".join(self._block(lines, change) for change in changes)
        elif dialect == "v4a":
            answer = "".join(self._chunk(lines, change) for change in changes)
            answer = f"*** Begin Patch\n*** Update File: {PATH}\n{answer}*** End Patch\n"
        else:
            whole = "".join(f"{content_of(line)}\n" for line in split_lines(applied(text, changes)))
            answer = f"{PATH}\n```js\n{whole}```\n"
        return Scene(text, changes, f"So:\n{answer}Done.", [next(self._signs) for _ in range(60)])

    def _changes(self, lines: list[str], *, spaced: bool) -> list[Change]:
        dice = self.dice
        changes: list[Change] = []
        at = 0
        for _ in range(dice.randrange(1, 5)):
            first = at + dice.randrange(4)
            last = first + dice.randrange(1, 5)
            if last > len(lines) or not any(line.strip() for line in lines[first:last]):
                break
            new = [self.line() if dice.random() < 0.6 else line for line in lines[first:last] if dice.random() < 0.8]
            for _ in range(dice.randrange(3)):
                new.insert(dice.randrange(len(new) + 1), self.line())
            above = dice.randrange(min(3, first - at + 1))
            below = dice.randrange(min(3, len(lines) - last + 1))
            changes.append(Change(first, last, new, above, below))
            at = last + below + (0 if spaced else 1)
        return changes or [Change(0, 1, [self.line()])]

    def _block(self, lines: list[str], change: Change) -> str:
        above = lines[change.first - change.above : change.first]
        below = lines[change.last : change.last + change.below]
        old, new = [*above, *lines[change.first : change.last], *below], [*above, *change.new, *below]
        return f"<<<<<<< EDIT {PATH}\n{ended(old)}======= WITH\n{ended(new)}>>>>>>> END\n"

    def _chunk(self, lines: list[str], change: Change) -> str:
        kept = [f" {line}" for line in lines[change.first - change.above : change.first]]
        gone = [f"-{line}" for line in lines[change.first : change.last]]
        come = [f"+{line}" for line in change.new]
        below = [f" {line}" for line in lines[change.last : change.last + change.below]]
        return ended(["@@", *kept, *gone, *come, *below])

    def pieces(self, text: str) -> list[str]:
        dice = self.dice
        count = dice.choice([1, 2, 4, 8, 20])
        edges = sorted(dice.randrange(len(text) + 1) for _ in range(count - 1))
        return [text[start:end] for start, end in zip([0, *edges], [*edges, len(text)], strict=True)]


def ended(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def applied(text: str, changes: list[Change]) -> str:
    """The reference: the changes made at once, in lines."""
    for change in reversed(changes):
        lines = split_lines(text)
        eol = ending_of(lines[0]) or "\n"
        shown = slice(change.first - change.above, change.last + change.below)
        unended = not lines[shown][-1].endswith("\n")
        new = [f"{line}{eol}" for line in change.new]
        lines[change.first : change.last] = new
        place = lines[shown.start : change.first + len(new) + change.below]
        if unended and place:
            place = [*place[:-1], content_of(place[-1])]
            place = [
                line if line.endswith("\n") or at == len(place) - 1 else line + eol for at, line in enumerate(place)
            ]
        lines[shown.start : change.first + len(new) + change.below] = place
        text = "".join(lines)
    return text


async def play(scene: Scene, author: Author, dialect: DialectName, person: Person | None = None) -> Session:
    session = Session({PATH: scene.text}, name=dialect)
    for piece in author.pieces(scene.answer):
        await session.write(piece)
        if person is not None:
            person.act(session)
    await session.typist.finish()
    assert all(record.state in (HunkState.APPLIED, HunkState.REFUSED) for record in session.records)
    return session


class Person:
    """Types signs of their own anywhere and deletes what stands there."""

    def __init__(self, scene: Scene, dice: random.Random, *, deletes: bool) -> None:
        self.signs = iter(scene.person)
        self.dice = dice
        self.deletes = deletes
        self.typed: set[str] = set()
        self.deleted: set[str] = set()

    def act(self, session: Session) -> None:
        document = session.replica.documents().get(PATH)
        if document is None:
            return
        text = str(document.text)
        with session.replica.transaction("person"):
            if self.deletes and self.dice.random() < 0.5:
                start = self.dice.randrange(len(text) + 1)
                end = min(len(text), start + self.dice.choice([1, 2, 5, 20, 200]))
                self.deleted |= set(text[start:end])
                del document.text[len(text[:start].encode()) : len(text[:end].encode())]
                text = text[:start] + text[end:]
            for _ in range(self.dice.randrange(3)):
                sign = next(self.signs)
                at = self.dice.randrange(len(text) + 1)
                document.text.insert(len(text[:at].encode()), sign)
                text = text[:at] + sign + text[at:]
                self.typed.add(sign)


def seeds(soak: bool) -> list[int]:
    return [int(os.environ["SEED"])] if "SEED" in os.environ else list(range(ANSWERS * (SOAK_FACTOR if soak else 1)))


@pytest.mark.parametrize("dialect", ["edit", "v4a", "whole"])
async def test_the_result_is_that_of_applying_at_once_or_a_refusal_that_changed_nothing(
    dialect: DialectName, soak: bool
) -> None:
    edits = refused = 0
    for seed in seeds(soak):
        author = Author(seed)
        scene = author.scene(dialect, alike=seed % 2 == 0)
        session = await play(scene, author, dialect)
        told = f"seed {seed}: {scene.answer!r}"
        if dialect == "whole":
            assert session.files == {PATH: applied(scene.text, scene.changes)}, told
        else:
            assert len(session.records) == len(scene.changes), told
            standing = [
                change
                for change, record in zip(scene.changes, session.records, strict=True)
                if record.state == HunkState.APPLIED
            ]
            assert session.files == {PATH: applied(scene.text, standing)}, told
            reasons = {record.reason for record in session.records if record.state == HunkState.REFUSED}
            assert reasons <= ({Reason.AMBIGUOUS} if seed % 2 == 0 else set()), told
            refused += len(scene.changes) - len(standing)
        edits += len(scene.changes)
    assert edits > 1.5 * len(seeds(soak)) or "SEED" in os.environ
    assert refused * 4 < edits


@pytest.mark.parametrize("dialect", ["edit", "v4a", "whole"])
@pytest.mark.parametrize("deletes", [False, True])
async def test_people_lose_nothing_and_find_nothing_twice(dialect: DialectName, deletes: bool, soak: bool) -> None:
    for seed in seeds(soak):
        author = Author(seed)
        scene = author.scene(dialect, alike=False)
        person = Person(scene, author.dice, deletes=deletes)
        session = await play(scene, author, dialect, person)
        text = session.files[PATH]
        told = f"seed {seed}: {scene.answer!r}"
        for sign in person.typed:
            assert text.count(sign) == (sign not in person.deleted), told
        stands = set(applied(scene.text, scene.changes if dialect == "whole" else standing(scene, session)))
        if dialect == "whole" and session.records[0].state == HunkState.REFUSED:
            stands = set(scene.text)
        # Where people made one line of two, what is like the old line may take some of its neighbour with it.
        for sign in stands - person.deleted - set("\r\n ") if "\n" not in person.deleted else ():
            assert text.count(sign) == 1, told
        for sign in set(scene.text + scene.answer) - stands - set("\r\n "):
            assert sign not in text or sign in "So:Done.", told
        elsewhere = Replica()
        elsewhere.apply(session.replica.diff())
        assert str(elsewhere.documents()[PATH].text) == text, told


def standing(scene: Scene, session: Session) -> list[Change]:
    records = session.records
    assert len(records) == len(scene.changes)
    return [change for change, record in zip(scene.changes, records, strict=True) if record.state == HunkState.APPLIED]
