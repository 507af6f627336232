"""A room's page around its documents: where the keys go, where the panes stand, its title and its links."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Room, call, wait_until
from tests.stack import Stack

MakePerson = Callable[[], Person]


def test_keys_go_to_the_prompt_on_arrival_and_after_an_answer_without_a_page(
    person: MakePerson, sparkroom: Stack
) -> None:
    alice, room = person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    alice.page.keyboard.type("What can you do?")
    expect(alice.prompt).to_have_value("What can you do?")
    alice.page.get_by_role("button", name="Ask", exact=True).click()
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    expect(alice.turns.last).to_contain_text("Nothing changed")
    expect(alice.prompt).to_be_focused()


def test_a_prompt_that_has_the_keys_still_hands_them_to_the_page(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    alice.page.keyboard.type("Make a snake game")
    alice.page.keyboard.press("Enter")
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    expect(alice.page.get_by_text("Keys go to the preview")).to_be_visible()
    alice.page.keyboard.press("ArrowUp")
    alice.until_game(lambda game: game["direction"] == "up")


def test_a_stopped_turn_says_by_whom_and_what_stayed(person: MakePerson, slow_sparkroom: Stack) -> None:
    alice, room = person(), Room(slow_sparkroom)
    alice.enter(room.links["owner"])
    alice.ask("Make a snake game")
    expect(alice.page.get_by_role("treeitem", name="style.css")).to_be_visible()
    alice.turns.last.get_by_role("button", name="Stop").click()
    expect(alice.turns.last).to_contain_text("Stopped by you · 1 change kept")
    expect(alice.prompt).to_be_focused()


def test_without_a_page_the_runs_take_its_place_and_without_a_program_they_go(
    person: MakePerson, sparkroom: Stack
) -> None:
    alice, room = person(), Room(sparkroom, "python")
    alice.enter(room.links["owner"])
    preview = alice.page.get_by_role("region", name="Preview")
    runs = alice.page.get_by_role("region", name="Runs")
    expect(preview).to_be_hidden()
    alice.open("main.py")
    alice.editor.click()
    alice.page.keyboard.press("Control+Enter")
    expect(alice.page.locator(".xterm-rows")).not_to_have_text("")
    output = alice.page.locator(".xterm-rows").inner_text()
    box, editor = runs.bounding_box(), alice.page.get_by_role("region", name="Editor").bounding_box()
    assert box is not None
    assert editor is not None
    assert box["x"] >= editor["x"] + editor["width"]
    assert box["height"] > 300
    alice.ask("Make a snake game")
    expect(preview).to_be_visible()
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    expect(runs).to_be_visible()
    assert alice.page.locator(".xterm-rows").inner_text().split() == output.split(), "it moved with what it shows"
    bob, blank = person(), Room(sparkroom)
    bob.enter(blank.links["owner"])
    expect(bob.page.get_by_role("region", name="Preview")).to_be_visible()
    expect(bob.page.get_by_role("button", name="Run", exact=True)).to_be_hidden()


def test_the_end_of_the_conversation_stays_in_view_while_the_prompt_grows(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    for _ in range(3):
        alice.ask("What can you do?")
        expect(alice.turns.last).to_have_attribute("data-state", "settled")
    conversation = alice.page.get_by_role("region", name="Conversation")
    below = "list => list.scrollHeight - list.scrollTop - list.clientHeight"
    assert conversation.evaluate("list => list.scrollHeight > list.clientHeight")
    for _ in range(6):
        alice.page.keyboard.press("Shift+Enter")
    wait_until(alice.page, lambda: conversation.evaluate(below) < 2)
    assert alice.prompt.evaluate("field => field.clientHeight") > 100


def test_the_owner_renames_the_room_and_everybody_sees_it(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    title = room.get("")["title"]
    alice.page.get_by_role("heading", name=title).get_by_role("button").click()
    alice.page.keyboard.type("Never mind")
    alice.page.keyboard.press("Escape")
    alice.page.get_by_role("heading", name=title).get_by_role("button").click()
    alice.page.keyboard.type("Our snake")
    alice.page.keyboard.press("Enter")
    for one in (alice, bob):
        expect(one.page.get_by_role("heading", name="Our snake")).to_be_visible()
    expect(bob.page.get_by_role("heading", name="Our snake").get_by_role("button")).to_have_count(0)
    assert room.get("")["title"] == "Our snake"


@pytest.mark.parametrize("wrong", ["cut", "revoked"])
def test_a_link_that_opens_nothing_says_so(person: MakePerson, sparkroom: Stack, wrong: str) -> None:
    stranger, room = person(), Room(sparkroom)
    link = room.links["edit"]
    if wrong == "cut":
        link = link[:-4]
    else:
        token = room.links["owner"].partition("#")[2]
        call(sparkroom, "POST", f"/api/rooms/{room.id}/tokens/revoke", {"role": "editor"}, token)
    stranger.page.goto(link)
    expect(stranger.page.get_by_role("heading", name="This link does not let you in")).to_be_visible()
    expect(stranger.page.get_by_text("It may have been cut off on its way, or replaced.")).to_be_visible()
    expect(stranger.page.get_by_role("button", name="Ask to join")).to_be_visible()


def test_the_links_can_be_read_where_they_are_copied(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    alice.page.get_by_role("button", name="Share").click()
    for name, role in (("Can edit", "edit"), ("Can view", "view"), ("Your own link", "owner")):
        expect(alice.page.get_by_role("textbox", name=f"The link: {name}")).to_have_value(room.links[role])


def test_what_was_typed_is_still_there_after_a_look_at_the_runs(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom)
    alice.page.set_viewport_size({"width": 390, "height": 844})
    alice.enter(room.links["owner"])
    alice.prompt.fill("Make a")
    alice.page.get_by_role("button", name="Run", exact=True).last.click()
    expect(alice.prompt).to_be_hidden()
    alice.page.get_by_role("button", name="Chat").click()
    expect(alice.prompt).to_have_value("Make a")
