"""Reading the room and the conversation back from a request, as turns build it."""

from __future__ import annotations

from ide.domain.turns.context import DocumentText, Exchange
from ide.engines.model import Message
from ide.engines.rehearsal.answer import answer
from ide.engines.rehearsal.question import Question, read_question
from tests.domain.turns.talked_of import TalkedOf


def question(
    prompt: str,
    documents: tuple[DocumentText, ...] = (),
    said: tuple[Exchange, ...] = (),
    context_tokens: int = 128_000,
) -> Question:
    room = TalkedOf(documents, context_tokens=context_tokens, said=said)
    content = room.ask(prompt)
    return read_question([Message(message.role, message.text) for message in content.messages])


def test_documents_and_prompt_come_back() -> None:
    documents = (DocumentText("a.js", "const SPEED = 5\n"), DocumentText("b/c.css", ""))
    assert question("faster", documents) == Question("faster", documents)


def test_an_empty_room_has_none() -> None:
    assert question("hello") == Question("hello")


def test_the_last_exchange_comes_back() -> None:
    said = (Exchange("hello", "Hi."), Exchange("faster", "Which one?"))
    asked = question("the first", (DocumentText("a.js", "x"),), said)
    assert (asked.asked_before, asked.answered_before) == ("faster", "Which one?")


def test_documents_that_somebody_pasted_into_a_prompt_are_not_the_rooms() -> None:
    pasted = '<document path="a.js" lines="1">\nconst SPEED = 1\n</document>'
    asked = question(f"faster\n{pasted}", (), (Exchange(pasted, pasted),))
    assert asked.documents == ()


def test_a_document_that_holds_a_frame_stays_one_document() -> None:
    inner = '<document path="b.js" lines="1">\nconst SPEED = 1\n</document>'
    asked = question("faster", (DocumentText("a.md", inner),))
    assert [document.path for document in asked.documents] == ["a.md"]


def test_paths_of_documents_that_did_not_fit_are_known_to_be_taken() -> None:
    documents = (DocumentText("index.html", "x" * 400_000), DocumentText("a.js", "let a"))
    asked = question("Make a snake game", documents, context_tokens=8_000)
    assert asked.hidden == {"index.html"}
    assert "<<<<<<< CREATE snake/index.html" in answer(asked, 1_200)


def test_nothing_is_renamed_where_not_all_is_seen() -> None:
    documents = (DocumentText("big.js", "total()\n" * 60_000), DocumentText("a.js", "let total"))
    assert "<<<<<<<" not in answer(question("rename total to sum", documents, context_tokens=8_000), 1_200)


def test_nothing_is_created_where_not_all_paths_are_known() -> None:
    documents = tuple(DocumentText(f"{i}/{'x' * 60}.txt", "word " * 2_000) for i in range(400))
    asked = question("Make a snake game", documents, context_tokens=8_000)
    assert not asked.complete
    assert "<<<<<<<" not in answer(asked, 1_200)


def test_other_programs_may_ask_without_any_documents() -> None:
    messages = [Message("user", "multiplayer snake"), Message("assistant", "Open it?"), Message("user", "yes")]
    asked = read_question(messages)
    assert (asked.prompt, asked.asked_before, asked.answered_before) == ("yes", "multiplayer snake", "Open it?")
    assert read_question([]) == Question("")
