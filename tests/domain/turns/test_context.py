"""The frames in which models are told of documents, changes and earlier turns."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ide.domain.turns.context import (
    DocumentText,
    Exchange,
    one_line,
    parse_documents,
    parse_exchanges,
    render_changes,
    render_documents,
    render_exchange,
)

LINES = st.lists(st.sampled_from(["", "a", "b", "  c", "</document>", "</changes>", '<document path="x" lines="1">']))
TEXTS = LINES.map("\n".join)
_AT = re.compile(r"@@ line (\d+) @@")


def patched(lines: list[str], changes: str) -> list[str]:
    """`lines` as somebody leaves them who reads `changes` and believes every word of it."""
    first, *rows, last = changes.split("\n")
    assert first.startswith("<changes ")
    assert first.endswith(f'lines="{len(rows)}">')
    assert last == "</changes>"
    new: list[str] = []
    old = list(lines)
    for row in rows:
        if (at := _AT.fullmatch(row)) is not None:
            skipped = int(at[1]) - 1 - len(new)
            assert skipped >= 0
            new += old[:skipped]
            del old[:skipped]
        elif row.startswith("+"):
            new.append(row[1:])
        else:
            assert old.pop(0) == row[1:]
            if row.startswith(" "):
                new.append(row[1:])
    return new + old


@given(st.lists(st.builds(DocumentText, st.text(max_size=20), TEXTS), max_size=4))
def test_documents_come_back_from_their_frames(documents: list[DocumentText]) -> None:
    assert parse_documents(f"before\n{render_documents(documents)}\nafter") == documents


@given(TEXTS, TEXTS, st.text(max_size=10))
def test_turns_come_back_from_their_frames(prompt: str, answer: str, by: str) -> None:
    exchange = Exchange(prompt, answer, by, 'x" asked="7" lines="9">', ("a.js",))
    text = f"before\n{render_exchange(exchange)}\nafter"
    assert [(said.prompt, said.answer) for said in parse_exchanges(text)] == [(prompt, answer)]


@given(TEXTS, TEXTS)
def test_a_frame_inside_of_another_one_is_text(text: str, inner: str) -> None:
    hidden = render_documents([DocumentText("inner", inner)])
    assert parse_documents(render_exchange(Exchange(hidden, text))) == []
    assert parse_exchanges(render_documents([DocumentText("a", render_exchange(Exchange(inner, text)))])) == []


def test_a_frame_that_is_cut_short_is_left_out() -> None:
    framed = render_documents([DocumentText("a", "1\n2")])
    assert parse_documents(framed.rpartition("\n")[0]) == []


@given(st.lists(st.sampled_from("abcdefgh"), max_size=40), st.lists(st.sampled_from("abcdefgh"), max_size=40))
def test_who_reads_what_changed_has_the_new_text(before: list[str], after: list[str]) -> None:
    old, new = ("".join(f"{line}\n" for line in lines) for lines in (before, after))
    assert patched(before, render_changes("a", old, new)) == after


def test_a_small_change_of_a_long_text_is_told_in_a_few_lines() -> None:
    old = "".join(f"line {number}\n" for number in range(2_000))
    told = render_changes("a.js", old, old.replace("line 900\n", "changed\n").replace("line 1500\n", ""))
    assert told.split("\n") == [
        '<changes path="a.js" lines="13">',
        "@@ line 899 @@",
        " line 898",
        " line 899",
        "-line 900",
        "+changed",
        " line 901",
        " line 902",
        "@@ line 1499 @@",
        " line 1498",
        " line 1499",
        "-line 1500",
        " line 1501",
        " line 1502",
        "</changes>",
    ]


def test_one_line_is_short_and_says_when_it_was_cut() -> None:
    assert one_line(" a\n b ") == "a b"
    assert one_line("x " * 10_000).endswith("…")
    assert len(one_line("x" * 10_000)) == 160
