"""Debugging in a room: who sets a breakpoint, who sees it, where a program stops for all, and what a model is told."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.person import Person, Room
from tests.browser.scripted_model import ScriptedModel
from tests.stack import Stack

MakePerson = Callable[[], Person]
PROGRAM = """\
def total(prices):
    amount = 0
    for price in prices:
        amount += price
    return amount


print("sum", till := total([1, 2, 4]))
raise ValueError("the till is " + str(total([])))
"""


def line_number(person: Person, line: int) -> Locator:
    return person.page.locator(".cm-lineNumbers .cm-gutterElement").filter(has_text=re.compile(rf"^{line}$")).last


def click_gutter(person: Person, line: int) -> None:
    """Click left of a line's number."""
    box = line_number(person, line).bounding_box()
    gutter = person.page.locator(".cm-breakpoints").bounding_box()
    assert box is not None and gutter is not None
    person.page.mouse.click(gutter["x"] + gutter["width"] / 2, box["y"] + box["height"] / 2)


def dots(person: Person) -> Locator:
    return person.page.locator(".cm-breakpoint:is(.set, .both)")


def debugger(person: Person) -> Locator:
    return person.page.get_by_role("region", name="Debugger")


def standing(person: Person) -> Locator:
    return debugger(person).get_by_role("status")


def stopped_line(person: Person) -> Locator:
    return person.page.locator(".cm-stopped")


def test_two_people_debug_one_program(person: MakePerson, stack: Stack, model: ScriptedModel) -> None:
    room = Room(stack)
    room.write("main.py", PROGRAM)
    alice, bob, eve = person(), person(), person()
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    eve.page.goto(room.links["view"])
    for one in (alice, bob, eve):
        one.open("main.py")

    # A breakpoint belongs to the room, and stays with its line.
    click_gutter(alice, 3)
    expect(dots(bob)).to_have_count(1)
    bob.editor.click()
    bob.page.keyboard.press("Control+Home")
    bob.page.keyboard.type("# counts\n")
    expect(line_number(eve, 11)).to_be_visible()
    click_gutter(bob, 4)
    for one in (alice, bob, eve):
        expect(dots(one)).to_have_count(0)
    click_gutter(eve, 5)
    click_gutter(bob, 5)
    for one in (alice, bob, eve):
        expect(dots(one)).to_have_count(1)

    # It stops for all of them.
    alice.page.get_by_role("button", name="Debug", exact=True).click()
    for one in (alice, bob, eve):
        expect(standing(one)).to_have_text("Stopped: breakpoint at main.py:5")
        expect(stopped_line(one)).to_have_text("        amount += price")
        expect(debugger(one).get_by_role("list", name="Call stack").get_by_role("listitem")).to_have_count(2)
        expect(debugger(one)).to_contain_text("amount0int")
    expect(debugger(eve).get_by_role("button", name="Step over")).to_be_disabled()

    # Any editor moves it on, by a click or a key.
    bob.page.keyboard.press("F10")
    for one in (alice, bob, eve):
        expect(standing(one)).to_have_text("Stopped: after a step at main.py:4")
        expect(debugger(one)).to_contain_text("amount1int")
    alice.page.get_by_role("button", name="Continue").click()
    expect(standing(bob)).to_have_text("Stopped: breakpoint at main.py:5")
    expect(debugger(bob)).to_contain_text("price2int")

    # Who comes later sees the same; a reload changes nothing.
    eve.page.reload()
    eve.open("main.py")
    expect(standing(eve)).to_have_text("Stopped: breakpoint at main.py:5")
    expect(debugger(eve)).to_contain_text("price2int")

    # Variables that somebody opens are open to the others' eyes.
    expandable = debugger(bob).get_by_role("button", name="prices")
    expandable.focus()
    bob.page.keyboard.press("Enter")
    expect(debugger(bob)).to_contain_text("len()3int")
    debugger(eve).get_by_role("button", name="prices").click()
    expect(debugger(eve)).to_contain_text("len()3int")

    # The program runs the text of when it was asked; a line is shown where it stands now.
    alice.editor.click()
    alice.page.keyboard.press("Control+Home")
    alice.page.keyboard.type("# more\n")
    for one in (alice, bob, eve):
        expect(debugger(one)).to_contain_text("The text was changed since")
        expect(stopped_line(one)).to_have_text("        amount += price")

    # Without its breakpoint it goes on to its exception.
    click_gutter(bob, 6)
    expect(dots(alice)).to_have_count(0)
    bob.page.get_by_role("button", name="Continue").click()
    for one in (alice, bob, eve):
        expect(standing(one)).to_have_text("Stopped: ValueError: the till is 0 at main.py:10")

    # The model is told of it.
    model.say("Why is the till empty?", "Nothing was given to it.")
    alice.page.get_by_label("Ask the model about this state").fill("Why is the till empty?")
    alice.page.get_by_label("Ask the model about this state").press("Enter")
    expect(alice.turns.last).to_contain_text("Nothing was given to it.")
    told = model.asked()
    assert "The person asks about this:" in told
    assert "ValueError: the till is 0" in told
    assert "<module> (main.py:10)" in told
    assert "till: int = 7" in told

    debugger(alice).get_by_role("button", name="Continue").click()
    for one in (alice, bob, eve):
        expect(debugger(one)).to_have_count(0)
        expect(stopped_line(one)).to_have_count(0)
    assert room.get("/runs")[-1]["output"].startswith("sum 7")


def test_the_debugger_is_left_by_a_stop(person: MakePerson, stack: Stack) -> None:
    room = Room(stack)
    room.write("main.py", "import time\nwhile True:\n    time.sleep(0.01)\n")
    alice = person()
    alice.enter(room.links["owner"])
    alice.open("main.py")
    alice.page.get_by_role("button", name="Debug", exact=True).click()
    expect(standing(alice)).to_have_text("Running")
    debugger(alice).get_by_role("button", name="Pause").click()
    expect(standing(alice)).to_contain_text("Stopped: paused at main.py:")
    # A breakpoint by the keyboard, where the cursor is.
    alice.editor.click()
    alice.page.keyboard.press("Control+End")
    alice.page.keyboard.press("ArrowUp")
    alice.page.keyboard.press("F9")
    expect(alice.page.locator(".cm-breakpoint.set, .cm-breakpoint.both")).to_have_count(1)
    debugger(alice).get_by_role("button", name="Continue").click()
    expect(standing(alice)).to_have_text("Stopped: breakpoint at main.py:3")
    alice.page.get_by_role("button", name="Stop", exact=True).first.click()
    expect(debugger(alice)).to_have_count(0)
