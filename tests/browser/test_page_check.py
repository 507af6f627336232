"""Checking the page in the browser: errors first with their lines, the picture, and what a model is told."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person, Room, wait_until
from tests.browser.scripted_model import ScriptedModel
from tests.stack import Stack

MakePerson = Callable[[], Person]

PAGE = """<!doctype html>
<title>Clock</title>
<h1>A clock</h1>
<img src="face.png">
<script src="clock.js"></script>
"""
CLOCK = """console.log("tick")
console.warn("late")
strike(12)
"""


def test_a_page_is_checked_and_its_errors_lead_to_their_lines(
    person: MakePerson, stack: Stack, model: ScriptedModel
) -> None:
    alice, room = person(), Room(stack)
    room.write("index.html", PAGE)
    room.write("clock.js", CLOCK)
    alice.enter(room.links["owner"])
    alice.open("index.html")
    preview = alice.page.get_by_role("region", name="Preview", exact=True)
    preview.get_by_role("button", name="Check the page").click()
    runs = alice.page.get_by_role("region", name="Runs")
    report = runs.get_by_role("region", name="Page check")
    expect(report.get_by_role("status")).to_have_text(
        "1 error, 1 failed load, 1 warning, 1 line in the console", timeout=60_000
    )
    lines = report.get_by_role("listitem")
    expect(lines.nth(0)).to_contain_text("strike is not defined")
    expect(lines.nth(1)).to_contain_text("face.png was not loaded: there is no such file in this room")
    expect(lines.nth(2)).to_contain_text("late")
    expect(lines.nth(3)).to_contain_text("tick")
    expect(report).to_contain_text("“Clock”")
    picture = report.get_by_role("img", name="How index.html looked")
    wait_until(alice.page, lambda: picture.evaluate("image => image.naturalWidth") == 1280)
    lines.nth(0).get_by_role("button", name="clock.js:3").click()
    expect(alice.page.get_by_role("tab", name="clock.js")).to_have_attribute("aria-selected", "true")
    model.say("Fix", "It strikes now.")
    runs.get_by_role("button", name="Fix").click()
    wait_until(alice.page, lambda: bool(model.requests) and "strike is not defined" in model.asked())
    # The preview runs the same page.
    assert set(alice.errors) == {"strike is not defined"}
    alice.errors.clear()
