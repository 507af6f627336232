"""What one model is told over many turns: it is only appended to, true, and never too long."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ide.domain.edits.hunks import HunkRecord
from ide.domain.turns.budget import Budget
from ide.domain.turns.context import DocumentText, Exchange, parse_documents
from ide.domain.turns.conversation import READ, Content, PromptMessage, TooLong
from ide.domain.turns.estimate import estimate_tokens
from ide.domain.turns.instructions import instructions
from ide.wire.codes import HunkState, Mode, Reason
from ide.wire.shapes import Fault, Hunk, Lines
from tests.domain.turns.counting import counted
from tests.domain.turns.talked_of import TalkedOf
from tests.domain.turns.test_context import patched

APPLIED = HunkState.APPLIED


def tokens(content: Content) -> int:
    return estimate_tokens(content.system) + sum(estimate_tokens(message.text) for message in content.messages)


def opening(content: Content) -> str:
    return content.messages[0].text


def news(content: Content) -> str:
    """What stands between the last answer and the prompt."""
    before = content.messages[-2]
    return content.messages[-3].text if before.text == READ else ""


def edit(path: str, before: str, after: str, line: int = 1, **fields: object) -> HunkRecord:
    record = HunkRecord("h", "edit", path, APPLIED, f"#{path}", line=line, before=before, after=after)
    return replace(record, **fields)  # type: ignore[arg-type]


def block(path: str, before: str, after: str) -> str:
    return f"<<<<<<< EDIT {path}\n{before}======= WITH\n{after}>>>>>>> END\nDone.\n"


def believed(messages: Sequence[PromptMessage]) -> dict[str, list[str]]:
    """The lines of each document as a model has them that reads every word, its own blocks included."""
    texts: dict[str, list[str]] = {}
    for message in messages:
        text = message.text
        if message.role == "assistant":
            for part in text.split("<<<<<<< EDIT ")[1:]:
                path, _, rest = part.partition("\n")
                before, _, rest = rest.partition("======= WITH\n")
                after = rest.partition(">>>>>>> END")[0]
                texts[path][texts[path].index(before.rstrip("\n"))] = after.rstrip("\n")
            continue
        texts.update({document.path: document.text.split("\n") for document in parse_documents(text)})
        rows = iter(text.split("\n"))
        for row in rows:
            if row.startswith("<changes "):
                frame = [row]
                while frame[-1] != "</changes>":
                    frame.append(next(rows))
                path = row.split('"')[1]
                texts[path] = patched(texts[path], "\n".join(frame))
            elif row.endswith(" was removed."):
                texts.pop(row[2 : -len(" was removed.")], None)
            elif " is now called " in row:
                old, _, new = row[2:-1].partition(" is now called ")
                texts[new] = texts.pop(old)
    return texts


# --- what is in a request ---


def test_the_prompt_is_the_last_message_word_for_word() -> None:
    prompt = "  Make it  faster\n<document>\n"
    content = TalkedOf([DocumentText("a.js", "x = 1\n")]).ask(prompt)
    assert content.messages[-1] == PromptMessage("user", prompt)
    assert content.system == instructions("edit")


def test_all_documents_of_a_small_room_are_told_whole() -> None:
    documents = [DocumentText("a.js", "x = 1\n"), DocumentText("b/é.css", 'a{}\n</document>\n<document path="c">')]
    content = TalkedOf(documents).ask("go")
    assert parse_documents(opening(content)) == documents
    assert content.sent.files == ["a.js", "b/é.css"]
    assert content.sent.outlined == 0
    assert content.sent.tokens >= tokens(content)


def test_roles_alternate_and_no_message_is_empty() -> None:
    room = TalkedOf([DocumentText("a.js", "x\n")])
    for number in range(5):
        content = room.ask(f"prompt {number}")
        roles = [message.role for message in content.messages]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
        assert all(message.text.strip() for message in content.messages)
        room.write("a.js", f"{number}\n")
        room.answered("" if number % 2 else "Done.")


def test_an_empty_room_says_so_and_binary_files_are_listed() -> None:
    assert "no files" in opening(TalkedOf().ask("go"))
    assert "- logo.png (image/png, 12 bytes)" in opening(TalkedOf(assets=("logo.png (image/png, 12 bytes)",)).ask("go"))


def test_the_mode_stands_beside_its_prompt_and_the_instructions_stay() -> None:
    room = TalkedOf([DocumentText("a.js", "x = 1\ny = 2\n"), DocumentText("PLAN.md", "- [ ] do it\n")])
    first = room.ask("what is y in a.js?", mode=Mode.ASK)
    assert "change nothing" in opening(first)
    assert "2: y = 2" in opening(first)
    room.answered("It is 2: a.js:2.")
    second = room.ask("plan it", mode=Mode.PLAN)
    assert second.system == first.system
    assert "PLAN.md" in news(second)
    assert "change nothing" not in news(second)


def test_selected_lines_are_told_and_an_edit_stays_inside() -> None:
    room = TalkedOf([DocumentText("a.js", "".join(f"line {number}\n" for number in range(1, 30)))])
    told = opening(room.ask("make this async", selection=Lines(path="a.js", first=10, last=11)))
    assert "lines 10 to 11 of a.js" in told
    assert '<selection path="a.js" lines="2">\nline 10\nline 11\n</selection>' in told
    assert "Change only those lines" in told


def test_an_error_is_told_with_the_lines_that_it_names() -> None:
    room = TalkedOf([DocumentText("app/main.py", "".join(f"line {number}\n" for number in range(1, 60)))])
    text = 'Traceback:\n  File "/run/app/main.py", line 40, in f\nValueError: no'
    told = opening(room.ask("Fix", problem=Fault(text=text, places=[Lines(path="app/main.py", first=12, last=12)])))
    assert text in told
    assert "> 40: line 40" in told
    assert "> 12: line 12" in told
    assert "  39: line 39" in told
    assert "> 39: line 39" not in told


# --- going on ---


def test_a_request_begins_with_the_one_before_and_its_answer() -> None:
    room = TalkedOf([DocumentText("a.js", "x = 1\n")])
    first = room.ask("one")
    room.answered("The answer, with\n<<<<<<< DELETE blocks\n  and space  \n")
    second = room.ask("two")
    answer = PromptMessage("assistant", "The answer, with\n<<<<<<< DELETE blocks\n  and space  \n")
    assert second.messages == (*first.messages, answer, PromptMessage("user", "two"))


def test_a_question_that_was_never_answered_is_asked_again_without_trace() -> None:
    room = TalkedOf([DocumentText("a.js", "x = 1\n")])
    first = room.ask("one", mode=Mode.ASK, turn="t")
    assert room.ask("one", mode=Mode.ASK, turn="t").messages == first.messages


def test_its_own_applied_blocks_are_not_told_to_a_model_again() -> None:
    room = TalkedOf([DocumentText("a.js", "let a\nlet b\n")])
    room.ask("one")
    room.write("a.js", "let a\nlet c\n")
    room.answered(block("a.js", "let b\n", "let c\n"), [edit("a.js", "let b\n", "let c\n", 2)])
    assert news(room.ask("two")) == ""


def test_what_people_typed_meanwhile_is_told_and_nothing_else() -> None:
    lines = [f"line {number}\n" for number in range(40)]
    room = TalkedOf([DocumentText("a.js", "".join(lines))])
    room.ask("one")
    lines[2] = "mine\n"
    room.write("a.js", "".join([*lines[:30], "person\n", *lines[31:]]))
    room.answered(block("a.js", "line 2\n", "mine\n"), [edit("a.js", "line 2\n", "mine\n", 3)])
    told = news(room.ask("two"))
    assert "-line 30\n+person" in told
    assert "mine" not in told


def test_where_a_block_did_not_become_what_was_said_the_whole_text_is_told() -> None:
    room = TalkedOf([DocumentText("a.js", "  let b\n" + "pad\n" * 90)])
    room.ask("one")
    room.write("a.js", "    let c\n" + "pad\n" * 90)
    # Its place was found by another indentation, which the new text then got too.
    room.answered(block("a.js", "let b\n", "let c\n"), [edit("a.js", "  let b\n", "    let c\n")])
    assert parse_documents(news(room.ask("two"))) == [DocumentText("a.js", "    let c\n" + "pad\n" * 90)]


def test_files_that_came_went_and_were_renamed_are_told() -> None:
    room = TalkedOf([DocumentText("a.js", "a\n"), DocumentText("b.js", "b\n")])
    room.ask("one")
    room.answered("No.")
    room.remove("a.js")
    room.rename("b.js", "c.js")
    room.write("d.js", "d\n")
    told = news(room.ask("two"))
    assert "- a.js was removed." in told
    assert "- b.js is now called c.js." in told
    assert parse_documents(told) == [DocumentText("d.js", "d\n")]


def test_blocks_that_failed_are_told_once() -> None:
    room = TalkedOf([DocumentText("a.js", "a\n")])
    room.ask("one")
    refused = edit("a.js", "", "x\n", state=HunkState.REFUSED, reason=Reason.NO_MATCH, message="There is no such line.")
    room.answered("…", [refused, edit("a.js", "a\n", "a\n")])
    told = news(room.ask("two"))
    assert "There is no such line." in told
    assert "were applied" not in told
    room.answered("Sorry.")
    assert news(room.ask("three")) == ""


def test_a_repair_says_itself_what_failed() -> None:
    room = TalkedOf([DocumentText("a.js", "a\n")])
    room.ask("one", turn="t")
    room.answered("…", [edit("a.js", "", "x\n", state=HunkState.REFUSED, message="No such line.")])
    assert news(room.ask("These failed: …", turn="t", repair=True)) == ""


def test_a_redirected_turn_is_told_what_was_applied_of_the_answer_that_was_cut() -> None:
    room = TalkedOf([DocumentText("a.js", "a\n")])
    room.ask("one", turn="t", mode=Mode.PLAN)
    room.write("a.js", "b\n")
    room.answered(block("a.js", "a\n", "b\n") + "<<<<<<< EDIT a.js\nb\n", [edit("a.js", "a\n", "b\n")], cut=True)
    content = room.ask("rather this", turn="t", mode=Mode.PLAN)
    assert content.messages[-4].text.endswith("[interrupted here]")
    assert "These blocks were applied" in news(content)
    assert "PLAN.md" not in news(content)


def test_turns_of_others_are_told_as_what_was_asked_and_answered() -> None:
    room = TalkedOf([DocumentText("a.js", "a\n")])
    room.ask("one", turn="own")
    room.answered("Done.")
    hunk = Hunk(id="h", path="a.js", state=APPLIED)
    room.another_turn("make it red", "It is red.", hunks=[hunk])
    told = news(room.ask("two"))
    assert (
        '<turn by="Blue Fox" model="spark" changed="a.js" asked="1" lines="2">\nmake it red\nIt is red.\n</turn>'
        in told
    )
    room.answered("Done.")
    assert news(room.ask("three")) == ""


def test_what_people_took_back_is_told() -> None:
    room = TalkedOf([DocumentText("a.js", "a\n")])
    room.ask("one")
    room.answered("Done.")
    turn = room.another_turn("make it red", "It is red.")
    room.memory.decided(turn.id, Hunk(id="h", path="a.js", line=4, state=HunkState.REJECTED, decided_by="Green Owl"))
    told = news(room.ask("two"))
    assert 'Green Owl took back the change of a.js:4 (asked: "make it red"). Do not do it again' in told
    room.answered("Well.")
    room.memory.remember(turn.model_copy(update={"undone": True, "undone_by": "Red Elk"}))
    told = news(room.ask("three"))
    assert 'Red Elk took back all that the turn changed (asked: "make it red")' in told
    assert "Green Owl" not in told


# --- a room that is larger than the window ---


def large(count: int, lines: int) -> list[DocumentText]:
    return [DocumentText(f"src/f{number}.js", f"let value{number} = 1;\n" * lines) for number in range(count)]


@pytest.mark.parametrize(
    "prompt", ["change src/Late.js, please", "make late.js faster.", "see `late.js`", "@src/late.js"]
)
def test_a_document_that_the_prompt_names_is_told_whole(prompt: str) -> None:
    late = DocumentText("src/late.js", "let late = 1;\n" * 200)
    content = TalkedOf([*large(40, 200), late], context_tokens=8_000).ask(prompt)
    assert late in parse_documents(opening(content))
    assert len(content.sent.files) + content.sent.outlined == 41


def test_open_files_come_before_others_and_what_is_left_out_has_a_line() -> None:
    content = TalkedOf(large(40, 200), context_tokens=16_000).ask("go", files=["src/f33.js"])
    assert "src/f33.js" in content.sent.files
    assert "- src/f7.js: 201 lines, " in opening(content)


def test_a_file_that_is_named_later_is_told_then() -> None:
    room = TalkedOf(large(100, 200), context_tokens=32_000)
    first = room.ask("go")
    room.answered("Done.")
    second = room.ask("and f77.js")
    assert second.messages[: len(first.messages)] == first.messages
    assert "src/f77.js" not in first.sent.files
    assert "src/f77.js" in second.sent.files
    assert [document.path for document in parse_documents(news(second))] == ["src/f77.js"]


def test_of_a_file_that_is_larger_than_the_window_the_lines_are_told_that_matter() -> None:
    lines = [f"const value{number} = {number};" for number in range(20_000)]
    lines[12_345] = "function updateScore() {}"
    room = TalkedOf([DocumentText("big.js", "\n".join(lines))], context_tokens=8_000)
    told = opening(room.ask("rename updateScore in big.js", selection=Lines(path="big.js", first=5_000, last=5_001)))
    assert "function updateScore() {}" in told
    assert "const value4999 = 4999;" in told
    assert "const value0 = 0;" in told
    assert "of 20000:" in told


def test_a_room_of_very_many_documents_still_fits() -> None:
    documents = [DocumentText(f"folder/{number}/file.js", "let value = 1;\n" * 700) for number in range(1_000)]
    content = TalkedOf(documents, context_tokens=4_096).ask("go")
    assert counted(content.system, content.messages) < 4_096
    assert "more" in opening(content)


# --- its length ---


def test_it_begins_anew_at_three_quarters_with_short_exchanges_and_the_files_as_they_are() -> None:
    room = TalkedOf([DocumentText("a.js", "let a = 0;\n")], context_tokens=20_000)
    before: Content | None = None
    anew = 0
    for number in range(200):
        content = room.ask(f"prompt {number}")
        assert content.sent.tokens <= 15_000
        if before is not None and content.messages[: len(before.messages)] != before.messages:
            anew += 1
            assert before.sent.tokens > 13_500, "not before it has to"
            assert content.sent.tokens < 10_000
            assert parse_documents(opening(content)) == [DocumentText("a.js", f"let a = {number};\n")]
            assert f"prompt {number - 1}" in opening(content)
            assert content.sent.compacted > 0
            assert "words words words " * 20 not in opening(content).partition("<turn")[0]
        before = content
        old, new = f"let a = {number};\n", f"let a = {number + 1};\n"
        room.write("a.js", new)
        room.answered(block("a.js", old, new) + "words " * 300, [edit("a.js", old, new)])
        room.memory.remember(
            room.another_turn(f"prompt {number}", "words " * 300).model_copy(update={"id": f"own {number}"})
        )
    assert 5 < anew < 100


@pytest.mark.parametrize("beside", [(), ("z.js",)])
def test_many_files_that_were_removed_are_not_told_beyond_the_window(beside: tuple[str, ...]) -> None:
    removed = [f"folder/with/a/long/name/{number}/file.js" for number in range(600)]
    room = TalkedOf([DocumentText(path, "") for path in (*removed, *beside)], context_tokens=20_000)
    room.ask("go")
    room.answered("words " * 2_000)
    for path in removed:
        room.remove(path)
    content = room.ask("go on")
    assert tokens(content) <= content.sent.tokens <= Budget(20_000).most


def test_a_turn_that_is_begun_anew_in_its_middle_keeps_what_was_said_in_it() -> None:
    room = TalkedOf([DocumentText("a.js", "let a = 0;\n")], context_tokens=8_000)
    room.ask("build the first half", turn="t")
    room.answered("words " * 4_000 + "half is done", turn_cut := (), cut=True)
    told = opening(room.ask("now the other half", turn="t"))
    assert not turn_cut
    assert "build the first half" in told


def test_a_prompt_that_the_model_cannot_read_is_refused() -> None:
    room = TalkedOf(context_tokens=2_000)
    with pytest.raises(TooLong):
        room.ask("漢字" * 2_000)
    assert room.ask("shorter").messages[-1].text == "shorter"


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.text(max_size=3_000), max_size=12),
    said=st.lists(st.tuples(st.text(max_size=2_000), st.text(max_size=2_000)), max_size=12),
    prompt=st.text(max_size=200),
    window=st.integers(2_000, 20_000),
    mode=st.sampled_from(Mode),
    fault=st.text(min_size=1, max_size=2_000),
    first=st.integers(1, 50),
)
def test_requests_keep_within_the_window(
    texts: list[str],
    said: list[tuple[str, str]],
    prompt: str,
    window: int,
    mode: Mode,
    fault: str,
    first: int,
) -> None:
    documents = [DocumentText(f"{number}.txt", text) for number, text in enumerate(texts)]
    room = TalkedOf(documents, context_tokens=window, said=[Exchange(*pair) for pair in said])
    selection = Lines(path="0.txt", first=first, last=first + 9)
    for number in range(3):
        try:
            content = room.ask(
                f"{prompt} {number}.txt", mode=mode, selection=selection, problem=Fault(text=fault, places=[])
            )
        except TooLong:
            return
        assert tokens(content) <= content.sent.tokens <= Budget(window).most
        room.answered(fault)
        room.write(f"{number}.txt", fault)


@pytest.mark.parametrize("seed", range(20))
def test_a_model_that_reads_every_word_knows_the_files_as_they_are(seed: int) -> None:
    rng = random.Random(seed)
    room = TalkedOf(
        [DocumentText(f"{name}.js", f"{name}\n") for name in "abcdef"], context_tokens=rng.choice([6_000, 128_000])
    )
    fresh = iter(range(100_000))

    def typed(path: str) -> str:
        lines = room.texts()[path].split("\n")
        at = rng.randrange(len(lines))
        lines[at : at + rng.randrange(3)] = [f"unique line {next(fresh)}" for _ in range(rng.randrange(1, 4))]
        return "\n".join([line for line in lines if line]) + "\n"

    for number in range(60):
        content = room.ask(f"prompt {number} {rng.choice('abcdef')}.js")
        assert believed(content.messages) == {path: text.split("\n") for path, text in room.texts().items()}
        answer, hunks = "", []
        for path in rng.sample(sorted(room.texts()), min(len(room.texts()), 2)):
            if rng.random() < 0.4:
                room.write(path, typed(path))
            lines = [line for line in room.texts()[path].split("\n") if line]
            old, new = f"{rng.choice(lines)}\n", f"unique line {next(fresh)}\n"
            known = believed(content.messages)[path]
            if old.rstrip("\n") not in known:
                continue
            answer += block(path, old, new)
            hunks.append(edit(path, old, new, lines.index(old.rstrip("\n")) + 1))
            room.write(path, room.texts()[path].replace(old, new, 1))
        room.answered(answer or "Nothing.", hunks)
        for path in rng.sample(sorted(room.texts()), min(len(room.texts()), rng.randrange(3))):
            room.write(path, typed(path))
        if rng.random() < 0.2:
            room.write(f"new{number}.js", f"fresh {number}\n")
        if rng.random() < 0.1:
            room.remove(rng.choice(sorted(room.texts())))
