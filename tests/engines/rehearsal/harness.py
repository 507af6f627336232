"""What an answer does to documents, worked out with the real parser and the real locator."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ide.domain.edits.events import Broken, Closed, Deleted, Malformed, Moved, Opened, Prose, Target, Typed
from ide.domain.edits.locator import locate_exactly
from ide.domain.edits.matching import Place
from ide.domain.edits.parser import EditParser
from ide.domain.turns.context import DocumentText
from ide.engines.rehearsal.answer import answer
from ide.engines.rehearsal.question import Question

PROGRAMS = Path(__file__).parent / "programs"
PROTOTYPES = Path(__file__).parents[3] / "ide" / "engines" / "rehearsal" / "prototypes"


@dataclass(frozen=True)
class Effect:
    """The documents afterwards, the prose, and which paths were created."""

    documents: dict[str, str]
    prose: str
    created: tuple[str, ...]


@cache
def room(folder: Path) -> tuple[DocumentText, ...]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return tuple(DocumentText(str(path.relative_to(folder)), path.read_bytes().decode()) for path in files)


def program(name: str) -> tuple[DocumentText, ...]:
    return room(PROGRAMS / name)


def prototype(name: str) -> tuple[DocumentText, ...]:
    return room(PROTOTYPES / name)


def ask(
    prompt: str, documents: tuple[DocumentText, ...] = (), *, asked_before: str = "", answered_before: str = ""
) -> Effect:
    asked = Question(prompt, documents, asked_before=asked_before, answered_before=answered_before)
    return apply(answer(asked, 1_200), documents)


def apply(said: str, documents: tuple[DocumentText, ...] = ()) -> Effect:
    """Carry out an answer. Fails if a block is broken, finds no place, finds two, or overwrites a document."""
    texts = {document.path: document.text for document in documents}
    created: list[str] = []
    prose = ""
    parser = EditParser()
    opened = Opened("create", "")
    target: tuple[str, ...] = ()
    typed = ""
    for event in [*parser.feed(said), *parser.finish()]:
        match event:
            case Prose(text):
                prose += text
            case Opened():
                opened, target, typed = event, (), ""
            case Target(lines):
                target = lines
            case Typed(text):
                typed += text
            case Closed() if opened.kind == "create":
                assert opened.path not in texts, f"{opened.path} is overwritten"
                created.append(opened.path)
                texts[opened.path] = typed
            case Closed():
                texts[opened.path] = _edited(texts[opened.path], target, opened.hint, typed)
            case Broken() | Malformed() | Deleted() | Moved():
                raise AssertionError(event)
    return Effect(texts, prose.strip(), tuple(created))


def _edited(text: str, target: tuple[str, ...], hint: int | None, typed: str) -> str:
    # Without its hint too: the hint only tells duplicates apart.
    place = locate_exactly(text, target)
    assert isinstance(place, Place), f"{target}: {place}"
    assert hint == place.first + 1
    lines = text.split("\n")
    ending = "\r" if lines[0].endswith("\r") else ""
    fresh = [line + ending for line in typed.split("\n")[:-1]]
    last = place.first + place.count
    if last == len(lines) and fresh:
        fresh[-1] = fresh[-1].removesuffix("\r")
    return "\n".join([*lines[: place.first], *fresh, *lines[last:]])


def changed_lines(before: tuple[DocumentText, ...], after: Effect) -> list[tuple[str, int, str]]:
    """Path, line and new text of each changed line; None of the lines may have moved."""
    changes = []
    for document in before:
        old, new = document.text.split("\n"), after.documents[document.path].split("\n")
        assert len(old) == len(new)
        pairs = enumerate(zip(old, new, strict=True), 1)
        changes += [(document.path, number, b.strip()) for number, (a, b) in pairs if a != b]
    return changes
