"""People who come to a room: by its bare address, by a link, and what its owners decide about them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.person import Person, Room, wait_until
from tests.line import Line
from tests.stack import Stack

MakePerson = Callable[[], Person]


def button(one: Person, name: str) -> Locator:
    return one.page.get_by_role("button", name=name, exact=True)


def see(one: Person, words: str) -> None:
    """Wait until this stands somewhere in the page."""
    expect(one.page.get_by_text(words).first).to_be_visible()


def start_file(one: Person, path: str, text: str) -> None:
    """Make a file by hand and type into it."""
    button(one, "New file").click()
    one.page.keyboard.type(path)
    one.page.keyboard.press("Enter")
    expect(one.page.get_by_role("tab", name=path)).to_have_attribute("aria-selected", "true")
    one.type(text)


def choose(owner: Person, name: str, what: str) -> None:
    """Choose something from somebody's menu in the list of members."""
    owner.page.get_by_role("button", name="Members:").click()
    button(owner, f"Manage {name}").click()
    owner.page.get_by_role("menuitemradio", name=what).or_(owner.page.get_by_role("menuitem", name=what)).click()
    if what != "Remove…":
        owner.page.keyboard.press("Escape")


def ask_to_join(one: Person, room: Room, stack: Stack, name: str) -> None:
    """Open the room's bare address, and ask."""
    one.page.goto(f"{stack.base_url}/r/{room.id}")
    one.page.get_by_role("textbox", name="Your name").fill(name)
    button(one, "Ask to join").click()
    see(one, "You have asked to join.")


