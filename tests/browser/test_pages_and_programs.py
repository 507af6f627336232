"""Which page is shown, what the editor marks, and programs that are started again."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person, Room, wait_until
from tests.stack import Stack

MakePerson = Callable[[], Person]

# Busy for as long as it takes to see what stands in its place.
SLOW_PAGE = "<!doctype html><p>here</p><script>const end = Date.now() + 1200; while (Date.now() < end);</script>"
FOREVER = "print('begun', flush=True)\nwhile True:\n    input()\n"


def test_a_page_that_a_turn_makes_beside_another_is_shown_and_gets_the_keys(
    person: MakePerson, sparkroom: Stack
) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    alice.ask("Make a snake game")
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    assert alice.game()["head"]
    alice.ask("Build Breakout with a paddle and a ball")
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    for one in (alice, bob):
        expect(one.page.get_by_role("combobox", name="Page")).to_have_value("breakout/index.html")
        one.preview(lambda frame: True if "/breakout/index.html" in frame.url else None)
    expect(alice.page.get_by_text("Keys go to the preview")).to_be_visible()
    wait_until(alice.page, lambda: alice.page.evaluate("document.activeElement?.title") == "Preview")


def test_nothing_white_is_seen_before_a_page_has_painted(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    preview = alice.page.get_by_role("region", name="Preview", exact=True)
    alice.page.get_by_role("button", name="New file").click()
    alice.page.keyboard.type("index.html")
    alice.page.keyboard.press("Enter")
    alice.open("index.html")
    alice.editor.click()
    alice.page.keyboard.insert_text(SLOW_PAGE)
    # After a reload there is no older version that would be seen meanwhile.
    wait_until(alice.page, lambda: room.texts().get("index.html") == SLOW_PAGE)
    alice.page.reload(wait_until="commit")
    expect(preview).to_contain_text("index.html is loading…")
    expect(preview.locator("iframe")).to_be_attached()
    expect(preview.get_by_role("status", name="Running")).to_be_visible()
    expect(preview).not_to_contain_text("is loading…")


def test_every_line_of_a_file_that_a_turn_makes_is_marked(person: MakePerson, slow_sparkroom: Stack) -> None:
    alice, room = person(), Room(slow_sparkroom)
    alice.enter(room.links["owner"])
    alice.ask("Make a snake game")
    expect(alice.page.get_by_role("treeitem", name="style.css")).to_be_visible()
    alice.open("index.html")
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    for path in ("index.html", "style.css"):
        alice.open(path)
        expect(
            alice.page.locator(".cm-line:not(.cm-written)")
            .filter(has_text="<")
            .or_(alice.page.locator(".cm-line:not(.cm-written)").filter(has_text=":"))
        ).to_have_count(0)
    alice.open("index.html")
    marked = alice.page.locator(".cm-line.cm-written")
    before = marked.count()
    marked.nth(1).click()
    alice.page.keyboard.press("Home")
    alice.page.keyboard.press("Shift+End")
    alice.page.keyboard.type("<!-- mine -->")
    expect(alice.page.locator(".cm-line:not(.cm-written)", has_text="<!-- mine -->")).to_be_visible()
    expect(marked).to_have_count(before - 1)


def test_a_program_that_runs_is_stopped_and_started_again(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom, "python")
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    alice.open("main.py")
    alice.editor.click()
    alice.page.keyboard.press("Control+a")
    alice.page.keyboard.insert_text(FOREVER)
    runs = alice.page.get_by_role("region", name="Runs")
    runs.get_by_role("button", name="Run", exact=True).click()
    expect(alice.page.locator(".xterm-rows")).to_contain_text("begun")
    expect(runs.get_by_role("button", name="Run", exact=True)).to_have_count(0)
    expect(runs.get_by_role("button", name="Stop", exact=True)).to_have_count(1)
    alice.editor.click()
    alice.page.keyboard.press("Control+Enter")
    wait_until(alice.page, lambda: [run["state"] for run in room.get("/runs")] == ["stopped", "running"])
    # Somebody else's program is not one's own: Run starts another one, and the row of each can be stopped.
    theirs = bob.page.get_by_role("region", name="Runs")
    expect(theirs.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    rows = alice.page.get_by_role("navigation", name="Recent runs").get_by_role("listitem")
    expect(rows.first).to_contain_text("You")
    rows.first.get_by_role("button", name="Stop python main.py").click()
    wait_until(alice.page, lambda: [run["state"] for run in room.get("/runs")] == ["stopped", "stopped"])
    expect(runs.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_a_run_that_ends_while_keys_are_on_their_way_is_no_trouble(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom, "python")
    alice.enter(room.links["owner"])
    alice.open("main.py")
    alice.editor.click()
    alice.page.keyboard.press("Control+a")
    alice.page.keyboard.insert_text("input('Word? ')\n")
    alice.page.get_by_role("button", name="Run", exact=True).click()
    expect(alice.page.locator(".xterm-rows")).to_contain_text("Word?")
    alice.page.locator(".xterm").click()
    for word in ("one", "two", "three"):
        alice.page.keyboard.type(word)
        alice.page.keyboard.press("Enter")
    wait_until(alice.page, lambda: room.get("/runs")[-1]["state"] == "passed")
    expect(alice.page.get_by_role("status").filter(has_text="Finished")).to_be_visible()
    expect(alice.page.get_by_role("alert")).to_have_count(0)


def test_a_view_that_followed_a_long_line_comes_back_with_the_cursor(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom, "python")
    alice.enter(room.links["owner"])
    alice.open("main.py")
    alice.editor.click()
    alice.page.keyboard.press("Control+Home")
    alice.page.keyboard.insert_text("# " + "long " * 60 + "\n")
    scroller = alice.page.locator(".cm-scroller")
    shifted = "element => element.scrollLeft"
    alice.page.keyboard.press("ArrowUp")
    alice.page.keyboard.press("End")
    wait_until(alice.page, lambda: scroller.evaluate(shifted) > 0)
    for _ in range(2):
        alice.page.keyboard.press("Home")
    wait_until(alice.page, lambda: scroller.evaluate(shifted) == 0)
    alice.page.set_viewport_size({"width": 640, "height": 900})
    alice.page.get_by_role("navigation", name="Panes").get_by_role("button", name="Code").click()
    expect(alice.page.locator(".cm-content.cm-lineWrapping")).to_be_visible()
