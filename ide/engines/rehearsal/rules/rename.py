"""Rename a name of the code, whole words, wherever it stands for the same thing."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ide.engines.rehearsal.code import Language, Source
from ide.engines.rehearsal.places import Span, span, write
from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.rules.about import LARGEST, all_sources
from ide.engines.rehearsal.words import word_set

_ASKED = re.compile(
    r"(?:(?:please|can you|could you|would you)\s+)*(?:rename|change the name of)\s+(?P<all>all\s+|every\s+)?"
    r"(?:the\s+)?(?:(?:variable|function|method|class|constant|name|identifier|parameter|argument|field|attribute|"
    r"property|symbol)s?\s+)?[`'\"“]?(?P<old>[^\W\d][\w$]*)(?:\(\))?[`'\"”]?\s+(?:to|into|as)\s+"
    r"[`'\"“]?(?P<new>[^\W\d][\w$]*)(?:\(\))?[`'\"”]?"
    r"(?:\s+(?:everywhere|throughout|in all files|in the whole room))?(?:\s+please)?\s*[.!?]*",
    re.IGNORECASE,
)
_SCRIPT_WORDS: Final = word_set(
    "await break case catch class const continue debugger default delete do else enum export extends false finally for"
    " function if implements import in instanceof interface let new null package private protected public return static"
    " super switch this throw true try typeof undefined var void while with yield arguments eval async of"
)
_HANDLER = re.compile(r"\bon[a-z]+\s*=\s*(?P<quote>[\"'])(?P<code>.{0,2000}?)(?P=quote)", re.DOTALL | re.IGNORECASE)
_REFLECTION = re.compile(
    r"__all__|\b(?:getattr|setattr|hasattr|delattr|patch|patch\.object|globals|locals|eval|exec)\b"
)
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class _Use:
    """One occurrence. `member`: after a dot or as a key, so perhaps something else of the same name."""

    span: Span
    member: bool


def rename(question: Question) -> str | None:
    """Rename X to Y."""
    asked = _ASKED.fullmatch(question.prompt.strip())
    if asked is None:
        return None
    old, new = asked["old"], asked["new"]
    if old.lower() in ("title", "heading") and not _uses_of(old, question):
        return None
    too_large = any(len(document.text) > LARGEST for document in question.documents)
    if question.hidden or not question.complete or too_large:
        return "The room holds files that I cannot look at, so a rename could be incomplete. I changed nothing."
    found = _uses_of(old, question)
    if not found:
        return f"I found no name `{old}` in the room's code. I changed nothing."
    if len(found) > 1:
        listed = " and ".join(f"`{next(iter(uses)).span.document.path}`" for uses in found.values())
        return f"`{old}` stands in two languages: in {listed}. Name the file (“… in <file>”). I changed nothing."
    [(language, uses)] = found.items()
    refusal = _refusal(question, language, old, new, uses, everything=bool(asked["all"]))
    if refusal is not None:
        return f"{refusal} I changed nothing."
    files = len({use.span.document.path for use in uses})
    count = f"{len(uses)} place{'s' if len(uses) > 1 else ''} in {files} file{'s' if files > 1 else ''}"
    return write([_renamed(use.span, new) for use in uses], f"Renamed `{old}` to `{new}` in {count}.")


def _uses_of(name: str, question: Question) -> dict[Language, list[_Use]]:
    found: dict[Language, list[_Use]] = {}
    for source in all_sources(question):
        if question.scope and source.path != question.scope.path:
            continue
        for use in _uses(source, name):
            found.setdefault("script" if source.language == "page" else source.language, []).append(use)
    return found


def _uses(source: Source, name: str) -> Iterator[_Use]:
    word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    if source.language in ("script", "python"):
        for match in word.finditer(source.code):
            yield _Use(span(source, *match.span(), name), _is_member(source, *match.span()))
    elif source.language == "page":
        for handler in _HANDLER.finditer(source.code):
            for match in word.finditer(handler["code"]):
                start = handler.start("code") + match.start()
                yield _Use(span(source, start, start + len(name), name), member=False)


def _is_member(source: Source, start: int, stop: int) -> bool:
    before = source.code[max(0, start - 200) : start].rstrip(" \t")[-3:]
    after = source.code[stop : stop + 40].lstrip(" \t")
    if before.endswith(".") and not before.endswith("..."):
        return True
    if source.language == "python" and before.endswith("def"):
        return source.code[source.code.rfind("\n", 0, start) + 1] in " \t"  # a method
    if source.language == "python":
        return after.startswith("=") and not after.startswith("==") and before[-1:] in ("(", ",") and before != ""
    shorthand = before[-1:] in ("{", ",") and after[:1] in (",", "}")
    return shorthand or (before[-1:] in ("{", ",", "\n", "") and after.startswith(":"))


def _refusal(
    question: Question, language: Language, old: str, new: str, uses: Iterable[_Use], *, everything: bool
) -> str | None:
    reserved = _SCRIPT_WORDS if language == "script" else frozenset(keyword.kwlist)
    if new in reserved or old in reserved:
        return f"`{new if new in reserved else old}` is a word of the language and cannot be a name."
    if old == new:
        return "That is its name already."
    if language == "python" and "$" in new:
        return f"`{new}` cannot be a name in Python."
    spans = list(uses)
    if len(spans) > MOST:
        return f"`{old}` stands in {len(spans)} places, which is more than I change at once."
    if taken := _uses_of(new, question).get(language):
        return f"`{new}` is a name already, in `{_address(taken[0].span)}`."
    if (place := _spoken(question, old)) is not None:
        return f"`{place}` names `{old}` in a string that the program may use as a name, so I cannot rename it safely."
    members = [use for use in spans if use.member]
    if members and len(members) < len(spans) and not everything:
        plain = next(use for use in spans if not use.member)
        return (
            f"`{old}` is a name of its own (`{_address(plain.span)}`) and a member or a key "
            f"(`{_address(members[0].span)}`). Do you mean all of them? Then say “rename all {old} to {new}”."
        )
    return None


def _spoken(question: Question, name: str) -> str | None:
    """Where a line that looks names up by their text has this one in a string."""
    inside = re.compile(rf"(['\"])(?:[\w.]*\.)?{re.escape(name)}\1")
    for source in all_sources(question):
        if source.language != "python":
            continue
        for number, line in enumerate(source.text.split("\n"), 1):
            if inside.search(line) and _REFLECTION.search(line):
                return f"{source.path}:{number}"
    return None


def _renamed(place: Span, new: str) -> Span:
    return Span(place.document, place.start, place.stop, new)


def _address(place: Span) -> str:
    return f"{place.document.path}:{place.line}"
