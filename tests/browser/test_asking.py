"""Where people ask: modes, mentions, selections, what waits, and what a reload keeps."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person, Room, wait_until
from tests.browser.scripted_model import ScriptedModel
from tests.live.typing_session import edit
from tests.stack import Stack

MakePerson = Callable[[], Person]
SLOW = 40
LONG = "".join(f"This is sentence {number} of a long answer. " for number in range(400))


def choose_mode(person: Person, mode: str) -> None:
    person.page.locator(".mode-switch").get_by_text(mode, exact=True).click()
    expect(person.page.get_by_role("radio", name=mode, exact=True)).to_be_checked()


def test_ask_mode_answers_and_changes_nothing(person: MakePerson, stack: Stack, model: ScriptedModel) -> None:
    alice, room = person(), Room(stack, "page")
    before = room.texts()
    heading = "    <h1>Hello</h1>\n"
    model.say("What is the heading", "It is a greeting.\n" + edit("index.html", heading, heading.replace("H", "J")))
    alice.enter(room.links["owner"])
    alice.prompt.focus()
    alice.page.keyboard.press("Alt+m")
    expect(alice.page.get_by_role("radio", name="Ask", exact=True)).to_be_checked()
    card = alice.ask("What is the heading?")
    expect(card).to_have_attribute("data-state", "settled")
    expect(card).to_contain_text("It is a greeting.")
    expect(card).to_contain_text("Answered")
    assert room.texts() == before
    assert room.get("/turns")[-1]["mode"] == "ask"


def test_a_mention_is_completed_and_a_reload_keeps_what_was_typed(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, room = person(), Room(stack, "page")
    room.write("game/board.js", "const SIZE = 7\n")
    alice.enter(room.links["owner"])
    alice.prompt.click()
    alice.page.keyboard.type("What does @b")
    options = alice.page.get_by_role("option")
    expect(options.first).to_contain_text("board.js")
    alice.page.keyboard.press("Enter")
    expect(alice.prompt).to_have_value("What does @game/board.js ")
    expect(options).to_have_count(0)
    alice.page.keyboard.type("say?")
    choose_mode(alice, "Ask")
    alice.page.reload()
    expect(alice.prompt).to_have_value("What does @game/board.js say?")
    expect(alice.page.get_by_role("radio", name="Ask", exact=True)).to_be_checked()
    expect(alice.page.get_by_text("Saved", exact=True)).to_be_visible()
    model.say("@game/board.js", "It names a size.")
    alice.prompt.press("Enter")
    expect(alice.turns.last).to_contain_text("It names a size.")
    expect(alice.prompt).to_have_value("")
    assert "const SIZE = 7" in model.asked()
    alice.page.reload()
    expect(alice.turns.last).to_contain_text("It names a size.")
    expect(alice.prompt).to_have_value("")


def test_escape_closes_the_mentions_before_it_stops_anything(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, room = person(), Room(stack, "page")
    model.say("Talk at length", LONG, SLOW)
    alice.enter(room.links["owner"])
    card = alice.ask("Talk at length")
    expect(card).to_have_attribute("data-state", "streaming")
    alice.prompt.click()
    alice.page.keyboard.type("and @")
    expect(alice.page.get_by_role("option").first).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(alice.page.get_by_role("option")).to_have_count(0)
    expect(card).to_have_attribute("data-state", "streaming")
    alice.page.keyboard.press("Escape")
    expect(card).to_have_attribute("data-state", "stopped")


def test_a_prompt_is_about_the_lines_that_are_selected(person: MakePerson, stack: Stack, model: ScriptedModel) -> None:
    alice, room = person(), Room(stack, "page")
    room.write("three.js", "buttonOne()\nbuttonTwo()\nbuttonThree()\n")
    model.say("Call it twice", edit("three.js", "buttonTwo()\n", "buttonTwo()\nbuttonTwo()\n"))
    alice.enter(room.links["owner"])
    alice.open("three.js")
    alice.editor.get_by_text("buttonTwo()").click()
    alice.page.keyboard.press("Home")
    alice.page.keyboard.press("Shift+End")
    chip = alice.page.get_by_text("Line 2 of three.js")
    expect(chip).to_be_visible()
    expect(alice.ask("Call it twice")).to_have_attribute("data-state", "settled")
    assert room.texts()["three.js"] == "buttonOne()\nbuttonTwo()\nbuttonTwo()\nbuttonThree()\n"
    assert "three.js" in model.asked()
    # Put aside, it stays aside until something else is selected.
    alice.page.get_by_role("button", name="Ask without the selection").click()
    expect(alice.page.locator(".selection-chip")).to_have_count(0)
    alice.editor.get_by_text("buttonOne()").click()
    alice.page.keyboard.press("Home")
    alice.page.keyboard.press("Shift+ArrowDown")
    alice.page.keyboard.press("Shift+ArrowDown")
    expect(alice.page.get_by_text("Lines 1–2 of three.js")).to_be_visible()
    alice.page.keyboard.press("ArrowLeft")
    expect(alice.page.locator(".selection-chip")).to_have_count(0)


def test_a_queued_prompt_is_shown_can_be_removed_and_begins_when_its_turn_comes(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, bob, room = person(), person(), Room(stack, "page")
    model.say("Talk at length", LONG, SLOW)
    model.say("And then", "Now it is my turn.")
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    alice.ask("Talk at length")
    first = alice.turns.first
    expect(first).to_have_attribute("data-state", "streaming")
    for words in ("And then this", "And then that"):
        alice.prompt.fill(words)
        alice.prompt.press("Alt+Enter")
        expect(alice.turns.filter(has_text=words)).to_contain_text("Waits until the turn before it is over")
    expect(bob.turns).to_have_count(3)
    expect(first).to_have_attribute("data-state", "streaming")
    alice.turns.filter(has_text="And then this").get_by_role("button", name="Remove").click()
    expect(alice.turns.filter(has_text="And then this")).to_have_attribute("data-state", "stopped")
    last = alice.turns.filter(has_text="And then that")
    expect(last).to_have_attribute("data-state", "asked")
    alice.page.keyboard.press("Control+.")
    expect(first).to_have_attribute("data-state", "stopped")
    expect(last).to_contain_text("Now it is my turn.")
    expect(last).to_have_attribute("data-state", "settled")
    said = [message["content"] for request in model.requests for message in request["messages"]]
    assert not any(words.endswith("And then this") for words in said)


def test_a_model_without_its_key_is_named_and_cannot_be_chosen(person: MakePerson, stack: Stack) -> None:
    alice, room = person(), Room(stack, "page")
    alice.enter(room.links["owner"])
    alice.page.get_by_role("button", name="Model: standin").click()
    locked = alice.page.get_by_role("menuitemradio", name="locked")
    expect(locked).to_contain_text("needs LOCKED_API_KEY")
    expect(locked).to_be_disabled()
    compare = alice.page.get_by_role("menuitem", name="Compare models")
    with alice.page.context.expect_page() as opened:
        compare.click()
    expect(opened.value).to_have_url(f"{stack.base_url}/models")
    expect(opened.value.get_by_text("locked", exact=True)).to_be_visible()


def test_turns_of_several_people_have_cursors_of_their_own(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, bob, room = person(), person(), Room(stack, "page")
    for name in ("first.js", "second.js"):
        body = "".join(f"step({number})\n" for number in range(2_000))
        model.say(f"Write {name}", f"<<<<<<< CREATE {name}\n{body}>>>>>>> END\n", SLOW)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    alice.ask("Write first.js")
    expect(alice.file("first.js")).to_be_visible()
    bob.prompt.fill("Write second.js")
    bob.prompt.press("Enter")
    expect(alice.turns).to_have_count(2)
    expect(alice.file("second.js")).to_be_visible()
    colours: set[str] = set()
    for name in ("first.js", "second.js"):
        alice.open(name)
        caret = alice.page.locator(".cm-ySelectionCaret")
        expect(caret).to_have_count(1)
        colours.add(caret.evaluate("caret => caret.style.backgroundColor"))
    assert len(colours) == 2
    expect(alice.turns.nth(1).get_by_role("button", name="Stop ")).to_be_visible()
    for one in (alice, bob):
        one.page.keyboard.press("Control+.")
    for card in (alice.turns.first, alice.turns.last):
        expect(card).to_have_attribute("data-state", "stopped")
    wait_until(alice.page, lambda: "second.js" not in room.texts())
