"""A docstring for a function or a class, of what its signature says and no more."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from ide.engines.rehearsal.code import Source
from ide.engines.rehearsal.places import Place, settle, span
from ide.engines.rehearsal.question import Question
from ide.engines.rehearsal.rules.about import all_sources
from ide.engines.rehearsal.words import name_words

_ASKED = re.compile(
    r"(?:(?:please|can you|could you|would you)\s+)*(?:add|write|give|put)\s+(?:a\s+|the\s+)?(?:short\s+)?"
    r"(?:docstring|doc string|jsdoc(?: comment)?|doc comment)\s+(?:to|for|on|in)\s+(?:the\s+)?"
    r"(?:(?:python|javascript)\s+)?(?:(?:function|method|class)\s+)?[`'\"]?(?P<name>[^\W\d][\w$]*)(?:\(\))?[`'\"]?"
    r"(?:\s+(?:function|method|class))?(?:\s+please)?\s*[.!?]*",
    re.IGNORECASE,
)
_FUNCTION = (
    r"^(?P<indent>[ \t]*)(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\s*\*?\s*{name}\s*\((?P<one>[^)]*)\)"
    r"|(?:const|let|var)\s+{name}\s*=\s*(?:async\s*)?(?:function\s*)?\((?P<two>[^)]*)\))"
)
_PARAMETER = re.compile(r"(?:\.\.\.)?([^\W\d][\w$]*)\??(?:\s*[:=].*)?", re.DOTALL)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def docstring(question: Question) -> str | None:
    """Add a docstring to a function."""
    asked = _ASKED.fullmatch(question.prompt.strip())
    if asked is None:
        return None
    name = asked["name"]
    scope = question.scope
    sources = [source for source in all_sources(question) if scope is None or source.path == scope.path]
    found = [found for source in sources for found in _found(source, name)]
    places = [place for place in found if isinstance(place, Place)]
    refusals = [refusal for refusal in found if isinstance(refusal, str)]
    if refusals and not places:
        return f"{refusals[0]} I changed nothing."
    return settle(question, places, f"I found no function `{name}` in the room.")


def _found(source: Source, name: str) -> Iterator[Place | str]:
    """A place for each definition of `name`; a sentence for one that can get no docstring."""
    if source.language == "python":
        yield from _python(source, name)
    elif source.language == "script":
        yield from _script(source, name)


def _python(source: Source, name: str) -> Iterator[Place | str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if re.search(rf"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+{re.escape(name)}\b", source.code, re.MULTILINE):
            yield f"`{source.path}` is not valid Python, so I cannot tell where the docstring of `{name}` goes."
        return
    lines = source.text.split("\n")
    for node in ast.walk(tree):
        if not isinstance(node, _Definition) or node.name != name:
            continue
        first = node.body[0]
        if ast.get_docstring(node, clean=False) is not None:
            yield f"`{name}` has a docstring already."
        elif first.lineno == node.lineno or lines[first.lineno - 2].rstrip().endswith("\\"):
            yield f"The body of `{name}` stands on the line of its name, so a docstring has no line to go to."
        else:
            # Decorators of the first statement stand above it.
            line = min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", []))])
            at = sum(len(one) + 1 for one in lines[: line - 1])
            indent = " " * first.col_offset if lines[line - 1].startswith(" ") else "\t" * first.col_offset
            end = "\r\n" if lines[line - 1].endswith("\r") else "\n"
            new = f'{indent}"""{_said(node)}"""{end}'
            yield Place((span(source, at, at, new),), f"Added a docstring to `{name}` in `{source.path}`.")


def _said(node: _Definition) -> str:
    summary = _sentence(node.name)
    if isinstance(node, ast.ClassDef):
        return f"{summary}."
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    names = [one.arg for one in arguments if one.arg not in ("self", "cls")]
    return f"{summary}{_given(names)}."


def _script(source: Source, name: str) -> Iterator[Place | str]:
    pattern = re.compile(_FUNCTION.replace("{name}", re.escape(name)), re.MULTILINE)
    for match in pattern.finditer(source.code):
        above = source.text[: match.start()].rstrip()
        if above.endswith("*/"):
            yield f"`{name}` has a comment above it already."
            continue
        given = (match["one"] or match["two"] or "").split(",")
        names = [found[1] for one in given if (found := _PARAMETER.fullmatch(one.strip()))]
        new = f"{match['indent']}/** {_sentence(name)}{_given(names)}. */\n"
        place = (span(source, match.start(), match.start(), new),)
        yield Place(place, f"Added a doc comment to `{name}` in `{source.path}`.")


def _sentence(name: str) -> str:
    said = " ".join(name_words(name)) or name
    return said[0].upper() + said[1:]


def _given(names: list[str]) -> str:
    if not names:
        return ""
    listed = [f"`{name}`" for name in names]
    return ", given " + (", ".join(listed[:-1]) + " and " + listed[-1] if len(listed) > 1 else listed[0])
