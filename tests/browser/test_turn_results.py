"""What becomes of a turn in the browser: one card for many files, places that answers name, plans, errors to mend."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Frame, expect

from tests.browser.person import Person, Room, wait_until
from tests.browser.scripted_model import ScriptedModel
from tests.live.typing_session import edit
from tests.stack import Stack

MakePerson = Callable[[], Person]


def heading(frame: Frame) -> str | None:
    said: str | None = frame.evaluate("document.querySelector('h1')?.textContent ?? null")
    return said


def until_line(person: Person, text: str) -> None:
    """Wait until the cursor stands in the line with this text."""
    # The names of others who are there stand in the line too.
    wait_until(person.page, lambda: person.page.locator(".cm-activeLine").inner_text().endswith(text))


def test_a_refactoring_of_twelve_files_is_one_card_one_undo_and_one_reload(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, room = person(), Room(stack)
    modules = [f"part{number}.js" for number in range(11)]
    for number, path in enumerate(modules):
        room.write(path, f"export const old{number} = {number}\n")
    imports = "".join(f'import {{ old{number} }} from "./{path}"\n' for number, path in enumerate(modules))
    total = " + ".join(f"old{number}" for number in range(len(modules)))
    script = f"{imports}const sum = {total}\n"
    page = f'<!doctype html>\n<h1></h1>\n<script type="module">\n{script}'
    page += 'document.querySelector("h1").textContent = `old ${sum}`\n</script>\n'
    room.write("index.html", page)
    before = room.texts()
    answer = "".join(
        edit(path, f"export const old{number} = {number}\n", f"export const fresh{number} = {number + 1}\n")
        for number, path in enumerate(modules)
    )
    fresh = script.replace("old", "fresh")
    answer += edit("index.html", script, fresh) + edit(
        "index.html",
        'document.querySelector("h1").textContent = `old ${sum}`\n',
        'document.querySelector("h1").textContent = `fresh ${sum}`\n',
    )
    model.say("Rename old to fresh", answer + "Renamed in all twelve files.", rate=2_000)
    alice.enter(room.links["owner"])
    assert alice.preview(lambda frame: heading(frame) or None) == "old 55"
    loads: list[str] = []
    alice.page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    card = alice.ask("Rename old to fresh")
    expect(card).to_have_attribute("data-state", "settled")
    alice.preview(lambda frame: True if heading(frame) == "fresh 66" else None)
    expect(alice.turns).to_have_count(1)
    paths = {text.split(" ")[0].split(":")[0] for text in card.locator(".hunk-path").all_inner_texts()}
    assert len(paths) == 12
    assert len(loads) == 1, "the turn is one reload"
    card.get_by_role("button", name="Undo", exact=True).click()
    expect(card).to_contain_text("Undone by you")
    wait_until(alice.page, lambda: room.texts() == before)
    alice.preview(lambda frame: True if heading(frame) == "old 55" else None)
    assert len(loads) == 2, "its undo is another one"


def test_a_citation_opens_its_line_and_follows_it_after_typing_above(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, bob, room = person(), person(), Room(stack)
    room.write("long.py", "".join(f"step({number})\n" for number in range(1, 121)))
    room.write("other.py", "pass\n")
    model.say("Where is step 90", "It stands in `long.py:90`; long.py:12-14 is above, and nothing.py:3 is no file.")
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    card = alice.ask("Where is step 90?")
    expect(card).to_have_attribute("data-state", "settled")
    expect(bob.turns.last).to_have_attribute("data-state", "settled")
    cited = card.locator(".prose").get_by_role("button")
    expect(cited).to_have_text(["long.py:90", "long.py:12-14"])
    bob.open("long.py")
    bob.editor.click()
    bob.page.keyboard.press("Control+Home")
    bob.page.keyboard.type("first\nsecond\n")
    wait_until(bob.page, lambda: room.texts()["long.py"].startswith("first\nsecond\nstep(1)"))
    alice.open("other.py")
    for one in (alice, bob):
        one.turns.last.get_by_role("button", name="long.py:90").click()
        until_line(one, "step(90)")
    alice.page.reload()
    expect(alice.page.get_by_text("Saved", exact=True)).to_be_visible()
    alice.turns.last.get_by_role("button", name="long.py:12-14").click()
    until_line(alice, "step(12)")


def test_the_items_of_a_plan_are_ticked_and_turned_into_turns(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, bob, room = person(), person(), Room(stack)
    items = "# Plan\n\n- [ ] Draw the board\n- [ ] Move the snake\n"
    model.say("Plan a snake game", f"<<<<<<< CREATE PLAN.md\n{items}>>>>>>> END\n" + "A plan in two steps.")
    done = edit("PLAN.md", "- [ ] Move the snake\n", "- [x] Move the snake\n")
    model.say("Move the snake", "<<<<<<< CREATE snake.js\nmove()\n>>>>>>> END\n" + done)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    alice.page.locator(".mode-switch").get_by_text("Plan", exact=True).click()
    expect(alice.ask("Plan a snake game")).to_have_attribute("data-state", "settled")
    plan = alice.page.get_by_role("list", name="Plan")
    expect(plan.get_by_role("listitem")).to_have_count(2)
    plan.get_by_role("checkbox", name="Draw the board").check()
    wait_until(alice.page, lambda: "- [x] Draw the board" in room.texts()["PLAN.md"])
    expect(bob.page.locator(".plan summary")).to_contain_text("1 of 2 done")
    cards = alice.turns.count()
    plan.get_by_role("button", name="Do it: Move the snake").click()
    expect(alice.turns).to_have_count(cards + 1)
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    expect(plan.get_by_role("checkbox", name="Move the snake")).to_be_checked()
    assert room.get("/turns")[-1]["mode"] == "edit"
    assert room.texts()["snake.js"] == "move()\n"
    expect(plan.get_by_role("button", name="Do it")).to_have_count(0)


def test_a_traceback_is_fixed_at_the_press_of_a_button(person: MakePerson, stack: Stack, model: ScriptedModel) -> None:
    alice, room = person(), Room(stack)
    room.write("main.py", "total = 1\nprint(totl)\n")
    model.say("Fix: NameError", edit("main.py", "print(totl)\n", "print(total)\n"))
    alice.enter(room.links["owner"])
    alice.open("main.py")
    alice.page.get_by_role("button", name="Run", exact=True).click()
    alice.page.get_by_role("region", name="Runs").get_by_role("button", name="Fix").click()
    card = alice.turns.last
    expect(card).to_contain_text("Fix: NameError: name 'totl' is not defined")
    expect(card).to_have_attribute("data-state", "settled")
    assert room.texts()["main.py"] == "total = 1\nprint(total)\n"
    asked = model.asked()
    assert "Traceback (most recent call last)" in asked
    assert "print(totl)" in asked


def test_a_failed_test_is_fixed_at_the_press_of_a_button(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, room = person(), Room(stack)
    room.write("board.py", "def size():\n    return 2\n")
    room.write("test_board.py", "from board import size\n\n\ndef test_size():\n    assert size() == 3\n")
    model.say("Fix: assert 2 == 3", edit("board.py", "    return 2\n", "    return 3\n"))
    alice.enter(room.links["owner"])
    alice.page.get_by_role("button", name="Run tests").click()
    results = alice.page.get_by_role("region", name="Test results")
    expect(results).to_contain_text("1 failed")
    results.get_by_role("button", name="Fix").click()
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    assert room.texts()["board.py"] == "def size():\n    return 3\n"
    assert "test_board.py::test_size" in model.asked()


def test_an_error_of_the_page_is_fixed_at_the_press_of_a_button(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, viewer, room = person(), person(), Room(stack, "page")
    room.write("script.js", "const clicks = 1\nshowClicks()\n")
    model.say("showClicks is not defined", edit("script.js", "showClicks()\n", "console.log('mended', clicks)\n"))
    alice.enter(room.links["owner"])
    viewer.page.goto(room.links["view"])
    for one in (alice, viewer):
        one.page.get_by_role("button", name="Console").click()
        expect(one.page.get_by_role("log")).to_contain_text("showClicks is not defined")
    expect(viewer.page.get_by_role("log").get_by_role("button", name="Fix")).to_have_count(0)
    alice.page.get_by_role("log").get_by_role("button", name="Fix").click()
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    expect(alice.page.get_by_role("log")).to_contain_text("mended 1")
    assert "ReferenceError: showClicks is not defined" in model.asked()
    for one in (alice, viewer):
        assert set(one.errors) == {"showClicks is not defined"}
        one.errors.clear()


def test_a_refused_change_is_applied_by_hand_as_one_step(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, room = person(), Room(stack)
    text = "".join(f"row({number})\n" for number in range(60)) + "def total(a, b):\n    return a + b\n"
    room.write("table.py", text)
    old, new = "def totals(a, b, c):\n    return sum(a, b, c)\n", "def total(*values):\n    return sum(values)\n"
    model.say("Take any number", edit("table.py", old, new))
    alice.enter(room.links["owner"])
    alice.open("table.py")
    card = alice.ask("Take any number")
    expect(card).to_have_attribute("data-state", "settled")
    expect(card.get_by_role("listitem")).to_have_count(1)
    expect(card).to_contain_text("not applied")
    card.get_by_role("button", name="Show the proposed change").click()
    expect(card.locator(".diff-added")).to_have_text(["+ def total(*values):", "+     return sum(values)"])
    card.get_by_role("button", name="Apply by hand").click()
    panel = alice.page.get_by_role("region", name="Proposed change")
    expect(panel).to_contain_text("return sum(values)")
    panel.get_by_role("button", name="Replace the selection").click()
    expect(panel).to_have_count(0)
    wait_until(alice.page, lambda: room.texts()["table.py"] == text.replace(text[text.index("def ") :], new))
    alice.page.keyboard.press("Control+z")
    wait_until(alice.page, lambda: room.texts()["table.py"] == text)
    # What was applied stays applied: the file opened again offers nothing.
    alice.page.reload()
    expect(alice.page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(alice.page.get_by_role("region", name="Proposed change")).to_have_count(0)


def test_a_card_says_what_its_model_was_told(person: MakePerson, stack: Stack, model: ScriptedModel) -> None:
    alice, room = person(), Room(stack, "page")
    model.say("Just answer", "Yes.")
    alice.enter(room.links["owner"])
    card = alice.ask("Just answer")
    expect(card).to_have_attribute("data-state", "settled")
    note = card.get_by_text("Sent about")
    expect(note).to_contain_text("tokens · ")
    note.click()
    sent = card.get_by_role("list", name="Files that were sent whole")
    expect(sent.get_by_role("listitem").filter(has_text="index.html")).to_be_visible()