def test_somebody_asks_views_edits_and_is_removed(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    start_file(alice, "notes.txt", "one")
    # What stands in the address bar is the bare address.
    assert alice.page.url == f"{sparkroom.base_url}/r/{room.id}"
    ask_to_join(bob, room, sparkroom, "Bob")
    see(bob, "The room's owner sees it now.")
    see(alice, "Bob asks to join")
    alice.page.reload()
    button(alice, "Let Bob view").click()
    expect(button(alice, "Let Bob view")).to_have_count(0)
    # Their page goes on by itself, live, and takes nothing that they type.
    see(bob, "You are viewing: you see everything live and change nothing.")
    see(alice, "Bob joined")
    bob.open("notes.txt")
    alice.open("notes.txt")
    alice.type(" two")
    expect(bob.editor).to_contain_text("one two")
    bob.type("mine")
    alice.type(" and")
    expect(bob.editor).to_contain_text("one two and")
    assert room.texts() == {"notes.txt": "one two and"}
    expect(bob.prompt).to_have_count(0)
    # They ask for more where they are.
    button(bob, "Ask to edit").click()
    see(bob, "The room's owners see that you ask to edit.")
    see(alice, "Bob asks to edit")
    button(alice, "Let Bob edit").click()
    see(bob, "An owner made you an editor")
    expect(bob.editor).not_to_have_attribute("aria-readonly", "true")
    bob.type(" three")
    expect(bob.page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(alice.editor).to_contain_text("one two and three")
    cursor = alice.page.locator(".cm-ySelectionInfo", has_text="Bob")
    expect(cursor).to_have_count(1)
    # And back, and out.
    choose(alice, "Bob", "Viewer")
    see(bob, "An owner made you a viewer")
    expect(bob.editor).to_have_attribute("aria-readonly", "true")
    choose(alice, "Bob", "Editor")
    expect(bob.editor).not_to_have_attribute("aria-readonly", "true")
    bob.editor.click()
    expect(cursor).to_have_count(1)
    choose(alice, "Bob", "Remove…")
    alice.page.get_by_role("dialog", name="Remove Bob?").get_by_role("button", name="Remove").click()
    see(bob, "An owner of this room removed you.")
    expect(cursor).to_have_count(0)
    alice.page.get_by_role("button", name="Members: 1 here").click()
    expect(button(alice, "Manage Bob")).to_have_count(0)
    alice.page.keyboard.press("Escape")
    bob.page.reload()
    see(bob, "You are not in this room")
    see(bob, "An owner of this room removed you.")
    bob.page.goto(room.links["edit"])
    see(bob, "This link does not let you in")
    assert room.texts() == {"notes.txt": "one two and three"}


def test_who_is_declined_reads_so_and_may_not_ask_at_once(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    ask_to_join(bob, room, sparkroom, "Bob")
    see(bob, "No owner is here right now")
    # The page may be closed meanwhile: the browser is known again.
    bob.page.goto(f"{sparkroom.base_url}/")
    alice.enter(room.links["owner"])
    button(alice, "Decline Bob").click()
    bob.page.goto(f"{sparkroom.base_url}/r/{room.id}")
    see(bob, "An owner declined.")
    see(bob, "You may ask again at")
    expect(button(bob, "Ask to join")).to_have_count(0)
    # A link lets them in all the same.
    bob.enter(room.links["edit"])


def test_a_lowered_editor_keeps_what_was_not_taken(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    with Line(sparkroom) as line:
        alice.enter(room.links["owner"])
        bob.enter(line.through(room.links["edit"]))
        start_file(bob, "notes.txt", "one")
        expect(bob.page.get_by_text("Saved", exact=True)).to_be_visible()
        line.cut()
        expect(bob.page.get_by_text("Offline", exact=True)).to_be_visible()
        bob.type(" never sent")
        choose(alice, bob_name(room), "Viewer")
        expect(alice.page.get_by_role("button", name="Members: 1 here")).to_be_visible()
        line.mend()
        button(bob, "Set my changes aside and reload").click()
        see(bob, "This browser holds text of yours that the room does not.")
        see(bob, "You are viewing")
    assert room.texts() == {"notes.txt": "one"}


def test_removing_can_replace_the_link_too(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, carol, room = person(), person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    choose(alice, bob_name(room), "Remove…")
    dialog = alice.page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Replace the editors' link too").check()
    dialog.get_by_role("button", name="Remove").click()
    see(bob, "You are not in this room any more.")
    carol.page.goto(room.links["edit"])
    see(carol, "This link is not valid (any more).")
    button(alice, "Share").click()
    field = alice.page.get_by_role("textbox", name="The link: Can edit")
    wait_until(alice.page, lambda: field.input_value() != "")
    carol.enter(field.input_value())


def test_a_link_is_replaced_where_it_is_shown(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    button(alice, "Share").click()
    for name, key in (("Can edit", "edit"), ("Your own link", "owner")):
        field = alice.page.get_by_role("textbox", name=f"The link: {name}")
        expect(field).to_have_value(room.links[key])
        button(alice, f"Replace the link: {name}").click()
        button(alice, "Replace it").click()
        expect(field).not_to_have_value(room.links[key])
    see(bob, "The link you came in by was revoked.")
    # Who replaces the owners' link stays one.
    alice.page.keyboard.press("Escape")
    start_file(alice, "notes.txt", "still here")
    wait_until(alice.page, lambda: alice.page.locator(".saved-state").inner_text() == "Saved")


def test_who_comes_in_by_a_link_is_told_once_by_which_name(person: MakePerson, sparkroom: Stack) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    bob.enter(room.links["edit"])
    see(bob, f"You are here as {bob_name(room)}.")
    button(bob, "Rename").click()
    bob.page.keyboard.type("Bob")
    bob.page.keyboard.press("Enter")
    expect(bob.page.get_by_text("You are here as")).to_have_count(0)
    expect(button(alice, "Follow Bob")).to_be_visible()
    bob.page.reload()
    expect(bob.prompt).to_be_visible()
    expect(bob.page.get_by_text("You are here as")).to_have_count(0)


def test_owners_are_told_once_to_keep_their_link(person: MakePerson, sparkroom: Stack) -> None:
    alice, room = person(), Room(sparkroom)
    alice.enter(room.links["owner"])
    see(alice, "Keep your own link")
    button(alice, "Copy my link").click()
    see(alice, "Your link was copied.")
    assert alice.page.evaluate("navigator.clipboard.readText()") == room.links["owner"]
    expect(alice.page.get_by_text("Keep your own link")).to_have_count(0)
    alice.page.reload()
    expect(alice.prompt).to_be_visible()
    expect(alice.page.get_by_text("Keep your own link")).to_have_count(0)


def bob_name(room: Room) -> str:
    """What the one editor of the room is called."""
    [name] = [member["name"] for member in room.get("")["members"] if member["role"] == "editor"]
    assert isinstance(name, str)
    return name


@pytest.mark.parametrize("width", [1440, 390])
def test_the_notices_fit_the_screen(person: MakePerson, sparkroom: Stack, width: int) -> None:
    alice, bob, room = person(), person(), Room(sparkroom)
    alice.page.set_viewport_size({"width": width, "height": 844})
    ask_to_join(bob, room, sparkroom, "A name as long as a name in here may be.")
    alice.enter(room.links["owner"])
    for name in ("Let edit", "Let view", "Decline"):
        expect(alice.page.locator(".notice button", has_text=name)).to_be_in_viewport(ratio=1)
    button(alice, "Decline A name as long as a name in here may be.").click()
    expect(button(alice, "Copy my link")).to_be_in_viewport(ratio=1)
    expect(alice.prompt).to_be_in_viewport(ratio=1)
    assert alice.page.evaluate("document.documentElement.scrollWidth") == width
