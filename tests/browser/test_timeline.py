"""The timeline as people use it: look back, play, compare, restore, copy."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.person import Person, Room, call, wait_until
from tests.stack import Stack

MakePerson = Callable[[], Person]
SNAKE, FASTER, EDITED = "Make a snake game", "Make it faster", "Edited snake.js"
MINE = "// mine"


def _open(one: Person) -> Locator:
    one.page.get_by_role("button", name="Timeline", exact=True).click()
    dialog = one.page.get_by_role("dialog", name="Timeline")
    expect(dialog.get_by_role("heading", level=3)).to_be_visible()
    return dialog


def _step(dialog: Locator, title: str) -> Locator:
    return dialog.get_by_role("list", name="Steps").get_by_role("button", name=title)


def _place(dialog: Locator) -> int:
    return int(dialog.get_by_role("slider", name="Step").input_value())


def _made(stack: Stack, one: Person) -> Room:
    """A room with two turns."""
    room = Room(stack)
    token = room.links["owner"].partition("#")[2]
    for count, prompt in enumerate((SNAKE, FASTER), 1):
        call(stack, "POST", f"/api/rooms/{room.id}/turns", {"prompt": prompt}, token)
        wait_until(one.page, lambda count=count: len(room.get("/checkpoints")) > count)  # type: ignore[misc]
    return room


def test_every_state_can_be_looked_at_and_played_by_mouse_and_keys(person: MakePerson, sparkroom: Stack) -> None:
    alice, viewer = person(), person()
    room = _made(sparkroom, alice)
    alice.enter(room.links["owner"])
    alice.open("snake.js")
    alice.type(MINE)
    viewer.page.goto(room.links["view"])
    expect(viewer.file("snake.js")).to_be_visible()
    wait_until(alice.page, lambda: room.get("/timeline")["steps"][-1]["kind"] == "typing")
    for one in (alice, viewer):
        dialog = _open(one)
        for title in (SNAKE, FASTER, EDITED):
            expect(_step(dialog, title)).to_be_visible()
        changed = dialog.locator(".cm-changedLine")
        expect(changed).to_have_text([MINE])
        last = _place(dialog)
        one.page.keyboard.press("ArrowLeft")
        expect(dialog.get_by_role("heading", level=3)).to_have_text(FASTER)
        expect(changed).to_have_text(re.compile("STEPS_PER_SECOND = 12"))
        expect(dialog.locator(".cm-deletedChunk")).to_contain_text("STEPS_PER_SECOND = 8")
        one.page.keyboard.press("ArrowRight")
        expect(changed).to_have_text([MINE])
        dialog.get_by_role("button", name="Turns", exact=True).click()
        wait_until(one.page, lambda dialog=dialog, last=last: _place(dialog) < last)  # type: ignore[misc]
        _step(dialog, "An empty room").click()
        expect(dialog).to_contain_text("No file changed here.")
        assert _place(dialog) == 0
        dialog.get_by_role("combobox", name="Speed").select_option("8")
        dialog.get_by_role("button", name="Play", exact=True).click()
        expect(dialog.get_by_role("heading", level=3)).to_have_text(EDITED)
        expect(changed).to_have_text([MINE])
        expect(dialog.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(viewer.page.get_by_role("button", name="Restore")).to_have_count(0)
    expect(viewer.page.get_by_role("button", name="Save checkpoint")).to_have_count(0)


def test_a_state_is_compared_with_now_restored_for_everybody_and_taken_back(
    person: MakePerson, sparkroom: Stack
) -> None:
    alice, bob = person(), person()
    room = _made(sparkroom, alice)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    bob.open("snake.js")
    before = room.texts()["snake.js"]
    dialog = _open(alice)
    _step(dialog, SNAKE).click()
    dialog.get_by_role("button", name="Compare with now").click()
    expect(dialog.get_by_role("tab")).to_have_text(["snake.js"])
    then, now = dialog.locator(".cm-merge-a"), dialog.locator(".cm-merge-b")
    expect(then.locator(".cm-changedLine")).to_contain_text(["STEPS_PER_SECOND = 8"])
    expect(now.locator(".cm-changedLine")).to_contain_text(["STEPS_PER_SECOND = 12"])
    # What others type meanwhile is now, too.
    bob.editor.click()
    bob.page.keyboard.press("Control+Home")
    bob.page.keyboard.type("// his\n")
    expect(now.locator(".cm-changedLine")).to_contain_text(["// his", "STEPS_PER_SECOND = 12"])
    dialog.get_by_role("button", name="Restore", exact=True).click()
    expect(dialog).to_contain_text("The files are the same now.")
    expect(dialog.get_by_role("status")).to_contain_text(f"Restored: {SNAKE}")
    expect(bob.page.get_by_role("region", name="Notes")).to_contain_text(f"restored: {SNAKE}")
    expect(bob.editor).not_to_contain_text("// his")
    assert "STEPS_PER_SECOND = 8" in room.texts()["snake.js"]
    dialog.get_by_role("button", name="Undo").click()
    wait_until(alice.page, lambda: room.texts()["snake.js"] == "// his\n" + before)
    expect(bob.editor).to_contain_text("// his")
    bob.type("// goes on")
    wait_until(alice.page, lambda: room.texts()["snake.js"] == f"// his\n{before}// goes on")


def test_one_file_is_restored_and_a_checkpoint_is_named(person: MakePerson, sparkroom: Stack) -> None:
    alice = person()
    room = _made(sparkroom, alice)
    alice.enter(room.links["owner"])
    before = room.texts()
    dialog = _open(alice)
    dialog.get_by_role("textbox", name="Name of the checkpoint").fill("Works for me")
    dialog.get_by_role("button", name="Save checkpoint").click()
    expect(_step(dialog, "Works for me")).to_be_visible()
    _step(dialog, "An empty room").click()
    dialog.get_by_role("button", name="Compare with now").click()
    dialog.get_by_role("tab", name="style.css").click()
    dialog.get_by_role("button", name="Restore this file").click()
    expect(dialog.get_by_role("tab", name="style.css")).to_have_count(0)
    wait_until(alice.page, lambda: set(room.texts()) == set(before) - {"style.css"})
    _step(dialog, "Works for me").click()
    dialog.get_by_role("button", name="Restore", exact=True).click()
    wait_until(alice.page, lambda: room.texts() == before)


def test_who_may_look_may_copy_and_the_copy_is_their_own(person: MakePerson, sparkroom: Stack) -> None:
    viewer = person()
    room = _made(sparkroom, viewer)
    viewer.page.goto(room.links["view"])
    expect(viewer.file("snake.js")).to_be_visible()
    dialog = _open(viewer)
    _step(dialog, SNAKE).click()
    dialog.get_by_role("button", name="Copy as a room").click()
    with viewer.page.expect_popup() as opened:
        dialog.get_by_role("link", name="(copy)").click()
    copy = Person(opened.value)
    expect(copy.file("snake.js")).to_be_visible()
    text = copy.text("snake.js")
    assert "STEPS_PER_SECOND = 8" in text
    copy.type("// my own")
    expect(copy.page.get_by_text("Saved", exact=True)).to_be_visible()
    assert "// my own" not in room.texts()["snake.js"]


def test_the_timeline_fits_a_phone(person: MakePerson, sparkroom: Stack) -> None:
    alice = person()
    room = _made(sparkroom, alice)
    alice.page.set_viewport_size({"width": 390, "height": 844})
    alice.enter(room.links["owner"])
    dialog = _open(alice)
    dialog.get_by_role("button", name="List the steps").click()
    _step(dialog, SNAKE).click()
    dialog.get_by_role("button", name="Compare").click()
    expect(dialog.locator(".cm-deletedChunk")).to_contain_text(["STEPS_PER_SECOND = 8"])
    expect(dialog.locator(".cm-merge-a")).to_have_count(0)
    for name in ("Restore", "Play", "One step back"):
        box = dialog.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    alice.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(alice.prompt).to_be_visible()
