"""The dialect `whole`: what a stream holds, however it is cut. Numbers are those of the rules in whole.py."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ide.domain.edits.events import Broken, Closed, Event, Opened, Prose, Typed
from ide.domain.edits.whole import WholeParser
from tests.domain.edits.streams import check_blocks, parse, pieces

X = "```\nx\n```\n"
PY = "```py\nx\n```\n"
ENDED = Broken("The answer ended inside this file.", ended=True)


def file(path: str, text: str = "x\n") -> list[Event]:
    return [Opened("create", path), *([Typed(text)] if text else []), Closed()]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (f"Hello\na.js\n{X}bye", [Prose("Hello\n"), *file("a.js"), Prose("bye")]),
        (f"a.js\n{X}".replace("\n", "\r\n"), file("a.js")),
        ("a.js\n```\nx\n```", file("a.js")),
        ("a.js\n```\n```\n", file("a.js", "")),
        # 1
        *(
            (f"{line}\n{X}", file("game/a.js"))
            for line in (
                "game/a.js", "### game/a.js", "**game/a.js**", "`game/a.js`", "## `game/a.js`:", "1. **game/a.js**:",
                "- game/a.js", "File: game/a.js", "**File:** `game/a.js`", "Filename: game/a.js", "./game/a.js",
                "'game/a.js'", "  game/a.js  ", "game/a.js:", "game/a.js\n",
            )
        ),
        *(
            (f"{fence}\nx\n```\n", file("game/a.js"))
            for fence in (
                "```js game/a.js", "```game/a.js", "```js:game/a.js", '```js title="game/a.js"',
                "```js filename=game/a.js", "```javascript {game/a.js}", "  ```js game/a.js",
            )
        ),
        (f"__init__.py\n{X}", file("__init__.py")),
        (f"Makefile\n{X}", file("Makefile")),
        (f"file.txt\n{X}", file("file.txt")),
        (f".gitignore\n{X}", file(".gitignore")),
        (f"a.js\nb.js\n{X}", [Prose("a.js\n"), *file("b.js")]),
        ("a.js\n```js b.js\nx\n```\n", [Prose("a.js\n"), *file("b.js")]),
        *(
            (f"{line}\n{X}", [Prose(f"{line}\n{X}")])
            for line in (
                "In a.js:", "Done.", "Here you are:", "See `a.js` below", "a.js\n\n", "https://a.b/c.js", "../a.js",
                "/etc/a.js", "e.g.", "a.js or b.js", "f(a.js)", "",
            )
        ),
        ("a.js\n```diff\n-x\n```\n", [Prose("a.js\n```diff\n-x\n```\n")]),
        # 3
        ("a.md\n````md\n```\nx\n```\n````\n", file("a.md", "```\nx\n```\n")),
        ("a.md\n```md\n```js\nx\n```\ny\n```\nbye", [*file("a.md", "```js\nx\n```\ny\n"), Prose("bye")]),
        ("a.py\n~~~\n```\n    ~~~\n~~~~\n", file("a.py", "```\n    ~~~\n")),
        ("```js\na.js\n```js\n```\n```\na.js\n" + X, [Prose("```js\na.js\n```js\n```\n```\n"), *file("a.js")]),
        # 4
        ("a.js\n```\nx\n", [Opened("create", "a.js"), Typed("x\n"), ENDED]),
        # 5
        ("a.js\n", [Prose("a.js\n")]),
        ("a.js\n```", [Prose("a.js\n```")]),
        ("a.js", [Prose("a.js")]),
    ],
)  # fmt: skip
def test_what_a_stream_holds(text: str, events: list[Event]) -> None:
    assert parse(WholeParser(), text) == events
    assert parse(WholeParser(), *text) == events


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (f"So:\n{PY}And:\n{PY}", [Prose("So:\n"), *file("main.py"), Prose(f"And:\n{PY}")]),
        (f"Install it with\n{X}and\n{PY}", [Prose(f"Install it with\n{X}and\n"), *file("main.py")]),
        ("```bash\nrun\n```\n```python\nx\n```\n", [Prose("```bash\nrun\n```\n"), *file("main.py")]),
        (f"a.js\n{X}{PY}", [*file("a.js"), Prose(PY)]),
    ],
)
def test_a_fence_without_a_path_is_the_only_file_once(text: str, events: list[Event]) -> None:  # 2
    assert parse(WholeParser("main.py"), text) == events
    assert parse(WholeParser("main.py"), *text) == events


def test_an_answer_that_was_cut_short_closes_no_file_by_half_a_line() -> None:
    assert parse(WholeParser(), "a.md\n```\nx\n```", cut=True) == [Opened("create", "a.md"), Typed("x\n```"), ENDED]
    assert parse(WholeParser(), "a.md\n```\nx\n```\n", cut=True) == file("a.md")


def test_text_streams_as_it_comes() -> None:
    """Only what could still become a path or a fence is held back."""
    parser = WholeParser()
    assert parser.feed("Here") == []
    assert parser.feed(" it") == [Prose("Here it")]
    assert parser.feed(" is.\n**a.") == [Prose(" is.\n")]
    assert parser.feed("js**\n``") == []
    assert parser.feed("`js\nfirst") == [Opened("create", "a.js"), Typed("first")]
    assert parser.feed("\n``") == [Typed("\n")]
    assert parser.feed("x") == [Typed("``x")]


PARTS = [
    "a.js", "a.js\n", "b/c.py:\n", "**", "`", "# ", "- ", "1. ", "1) ", "File: ", "file name ", "path", "create ",
    "```", "````\n", "```\n", "```js\n", "```js a.js\n", "```js:b.js", "~~~\n", "   ```\n", "    ```\n", "\n", "\r\n",
    "\r", " ", "\t", "text ", "(", ",", "=", "é漢😀\n", "。", "\x0c", "x" * 150, "x" * 301 + "\n", '```js title="', '"',
]  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(PARTS), max_size=16).map("".join),
    st.data(),
    st.booleans(),
    st.sampled_from([None, "a.js"]),
)
def test_any_cutting_gives_the_same_events(text: str, data: st.DataObject, cut: bool, only: str | None) -> None:
    whole = parse(WholeParser(only), text, cut=cut)
    check_blocks(whole)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=20))
    assert parse(WholeParser(only), *pieces(text, cuts), cut=cut) == whole
    assert parse(WholeParser(only), *text, cut=cut) == whole
