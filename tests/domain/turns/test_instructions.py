from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ide.domain.edits.events import Closed, Deleted, Moved, Opened, Target, Typed
from ide.domain.edits.parser import EditParser
from ide.domain.turns.context import DocumentText, parse_documents
from ide.domain.turns.estimate import estimate_tokens
from ide.domain.turns.instructions import INSTRUCTIONS, Exchange, PromptContent, build_request


def tokens(content: PromptContent) -> int:
    return estimate_tokens(content.system) + sum(estimate_tokens(message.text) for message in content.messages)


def test_the_blocks_that_the_instructions_show_are_the_ones_that_are_read() -> None:
    parser = EditParser()
    shown = [event for event in (*parser.feed(INSTRUCTIONS), *parser.finish()) if type(event).__name__ != "Prose"]
    assert shown == [
        Opened("edit", "path/of/file.js", 41),
        Target(("the lines as they stand in the file now",)),
        Typed("the lines that shall stand there\n"),
        Closed(),
        Opened("create", "path/of/file.js"),
        Typed("all of its text\n"),
        Closed(),
        Deleted("path/of/file.js"),
        Moved("old/path.js", "new/path.js"),
    ]


def test_the_prompt_is_the_last_message_word_for_word() -> None:
    prompt = "  Make it  faster\n<document>\n"
    content = build_request([DocumentText("a.js", "x = 1\n")], [], prompt, context_tokens=8_000)
    assert content.messages[-1].text == prompt
    assert content.system == INSTRUCTIONS


def test_documents_can_be_read_back_from_the_message_before_the_prompt() -> None:
    documents = [
        DocumentText("a.js", "x = 1\n"),
        DocumentText("b/é.css", 'a{}\n</document>\n<document path="c" lines="1">'),
    ]
    content = build_request(documents, [], "go", context_tokens=8_000)
    assert parse_documents(content.messages[-3].text) == documents
    assert content.shown == ("a.js", "b/é.css")


def test_roles_alternate_and_no_message_is_empty() -> None:
    earlier = [Exchange("first", ""), Exchange("second", "done")]
    content = build_request([], earlier, "third", "a note", context_tokens=8_000)
    roles = [message.role for message in content.messages]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
    assert all(message.text for message in content.messages)
    assert "a note" in content.messages[-3].text
    assert "no files" in content.messages[-3].text


@pytest.mark.parametrize("prompt", ["change src/Late.js, please", "make late.js faster.", "see `late.js`"])
def test_a_document_that_the_prompt_names_has_the_first_choice(prompt: str) -> None:
    many = [DocumentText(f"src/{number}.js", "let value = 1;\n" * 200) for number in range(40)]
    late = DocumentText("src/late.js", "let late = 1;\n" * 200)
    content = build_request([*many, late], [], prompt, context_tokens=8_000)
    assert "src/late.js" in content.shown
    assert 1 < len(content.shown) < 41


def test_what_is_left_out_has_a_line_each() -> None:
    documents = [DocumentText("small.js", "x\n"), DocumentText("big.js", "let value = 1;\n" * 10_000)]
    content = build_request(documents, [], "go", context_tokens=8_000)
    assert content.shown == ("small.js",)
    assert "- big.js: 10001 lines, 150000 characters" in content.messages[-3].text


def test_a_room_of_very_many_documents_still_fits() -> None:
    documents = [DocumentText(f"folder/{number}/file.js", "let value = 1;\n" * 700) for number in range(1_000)]
    content = build_request(documents, [], "go", context_tokens=4_096)
    assert tokens(content) < 4_096
    assert "more" in content.messages[-3].text


def test_the_oldest_exchanges_go_first_and_the_newest_stay_beside_full_documents() -> None:
    documents = [DocumentText(f"{number}.js", "let value = 1;\n" * 700) for number in range(100)]
    earlier = [Exchange(f"prompt {number}", "words " * 200) for number in range(200)]
    content = build_request(documents, earlier, "go", context_tokens=40_000)
    kept = [message.text for message in content.messages[:-3] if message.role == "user"]
    assert kept == [f"prompt {number}" for number in range(200 - len(kept), 200)]
    assert 0 < len(kept) < 200
    assert content.shown


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(st.text(max_size=3_000), max_size=12),
    said=st.lists(st.tuples(st.text(max_size=2_000), st.text(max_size=2_000)), max_size=12),
    prompt=st.text(max_size=200),
    context_tokens=st.integers(4_000, 20_000),
)
def test_requests_keep_within_the_context(
    texts: list[str], said: list[tuple[str, str]], prompt: str, context_tokens: int
) -> None:
    documents = [DocumentText(f"{number}.txt", text) for number, text in enumerate(texts)]
    content = build_request(documents, [Exchange(*pair) for pair in said], prompt, context_tokens=context_tokens)
    assert tokens(content) <= context_tokens
    assert content.messages[-1].text == prompt


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        # Counted with two public vocabularies; the larger count.
        ("我们今天讨论如何在浏览器中实时协作编辑代码，模型会直接写入共享文档。" * 30, 1_080),
        ("😀🎉🐍👩‍💻🇩🇪✨🔥" * 30, 780),
        ("});\n}\n]]);{}()=>!==&&||??;" * 40, 440),
        ("Сегодня мы обсудим совместное редактирование кода в браузере. " * 30, 841),
    ],
)
def test_the_estimate_is_not_too_low(text: str, counted: int) -> None:
    assert counted <= estimate_tokens(text) <= 2 * counted


def test_the_estimate_of_nothing_and_of_half_a_pair() -> None:
    assert estimate_tokens("") == 1
    assert estimate_tokens("\ud83d") >= 1
