"""Looking at code without running it: which language stands where, and what is neither a comment nor a string."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from ide.domain.turns.context import DocumentText

Language = Literal["python", "script", "style", "page", "prose"]

_LANGUAGES: Final[dict[str, Language]] = {
    **dict.fromkeys(("py", "pyi"), "python"),
    **dict.fromkeys(("js", "mjs", "cjs", "jsx", "ts", "tsx"), "script"),
    "css": "style",
    **dict.fromkeys(("html", "htm"), "page"),
    **dict.fromkeys(("md", "txt"), "prose"),
}
_EMBEDDED = re.compile(r"<(script|style)\b([^<>]{0,2000})>", re.IGNORECASE)
_CLOSED = {tag: re.compile(rf"</{tag}\s{{0,20}}>", re.IGNORECASE) for tag in ("script", "style")}
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_OTHER_SCRIPT = re.compile(r"\btype\s*=\s*[\"']?(?!module|text/javascript|text/babel)[\w/+-]+", re.IGNORECASE)
_HIDDEN: Final[dict[Language, re.Pattern[str]]] = {
    "python": re.compile(
        r"#[^\n]*|(?:\b[rRbBuUfF]{1,2})?(?:'''(?:\\.|[^\\])*?(?:'''|\Z)|\"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z)"
        r"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\")",
        re.DOTALL,
    ),
    "script": re.compile(
        r"//[^\n]*|/\*.*?(?:\*/|\Z)|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`"
        r"|(?<=[=(,:;!&|?{}\[])[ \t]*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n]){0,100}\]|[^/\\\n\[]){1,300}/[a-z]*",
        re.DOTALL,
    ),
    "style": re.compile(r"/\*.*?(?:\*/|\Z)|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL),
}
_INSERTED = re.compile(r"\$\{([^{}]*)\}")
_FORMATTED = re.compile(r"(?<!\{)\{([^{}!:]*)[^{}]*\}(?!\})")


@dataclass(frozen=True, slots=True)
class Source:
    """A stretch of one language in a document. `code` is as long as `text` with comments and strings blanked."""

    document: DocumentText
    language: Language
    start: int
    text: str
    code: str

    @property
    def path(self) -> str:
        """The document's path."""
        return self.document.path

    def line(self, at: int) -> int:
        """The document's line, from 1, of the place `at` in `text`."""
        return self.document.text.count("\n", 0, self.start + at) + 1


def language_of(path: str) -> Language | None:
    """What a document of this path is written in, if it is a language that the rules know."""
    return _LANGUAGES.get(path.rsplit("/", 1)[-1].rpartition(".")[2].lower())


def sources(document: DocumentText) -> list[Source]:
    """The stretches of a document that the rules may look at. A page has its markup and what is embedded in it."""
    language = language_of(document.path)
    if language is None:
        return []
    if language != "page":
        return [_source(document, language, 0, document.text)]
    return list(_page(document))


def _page(document: DocumentText) -> Iterator[Source]:
    text = _HTML_COMMENT.sub(lambda match: _blank(match[0]), document.text)
    markup: list[str] = []
    at = 0
    while opened := _EMBEDDED.search(text, at):
        closed = _CLOSED[opened[1].lower()].search(text, opened.end())
        if closed is None:
            break
        start, stop = opened.end(), closed.start()
        markup += [text[at:start], _blank(text[start:stop])]
        at = stop
        if opened[1].lower() == "style":
            yield _source(document, "style", start, text[start:stop])
        elif not _OTHER_SCRIPT.search(opened[2]):
            yield _source(document, "script", start, text[start:stop])
    yield Source(document, "page", 0, document.text, "".join([*markup, text[at:]]))


def _source(document: DocumentText, language: Language, start: int, text: str) -> Source:
    hidden = _HIDDEN.get(language)
    code = hidden.sub(lambda match: _masked(match[0], language), text) if hidden else text
    return Source(document, language, start, text, code)


def _masked(part: str, language: Language) -> str:
    """`part`, a comment or a string, blanked but for expressions that it inserts."""
    inserted = None
    if language == "script" and part.startswith("`"):
        inserted = _INSERTED
    elif language == "python" and "f" in part[:2].lower() and not part.startswith("#"):
        inserted = _FORMATTED
    blank = _blank(part)
    for match in inserted.finditer(part) if inserted else ():
        inner = _HIDDEN[language].sub(lambda hidden: _blank(hidden[0]), match[1])
        blank = blank[: match.start(1)] + inner + blank[match.end(1) :]
    return blank


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
